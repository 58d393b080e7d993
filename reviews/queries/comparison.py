"""Comparison of the members of a cycle at two instants, and what changed in between. Nothing here ranks them.

The records of an instant are rebuilt from the trace. For two meetings the numbers are those frozen at their ends; the
trace has the records behind them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, Self

from reviews import clock, policy
from reviews.models import (
    ActionPoint,
    ActionStatus,
    DataGap,
    Finding,
    FindingKind,
    FindingStatus,
    GapKind,
    GapStatus,
    NationalReport,
    Organisation,
    ReportStatus,
    ReviewCycle,
    Round,
    StatusAtMeeting,
    Trace,
    User,
)
from reviews.models.reports import WORKSTREAMS

KINDS = (NationalReport, DataGap, Finding, ActionPoint, User)
Records = dict[type[Any], list[Any]]


class MemberSnapshot(NamedTuple):
    """Numbers and report status of one member at one instant."""

    status: str
    figures: tuple[int | None, ...]
    gaps: dict[str, int]  # open ones, by code of the kind
    findings: int
    recommendations: int
    actions: int  # open ones

    @property
    def open_gaps(self) -> int:
        return sum(self.gaps.values())

    @property
    def status_text(self) -> str:
        return str(ReportStatus(self.status).label)

    @classmethod
    def from_frozen(cls, row: StatusAtMeeting) -> Self:
        """The snapshot that was frozen at the end of a round."""
        figures = tuple(getattr(row, name) for name in WORKSTREAMS)
        return cls(row.status, figures, row.open_gaps, row.findings, row.recommendations, row.open_actions)

    def frozen_values(self) -> dict[str, Any]:
        """As columns of StatusAtMeeting."""
        return dict(zip(WORKSTREAMS, self.figures, strict=True)) | {
            "status": self.status,
            "open_gaps": self.gaps,
            "findings": self.findings,
            "recommendations": self.recommendations,
            "open_actions": self.actions,
        }


@dataclass
class OpenedAndClosed:
    """Which records of one kind were opened and closed between two instants."""

    new: list[Any] = field(default_factory=list)
    closed: list[Any] = field(default_factory=list)  # also those that are new and closed already
    reopened: list[Any] = field(default_factory=list)

    def __iter__(self) -> Iterator[Any]:
        return iter((*self.new, *self.closed, *self.reopened))


ENDED = (GapStatus.CLOSED, ActionStatus.DONE, ActionStatus.DROPPED)


@dataclass(frozen=True)
class Change:
    """One member between two instants. `before` is None for a member that came later."""

    state: Organisation
    before: MemberSnapshot | None
    after: MemberSnapshot
    gaps: OpenedAndClosed
    actions: OpenedAndClosed
    is_read: bool  # whether the reader may read the member's gaps and findings

    @property
    def member_state_id(self) -> int:
        return self.state.pk

    @property
    def figures(self) -> list[tuple[int | None, int | None]]:
        """Each workstream: before and after."""
        before = self.before.figures if self.before else (None,) * len(self.after.figures)
        return list(zip(before, self.after.figures, strict=True))

    @property
    def has_moved(self) -> bool:
        return any(old != new for old, new in self.figures)

    @property
    def done(self) -> list[Any]:
        return [a for a in self.actions.closed if a.status == ActionStatus.DONE]

    @property
    def dropped(self) -> list[Any]:
        return [a for a in self.actions.closed if a.status == ActionStatus.DROPPED]


@dataclass(frozen=True)
class Comparison:
    """Two instants of a cycle, member by member in neutral order."""

    since: datetime
    until: datetime
    changes: list[Change]
    others: list[Any]  # action points done that no member has

    @property
    def moved(self) -> int:
        return sum(change.has_moved for change in self.changes)

    def count(self, what: str, kind: str) -> int:
        return sum(len(getattr(getattr(change, what), kind)) for change in self.changes)

    @property
    def totals(self) -> dict[str, int]:
        done = sum(len(change.done) for change in self.changes) + len(self.others)
        return {"new": self.count("gaps", "new"), "closed": self.count("gaps", "closed"), "done": done}


# --- one instant


def current_records(cycle: ReviewCycle) -> Records:
    """The records of a cycle as they are now."""
    actions = ActionPoint.objects.filter(meeting__cycle=cycle)
    return {
        NationalReport: list(cycle.reports.all()), DataGap: list(cycle.datagaps.all()),
        Finding: list(cycle.findings.all()), ActionPoint: list(actions),
        User: list(User.objects.filter(action_points__in=actions).distinct()),
    }  # fmt: skip


def records_as_of(cycle: ReviewCycle, at: datetime) -> Records:
    """The records of a cycle at an instant, rebuilt from the trace."""
    return Trace.objects.cycle_as_of(cycle, KINDS, at)


def snapshots(records: Records, kinds: Iterable[GapKind]) -> dict[int, MemberSnapshot]:
    """The snapshot of each member state by its id, counted from these records."""
    codes = {kind.pk: kind.code for kind in kinds}
    gaps: dict[int, Counter[str]] = defaultdict(Counter)
    for gap in records[DataGap]:
        if gap.status not in ENDED:
            gaps[gap.member_state_id][codes[gap.kind_id]] += 1
    not_withdrawn = [finding for finding in records[Finding] if finding.status != FindingStatus.WITHDRAWN]
    findings = Counter((finding.member_state_id, finding.kind) for finding in not_withdrawn)
    bodies = _bodies(records)
    actions = Counter(_body(point, bodies) for point in records[ActionPoint] if point.status not in ENDED)
    by_state = {}
    for report in records[NationalReport]:
        state = report.member_state_id
        by_state[state] = MemberSnapshot(
            status=report.status,
            figures=report.figures,
            gaps=dict(gaps[state]),
            findings=findings[state, FindingKind.FINDING],
            recommendations=findings[state, FindingKind.RECOMMENDATION],
            actions=actions[state],
        )
    return by_state


def _bodies(records: Records) -> dict[int, int | None]:
    """To which body each person belonged."""
    return {person.pk: person.organisation_id for person in records[User]}


def _body(point: ActionPoint, bodies: dict[int, int | None]) -> int | None:
    """The body that owns an action point, or that of the person who does."""
    return bodies.get(point.owner_id) if point.owner_id else point.owner_body_id


# --- two instants


def between_meetings(rounds: list[Round], rows: Iterable[StatusAtMeeting], user: User) -> Comparison:
    """Between the ends of two rounds, the earlier one first: what was frozen (`rows`), and the trace between."""
    frozen: dict[int, dict[int, MemberSnapshot]] = {country_round.pk: {} for country_round in rounds}
    states = {}
    for row in rows:
        frozen[row.round_id][row.member_state_id] = MemberSnapshot.from_frozen(row)
        states[row.member_state_id] = row.member_state
    ends = [country_round.frozen_at for country_round in rounds if country_round.frozen_at]
    cycle = rounds[1].cycle
    records = [records_as_of(cycle, end) for end in ends]
    return _between(
        cycle, user, ends, records, list(frozen.values()), states, kinds=list(GapKind.objects.all())
    )


def between_days(cycle: ReviewCycle, first: date, last: date, user: User) -> Comparison:
    """Between the ends of two days, from the trace alone."""
    ends = [clock.end_of(first), clock.end_of(last)]
    records, kinds = [records_as_of(cycle, end) for end in ends], list(GapKind.objects.all())
    states = {state.pk: state for state in cycle.members(last)}
    counted = [snapshots(at_end, kinds) for at_end in records]
    return _between(cycle, user, ends, records, counted, states, kinds=kinds)


def _between(
    cycle: ReviewCycle,
    user: User,
    ends: list[datetime],
    records: list[Records],
    counted: list[dict[int, MemberSnapshot]],
    states: dict[int, Organisation],
    *,
    kinds: list[GapKind],
) -> Comparison:
    """Compare two instants; every list has the earlier one first."""
    meetings = {meeting.pk: meeting for meeting in cycle.meetings.all()}
    gaps = _opened_and_closed(records, DataGap, lambda gap, bodies: gap.member_state_id)
    actions = _opened_and_closed(records, ActionPoint, _body)
    _set_related(gaps, actions, states, {kind.pk: kind for kind in kinds}, meetings, cycle)
    before, after = counted
    changes = [
        Change(
            state, before.get(pk), after[pk], gaps[pk], actions[pk],
            is_read=policy.may(user, "report.read", _OfMember(pk)),
        )
        for pk, state in states.items() if pk in after
    ]  # fmt: skip
    changes.sort(key=lambda change: change.state.name_en)
    of_others = [point for pk, changed in actions.items() if pk not in after for point in changed.closed]
    since, until = ends
    done = [point for point in of_others if point.status == ActionStatus.DONE]
    return Comparison(since, until, changes, others=done)


class _OfMember(NamedTuple):
    """What `policy` needs to know of a record: whose it is."""

    member_state_id: int


def _opened_and_closed(
    records: list[Records], kind: type[Any], owner: Callable[[Any, dict[int, int | None]], int | None]
) -> dict[int | None, OpenedAndClosed]:
    """By member state: what was opened and closed between two instants."""
    earlier, bodies = {r.pk: r for r in records[0][kind]}, _bodies(records[1])
    by_owner: dict[int | None, OpenedAndClosed] = defaultdict(OpenedAndClosed)
    for record in records[1][kind]:
        was, changed = earlier.get(record.pk), by_owner[owner(record, bodies)]
        if was is None:
            changed.new.append(record)
        if record.status in ENDED and (was is None or was.status not in ENDED):
            changed.closed.append(record)
        if record.status not in ENDED and was is not None and was.status in ENDED:
            changed.reopened.append(record)
    return by_owner


def _set_related(gaps: Any, actions: Any, states: Any, kinds: Any, meetings: Any, cycle: ReviewCycle) -> None:
    """Set on records rebuilt from the trace the related records that their names and addresses need."""
    for gap in (gap for pk in states for gap in gaps[pk]):
        gap.member_state, gap.kind, gap.cycle = states[gap.member_state_id], kinds[gap.kind_id], cycle
    for point in (point for changed in actions.values() for point in changed):
        point.meeting = meetings[point.meeting_id]
