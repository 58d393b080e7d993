"""The progress report: the cycle, or one country, on a day, with what changed since an earlier one.

Built once, as one `ProgressReport`; the page, its print and the Word document only lay it out, so that all three have
the same numbers. The records of a past day are rebuilt from the trace.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import OuterRef, Q, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reviews import clock
from reviews.models import (
    ActionPoint,
    ActionStatus,
    Deadline,
    DeadlineState,
    DeadlineStatus,
    Decision,
    Extension,
    ExtensionStatus,
    Meeting,
    MeetingStatus,
    NationalReport,
    Organisation,
    ProgressUpdate,
    ReviewCycle,
    Trace,
    User,
)
from reviews.models.workstreams import WORKSTREAMS, figures_of, workstream_label
from reviews.queries import board, progress
from reviews.queries.brief import Figure, Total
from reviews.queries.deadlines import (
    columns_of_days_met,
    days_met_of,
    next_due,
    recorded_days,
    statuses_by_report,
    with_days_met,
)
from reviews.queries.trace import ENDED, Between, GapState

DAYS_BACK = 28  # where it starts if no meeting was held before


class LateDeadline(NamedTuple):
    """A deadline that a country has missed, and why as far as it said."""

    report: NationalReport
    status: DeadlineStatus
    why: str

    @property
    def state(self) -> Organisation:
        return self.report.member_state


@dataclass(frozen=True)
class CountryProgress:
    """One country at the end of the period, and what changed in it."""

    report: NationalReport
    figures: list[Figure]
    open_gaps: int
    new_gaps: list[str]  # codes
    closed_gaps: list[str]
    next_due: DeadlineStatus | None
    note: str  # of its last progress update

    @property
    def state(self) -> Organisation:
        return self.report.member_state

    @property
    def gaps_text(self) -> str:
        numbers = {"open": self.open_gaps, "new": len(self.new_gaps), "closed": len(self.closed_gaps)}
        return _("%(open)d open (%(new)d new, %(closed)d closed)") % numbers


@dataclass(frozen=True)
class ProgressReport:
    """Status, figures with their change, what is late and why, gaps, decisions and open actions, of all or of one."""

    cycle: ReviewCycle
    only: Organisation | None
    since: date
    until: date
    countries: list[CountryProgress]
    late: list[LateDeadline]
    decisions: list[Decision]
    actions: list[ActionPoint]
    progress: list[progress.Point]  # over time: the averages of all members, or the figures of the one
    deadlines: list[Deadline]
    meetings: list[Meeting]  # held ones, between which a report can be asked for
    readable: list[Organisation]  # the countries whose report its reader may ask for

    @property
    def title(self) -> str:
        name = _("Progress report")
        return f"{name}: {self.only}" if self.only else name

    @property
    def period_text(self) -> str:
        days = {"until": date_format(self.until), "since": date_format(self.since)}
        return _("As of %(until)s; changes are those since %(since)s.") % days

    @property
    def totals(self) -> list[Total]:
        received = [country for country in self.countries if country.report.handed_in_at]
        return [
            Total(_("member states"), len(self.countries)),
            Total(_("reports received"), len(received)),
            Total(_("open data gaps"), sum(country.open_gaps for country in self.countries)),
            Total(_("data gaps raised since"), sum(len(country.new_gaps) for country in self.countries)),
            Total(_("data gaps closed since"), sum(len(country.closed_gaps) for country in self.countries)),
            Total(_("deadlines missed"), len(self.late)),
            Total(_("decisions since"), len(self.decisions)),
            Total(_("open action points"), len(self.actions)),
        ]

    @property
    def countries_with_gap_changes(self) -> list[CountryProgress]:
        return [country for country in self.countries if country.new_gaps or country.closed_gaps]


def build(
    cycle: ReviewCycle, user: User, until: date, since: date | None = None, code: str = ""
) -> ProgressReport:
    """Return the report on a day, as far as `user` may read; of one country by its code.

    Without `since` the changes are those since the last meeting held before that day. Raises
    Organisation.DoesNotExist for a country that the person may not read.
    """
    at = clock.end_of(until) if until < clock.today() else None
    meetings = list(
        cycle.meetings.visible_to(user).filter(status=MeetingStatus.HELD).order_by("planned_from")
    )
    since = since or start_of_period(meetings, until)
    deadlines, extensions = deadlines_and_extensions(cycle, user, at)
    granted = [extension for extension in extensions if extension.status == ExtensionStatus.GRANTED]
    deliveries = board.deliveries_as_of(deadlines, at) if at else None
    columns = columns_of_days_met(deadlines, until, deliveries)
    readable, days_met = readable_reports(cycle, user, until, at, columns)
    reports = [report for report in readable if code in ("", report.code)]
    if code and not reports:
        raise Organisation.DoesNotExist
    only = reports[0].member_state if code or len(readable) == 1 else None
    days_met |= recorded_days(reports, deadlines, deliveries or ())
    statuses = statuses_by_report(reports, deadlines, granted, days_met, until)
    updates = updates_at(reports, since, until)
    return ProgressReport(
        cycle=cycle,
        only=only,
        since=since,
        until=until,
        countries=country_rows(cycle, reports, statuses, updates, since, until),
        late=late_deadlines(reports, statuses, extensions, updates),
        decisions=decisions_between(cycle, user, since, until),
        actions=open_actions(cycle, user, until, only),
        progress=progress.figures_by_day(reports[0], until) if only else progress.averages(reports, until),
        deadlines=deadlines,
        meetings=meetings,
        readable=[report.member_state for report in readable],
    )


def start_of_period(meetings: Sequence[Meeting], until: date) -> date:
    """Return the last day of the last meeting before `until`."""
    ends = [meeting.ends_on for meeting in meetings if meeting.ends_on < until]
    return max(ends, default=until - timedelta(days=DAYS_BACK))


def deadlines_and_extensions(
    cycle: ReviewCycle, user: User, at: datetime | None
) -> tuple[list[Deadline], list[Extension]]:
    """Return the deadlines that the person may read, and all extensions; with `at` as they were, in one query."""
    visible = cycle.deadlines.visible_to(user).prefetch_related("only_for")
    asked = Extension.objects.filter(deadline__cycle=cycle)
    deadlines, extensions = (
        Trace.objects.both_as_of(visible, asked, at) if at else (list(visible), list(asked))
    )
    return [deadline for deadline in deadlines if deadline.is_read_by(user)], extensions


def readable_reports(
    cycle: ReviewCycle, user: User, on: date, at: datetime | None, columns: Mapping[int, Subquery]
) -> tuple[list[NationalReport], dict[tuple[int, int], date]]:
    """Return the reports of the members on a day that the person may read, in neutral order; and the days on which
    each met the deadlines of `columns`, read in the same query.
    """
    if at is None:
        found = list(with_days_met(cycle.member_reports(on).visible_to(user), columns))
        return found, days_met_of(found, columns)
    reports = board.member_reports(cycle, on, at)
    readable = NationalReport.objects.filter(pk__in=[report.pk for report in reports]).visible_to(user)
    stored = {row.pk: row for row in with_days_met(readable.select_related("member_state"), columns)}
    reports = [report for report in reports if report.pk in stored]
    for report in reports:
        report.cycle, report.member_state = cycle, stored[report.pk].member_state
    reports.sort(key=lambda report: report.member_state.sort_key)
    return reports, days_met_of(stored.values(), columns)


class Updates(NamedTuple):
    """The last progress updates of a country by two days; None: none by then."""

    before: ProgressUpdate | None
    last: ProgressUpdate | None


def updates_at(reports: Iterable[NationalReport], since: date, until: date) -> dict[int, Updates]:
    """Return, by report, its last updates by the ends of two days, in one query."""
    ends = (clock.end_of(since), clock.end_of(until))
    rows = NationalReport.objects.filter(pk__in=[report.pk for report in reports]).order_by()
    updates = ProgressUpdate.objects.filter(report=OuterRef("pk")).order_by("-at", "-id").values("pk")
    chosen = Q()
    for end in ends:
        last = Subquery(updates.filter(at__lte=end)[:1])
        chosen |= Q(pk__in=rows.annotate(chosen=last).values("chosen"))
    found: dict[int, list[ProgressUpdate]] = defaultdict(list)
    for update in ProgressUpdate.objects.filter(chosen).order_by("at", "id"):
        found[update.report_id].append(update)
    return {
        pk: Updates(of_report[0] if of_report[0].at <= ends[0] else None, of_report[-1])
        for pk, of_report in found.items()
    }


def country_rows(
    cycle: ReviewCycle,
    reports: Iterable[NationalReport],
    statuses: dict[int, list[DeadlineStatus]],
    updates: dict[int, Updates],
    since: date,
    until: date,
) -> list[CountryProgress]:
    """Return each country with its figures and data gaps at both ends of the period."""
    between = Between.read(cycle, clock.end_of(since), clock.end_of(until))
    open_gaps: dict[int, int] = defaultdict(int)
    for (member_state, _kind), number in between.counts[1].gaps.items():
        open_gaps[member_state] += number
    new, closed = gap_changes(*between.gaps)
    rows = []
    for report in reports:
        before, last = updates.get(report.pk, Updates(None, None))
        earlier = figures_of(before) if before else (None,) * len(WORKSTREAMS)
        figures = zip(WORKSTREAMS, report.figures, earlier, strict=True)
        state = report.member_state
        rows.append(
            CountryProgress(
                report=report,
                figures=[Figure(workstream_label(name), now, was) for name, now, was in figures],
                open_gaps=open_gaps[state.pk],
                new_gaps=[f"{state.code}-{number}" for number in new[state.pk]],
                closed_gaps=[f"{state.code}-{number}" for number in closed[state.pk]],
                next_due=next_due(statuses[report.pk]),
                note=last.note if last else "",
            )
        )
    return rows


def gap_changes(
    before: Iterable[GapState], after: Iterable[GapState]
) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Return the numbers of the gaps that were raised, and of those that were closed, by member state."""
    was_closed = {gap.pk: gap.status in ENDED for gap in before}
    new: dict[int, list[int]] = defaultdict(list)
    closed: dict[int, list[int]] = defaultdict(list)
    for gap in sorted(after, key=lambda gap: gap.number):
        if gap.pk not in was_closed:
            new[gap.member_state_id].append(gap.number)
        if gap.status in ENDED and not was_closed.get(gap.pk, False):
            closed[gap.member_state_id].append(gap.number)
    return new, closed


def late_deadlines(
    reports: Iterable[NationalReport],
    statuses: dict[int, list[DeadlineStatus]],
    extensions: Iterable[Extension],
    updates: dict[int, Updates],
) -> list[LateDeadline]:
    """Return what is overdue, country by country: why is its last request for more time, else its last note."""
    asked = {(request.deadline_id, request.member_state_id): request.reason for request in extensions}
    late = []
    for report in reports:
        last = updates.get(report.pk, Updates(None, None)).last
        for status in statuses[report.pk]:
            if status.state == DeadlineState.OVERDUE:
                reason = asked.get((status.deadline.pk, report.member_state_id), "")
                late.append(LateDeadline(report, status, reason or (last.note if last else "")))
    return late


def decisions_between(cycle: ReviewCycle, user: User, since: date, until: date) -> list[Decision]:
    """Return the decisions of the meetings that ended in the period, with its first day."""
    meetings = Meeting.objects.visible_to(user).filter(cycle=cycle, status=MeetingStatus.HELD)
    known = Q(held_to__range=(since, until))
    planned = Q(held_to=None, planned_to__range=(since, until))
    decisions = Decision.objects.filter(meeting__in=meetings.filter(known | planned))
    return list(decisions.select_related("meeting__cycle").order_by("meeting__planned_from", "number"))


def open_actions(cycle: ReviewCycle, user: User, until: date, only: Organisation | None) -> list[ActionPoint]:
    """Return the action points of meetings by a day that were open at its end; their text is that of today."""
    points = ActionPoint.objects.filter(meeting__cycle=cycle, meeting__planned_from__lte=until).visible_to(
        user
    )
    still = points.unfinished() | points.filter(held_since__gt=clock.end_of(until)).exclude(
        status=ActionStatus.OPEN
    )
    still = still.of_country(only) if only else still
    return list(still.select_related("meeting__cycle", "owner", "owner_body").order_by("due_on", "pk"))
