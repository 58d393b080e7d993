"""The board: where every member state of a cycle stands, today or on a past day.

A past day is rebuilt from the trace, so it shows what people saw then; the rest of the arithmetic is the same.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.models import (
    Deadline,
    DeadlineStatus,
    Extension,
    ExtensionStatus,
    GapKind,
    Meeting,
    NationalReport,
    Organisation,
    ReportStatus,
    Trace,
)
from reviews.models.reports import WORKSTREAMS, workstream_label
from reviews.queries import plans, progress
from reviews.queries.deadlines import deadline_statuses, next_due


@dataclass(frozen=True)
class Row:
    """One member state on the board."""

    report: NationalReport
    state: Organisation
    holder: str
    gaps: list[int]  # open gaps, one number for each kind in order
    counted: tuple[tuple[str, int], ...]  # the same in words, without the kinds that have none
    standing: DeadlineStatus | None  # what is due next; None: nothing is
    age: int | None  # days since the last progress; None: there was none
    plan: plans.CountryPlan  # its slack, where the cycle has a plan

    @property
    def open_gaps(self) -> int:
        return sum(self.gaps)

    @property
    def told_on(self) -> date | None:
        """The day of the last progress."""
        return clock.day_of(self.report.progressed_at) if self.report.progressed_at else None

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
    rows: list[Row]
    kinds: list[GapKind]
    deadlines: list[Deadline]
    meetings: list[Meeting]
    averages: list[Average]
    statuses: list[tuple[str, int]]
    progress: list[progress.Point]  # over time, oldest first
    has_plan: bool  # whether this person reads a plan that says by when the reports are needed

    @property
    def gaps_by_kind(self) -> list[int]:
        return [sum(row.gaps[i] for row in self.rows) for i in range(len(self.kinds))]

    @property
    def open_gaps(self) -> int:
        return sum(row.open_gaps for row in self.rows)


def build(cycle: Any, user: Any, on: date, at: datetime | None = None) -> Board:
    """The board on a day; with `at`, as it stood at that instant."""
    reports = _rows(cycle.member_reports(on), at)
    states = _states(reports, at)
    kinds = list(GapKind.objects.all())
    gaps = progress.open_gaps(reports, kinds, on)
    deadlines = _read_then(user, cycle.deadlines.visible_to(user).prefetch_related("only_for"), at)
    extensions = _rows(Extension.objects.filter(deadline__cycle=cycle), at)
    granted = [extension for extension in extensions if extension.status == ExtensionStatus.GRANTED]
    found, paces = deadline_statuses(reports, deadlines, granted, on), progress.paces(reports, on)
    meetings = sorted(_read_then(user, cycle.meetings.visible_to(user), at), key=lambda m: m.starts_on)
    latest = plans.reports_latest(plans.steps_of(cycle, user, at, meetings), on)
    rows = [_row(r, states, gaps, kinds, found[r.pk], on, latest, paces[r.pk]) for r in reports]
    rows.sort(key=lambda row: row.state.name_en)
    return Board(
        on=on, rows=rows, kinds=kinds, deadlines=deadlines,
        meetings=meetings, has_plan=latest is not None,
        averages=[_average(name, reports) for name in WORKSTREAMS], statuses=_statuses(reports),
        progress=progress.averages(cycle, on),
    )  # fmt: skip


def _rows(records: Any, at: datetime | None) -> list[Any]:
    return Trace.objects.as_of(records, at) if at else list(records)


def _read_then(user: Any, records: Any, at: datetime | None) -> list[Any]:
    """Without what this person reads today and did not then: its title may have been another."""
    return [record for record in _rows(records, at) if record.is_read_by(user)]


def _states(reports: list[Any], at: datetime | None) -> dict[int, Organisation]:
    """The member states by id; reports rebuilt from the trace do not bring theirs along."""
    if at:
        return Organisation.objects.in_bulk([report.member_state_id for report in reports])
    return {report.member_state_id: report.member_state for report in reports}


def _row(
    report: Any,
    states: dict[int, Any],
    gaps: Mapping[tuple[int, int], int],
    kinds: list[GapKind],
    theirs: Any,
    on: date,
    latest: date | None,
    paces: Any,
) -> Row:
    state = states[report.member_state_id]
    counts = [gaps[state.pk, kind.pk] for kind in kinds]
    words = tuple((str(kind), n) for kind, n in zip(kinds, counts, strict=True) if n)
    age = clock.days_between(clock.day_of(report.progressed_at), on) if report.progressed_at else None
    return Row(
        report=report, state=state, holder=_holder(report, state), age=age,
        gaps=counts, counted=words, standing=next_due(theirs),
        plan=plans.country(report, state, theirs, latest, paces, on),
    )  # fmt: skip


def _holder(report: Any, state: Organisation) -> str:
    """Who has it: the country, or the consultants who read. (The only two a report can be with.)"""
    if report.holder_id is None:
        return ""
    return str(state) if report.holder_id == state.pk else str(_("Regional consultants"))


def _average(name: str, reports: list[Any]) -> Average:
    told = [value for report in reports if (value := getattr(report, name)) is not None]
    return Average(workstream_label(name), round(sum(told) / len(told)) if told else None, len(told))


def _statuses(reports: list[Any]) -> list[tuple[str, int]]:
    counted = Counter(report.status for report in reports)
    return [(str(status.label), counted[status]) for status in ReportStatus if counted[status]]
