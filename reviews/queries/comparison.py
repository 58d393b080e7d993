"""Comparison of the members of a cycle at two instants, and what changed in between. Nothing here ranks them.

The records of an instant are rebuilt from the trace. For two meetings the numbers are those frozen at their ends; the
trace has the records behind them. Data gaps and findings, of which there may be a hundred thousand, are counted by the
database; only what names a gap that changed is read.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Generic, NamedTuple, Self, TypeVar

from reviews import clock, policy
from reviews.models import (
    ActionPoint,
    ActionStatus,
    DataGap,
    FindingKind,
    GapKind,
    NationalReport,
    Organisation,
    ReportStatus,
    ReviewCycle,
    Round,
    StatusAtMeeting,
    Trace,
    User,
)
from reviews.models.workstreams import WORKSTREAMS
from reviews.queries.trace import ENDED, Between, Counts, GapState

RecordType = TypeVar("RecordType", bound=GapState | ActionPoint)


@dataclass(frozen=True)
class Records:
    """The records of a cycle at one instant."""

    reports: list[NationalReport]
    actions: list[ActionPoint]
    people: list[User]  # those who may own an action point

    @cached_property
    def bodies(self) -> dict[int, int | None]:
        """To which body each person belonged."""
        return {person.pk: person.organisation_id for person in self.people}

    def body_of(self, point: ActionPoint) -> int | None:
        """The body that owns an action point, or that of the person who does."""
        return self.bodies.get(point.owner_id) if point.owner_id else point.owner_body_id


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
class OpenedAndClosed(Generic[RecordType]):
    """Which records of one kind were opened and closed between two instants."""

    new: list[RecordType] = field(default_factory=list)
    closed: list[RecordType] = field(default_factory=list)  # also those that are new and closed already
    reopened: list[RecordType] = field(default_factory=list)

    def __iter__(self) -> Iterator[RecordType]:
        return iter((*self.new, *self.closed, *self.reopened))


@dataclass(frozen=True)
class Change:
    """One member between two instants. `before` is None for a member that came later."""

    cycle: ReviewCycle
    state: Organisation
    before: MemberSnapshot | None
    after: MemberSnapshot
    gaps: OpenedAndClosed[GapState]
    actions: OpenedAndClosed[ActionPoint]
    is_read: bool  # whether the reader may read the member's gaps and findings

    @property
    def member_state_id(self) -> int:
        return self.state.pk

    def gap_records(self, gaps: Iterable[GapState]) -> list[DataGap]:
        """Some of the member's gaps as records that know their code and their address, and nothing else."""
        return [DataGap(cycle=self.cycle, member_state=self.state, number=gap.number) for gap in gaps]

    @property
    def figures(self) -> list[tuple[int | None, int | None]]:
        """Each workstream: before and after."""
        before = self.before.figures if self.before else (None,) * len(self.after.figures)
        return list(zip(before, self.after.figures, strict=True))

    @property
    def has_other_figures(self) -> bool:
        return any(old != new for old, new in self.figures)

    @property
    def done(self) -> list[ActionPoint]:
        return [point for point in self.actions.closed if point.status == ActionStatus.DONE]

    @property
    def dropped(self) -> list[ActionPoint]:
        return [point for point in self.actions.closed if point.status == ActionStatus.DROPPED]


@dataclass(frozen=True)
class Comparison:
    """Two instants of a cycle, member by member in neutral order."""

    since: datetime
    until: datetime
    changes: list[Change]
    others: list[ActionPoint]  # those done that no member has

    @property
    def members_with_other_figures(self) -> int:
        return sum(change.has_other_figures for change in self.changes)

    @property
    def totals(self) -> dict[str, int]:
        return {
            "new": sum(len(change.gaps.new) for change in self.changes),
            "closed": sum(len(change.gaps.closed) for change in self.changes),
            "done": sum(len(change.done) for change in self.changes) + len(self.others),
        }


# --- one instant


def current_records(cycle: ReviewCycle) -> Records:
    """Return the records of a cycle as they are now."""
    actions = ActionPoint.objects.filter(meeting__cycle=cycle)
    return Records(
        reports=list(cycle.reports.all()),
        actions=list(actions),
        people=list(User.objects.filter(action_points__in=actions).distinct()),
    )


def records_as_of(cycle: ReviewCycle, at: datetime) -> Records:
    """Return the records of a cycle at an instant, rebuilt from the trace."""
    models = (NationalReport, ActionPoint, User)
    records = Trace.objects.cycle_as_of(cycle, models, at)
    return Records(*(records[model] for model in models))


def snapshots(records: Records, counts: Counts, kinds: Iterable[GapKind]) -> dict[int, MemberSnapshot]:
    """Return the snapshot of each member state by its id, from its records and counts."""
    codes = {kind.pk: kind.code for kind in kinds}
    gaps: dict[int, dict[str, int]] = defaultdict(dict)
    for (state, kind), number in counts.gaps.items():
        gaps[state][codes[kind]] = number
    actions = Counter(records.body_of(point) for point in records.actions if point.status not in ENDED)
    by_state = {}
    for report in records.reports:
        state = report.member_state_id
        by_state[state] = MemberSnapshot(
            status=report.status,
            figures=report.figures,
            gaps=gaps[state],
            findings=counts.findings[state, FindingKind.FINDING],
            recommendations=counts.findings[state, FindingKind.RECOMMENDATION],
            actions=actions[state],
        )
    return by_state


# --- two instants


class Instant(NamedTuple):
    """One end of a comparison."""

    at: datetime
    records: Records
    members: dict[int, MemberSnapshot]  # by member state


def between_meetings(rounds: list[Round], rows: Iterable[StatusAtMeeting], user: User) -> Comparison:
    """Compare the ends of two rounds, the earlier one first: what was frozen (`rows`), and the trace between."""
    frozen: dict[int, dict[int, MemberSnapshot]] = {country_round.pk: {} for country_round in rounds}
    states = {}
    for row in rows:
        frozen[row.round_id][row.member_state_id] = MemberSnapshot.from_frozen(row)
        states[row.member_state_id] = row.member_state
    cycle, instants = rounds[1].cycle, []
    for country_round in rounds:
        assert country_round.frozen_at
        records = records_as_of(cycle, country_round.frozen_at)
        instants.append(Instant(country_round.frozen_at, records, frozen[country_round.pk]))
    between = Between.read(cycle, instants[0].at, instants[1].at)
    return _compare(cycle, user, instants[0], instants[1], between, states)


def between_days(cycle: ReviewCycle, first: date, last: date, user: User) -> Comparison:
    """Compare the ends of two days, from the trace alone."""
    ends = (clock.end_of(first), clock.end_of(last))
    between, kinds, instants = Between.read(cycle, *ends), list(GapKind.objects.all()), []
    for at, counts in zip(ends, between.counts, strict=True):
        records = records_as_of(cycle, at)
        instants.append(Instant(at, records, snapshots(records, counts, kinds)))
    states = {state.pk: state for state in cycle.members(last)}
    return _compare(cycle, user, instants[0], instants[1], between, states)


def _compare(
    cycle: ReviewCycle,
    user: User,
    start: Instant,
    end: Instant,
    between: Between,
    states: dict[int, Organisation],
) -> Comparison:
    gaps = _opened_and_closed(*between.gaps, lambda gap: gap.member_state_id)
    actions = _opened_and_closed(start.records.actions, end.records.actions, end.records.body_of)
    # Records rebuilt from the trace get the related record that their names need.
    meetings = {meeting.pk: meeting for meeting in cycle.meetings.all()}
    for points in actions.values():
        for point in points:
            point.meeting = meetings[point.meeting_id]

    changes = []
    for pk, state in states.items():
        if pk in end.members:
            is_read = policy.may(user, "report.read", _OfMember(pk))
            members = (start.members.get(pk), end.members[pk])
            changes.append(Change(cycle, state, *members, gaps[pk], actions[pk], is_read))
    changes.sort(key=lambda change: change.state.name_en)
    of_others = [point for pk, points in actions.items() if pk not in end.members for point in points.closed]
    done = [point for point in of_others if point.status == ActionStatus.DONE]
    return Comparison(start.at, end.at, changes, others=done)


class _OfMember(NamedTuple):
    """What `policy` needs to know of a record: whose it is."""

    member_state_id: int


def _opened_and_closed(
    before: Sequence[RecordType], after: Sequence[RecordType], owner: Callable[[RecordType], int | None]
) -> dict[int | None, OpenedAndClosed[RecordType]]:
    """By member state: what was opened and closed between two instants."""
    was_ended = {record.pk: record.status in ENDED for record in before}
    by_owner: dict[int | None, OpenedAndClosed[RecordType]] = defaultdict(OpenedAndClosed)
    for record in after:
        changed, is_ended = by_owner[owner(record)], record.status in ENDED
        if record.pk not in was_ended:
            changed.new.append(record)
        if is_ended and not was_ended.get(record.pk, False):
            changed.closed.append(record)
        if not is_ended and was_ended.get(record.pk, False):
            changed.reopened.append(record)
    return by_owner
