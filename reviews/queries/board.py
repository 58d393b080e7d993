"""The board: status of every member state of a cycle, today or on a past day.

The records of a past day are rebuilt from the trace, so it shows what people saw then; the arithmetic is the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models import (
    DataGap,
    Deadline,
    DeadlineStatus,
    Delivery,
    Extension,
    ExtensionStatus,
    GapKind,
    Meeting,
    MeetingSeries,
    MeetingStatus,
    NationalReport,
    Organisation,
    PlanStep,
    ReportStatus,
    ReviewCycle,
    Trace,
    Tracked,
    User,
)
from reviews.models.changes import with_changes_of_country
from reviews.models.workstreams import WORKSTREAMS, workstream_label
from reviews.queries import plans, progress
from reviews.queries.deadlines import (
    columns_from_progress,
    next_due,
    recorded_days,
    statuses_by_report,
)
from reviews.queries.outlook import Outlook, OutlookWord, outlook_of

RecordType = TypeVar("RecordType", bound=Tracked)
DatedRecord = TypeVar("DatedRecord", Deadline, Meeting)


class HolderSide(models.TextChoices):
    """Whom a report is with."""

    COUNTRY = "country", _("Country")
    CONSULTANTS = "consultants", _("Consultants")
    NOBODY = "nobody", _("Nobody")


@dataclass(frozen=True)
class BoardRow:
    """One member state on the board. What its reader may not know is None."""

    on: date
    report: NationalReport
    state: Organisation
    open_gaps: int
    gaps: dict[GapKind, int] | None  # open ones by kind
    next_due: DeadlineStatus | None
    plan: plans.CountryPlan  # its slack, where the cycle has a plan
    is_read: bool  # whether the reader may open the country's report
    outlook: Outlook | None
    note: progress.Note | None  # of its latest progress that has one

    @property
    def held_by(self) -> HolderSide:
        """The country or the consultants, the only two that a report can be with, or nobody."""
        if self.report.holder_id is None:
            return HolderSide.NOBODY
        return HolderSide.COUNTRY if self.report.holder_id == self.state.pk else HolderSide.CONSULTANTS

    @property
    def holder(self) -> str:
        """Who has it, by name; empty: nobody."""
        if self.held_by == HolderSide.COUNTRY:
            return str(self.state)
        return "" if self.held_by == HolderSide.NOBODY else gettext("Regional consultants")

    @property
    def gaps_by_kind(self) -> tuple[tuple[str, int], ...]:
        """Label and number of each kind that has open gaps, as far as the reader may know."""
        return tuple((str(kind), number) for kind, number in (self.gaps or {}).items() if number)

    @property
    def slack(self) -> int | None:
        """Days to spare, as far as the reader may know."""
        return self.plan.slack if self.outlook else None

    @property
    def is_changed(self) -> bool:
        """Whether anything of it that the reader may know changed since the reader's last visit."""
        return bool(getattr(self.report, "is_changed", False))

    @property
    def status_position(self) -> int:
        """Its place where countries are sorted by their status."""
        return ReportStatus.values.index(self.report.status)

    @property
    def outlook_position(self) -> int:
        """Its place where countries are sorted by their outlook."""
        return [*OutlookWord].index(self.outlook.word) if self.outlook else len(OutlookWord)

    @property
    def has_figures(self) -> bool:
        return any(figure is not None for figure in self.report.figures)

    @property
    def updated_on(self) -> date | None:
        """The day of the last progress."""
        return clock.day_of(self.report.progressed_at) if self.report.progressed_at else None

    @property
    def age(self) -> int | None:
        """Days since the last progress; None: there was none."""
        return clock.days_between(self.updated_on, self.on) if self.updated_on else None

    @property
    def held_since(self) -> date:
        return clock.day_of(self.report.held_since)


@dataclass(frozen=True)
class Average:
    """The mean of one workstream over the members that have reported it."""

    label: str
    value: int | None
    reported: int


@dataclass(frozen=True)
class Board:
    """Everything the board and its pictures show, on one day. The rows: the reader's own country, then by name."""

    on: date
    rows: list[BoardRow]
    kinds: list[GapKind]
    deadlines: list[Deadline]
    meetings: list[Meeting]
    steps: list[PlanStep]  # of the plan, as far as this person reads it
    latest_on: date | None  # by when the reports must arrive; None: no plan that this person reads says so
    reads_all: bool  # whether this person reads every country

    @property
    def open_gaps(self) -> int:
        return sum(row.open_gaps for row in self.rows)

    @property
    def averages(self) -> list[Average]:
        averages = []
        for name in WORKSTREAMS:
            values = [getattr(row.report, name) for row in self.rows]
            reported = [value for value in values if value is not None]
            mean = round(sum(reported) / len(reported)) if reported else None
            averages.append(Average(workstream_label(name), mean, len(reported)))
        return averages

    @property
    def last_meetings(self) -> list[Meeting]:
        """The last two coordination meetings that were over by its day, the earlier one first."""
        held = [
            meeting
            for meeting in self.meetings
            if meeting.series == MeetingSeries.COORDINATION
            and meeting.status != MeetingStatus.CANCELLED
            and meeting.ends_on <= self.on
        ]
        return sorted(held, key=lambda meeting: meeting.ends_on)[-2:]

    @property
    def own_row(self) -> BoardRow | None:
        """The one country that this person reads; None: all, or none."""
        return None if self.reads_all else next((row for row in self.rows if row.is_read), None)

    @property
    def plan(self) -> plans.Plan:
        return plans.Plan(self.on, tuple(self.steps), tuple(row.plan for row in self.rows), {})


def build(
    cycle: ReviewCycle, user: User, on: date, at: datetime | None = None, *, with_outlook: bool = True
) -> Board:
    """Return the board on a day; with `at`, from the records as of that instant."""
    reports = member_reports(cycle, on, at, user)
    kinds = list(GapKind.objects.all())
    deadlines = visible_as_of(cycle.deadlines.visible_to(user).prefetch_related("only_for"), user, at)
    meetings = visible_as_of(cycle.meetings.visible_to(user), user, at)
    meetings.sort(key=lambda meeting: meeting.starts_on)
    steps = plans.steps_of(cycle, user, at, meetings)
    latest = plans.latest_for_reports(steps, on)
    extensions = as_of(Extension.objects.filter(deadline__cycle=cycle), at)
    granted = [extension for extension in extensions if extension.status == ExtensionStatus.GRANTED]
    counts = progress.count_members(reports, kinds, columns_from_progress(deadlines, on), on)
    days_met = counts.days_met | recorded_days(reports, deadlines, deliveries_as_of(deadlines, at))
    statuses = statuses_by_report(reports, deadlines, granted, days_met, on)
    paces = progress.paces(reports, on) if with_outlook else {}

    # Reports rebuilt from the trace do not bring their countries along.
    states = Organisation.objects.in_bulk([report.member_state_id for report in reports]) if at else {}
    rows = []
    for report in reports:
        state = states[report.member_state_id] if at else report.member_state
        gaps = {kind: counts.open_gaps[state.pk, kind.pk] for kind in kinds}
        of_report = statuses[report.pk]
        plan = plans.country_plan(report, state, of_report, latest, paces.get(report.pk, ()), on)
        is_read = policy.may(user, "report.read", report)
        has_outlook = with_outlook and policy.may(user, "plan.read", report)
        row = BoardRow(
            on=on,
            report=report,
            state=state,
            open_gaps=sum(gaps.values()),
            gaps=gaps if DataGap.are_read_by(user, report) else None,
            next_due=next_due(of_report),
            plan=plan,
            is_read=is_read,
            outlook=outlook_of(plan, of_report, on) if has_outlook else None,
            note=counts.notes.get(report.pk) if is_read else None,
        )
        rows.append(row)
    rows.sort(key=lambda row: (row.state.pk != user.organisation_id, row.state.sort_key))
    return Board(on, rows, kinds, deadlines, meetings, steps, latest, reads_all(user))


def reads_all(user: User) -> bool:
    """Whether the person reads every country."""
    return policy.scope_of(user, "report.read") is policy.Scope.EVERYWHERE


def member_reports(
    cycle: ReviewCycle, on: date, at: datetime | None, user: User | None = None
) -> list[NationalReport]:
    """The reports of the members counted on a day; with `at`, as they and their seats were at that instant.

    With `user` those of the present say whether anything of their country is new to the person.
    """
    if at is None:
        present = cycle.member_reports(on)
        return list(with_changes_of_country(present, user, cycle) if user else present)
    reports, seats = Trace.objects.both_as_of(cycle.reports.all(), cycle.memberships.all(), at)
    seated_on = {seat.member_state_id: seat.joined_on for seat in seats if seat.joined_on <= on}
    members = [report for report in reports if report.member_state_id in seated_on]
    for report in members:
        report.seated_on = seated_on[report.member_state_id]
    return members


def as_of(records: models.QuerySet[RecordType], at: datetime | None) -> list[RecordType]:
    return Trace.objects.as_of(records, at) if at else list(records)


def deliveries_as_of(deadlines: Iterable[Deadline], at: datetime | None) -> list[Delivery]:
    """Return what was recorded of these deadlines at an instant."""
    recorded = [deadline.pk for deadline in deadlines if deadline.is_recorded]
    return as_of(Delivery.objects.filter(deadline__in=recorded), at) if recorded else []


def visible_as_of(
    records: models.QuerySet[DatedRecord], user: User, at: datetime | None
) -> list[DatedRecord]:
    """Without what this person reads today and did not then: its title may have been another."""
    return [record for record in as_of(records, at) if record.is_read_by(user)]
