"""How every country of a cycle stands to every deadline: on any day, for any page."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from reviews import clock
from reviews.models import Deadline, DeadlineOutput, DeadlineStatus
from reviews.queries import progress

Told = Mapping[
    tuple[int, int], date
]  # by report and deadline: the first day on which progress counted for it


def latest_extensions(extensions: Any) -> dict[tuple[int, int], Any]:
    """The latest granted day by (deadline, member state)."""
    granted = [(e.deadline_id, e.member_state_id, e.granted_until) for e in extensions]
    return {(d, m): until for d, m, until in sorted(granted, key=lambda row: row[2])}


def deadline_statuses(
    reports: Iterable[Any], deadlines: Iterable[Deadline], granted: Iterable[Any], on: date
) -> dict[int, list[DeadlineStatus]]:
    """By report id: one standing for each deadline that concerns its country, in order of date."""
    reports, deadlines, until = list(reports), list(deadlines), latest_extensions(granted)
    told = told_for(reports, deadlines, on)
    return {
        r.pk: of_report(r, [d for d in deadlines if d.concerns(r.member_state_id)], until, told, on)
        for r in reports
    }


def next_standing(theirs: list[DeadlineStatus]) -> DeadlineStatus | None:
    """What is due next for a country: the earliest deadline it has not met."""
    return min((s for s in theirs if not s.is_met), key=lambda s: s.due_on, default=None)


def told_for(reports: Iterable[Any], deadlines: Iterable[Deadline], on: date) -> Told:
    """When each country first posted progress after a deadline that asks for it opened."""
    opened = {d.pk: d.opens_on for d in deadlines if d.output == DeadlineOutput.PROGRESS}
    return progress.first_days(reports, opened, on)


def of_report(
    report: Any, theirs: Iterable[Deadline], until: Any, told: Told, on: date
) -> list[DeadlineStatus]:
    """How one country stands to the deadlines that concern it, in order of date.

    `until`: the granted days, as `latest_extensions` gives them.
    """
    found = [
        d.status_for(_met_on(d, report, told), until.get((d.pk, report.member_state_id)), on) for d in theirs
    ]
    return sorted(found, key=lambda s: (s.due_on, s.deadline.number))


def _met_on(deadline: Deadline, report: Any, told: Told) -> date | None:
    """The day a country met a deadline: handed its report in, or posted progress in the window."""
    if deadline.output == DeadlineOutput.NATIONAL_REPORT:
        return clock.day_of(report.handed_in_at) if report.handed_in_at else None
    return told.get((report.pk, deadline.pk))
