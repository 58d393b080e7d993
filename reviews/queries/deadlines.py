"""What is asked of a country on a day: the status of each of its deadlines, for any page.

It is asked of members only, from the day they are counted, and no longer than there is something left to do.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Subquery
from django.utils.translation import gettext as _

from reviews import clock
from reviews.models import (
    Deadline,
    DeadlineOutput,
    DeadlineState,
    DeadlineStatus,
    Delivery,
    Extension,
    NationalReport,
    NotRequired,
    Organisation,
    ReportStatus,
    ReviewCycle,
)
from reviews.models.deadlines import Revision
from reviews.queries import progress
from reviews.queries.lines import Lines

# By report and deadline: the day on which the country met it by its progress, or that was recorded.
DaysMet = Mapping[tuple[int, int], date]
# By deadline and member state: the extensions that were granted.
GrantedExtensions = Mapping[tuple[int, int], list[Extension]]
# By report: a status for each deadline that concerns its country, in order of date.
DeadlineStatuses = dict[int, list[DeadlineStatus]]


@dataclass(frozen=True)
class CountryDeadline:
    """A deadline that is asked of a country, with its status on a day."""

    report: NationalReport
    status: DeadlineStatus

    @property
    def state(self) -> Organisation:
        return self.report.member_state

    @property
    def tone(self) -> str:
        return self.status.tone

    @property
    def url(self) -> str:
        return self.status.deadline.get_absolute_url()


def count_by_state(countries: Iterable[CountryDeadline]) -> list[tuple[DeadlineState, int]]:
    """Return how many countries are in each state; states without a country are left out."""
    counted = Counter(row.status.state for row in countries)
    return [(state, counted[state]) for state in DeadlineState if counted[state]]


@dataclass(frozen=True)
class Met:
    """How many of the countries that a deadline is asked of have met it, and how many more need not meet it."""

    number: int
    of: int
    not_required: int = 0

    @property
    def text(self) -> str:
        """ "7 of 10 met"."""
        return _("%(n)d of %(all)d met") % {"n": self.number, "all": self.of}

    @property
    def percent(self) -> int:
        return round(100 * self.number / self.of) if self.of else 0


def count_met(statuses: Iterable[DeadlineStatus]) -> Met:
    """Return how many of these statuses, each of one country, are met."""
    statuses = list(statuses)
    not_required = sum(status.not_required is not None for status in statuses)
    return Met(sum(status.is_met for status in statuses), len(statuses) - not_required, not_required)


def met_by_deadline(cycle: ReviewCycle, deadlines: Iterable[Deadline], on: date) -> dict[int, Met]:
    """Return how many countries have met each of these deadlines of a cycle, by its id."""
    statuses: dict[int, list[DeadlineStatus]] = defaultdict(list)
    granted = Extension.objects.granted_in(cycle)
    for of_report in deadline_statuses(cycle.member_reports(on), deadlines, granted, on).values():
        for status in of_report:
            statuses[status.deadline.pk].append(status)
    return {deadline.pk: count_met(statuses[deadline.pk]) for deadline in deadlines}


def asked_of_countries(cycle: ReviewCycle, deadlines: Iterable[Deadline], on: date) -> list[CountryDeadline]:
    """Return each of these deadlines of a cycle that has opened, for each country that still has to meet it."""
    reports = list(cycle.member_reports(on))
    opened = [deadline for deadline in deadlines if deadline.opens_on <= on]
    statuses = deadline_statuses(reports, opened, Extension.objects.granted_in(cycle), on)
    lines = (CountryDeadline(report, status) for report in reports for status in statuses[report.pk])
    return [line for line in lines if line.status.is_asked]


class DeadlineLines(Lines[CountryDeadline]):
    """The countries of one deadline."""

    @property
    def deadline(self) -> Deadline:
        return self.all[0].status.deadline

    @property
    def totals(self) -> list[tuple[DeadlineState, int]]:
        return count_by_state(self.all)


def by_deadline(countries: Iterable[CountryDeadline]) -> list[DeadlineLines]:
    """Return countries by deadline, in the order in which the deadlines come first."""
    lines: dict[int, list[CountryDeadline]] = {}
    for row in countries:
        lines.setdefault(row.status.deadline.pk, []).append(row)
    return [DeadlineLines(of_deadline) for of_deadline in lines.values()]


def by_deadline_and_state(granted: Iterable[Extension]) -> GrantedExtensions:
    """Return granted extensions by deadline and member state."""
    by_key: dict[tuple[int, int], list[Extension]] = defaultdict(list)
    for extension in granted:
        by_key[extension.deadline_id, extension.member_state_id].append(extension)
    return by_key


def is_to_revise(report: NationalReport, deadline: Deadline) -> bool:
    """Whether the deadline asks for the report again, since it was sent back."""
    return report.is_to_revise and deadline.output == DeadlineOutput.NATIONAL_REPORT


def latest_granted(report: NationalReport, deadline: Deadline, granted: GrantedExtensions) -> date | None:
    """Return the latest day granted to a country; of a report that was sent back, granted since then.

    A day that the Secretariat set by itself replaces what was granted before it.
    """
    since = report.returned_at if is_to_revise(report, deadline) else None
    extensions = granted.get((deadline.pk, report.member_state_id), [])
    in_force = [e for e in extensions if since is None or (e.decided_at and e.decided_at >= since)]
    latest: date | None = None
    for extension in sorted(in_force, key=lambda e: (e.decided_at or e.asked_at, e.pk)):
        day = extension.granted_until
        if latest is None or not extension.is_asked_for or (day and day > latest):
            latest = day
    return latest


def due_in_force(report: NationalReport, deadline: Deadline, granted: GrantedExtensions) -> date:
    """Return the date of a deadline for a country: the common one, an extended one, or that of its revision."""
    revise_by = report.revision_due_on if is_to_revise(report, deadline) else None
    return deadline.due_for(latest_granted(report, deadline, granted), revise_by)


def deadline_statuses(
    reports: Iterable[NationalReport],
    deadlines: Iterable[Deadline],
    granted: Iterable[Extension],
    on: date,
    deliveries: Iterable[Delivery] | None = None,
) -> DeadlineStatuses:
    """Return, by report, the status on a day of each deadline that concerns its country.

    `deliveries`: those known then, where all records are rebuilt as of that day; None: those known now.
    """
    reports, deadlines = list(reports), list(deadlines)
    days_met = find_days_met(reports, deadlines, on, deliveries)
    return statuses_by_report(reports, deadlines, granted, days_met, on)


def statuses_by_report(
    reports: Iterable[NationalReport],
    deadlines: Collection[Deadline],
    granted: Iterable[Extension],
    days_met: DaysMet,
    on: date,
) -> DeadlineStatuses:
    """As deadline_statuses(), for a page that has read already when each country met them."""
    extensions = by_deadline_and_state(granted)
    by_report = {}
    for report in reports:
        concerning = [deadline for deadline in deadlines if deadline.concerns(report.member_state_id)]
        by_report[report.pk] = statuses_of_report(report, concerning, extensions, days_met, on)
    return by_report


def status_of(
    report: NationalReport, deadline: Deadline, granted: Iterable[Extension], on: date
) -> DeadlineStatus | None:
    """Return the status of one deadline for one country on a day; None: it is not one of its deadlines."""
    return next(iter(deadline_statuses([report], [deadline], granted, on)[report.pk]), None)


def statuses_today(report: NationalReport) -> list[DeadlineStatus]:
    """Return the status today of each deadline that concerns the country of a report."""
    deadlines = report.cycle.deadlines.concerning(report.member_state_id)
    granted = Extension.objects.granted_in(report.cycle).filter(member_state=report.member_state_id)
    today = clock.today()
    days_met = find_days_met([report], deadlines, today)
    return statuses_of_report(report, deadlines, by_deadline_and_state(granted), days_met, today)


def next_due(statuses: Iterable[DeadlineStatus]) -> DeadlineStatus | None:
    """Return the earliest deadline that a country still has to meet; None: there is none."""
    return min((s for s in statuses if s.is_asked), key=lambda s: s.due_on, default=None)


def find_days_met(
    reports: Iterable[NationalReport],
    deadlines: Iterable[Deadline],
    on: date,
    deliveries: Iterable[Delivery] | None = None,
) -> DaysMet:
    """Return when each country met the deadlines for other things than its report, in one query.

    What is recorded is read from the database, unless `deliveries` are given.
    """
    reports, deadlines = list(reports), list(deadlines)
    columns = columns_of_days_met(deadlines, on, deliveries)
    met = recorded_days(reports, deadlines, deliveries or ())
    if not columns:
        return met
    rows = NationalReport.objects.filter(pk__in=[report.pk for report in reports]).order_by()
    for report, *days in with_days_met(rows, columns).values_list("pk", *(f"met_{pk}" for pk in columns)):
        met |= {(report, pk): day for pk, day in zip(columns, days, strict=True) if day}
    return met


def columns_of_days_met(
    deadlines: Iterable[Deadline], on: date, deliveries: Iterable[Delivery] | None = None
) -> dict[int, Subquery]:
    """Return, by deadline, of a query of reports the day on which the country met it; without its report itself."""
    columns = columns_from_progress(deadlines, on)
    if deliveries is None:
        columns |= {
            deadline.pk: Delivery.day_of(deadline.pk) for deadline in deadlines if deadline.is_recorded
        }
    return columns


def with_days_met(
    reports: "QuerySet[NationalReport]", columns: Mapping[int, Subquery]
) -> "QuerySet[NationalReport]":
    """The reports, each with these days; see days_met_of()."""
    return reports.annotate(**{f"met_{pk}": column for pk, column in columns.items()})


def days_met_of(
    reports: Iterable[NationalReport], columns: Mapping[int, Subquery]
) -> dict[tuple[int, int], date]:
    """Return the days that were read with_days_met(), by report and deadline."""
    days = {(report.pk, pk): getattr(report, f"met_{pk}") for report in reports for pk in columns}
    return {key: day for key, day in days.items() if day}


def columns_from_progress(deadlines: Iterable[Deadline], on: date) -> dict[int, Subquery]:
    """Return, by deadline, of a query of reports the day on which the country met it by posting progress.

    A deadline for progress: the first day on which it reported after that opened. For a phase: the day on which the
    figure of that workstream reached 100; one that has fallen below since then does not meet it any more.
    """
    columns = {}
    for deadline in deadlines:
        if deadline.output == DeadlineOutput.PROGRESS:
            columns[deadline.pk] = progress.first_day(deadline.opens_on, on)
        elif deadline.is_phase:
            columns[deadline.pk] = progress.day_finished(deadline.output, on)
    return columns


def recorded_days(
    reports: Iterable[NationalReport], deadlines: Iterable[Deadline], deliveries: Iterable[Delivery]
) -> dict[tuple[int, int], date]:
    """Return, by report and deadline, the day on which the country met it as it was recorded."""
    report_of = {(report.cycle_id, report.member_state_id): report.pk for report in reports}
    cycle_of = {deadline.pk: deadline.cycle_id for deadline in deadlines}
    days = {}
    for delivery in deliveries:
        report = report_of.get((cycle_of[delivery.deadline_id], delivery.member_state_id))
        if report is not None and delivery.met_on:
            days[report, delivery.deadline_id] = delivery.met_on
    return days


def statuses_of_report(
    report: NationalReport,
    deadlines: Iterable[Deadline],
    granted: GrantedExtensions,
    days_met: DaysMet,
    on: date,
) -> list[DeadlineStatus]:
    """Return the status of each of these deadlines that is asked of the country, in order of date.

    A deadline is met when the country hands its report in, or by its progress, or as it was recorded.
    A report that was sent back does not meet it until it is handed in again.
    """
    handed_in_on = clock.day_of(report.handed_in_at) if report.handed_in_at else None
    statuses = []
    for deadline in deadlines:
        due = due_in_force(report, deadline, granted)
        if not is_asked_of_member(report, due, on):
            continue
        is_report = deadline.output == DeadlineOutput.NATIONAL_REPORT
        met_on = handed_in_on if is_report else days_met.get((report.pk, deadline.pk))
        not_required = why_not_required(report, deadline, due)
        revision = Revision(report.revise_by) if is_to_revise(report, deadline) else None
        granted_until = latest_granted(report, deadline, granted)
        statuses.append(deadline.status_for(met_on, granted_until, on, not_required, revision))
    return sorted(statuses, key=lambda status: (status.due_on, status.deadline.number))


def is_asked_of_member(report: NationalReport, due: date, on: date) -> bool:
    """Whether the country is a member on a day, and already was one when the deadline was due."""
    return report.seated_on is not None and report.seated_on <= min(due, on)


def why_not_required(report: NationalReport, deadline: Deadline, due: date) -> NotRequired | None:
    """Return why a deadline that is not met asks nothing of the country; None: it does.

    Comments and the like are asked for whatever becomes of its report. While that is out of the country's hands no
    progress can be posted. Sent back, only what is due from that day on is asked: the report itself has answered what
    was due before.
    """
    if deadline.is_recorded:
        return None
    if report.status == ReportStatus.ACCEPTED:
        return NotRequired.ACCEPTED
    if deadline.output == DeadlineOutput.NATIONAL_REPORT:
        return None
    was_away = report.handed_in_at is not None and due < clock.day_of(report.held_since)
    return NotRequired.SUBMITTED if was_away or not report.is_editable else None
