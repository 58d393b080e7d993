"""Data gaps and findings at two instants, counted from the trace by the database.

There may be a hundred thousand of them: of those that did not change in between only the number is read.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Self

from django.db import connections
from django.db.models import Count

from reviews.models import ActionStatus, DataGap, Finding, FindingStatus, GapStatus, ReviewCycle, Trace

ENDED = (GapStatus.CLOSED, ActionStatus.DONE, ActionStatus.DROPPED)
GAP, FINDING = DataGap._meta.label_lower, Finding._meta.label_lower


class GapState(NamedTuple):
    """A data gap at one instant: its status, and what names it."""

    pk: int
    status: str
    member_state_id: int
    number: int


@dataclass
class Counts:
    """How many open gaps and findings each member has: by member state and kind."""

    gaps: Counter[tuple[int, int]] = field(default_factory=Counter)  # id of the kind
    findings: Counter[tuple[int, str]] = field(default_factory=Counter)  # without those withdrawn

    def add(self, row: "TraceCount") -> None:
        if row.model == GAP and row.status not in ENDED:
            self.gaps[row.member_state_id, int(row.kind)] += row.rows
        elif row.model == FINDING and row.status != FindingStatus.WITHDRAWN:
            self.findings[row.member_state_id, row.kind] += row.rows


def current_counts(cycle: ReviewCycle) -> Counts:
    """Return how many open gaps and findings each member of a cycle has now."""
    gaps = cycle.datagaps.exclude(status__in=ENDED).order_by().values_list("member_state_id", "kind_id")
    findings = cycle.findings.exclude(status=FindingStatus.WITHDRAWN).order_by()
    findings_of = findings.values_list("member_state_id", "kind")
    return Counts(
        Counter({(state, kind): number for state, kind, number in gaps.annotate(number=Count("pk"))}),
        Counter({(state, kind): number for state, kind, number in findings_of.annotate(number=Count("pk"))}),
    )


class TraceCount(NamedTuple):
    """Rows of the trace, alike in what is read here, that were in force at one of two instants or at both."""

    model: str
    object_id: int | None  # None: several records, none of which changed in between
    number: int | None
    at_start: bool
    at_end: bool
    member_state_id: int
    status: str
    kind: str  # the id of a gap's kind, or the kind of a finding
    rows: int


# In one query for both instants. A record that did not change in between is only counted.
COUNT_TRACE = """
with rows as (
    select model, object_id, at <= %s as is_early, lead(at) over record as ended_at,
        after ->> 'number' as number, after ->> 'member_state_id' as state, after ->> 'status' as status,
        coalesce(after ->> 'kind_id', after ->> 'kind') as kind
    from reviews_trace
    where cycle_id = %s and model in (%s, %s) and at <= %s
    window record as (partition by model, object_id order by at, id)
), ends as (
    select *, is_early and (ended_at is null or ended_at > %s) as at_start, ended_at is null as at_end from rows
), changes as (
    select *, model = %s and not (at_start and at_end) as is_changed from ends where at_start or at_end
)
select model, case when is_changed then object_id end as id, case when is_changed then number end as number,
    at_start, at_end, state, status, kind, count(*)
from changes group by 1, 2, 3, 4, 5, 6, 7, 8 order by 2
"""


def counts_between(cycle: ReviewCycle, since: datetime, until: datetime) -> Iterator[TraceCount]:
    """Yield the gaps of a cycle that changed between two instants, and counts of all that was at either of them."""
    connection = connections[Trace.objects.db]
    first, last = (connection.ops.adapt_datetimefield_value(at) for at in (since, until))
    with connection.cursor() as cursor:
        cursor.execute(COUNT_TRACE, [first, cycle.pk, GAP, FINDING, last, first, GAP])
        for model, pk, number, at_start, at_end, state, status, kind, rows in cursor:
            gap_number = None if number is None else int(number)
            yield TraceCount(
                model, pk, gap_number, bool(at_start), bool(at_end), int(state), status, str(kind), rows
            )


@dataclass
class Between:
    """What was counted of gaps and findings at two instants, and the gaps that changed in between."""

    counts: tuple[Counts, Counts] = field(default_factory=lambda: (Counts(), Counts()))
    gaps: tuple[list[GapState], list[GapState]] = field(default_factory=lambda: ([], []))

    @classmethod
    def read(cls, cycle: ReviewCycle, since: datetime, until: datetime) -> Self:
        between = cls()
        for row in counts_between(cycle, since, until):
            for side, is_there in enumerate((row.at_start, row.at_end)):
                if is_there:
                    between.counts[side].add(row)
                if is_there and row.object_id is not None and row.number is not None:
                    gap = GapState(row.object_id, row.status, row.member_state_id, row.number)
                    between.gaps[side].append(gap)
        return between
