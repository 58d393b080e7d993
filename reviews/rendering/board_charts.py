"""The three pictures of the board: its rows, turned into what the charts draw."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from reviews import clock
from reviews.models import DeadlineOutput, GapKind
from reviews.models.reports import WORKSTREAMS, workstream_label
from reviews.queries import board, plans
from reviews.rendering import charts


def progress(cycle: Any, shown: board.Board) -> charts.ProgressChart:
    """Progress over time, towards the deadlines of the national reports."""
    points = [
        charts.ProgressPoint(day, values, reported, len(shown.rows))
        for day, values, reported in shown.progress
    ]
    due = [d for d in shown.deadlines if d.output == DeadlineOutput.NATIONAL_REPORT]
    return charts.progress_chart(
        points,
        series=_workstreams(),
        today=_today(shown.on),
        markers=[charts.Marker(d.due_on, d.title) for d in due],
    )


def gaps(
    cycle: Any, kinds: Iterable[GapKind], rows: Iterable[board.Row], readable: set[int]
) -> charts.GapsChart:
    """Open gaps by kind of the countries that a page of the board shows, in its neutral order."""
    bars = [charts.GapRow(str(r.state), tuple(r.gaps), _gaps_url(cycle, r, readable)) for r in rows]
    return charts.gaps_chart(bars, kinds=[str(kind) for kind in kinds])


def time_line(cycle: Any, shown: board.Board) -> charts.TimelineChart:
    """Meetings and deadlines, with the day of the board on it."""
    events = [*_meetings(cycle, shown), *_deadlines(cycle, shown)]
    return charts.timeline_chart(events, today=_today(shown.on), window=(cycle.starts_on, cycle.ends_on))


def _workstreams() -> list[str]:
    return [workstream_label(name).capitalize() for name in WORKSTREAMS]


def _today(on: date) -> charts.Marker:
    return charts.Marker(on, _("Today") if on == clock.today() else _("As of"))


def _gaps_url(cycle: Any, row: board.Row, readable: set[int]) -> str:
    if row.report.pk not in readable:
        return ""
    return f"{reverse('datagap-list', args=[cycle.slug])}?member_state={row.state.code}"


def _meetings(cycle: Any, shown: board.Board) -> Iterator[charts.TimelineEvent]:
    for meeting in shown.meetings:
        url = reverse("meeting", args=[cycle.slug, meeting.code])
        first = meeting.first_planned_to if meeting.has_moved else None
        yield charts.TimelineEvent(meeting.title, meeting.ends_on, "meeting", meeting.starts_on, first, url)


def _deadlines(cycle: Any, shown: board.Board) -> Iterator[charts.TimelineEvent]:
    for deadline in shown.deadlines:
        url = reverse("deadline", args=[cycle.slug, deadline.number])
        first = deadline.first_due_on if deadline.first_due_on != deadline.due_on else None
        yield charts.TimelineEvent(deadline.title, deadline.due_on, "deadline", deadline.opens_on, first, url)


def plan_line(plan: plans.Plan) -> charts.TimelineChart:
    """Fixed days above the latest dates of the work; a bar from when it can be expected shows the slack."""
    events = [event for line in plan.lines if (event := _plan_event(line.step.title, line.leg))]
    return charts.timeline_chart(events, today=_today(plan.on))


def _plan_event(title: str, leg: plans.ScheduledStage) -> charts.TimelineEvent | None:
    if fixed := leg.stage.done_on or leg.stage.fixed_on:
        return charts.TimelineEvent(title, fixed, "meeting")
    if leg.latest_on is None:
        return None
    early = leg.expected_on if leg.slack and leg.slack > 0 else None
    return charts.TimelineEvent(title, leg.latest_on, "deadline", early)
