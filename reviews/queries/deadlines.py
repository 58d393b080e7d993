"""Deadlines of all countries of a cycle: the status of each on any day, for any page."""

from collections.abc import Iterable, Mapping
from datetime import date

from reviews import clock
from reviews.models import Deadline, DeadlineOutput, DeadlineStatus, Extension, NationalReport
from reviews.queries import progress

# By report and deadline: the first day on which progress was posted in its window.
FirstProgress = Mapping[tuple[int, int], date]
# By deadline and member state: the latest granted day.
GrantedDays = Mapping[tuple[int, int], date]


def latest_extensions(granted: Iterable[Extension]) -> GrantedDays:
    """The latest granted day by (deadline, member state)."""
    days = [(e.deadline_id, e.member_state_id, e.granted_until) for e in granted if e.granted_until]
    return {(deadline, state): until for deadline, state, until in sorted(days, key=lambda row: row[2])}


def deadline_statuses(
    reports: Iterable[NationalReport], deadlines: Iterable[Deadline], granted: Iterable[Extension], on: date
) -> dict[int, list[DeadlineStatus]]:
    """By report id: a status for each deadline that concerns its country, in order of date."""
    reports, deadlines, granted_days = list(reports), list(deadlines), latest_extensions(granted)
    progress_days = first_progress(reports, deadlines, on)
    by_report = {}
    for report in reports:
        concerning = [deadline for deadline in deadlines if deadline.concerns(report.member_state_id)]
        by_report[report.pk] = statuses_of_report(report, concerning, granted_days, progress_days, on)
    return by_report


def next_due(statuses: Iterable[DeadlineStatus]) -> DeadlineStatus | None:
    """What is due next for a country: the earliest deadline it has not met."""
    return min((s for s in statuses if not s.is_met), key=lambda s: s.due_on, default=None)


def first_progress(
    reports: Iterable[NationalReport], deadlines: Iterable[Deadline], on: date
) -> FirstProgress:
    """When each country first posted progress after a deadline that asks for it opened."""
    opened = {d.pk: d.opens_on for d in deadlines if d.output == DeadlineOutput.PROGRESS}
    return progress.first_days(reports, opened, on)


def statuses_of_report(
    report: NationalReport,
    deadlines: Iterable[Deadline],
    granted_days: GrantedDays,
    progress_days: FirstProgress,
    on: date,
) -> list[DeadlineStatus]:
    """The status of each of these deadlines for one country, in order of date."""
    statuses = []
    for deadline in deadlines:
        granted_until = granted_days.get((deadline.pk, report.member_state_id))
        met_on = _met_on(deadline, report, progress_days)
        statuses.append(deadline.status_for(met_on, granted_until, on))
    return sorted(statuses, key=lambda status: (status.due_on, status.deadline.number))


def _met_on(deadline: Deadline, report: NationalReport, progress_days: FirstProgress) -> date | None:
    """The day a country met a deadline: handed its report in, or posted progress in the window."""
    if deadline.output == DeadlineOutput.NATIONAL_REPORT:
        return clock.day_of(report.handed_in_at) if report.handed_in_at else None
    return progress_days.get((report.pk, deadline.pk))
