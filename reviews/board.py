"""The board: where every member state of a cycle stands, today or on a past day.

A past day is rebuilt from the trace, so it shows what people saw then; the rest of the arithmetic is the same.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from reviews import clock, plans, standings
from reviews.models import (
    DataGap,
    Deadline,
    Extension,
    ExtensionStatus,
    GapKind,
    GapStatus,
    Meeting,
    NationalReport,
    Organisation,
    ProgressUpdate,
    ReportStatus,
    Standing,
    Trace,
)
from reviews.models.reports import WORKSTREAMS, workstream_label


@dataclass(frozen=True)
class Row:
    """One member state on the board."""

    report: NationalReport
    state: Organisation
    holder: str
    gaps: list[int]  # open gaps, one number for each kind in order
    standing: Standing | None  # what is due next; None: nothing is
    age: int | None  # days since the last progress; None: there was none
    plan: plans.Country  # its slack, where the cycle has a plan

    @property
    def open_gaps(self) -> int:
        return sum(self.gaps)


class Told(NamedTuple):
    """One progress update, as far as the board needs it."""

    report: int
    at: datetime
    figures: tuple[int | None, ...]


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
    updates: list[Told]  # oldest first
    has_plan: bool  # whether this person reads a plan that says by when the reports are needed

    @property
    def gaps_by_kind(self) -> list[int]:
        return [sum(row.gaps[i] for row in self.rows) for i in range(len(self.kinds))]

    @property
    def open_gaps(self) -> int:
        return sum(row.open_gaps for row in self.rows)


def build(cycle: Any, user: Any, on: date, at: datetime | None = None) -> Board:
    """The board on a day; with `at`, as it stood at that instant."""
    reports = _rows(_reports(cycle, on), at)
    states = _states(reports, at)
    kinds = list(GapKind.objects.all())
    gaps = _open_gaps(cycle, at)
    deadlines = _read_then(user, cycle.deadlines.visible_to(user).prefetch_related("only_for"), at)
    granted = [e for e in _rows(_extensions(cycle), at) if e.status == ExtensionStatus.GRANTED]
    updates = _updates(cycle, at or clock.end_of(on))
    found = standings.standings(reports, deadlines, granted, on, _moments(updates))
    meetings = sorted(_read_then(user, cycle.meetings.visible_to(user), at), key=lambda m: m.starts_on)
    latest = plans.reports_latest(plans.steps_of(cycle, user, at, meetings), on)
    told = plans.told_by(updates)
    rows = [_row(r, states, gaps, kinds, found[r.pk], on, latest, told.get(r.pk, ())) for r in reports]
    rows.sort(key=lambda row: row.state.name_en)
    return Board(
        on=on, rows=rows, kinds=kinds, deadlines=deadlines,
        meetings=meetings, has_plan=latest is not None,
        averages=[_average(name, reports) for name in WORKSTREAMS], statuses=_statuses(reports), updates=updates,
    )  # fmt: skip


def progress_points(updates: list[Told]) -> list[tuple[date, tuple[float | None, ...], int]]:
    """Average of each workstream after every day on which somebody reported, with how many have reported."""
    latest: dict[int, tuple[int | None, ...]] = {}
    points: dict[date, tuple[tuple[float | None, ...], int]] = {}
    for update in updates:
        latest[update.report] = update.figures
        points[clock.day_of(update.at)] = _means(latest.values()), len(latest)
    return [(day, means, reported) for day, (means, reported) in points.items()]


def _updates(cycle: Any, until: datetime) -> list[Told]:
    rows = ProgressUpdate.objects.filter(report__cycle=cycle, at__lte=until).order_by("at", "id")
    return [Told(r, moment, tuple(f)) for r, moment, *f in rows.values_list("report", "at", *WORKSTREAMS)]


def _moments(updates: list[Told]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    for update in updates:
        found[update.report].append(update.at)
    return found


def _means(figures: Iterable[tuple[int | None, ...]]) -> tuple[float | None, ...]:
    return tuple(_mean(column) for column in zip(*figures, strict=True))


def _mean(values: Iterable[int | None]) -> float | None:
    told = [value for value in values if value is not None]
    return sum(told) / len(told) if told else None


def _rows(records: Any, at: datetime | None) -> list[Any]:
    return Trace.objects.as_of(records, at) if at else list(records)


def _read_then(user: Any, records: Any, at: datetime | None) -> list[Any]:
    """Without what this person reads today and did not then: its title may have been another."""
    return [record for record in _rows(records, at) if record.is_read_by(user)]


def _reports(cycle: Any, on: date) -> Any:
    """Those of the members counted on that day."""
    seats = cycle.memberships.filter(joined_on__lte=on).values("member_state")
    return NationalReport.objects.filter(cycle=cycle, member_state__in=seats).select_related("member_state")


def _states(reports: list[Any], at: datetime | None) -> dict[int, Organisation]:
    """The member states by id; reports rebuilt from the trace do not bring theirs along."""
    if at:
        return Organisation.objects.in_bulk([report.member_state_id for report in reports])
    return {report.member_state_id: report.member_state for report in reports}


def _extensions(cycle: Any) -> Any:
    return Extension.objects.filter(deadline__cycle=cycle)


def _open_gaps(cycle: Any, at: datetime | None) -> Counter[tuple[int, int]]:
    """How many open gaps by (member state, kind)."""
    if at:
        past = Trace.objects.as_of(DataGap.objects.filter(cycle=cycle), at)
        return Counter((g.member_state_id, g.kind_id) for g in past if g.status != GapStatus.CLOSED)
    counted = DataGap.objects.filter(cycle=cycle).open().order_by().values("member_state", "kind")
    return Counter({(r["member_state"], r["kind"]): r["n"] for r in counted.annotate(n=Count("pk"))})


def _row(
    report: Any,
    states: dict[int, Any],
    gaps: Counter[tuple[int, int]],
    kinds: list[GapKind],
    theirs: Any,
    on: date,
    latest: date | None,
    told: Any,
) -> Row:
    state = states[report.member_state_id]
    age = clock.days_between(clock.day_of(report.progressed_at), on) if report.progressed_at else None
    return Row(
        report=report, state=state, holder=_holder(report, state), age=age,
        gaps=[gaps[(state.pk, kind.pk)] for kind in kinds], standing=standings.next_standing(theirs),
        plan=plans.country(report, state, theirs, latest, told, on),
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
    return [(str(status.label), counted[status]) for status in ReportStatus]
