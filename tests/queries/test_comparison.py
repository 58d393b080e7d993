"""What changed between two meetings or two days agrees with the trace, for any history."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reviews import clock
from reviews.actions.cycles import seat_member
from reviews.actions.reports import submit_report
from reviews.models import (
    ActionPoint,
    DataGap,
    Finding,
    NationalReport,
    Organisation,
    Round,
    StatusAtMeeting,
    Trace,
    User,
)
from reviews.queries import comparison
from tests.support import make

HISTORIES = 200
# The day after that of every test, on which the cast and the cycle were made.
BEGIN = timezone.make_aware(datetime.combine(date(2020, 8, 21), time(9)))


@pytest.fixture
def world(cast, cycle) -> Any:
    """The cast, with the meeting that action points come from."""
    cast.cycle, cast.kinds = cycle, [make.kind("missing"), make.kind("other")]
    cast.meetings = [make.meeting(cycle, by=cast.secretariat, code=str(n)) for n in (1, 2)]
    return cast


# --- one step of a history, taken by whoever may; steps that the records do not allow are left out


def post(world: Any, person: Any, draw: random.Random) -> None:
    report = make.report(world.cycle, person.organisation.code)
    if report.is_editable:
        figures = {
            name: draw.choice([None, 0, 30, 70, 100]) for name in ("data_collection", "analysis", "writing")
        }
        report.post_progress(by=person, expected_version=report.version, note="x", **figures)


def hand_in(world: Any, person: Any, draw: random.Random) -> None:
    report = make.report(world.cycle, person.organisation.code)
    person = world.vnm if person.organisation == world.vnm.organisation else world.lao
    if report.status == "in_progress":
        submit_report(report=report, by=person, expected_version=report.version, file=make.pdf(), reason="x")
    elif report.status == "submitted":
        report.recall(by=person, expected_version=report.version)


def raise_gap(world: Any, person: Any, draw: random.Random) -> None:
    make.gap(make.report(world.cycle, person.organisation.code), by=person, kind=draw.choice(world.kinds))


def turn_gap(world: Any, person: Any, draw: random.Random) -> None:
    """Close one, or open it again."""
    if gaps := list(DataGap.objects.filter(member_state=person.organisation_id)):
        gap = draw.choice(gaps)
        if gap.is_open:
            gap.close(by=person, expected_version=gap.version, way="limitation", note="x")
        else:
            gap.reopen(by=person, expected_version=gap.version, note="x")


def find(world: Any, person: Any, draw: random.Random) -> None:
    report, kind = (
        make.report(world.cycle, person.organisation.code),
        draw.choice(["finding", "recommendation"]),
    )
    Finding.record_for(report, by=person, kind=kind, text="x")


def withdraw(world: Any, person: Any, draw: random.Random) -> None:
    finding = Finding.objects.filter(member_state=person.organisation_id).not_withdrawn().first()
    if finding:
        finding.withdraw(by=person, expected_version=finding.version, note="x")


def act(world: Any, person: Any, draw: random.Random) -> None:
    owner = draw.choice([{"owner": person}, {"owner_body": person.organisation}])
    ActionPoint.add_to(world.meetings[0], by=world.secretariat, text="x", due_on=BEGIN.date(), **owner)


def turn_action(world: Any, person: Any, draw: random.Random) -> None:
    if points := list(ActionPoint.objects.all()):
        point, by = draw.choice(points), world.secretariat
        move = draw.choice([point.finish, point.drop]) if point.status == "open" else point.reopen
        move(by=by, expected_version=point.version, note="x")


def correct(world: Any, person: Any, draw: random.Random) -> None:
    """The administrator finds that a gap was of another kind."""
    if gap := DataGap.objects.filter(member_state=person.organisation_id).first():
        gap.correct(by=world.admin, expected_version=gap.version, why="x", kind=draw.choice(world.kinds))


def change_side(world: Any, person: Any, draw: random.Random) -> None:
    """Somebody with action points leaves for another country's team."""
    team = User.objects.get(pk=world.vnm_team.pk)
    home = draw.choice([world.vnm, world.lao]).organisation
    team.change_traced(by=world.admin, expected_version=team.version, organisation=home)


def freeze(world: Any, person: Any, draw: random.Random) -> None:
    """The end of the next round."""
    held = Round.objects.count()
    if held < len(world.meetings):
        make.frozen(world.meetings[held], by=world.secretariat)


STEPS: list[Callable[..., None]] = [
    post, post, hand_in, raise_gap, raise_gap, turn_gap, turn_gap, find, withdraw, act, turn_action, correct,
    change_side, freeze,
]  # fmt: skip
histories = st.lists(
    st.tuples(st.sampled_from(STEPS), st.sampled_from(["vnm", "lao", "vnm_team"]), st.integers(0, 9), st.randoms()),
    min_size=4, max_size=14,
)  # fmt: skip


def live(world: Any, steps: Any) -> datetime:
    """Take the steps, some hours or days apart; then hold what rounds are missing. When it ended."""
    moment = BEGIN
    for step, name, pause, draw in [*steps, (freeze, "vnm", 1, None), (freeze, "vnm", 1, None)]:
        moment += timedelta(hours=1 + 7 * pause)
        with clock.at(moment):
            person = User.objects.get(pk=getattr(world, name).pk)
            step(world, person, draw)
    return moment


# --- what the trace has, counted in the plainest way


MODELS = (NationalReport, DataGap, Finding, ActionPoint, User)


def read(at: datetime) -> dict[Any, list[Any]]:
    """Everything from `Trace.objects.as_of`, one kind of record after the other."""
    return {model: Trace.objects.as_of(model.objects.all(), at) for model in MODELS}


class MemberThen:
    """One member at an instant."""

    def __init__(self, records: dict[Any, list[Any]], state: Organisation) -> None:
        def of_member(model: Any) -> list[Any]:
            return [record for record in records[model] if record.member_state_id == state.pk]

        self.report = of_member(NationalReport)[0]
        self.gaps = {gap.pk: gap for gap in of_member(DataGap)}
        self.findings = Counter(f.kind for f in of_member(Finding) if f.status != "withdrawn")
        points = records[ActionPoint]
        self.actions = {p.pk: p for p in points if (p.owner_body_id or home_when_given(p)) == state.pk}
        self.every_action = {p.pk: p for p in points}

    def snapshot(self) -> comparison.MemberSnapshot:
        codes = dict(make.GapKind.objects.values_list("pk", "code"))
        gaps = Counter(codes[gap.kind_id] for gap in self.gaps.values() if gap.status != "closed")
        actions = sum(point.status == "open" for point in self.actions.values())
        findings = (self.findings["finding"], self.findings["recommendation"])
        return comparison.MemberSnapshot(
            self.report.status, self.report.figures, dict(gaps), *findings, actions
        )


def home_when_given(point: ActionPoint) -> int:
    """The body of its owner on the day that it was given; no owner changes here, but people do change sides."""
    given = Trace.objects.get(model="reviews.actionpoint", object_id=point.pk, version=1)
    [owner] = Trace.objects.as_of(User.objects.filter(pk=point.owner_id), given.at)
    return owner.organisation_id


def agree(compared: comparison.Comparison) -> None:
    """Every number of a comparison agrees with the trace."""
    ends = [read(at) for at in (compared.since, compared.until)]
    assert [change.state.code for change in compared.changes] == ["LAO", "VNM"]
    for change in compared.changes:
        before, after = (MemberThen(records, change.state) for records in ends)
        assert change.before == before.snapshot()
        assert change.after == after.snapshot()
        assert pks(change.gaps.new) == after.gaps.keys() - before.gaps.keys()
        was, now = (closed(member.gaps) for member in (before, after))
        assert pks(change.gaps.closed) == now - was
        assert pks(change.gaps.reopened) == was - now
        assert change.after.open_gaps == change.before.open_gaps + len(change.gaps.new) + len(
            change.gaps.reopened
        ) - len(change.gaps.closed)
        for status, points in (("done", change.done), ("dropped", change.dropped)):
            ended = {pk for pk, p in after.actions.items() if p.status == status}
            assert pks(points) == {
                pk
                for pk in ended
                if pk not in before.every_action or before.every_action[pk].status == "open"
            }


def pks(records: Any) -> set[int]:
    return {record.pk for record in records}


def closed(gaps: dict[int, Any]) -> set[int]:
    return {pk for pk, gap in gaps.items() if gap.status == "closed"}


# The fixtures stay; what a history writes is taken back after it.
# Without making a failing one shorter, which takes longer than reading it.
@settings(
    max_examples=HISTORIES, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(steps=histories, days=st.tuples(st.integers(0, 40), st.integers(0, 40)))
def test_comparisons_agree_with_the_trace(world, steps, days):
    with transaction.atomic():
        ended = live(world, steps)
        rounds = list(Round.objects.select_related("meeting__cycle").order_by("frozen_at"))
        rows = StatusAtMeeting.objects.select_related("member_state")
        agree(comparison.between_meetings(rounds, rows, world.secretariat))
        first, last = sorted((BEGIN + timedelta(days=n)).date() for n in days)
        with clock.at(max(ended, clock.end_of(last))):
            agree(comparison.between_days(world.cycle, first, last, world.secretariat))
        transaction.set_rollback(True)


def test_a_member_that_came_later_has_no_before(world):
    with clock.at(BEGIN + timedelta(days=40)):
        values = {"member_state": make.organisation("KHM"), "joined_on": clock.today()}
        seat_member(by=world.secretariat, cycle=world.cycle, **values)
        compared = comparison.between_days(world.cycle, BEGIN.date(), clock.today(), world.secretariat)
    assert [(change.state.code, change.before is None) for change in compared.changes] == [
        ("KHM", True), ("LAO", False), ("VNM", False)
    ]  # fmt: skip
