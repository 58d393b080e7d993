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
# By report: a status for each deadline that concerns its country, in order of date.
DeadlineStatuses = dict[int, list[DeadlineStatus]]


def latest_extensions(granted: Iterable[Extension]) -> GrantedDays:
    """Return the latest granted day by deadline and member state."""
    days = [(e.deadline_id, e.member_state_id, e.granted_until) for e in granted if e.granted_until]
    return {(deadline, state): until for deadline, state, until in sorted(days, key=lambda row: row[2])}


def deadline_statuses(
    reports: Iterable[NationalReport], deadlines: Iterable[Deadline], granted: Iterable[Extension], on: date
) -> DeadlineStatuses:
    """Return, by report, the status on a day of each deadline that concerns its country."""
    reports, deadlines, granted_days = list(reports), list(deadlines), latest_extensions(granted)
    progress_days = first_progress(reports, deadlines, on)
    by_report = {}
    for report in reports:
        concerning = [deadline for deadline in deadlines if deadline.concerns(report.member_state_id)]
        by_report[report.pk] = statuses_of_report(report, concerning, granted_days, progress_days, on)
    return by_report


def next_due(statuses: Iterable[DeadlineStatus]) -> DeadlineStatus | None:
    """Return the earliest deadline that a country has not met; None: it has met all."""
    return min((s for s in statuses if not s.is_met), key=lambda s: s.due_on, default=None)


def first_progress(
    reports: Iterable[NationalReport], deadlines: Iterable[Deadline], on: date
) -> FirstProgress:
    """Return when each country first posted progress after a deadline that asks for it opened."""
    opened = {d.pk: d.opens_on for d in deadlines if d.output == DeadlineOutput.PROGRESS}
    return progress.first_days(reports, opened, on)


def statuses_of_report(
    report: NationalReport,
    deadlines: Iterable[Deadline],
    granted_days: GrantedDays,
    progress_days: FirstProgress,
    on: date,
) -> list[DeadlineStatus]:
    """Return the status of each of these deadlines for one country, in order of date.

    A deadline is met when the country hands its report in, or posts progress in the window.
    """
    handed_in_on = clock.day_of(report.handed_in_at) if report.handed_in_at else None
    statuses = []
    for deadline in deadlines:
        is_report = deadline.output == DeadlineOutput.NATIONAL_REPORT
        met_on = handed_in_on if is_report else progress_days.get((report.pk, deadline.pk))
        granted_until = granted_days.get((deadline.pk, report.member_state_id))
        statuses.append(deadline.status_for(met_on, granted_until, on))
    return sorted(statuses, key=lambda status: (status.due_on, status.deadline.number))
