"""How the members of a cycle stood at two instants, and what changed in between. Nothing here ranks them.

An instant is rebuilt from the trace. For two meetings the numbers are those frozen at their ends, and the trace
tells by which records they came about.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

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
    Round,
    StatusAtMeeting,
    Trace,
    User,
)

KINDS = (NationalReport, DataGap, Finding, ActionPoint, User)
Records = dict[type[Any], list[Any]]


class MemberSnapshot(NamedTuple):
    """How one member stands at one instant."""

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


def present(cycle: Any) -> Records:
    """The records of a cycle as they are now."""
    actions = ActionPoint.objects.filter(meeting__cycle=cycle)
    return {
        NationalReport: list(cycle.reports.all()), DataGap: list(cycle.datagaps.all()),
        Finding: list(cycle.findings.all()), ActionPoint: list(actions),
        User: list(User.objects.filter(action_points__in=actions).distinct()),
    }  # fmt: skip


def past(cycle: Any, at: datetime) -> Records:
    """The same as they stood at an instant."""
    return Trace.objects.cycle_as_of(cycle, KINDS, at)


def stands(records: Records, kinds: Iterable[GapKind]) -> dict[int, MemberSnapshot]:
    """By member state: how it stands by these records."""
    codes = {kind.pk: kind.code for kind in kinds}
    gaps: dict[int, Counter[str]] = defaultdict(Counter)
    for gap in records[DataGap]:
        if gap.status not in ENDED:
            gaps[gap.member_state_id][codes[gap.kind_id]] += 1
    found = Counter((f.member_state_id, f.kind) for f in records[Finding] if _stands(f))
    bodies = _bodies(records)
    actions = Counter(_body(a, bodies) for a in records[ActionPoint] if a.status not in ENDED)
    return {
        r.member_state_id: MemberSnapshot(
            r.status, r.figures, dict(gaps[r.member_state_id]), found[r.member_state_id, FindingKind.FINDING],
            found[r.member_state_id, FindingKind.RECOMMENDATION], actions[r.member_state_id],
        )
        for r in records[NationalReport]
    }  # fmt: skip


def from_frozen(row: StatusAtMeeting) -> MemberSnapshot:
    """How a member stood by what was frozen."""
    figures = (row.data_collection, row.analysis, row.writing)
    return MemberSnapshot(
        row.status, figures, row.open_gaps, row.findings, row.recommendations, row.open_actions
    )


def _stands(finding: Finding) -> bool:
    return finding.status != FindingStatus.WITHDRAWN


def _bodies(records: Records) -> dict[int, int | None]:
    """To which body each person belonged."""
    return {person.pk: person.organisation_id for person in records[User]}


def _body(action: ActionPoint, bodies: dict[int, int | None]) -> int | None:
    """Whose an action point is: the body's, or the body of its person."""
    return bodies.get(action.owner_id) if action.owner_id else action.owner_body_id


# --- two instants


def between_meetings(rounds: list[Round], rows: Iterable[StatusAtMeeting], user: Any) -> Comparison:
    """Between the ends of two rounds, the earlier one first: what was frozen (`rows`), and the trace between."""
    stood: dict[int, dict[int, MemberSnapshot]] = {found.pk: {} for found in rounds}
    states = {}
    for row in rows:
        stood[row.round_id][row.member_state_id] = from_frozen(row)
        states[row.member_state_id] = row.member_state
    since, until = (_end_of(found) for found in rounds)
    cycle, before, after = rounds[1].cycle, *stood.values()
    records = [past(cycle, since), past(cycle, until)]
    return _between(cycle, user, (since, until), records, before, after, states, list(GapKind.objects.all()))


def _end_of(country_round: Round) -> datetime:
    """The instant at which a closed round was frozen."""
    assert country_round.frozen_at
    return country_round.frozen_at


def between_days(cycle: Any, first: date, last: date, user: Any) -> Comparison:
    """Between the ends of two days, from the trace alone."""
    moments = (clock.end_of(first), clock.end_of(last))
    records, kinds = [past(cycle, moment) for moment in moments], list(GapKind.objects.all())
    states = {state.pk: state for state in cycle.members(last)}
    before, after = (stands(found, kinds) for found in records)
    return _between(cycle, user, moments, records, before, after, states, kinds)


def _between(
    cycle: Any, user: Any, moments: tuple[datetime, datetime], records: list[Records],
    before: dict[int, MemberSnapshot], after: dict[int, MemberSnapshot], states: dict[int, Organisation], kinds: list[GapKind],
) -> Comparison:  # fmt: skip
    meetings = {meeting.pk: meeting for meeting in cycle.meetings.all()}
    gaps = _moves(records, DataGap, lambda gap, found: gap.member_state_id)
    actions = _moves(records, ActionPoint, lambda action, found: _body(action, found))
    _name(gaps, actions, states, {kind.pk: kind for kind in kinds}, meetings, cycle)
    changes = [
        Change(
            state, before.get(pk), after[pk], gaps[pk], actions[pk],
            policy.may(user, "report.read", _Of(pk)),
        )
        for pk, state in states.items() if pk in after
    ]  # fmt: skip
    changes.sort(key=lambda change: change.state.name_en)
    others = [
        a for pk in actions if pk not in after for a in actions[pk].closed if a.status == ActionStatus.DONE
    ]
    return Comparison(*moments, changes, others)


class _Of(NamedTuple):
    """What `policy` needs to know of a record: whose it is."""

    member_state_id: int


def _moves(records: list[Records], kind: type[Any], owner: Any) -> dict[int | None, OpenedAndClosed]:
    """By member state: what was opened and closed between two instants."""
    earlier, bodies = {r.pk: r for r in records[0][kind]}, _bodies(records[1])
    found: dict[int | None, OpenedAndClosed] = defaultdict(OpenedAndClosed)
    for record in records[1][kind]:
        was, moves = earlier.get(record.pk), found[owner(record, bodies)]
        if was is None:
            moves.new.append(record)
        if record.status in ENDED and (was is None or was.status not in ENDED):
            moves.closed.append(record)
        if record.status not in ENDED and was is not None and was.status in ENDED:
            moves.reopened.append(record)
    return found


def _name(gaps: Any, actions: Any, states: Any, kinds: Any, meetings: Any, cycle: Any) -> None:
    """Give records rebuilt from the trace what their names and addresses are made of."""
    for gap in (gap for pk in states for gap in gaps[pk]):
        gap.member_state, gap.kind, gap.cycle = states[gap.member_state_id], kinds[gap.kind_id], cycle
    for action in (action for moves in actions.values() for action in moves):
        action.meeting = meetings[action.meeting_id]
