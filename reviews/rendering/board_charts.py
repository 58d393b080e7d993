"""The charts of the board and of the backward plan: records turned into what `reviews.rendering.charts` draws."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from reviews import clock
from reviews.models import DeadlineOutput, GapKind, ReviewCycle
from reviews.models.workstreams import WORKSTREAMS, workstream_label
from reviews.queries.board import Board, BoardRow
from reviews.queries.plans import Plan
from reviews.rendering import charts
from reviews.rendering.charts import GapRow, Marker, ProgressPoint, TimelineEvent


def progress_over_time(board: Board) -> charts.ProgressChart:
    """Average progress over time, towards the deadlines of the national reports."""
    members = len(board.rows)
    points = [ProgressPoint(day, means, reported, members, n) for day, means, reported, n in board.progress]
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


def plan_timeline(plan: Plan) -> charts.TimelineChart:
    """Fixed days above the latest dates of the work; a bar from when it can be expected shows the slack."""
    events = []
    for line in plan.lines:
        title, scheduled = line.step.title, line.scheduled
        fixed_on = scheduled.stage.done_on or scheduled.stage.fixed_on
        if fixed_on:
            events.append(TimelineEvent(title, fixed_on, "meeting"))
        elif scheduled.latest_on:
            has_slack = scheduled.slack is not None and scheduled.slack > 0
            expected_on = scheduled.expected_on if has_slack else None
            events.append(TimelineEvent(title, scheduled.latest_on, "deadline", expected_on))
    return charts.timeline_chart(events, today=_today(plan.on))


def _today(on: date) -> Marker:
    return Marker(on, _("Today") if on == clock.today() else _("As of"))
