"""The board: status of every member state of a cycle, today or on a past day.

The records of a past day are rebuilt from the trace, so it shows what people saw then; the arithmetic is the same.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.models import (
    DataGap,
    Deadline,
    DeadlineStatus,
    Extension,
    ExtensionStatus,
    GapKind,
    Meeting,
    NationalReport,
    Organisation,
    ReportStatus,
    ReviewCycle,
    Trace,
    Tracked,
    User,
)
from reviews.models.workstreams import WORKSTREAMS, workstream_label
from reviews.queries import plans, progress
from reviews.queries.deadlines import deadline_statuses, next_due

RecordType = TypeVar("RecordType", bound=Tracked)
DatedRecord = TypeVar("DatedRecord", Deadline, Meeting)


@dataclass(frozen=True)
class BoardRow:
    """One member state on the board."""

    on: date
    report: NationalReport
    state: Organisation
    open_gaps: int
    gaps: (
        dict[GapKind, int] | None
    )  # open ones by kind; None where the reader may not know of what kind they are
    next_due: DeadlineStatus | None
    plan: plans.CountryPlan  # its slack, where the cycle has a plan

    @property
    def holder(self) -> str:
        """The country or the consultants, the only two that a report can be with; empty: nobody."""
        if self.report.holder_id is None:
            return ""
        return str(self.state) if self.report.holder_id == self.state.pk else str(_("Regional consultants"))

    @property
    def gaps_by_kind(self) -> tuple[tuple[str, int], ...]:
        """Label and number of each kind that has open gaps, as far as the reader may know."""
        return tuple((str(kind), number) for kind, number in (self.gaps or {}).items() if number)

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
    """Everything the board page shows, on one day."""

    on: date
    rows: list[BoardRow]
    kinds: list[GapKind]
    deadlines: list[Deadline]
    meetings: list[Meeting]
    progress: list[progress.Point]  # over time, oldest first
    has_plan: bool  # whether this person reads a plan that says by when the reports are needed

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
    def statuses(self) -> list[tuple[ReportStatus, int]]:
        """Each status that occurs, and the number of its reports."""
        counts = Counter(row.report.status for row in self.rows)
        return [(status, counts[status]) for status in ReportStatus if counts[status]]


def build(cycle: ReviewCycle, user: User, on: date, at: datetime | None = None) -> Board:
    """Return the board on a day; with `at`, from the records as of that instant."""
    reports = member_reports(cycle, on, at)
    kinds = list(GapKind.objects.all())
    open_gaps = progress.open_gaps(reports, kinds, on)
    deadlines = visible_as_of(cycle.deadlines.visible_to(user).prefetch_related("only_for"), user, at)
    meetings = visible_as_of(cycle.meetings.visible_to(user), user, at)
    meetings.sort(key=lambda meeting: meeting.starts_on)
    extensions = as_of(Extension.objects.filter(deadline__cycle=cycle), at)
    granted = [extension for extension in extensions if extension.status == ExtensionStatus.GRANTED]
    statuses, paces = deadline_statuses(reports, deadlines, granted, on), progress.paces(reports, on)
    latest = plans.latest_for_reports(plans.steps_of(cycle, user, at, meetings), on)

    # Reports rebuilt from the trace do not bring their countries along.
    states = Organisation.objects.in_bulk([report.member_state_id for report in reports]) if at else {}
    rows = []
    for report in reports:
        state = states[report.member_state_id] if at else report.member_state
        gaps = {kind: open_gaps[state.pk, kind.pk] for kind in kinds}
        known = gaps if DataGap.are_read_by(user, report) else None
        plan = plans.country_plan(report, state, statuses[report.pk], latest, paces[report.pk], on)
        due = next_due(statuses[report.pk])
        rows.append(BoardRow(on, report, state, sum(gaps.values()), known, due, plan))
    rows.sort(key=lambda row: row.state.sort_key)
    points = progress.averages(cycle, on)
    return Board(on, rows, kinds, deadlines, meetings, points, has_plan=latest is not None)


def member_reports(cycle: ReviewCycle, on: date, at: datetime | None) -> list[NationalReport]:
    """The reports of the members counted on a day; with `at`, as they and their seats were at that instant."""
    if at is None:
        return list(cycle.member_reports(on))
    reports, seats = Trace.objects.both_as_of(cycle.reports.all(), cycle.memberships.all(), at)
    seated_on = {seat.member_state_id: seat.joined_on for seat in seats if seat.joined_on <= on}
    members = [report for report in reports if report.member_state_id in seated_on]
    for report in members:
        report.seated_on = seated_on[report.member_state_id]
    return members


def as_of(records: models.QuerySet[RecordType], at: datetime | None) -> list[RecordType]:
    return Trace.objects.as_of(records, at) if at else list(records)


def visible_as_of(
    records: models.QuerySet[DatedRecord], user: User, at: datetime | None
) -> list[DatedRecord]:
    """Without what this person reads today and did not then: its title may have been another."""
    return [record for record in as_of(records, at) if record.is_read_by(user)]
