"""The charts of the board and of the backward plan: records turned into what `reviews.rendering.charts` draws."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reviews import clock
from reviews.models import DeadlineOutput, GapKind, ReportStatus, ReviewCycle
from reviews.models.workstreams import WORKSTREAMS, workstream_label
from reviews.queries.board import Board, BoardRow
from reviews.queries.plans import Plan
from reviews.queries.progress import DailyFigures, Point
from reviews.rendering import charts
from reviews.rendering.charts import GapRow, Marker, ProgressPoint, TimelineEvent
from reviews.text import percent

Sparklines = dict[tuple[int, str], tuple[charts.Sparkline, str]]


def trend_since(cycle: ReviewCycle, board: Board) -> date:
    """The day on which sparklines begin: that of the earlier one of the last two meetings, else the cycle's first."""
    days = [meeting.ends_on for meeting in board.last_meetings]
    return min(days, default=min(cycle.starts_on, board.on))


def sparklines(
    trends: Mapping[int, Sequence[DailyFigures]], *, meetings: Sequence[date], since: date, until: date
) -> Sparklines:
    """By report and workstream: a line from `since` to `until` with the meetings on it, and the same in words."""
    lines: Sparklines = {}
    for report, days in trends.items():
        for n, name in enumerate(WORKSTREAMS):
            points = [(day, figures[n]) for day, figures in days]
            line = charts.sparkline(points, meetings=meetings, since=since, until=until)
            lines[report, name] = (line, trend_words(name, points, meetings))
    return lines


def trend_words(workstream: str, points: Sequence[tuple[date, int | None]], meetings: Iterable[date]) -> str:
    """A figure at each meeting and now: "Analysis: 40 % on 30 Jun 2020, now 70 %"."""
    words = []
    for meeting in sorted(set(meetings)):
        value = next((value for day, value in reversed(points) if day <= meeting), None)
        shown = _("no figure") if value is None else percent(value)
        words.append(_("%(value)s on %(day)s") % {"value": shown, "day": date_format(meeting)})
    if points[-1][1] is not None:
        words.append(_("now %(value)s") % {"value": percent(points[-1][1])})
    return f"{workstream_label(workstream).capitalize()}: {', '.join(words)}"


def progress_over_time(board: Board, averages: Iterable[Point]) -> charts.ProgressChart:
    """Average progress over time, towards the deadlines of the national reports."""
    members = len(board.rows)
    points = [ProgressPoint(day, means, reported, members, n) for day, means, reported, n in averages]
    due = [deadline for deadline in board.deadlines if deadline.output == DeadlineOutput.NATIONAL_REPORT]
    return charts.progress_chart(
        points,
        series=[workstream_label(name).capitalize() for name in WORKSTREAMS],
        today=_today(board.on),
        markers=[Marker(deadline.due_on, deadline.title) for deadline in due],
    )


def gaps_by_kind(cycle: ReviewCycle, kinds: Iterable[GapKind], rows: Iterable[BoardRow]) -> charts.GapsChart:
    """Open gaps by kind of those countries on one page of the board whose gaps its reader may read, with links."""
    gaps_url = reverse("datagap-list", args=[cycle.slug])
    bars = []
    for row in rows:
        if row.gaps is not None:
            url = f"{gaps_url}?member_state={row.state.code}"
            bars.append(GapRow(str(row.state), tuple(row.gaps.values()), url))
    return charts.gaps_chart(bars, kinds=[str(kind) for kind in kinds])


def board_timeline(cycle: ReviewCycle, board: Board) -> charts.TimelineChart:
    """Meetings and deadlines, with the day of the board."""
    events = []
    for meeting in board.meetings:
        url = reverse("meeting", args=[cycle.slug, meeting.code])
        first = meeting.first_planned_to if meeting.has_moved else None
        events.append(TimelineEvent(meeting.title, meeting.ends_on, "meeting", meeting.starts_on, first, url))
    for deadline in board.deadlines:
        url = reverse("deadline", args=[cycle.slug, deadline.number])
        days = (deadline.opens_on, deadline.first_due_on)
        events.append(TimelineEvent(deadline.title, deadline.due_on, "deadline", *days, url))
    return charts.timeline_chart(events, today=_today(board.on), window=(cycle.starts_on, cycle.ends_on))


def heat_map(cycle: ReviewCycle, rows: Iterable[BoardRow]) -> charts.HeatMap:
    """The three figures of each country on one page of the board, with links to those that its reader may open."""
    lines = []
    for row in rows:
        url = reverse("report", args=[cycle.slug, row.state.code]) if row.is_read else ""
        lines.append(charts.HeatRow(str(row.state), row.report.figures, url))
    return charts.heat_map(lines, columns=[workstream_label(name).capitalize() for name in WORKSTREAMS])


def status_columns(rows: Iterable[BoardRow]) -> charts.StatusChart:
    """The countries by the status of their reports, each column by name."""
    in_order = sorted(rows, key=lambda row: row.state.sort_key)
    groups = []
    for status in ReportStatus:
        members = tuple(str(row.state) for row in in_order if row.report.status == status)
        groups.append(charts.StatusGroup(str(status.label).capitalize(), status.tone, members))
    return charts.status_chart(groups)


def received_chart(board: Board) -> charts.ReceivedChart | None:
    """Reports received against the window of the deadline for all members; None: there is none."""
    common = [
        deadline
        for deadline in board.deadlines
        if deadline.output == DeadlineOutput.NATIONAL_REPORT and not deadline.only_ids
    ]
    if not common:
        return None
    deadline = max(common, key=lambda deadline: deadline.due_on)
    received = [
        charts.Received(str(row.state), clock.day_of(row.report.handed_in_at))
        for row in board.rows
        if row.report.handed_in_at
    ]
    return charts.received_chart(
        received,
        members=len(board.rows),
        window=(deadline.opens_on, deadline.due_on),
        today=_today(board.on),
        due_label=deadline.title,
    )


def tile_map(rows: Iterable[BoardRow]) -> charts.TileMap | None:
    """The members as equal squares; None where not all of them are states of ASEAN."""
    return charts.tile_map(
        charts.TileMember(
            row.state.code,
            str(row.state),
            str(row.report.get_status_display()),
            row.report.tone,
            row.report.figures,
        )
        for row in rows
    )


def gantt(plan: Plan) -> charts.GanttChart:
    """The steps in the order of the plan, from the work before each to its day."""
    steps: list[charts.GanttStep] = []
    before: date | None = plan.on  # the first work goes on today
    for line in plan.lines:
        scheduled = line.scheduled
        done_on, fixed_on = scheduled.stage.done_on, scheduled.stage.fixed_on
        steps.append(
            charts.GanttStep(
                line.step.title,
                "done" if done_on else "fixed" if fixed_on else "open",
                done_on or fixed_on,
                starts=None if done_on else before,
                arrives=None if done_on else scheduled.arrives_on,
                latest=None if done_on else scheduled.latest_on,
                slack=scheduled.slack,
            )
        )
        before = scheduled.expected_on
    return charts.gantt_chart(steps, today=_today(plan.on))


def _today(on: date) -> Marker:
    return Marker(on, _("Today") if on == clock.today() else _("As of"))
