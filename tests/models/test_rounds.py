"""The country round: turns, what telling one writes, its end, and the status that is frozen then."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from reviews import clock
from reviews.actions.cycles import prepare_cycle, seat_members
from reviews.actions.rounds import close_round, record_turn
from reviews.models import (
    DataGap,
    EditConflict,
    Finding,
    MeetingStatus,
    NotAllowedNow,
    ProgressUpdate,
    Round,
    StatusAtMeeting,
    Trace,
    Turn,
)
from tests.support import grids, make


@pytest.fixture
def meeting(cast, cycle) -> Any:
    return make.meeting(cycle, by=cast.secretariat)


@pytest.fixture
def opened(cast, meeting) -> Round:
    return Round.open_for(meeting, by=cast.secretariat)


def turn_of(country_round: Round, code: str) -> Turn:
    turns = Turn.objects.select_related("round__meeting__cycle", "member_state")
    return turns.get(round=country_round, member_state__code=code)


# --- opening


def test_no_round_before_the_cycle_is_open(cast):
    """Its members have no reports yet: nobody could say anything, and its pages would fail."""
    draft = prepare_cycle(
        by=cast.secretariat,
        framework=make.framework(),
        name_en="Next",
        starts_on=date(2020, 2, 1),
        ends_on=date(2020, 12, 31),
    )
    seat_members(by=cast.secretariat, cycle=draft, members=[cast.vnm.organisation], joined_on=draft.starts_on)
    with pytest.raises(NotAllowedNow, match="is not open yet"):
        Round.open_for(make.meeting(draft, by=cast.secretariat), by=cast.secretariat)


def test_every_member_has_a_turn_by_name(opened):
    assert [(t.position, t.member_state.code, t.status) for t in opened.turns.all()] == [
        (1, "LAO", "waiting"), (2, "VNM", "waiting")
    ]  # fmt: skip


def test_the_meetings_own_order(cast, meeting):
    opened = Round.open_for(meeting, by=cast.secretariat, order="own", first=[cast.vnm.organisation])
    assert [turn.member_state.code for turn in opened.turns.all()] == ["VNM", "LAO"]


def test_one_round_for_each_meeting(cast, meeting, opened):
    with pytest.raises(NotAllowedNow, match="opened already"):
        Round.open_for(meeting, by=cast.secretariat)
    with (
        pytest.raises(IntegrityError, match=r"round_once_per_meeting|round\.meeting_id"),
        transaction.atomic(),
    ):
        Round.create_traced(by=cast.secretariat, meeting=meeting)


def test_no_round_of_a_cancelled_meeting(cast, meeting):
    meeting.cancel(by=cast.secretariat, expected_version=meeting.version, why="Storm")
    assert meeting.status == MeetingStatus.CANCELLED
    with pytest.raises(NotAllowedNow, match="cancelled"):
        Round.open_for(meeting, by=cast.secretariat)


@pytest.mark.parametrize("name", ["vnm", "consultant", "lead", "observer", "admin"])
def test_only_who_runs_the_meeting(name, cast, meeting, opened):
    by, turn = getattr(cast, name), turn_of(opened, "VNM")
    before = grids.fingerprint()
    with pytest.raises(PermissionDenied):
        Round.open_for(meeting, by=by)
    with pytest.raises(PermissionDenied):
        turn.pass_over(by=by, expected_version=turn.version)
    with pytest.raises(PermissionDenied):
        make.told(turn, by=by, data_collection=10, analysis=None, writing=None)
    with pytest.raises(PermissionDenied):
        close_round(by=by, country_round=opened, expected_version=opened.version)
    assert not grids.changed(before)


def test_who_is_next_waits_after_this_one_or_from_the_start(cast):
    cycle = make.cycle("three", by=cast.secretariat, members=("KHM", "LAO", "VNM"))
    opened = Round.open_for(make.meeting(cycle, by=cast.secretariat), by=cast.secretariat)
    assert nexts(opened) == {"KHM": "LAO", "LAO": "VNM", "VNM": "KHM"}
    turn_of(opened, "LAO").pass_over(by=cast.secretariat, expected_version=1)
    assert nexts(opened) == {"KHM": "VNM", "LAO": "VNM", "VNM": "KHM"}
    turn_of(opened, "VNM").mark_reported(by=cast.secretariat, expected_version=1, note="")
    assert nexts(opened) == {"KHM": None, "LAO": "KHM", "VNM": "KHM"}


def nexts(country_round: Round) -> dict[str, Any]:
    rows = Turn.objects.filter(round=country_round).with_next()
    return {turn.member_state.code: turn.next_code for turn in rows.select_related("member_state")}


# --- every status x every transition


TRANSITIONS = """
            tell   pass
waiting     told   passed
told        told   no
passed      told   no
closed      no     no
"""


@pytest.mark.parametrize(("status", "transition", "becomes"), grids.cells(TRANSITIONS))
def test_transitions(status, transition, becomes, cast, opened):
    by, turn = cast.secretariat, turn_of(opened, "VNM")
    reach(status, turn, opened, by)
    steps = {"tell": lambda: turn.mark_reported(by=by, expected_version=turn.version, note="x"),
             "pass": lambda: turn.pass_over(by=by, expected_version=turn.version)}  # fmt: skip
    if becomes == "no":
        before = grids.fingerprint()
        with pytest.raises(NotAllowedNow):
            steps[transition]()
        assert not grids.changed(before)
    else:
        assert steps[transition]().status == becomes


def reach(status: str, turn: Turn, opened: Round, by: Any) -> None:
    if status == "told":
        turn.mark_reported(by=by, expected_version=turn.version, note="")
    if status in ("passed", "closed"):
        turn.pass_over(by=by, expected_version=turn.version)
    if status == "closed":
        other = turn_of(opened, "LAO")
        other.pass_over(by=by, expected_version=other.version)
        close_round(by=by, country_round=opened, expected_version=opened.version)


# --- telling a turn


FIGURES = {"data_collection": 40, "analysis": 20, "writing": None}


def test_telling_writes_everything_at_once(cast, opened, meeting):
    kind, area = make.kind(), make.area()
    make.told(
        turn_of(opened, "VNM"), by=cast.secretariat, note="Two sectors wait.", **FIGURES,
        difficulties=[{"kind": kind, "missing": "Baseline"}, {"kind": kind, "missing": "Series"}],
        findings=[{"kind": "finding", "text": "Reach grew", "key_result_area": area},
                  {"kind": "recommendation", "text": "Count persons", "key_result_area": None}],
    )  # fmt: skip
    report, turn = make.report(meeting.cycle, "VNM"), turn_of(opened, "VNM")
    update = report.progress_updates.get()
    assert (report.status, report.figures, turn.status) == ("in_progress", (40, 20, None), "told")
    assert (update.meeting, update.note, update.author) == (meeting, "Two sectors wait.", cast.secretariat)
    assert turn.note == "Two sectors wait."
    assert [(gap.code, gap.holder.code) for gap in DataGap.objects.all()] == [
        ("VNM-1", "VNM"),
        ("VNM-2", "VNM"),
    ]
    assert {(f.code, f.meeting) for f in Finding.objects.all()} == {("VNM-F1", meeting), ("VNM-R1", meeting)}


def test_a_mistake_in_one_part_writes_nothing(cast, opened):
    report = make.report(opened.cycle, "VNM")
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=50)
    before = grids.fingerprint()
    with pytest.raises(ValidationError) as caught:  # a figure goes down without a word
        make.told(turn_of(opened, "VNM"), by=cast.secretariat, **FIGURES)
    assert list(caught.value.message_dict) == ["note"]
    with pytest.raises(ValidationError):
        make.told(
            turn_of(opened, "VNM"), by=cast.secretariat, **FIGURES, note="Counted anew.",
            difficulties=[{"kind": make.kind(), "missing": ""}],
        )  # fmt: skip
    assert grids.changed(before) <= {"reviews.GapKind", "reviews.Trace"}
    assert turn_of(opened, "VNM").status == "waiting"
    assert ProgressUpdate.objects.count() == 1


def test_what_the_country_posted_is_not_posted_twice(cast, opened):
    report = make.report(opened.cycle, "VNM")
    report.post_progress(by=cast.vnm, expected_version=report.version, **FIGURES)
    make.told(turn_of(opened, "VNM"), by=cast.secretariat, **FIGURES)
    assert [update.author for update in report.progress_updates.all()] == [cast.vnm]


def test_the_same_figures_are_news_after_another_round(cast, opened, cycle):
    make.told(turn_of(opened, "VNM"), by=cast.secretariat, **FIGURES)
    lao = turn_of(opened, "LAO")
    lao.pass_over(by=cast.secretariat, expected_version=lao.version)
    close_round(by=cast.secretariat, country_round=opened, expected_version=opened.version)
    with clock.at(clock.now() + timedelta(days=30)):
        later = Round.open_for(make.meeting(cycle, by=cast.secretariat, code="4"), by=cast.secretariat)
        make.told(turn_of(later, "VNM"), by=cast.secretariat, **FIGURES)
    assert ProgressUpdate.objects.count() == 2


def test_telling_again_is_a_correction_by_a_new_update(cast, opened):
    make.told(turn_of(opened, "VNM"), by=cast.secretariat, **FIGURES)
    make.told(turn_of(opened, "VNM"), by=cast.secretariat, **FIGURES | {"data_collection": 45})
    updates = ProgressUpdate.objects.order_by("id").values_list("data_collection", flat=True)
    assert list(updates) == [40, 45]
    make.told(turn_of(opened, "VNM"), by=cast.secretariat, **FIGURES | {"data_collection": 45})
    assert ProgressUpdate.objects.count() == 2


@pytest.mark.parametrize("status", ["submitted", "being_read", "accepted"])
def test_a_report_out_of_hand_keeps_its_figures(status, cast, opened):
    report = make.in_status(status, make.report(opened.cycle, "VNM"), cast)
    make.told(turn_of(opened, "VNM"), by=cast.secretariat, note="Nothing to add.")
    report.refresh_from_db()
    assert (report.status, report.figures) == (status, (100, 100, 100))
    assert turn_of(opened, "VNM").note == "Nothing to add."


def test_whoever_saves_second_is_told(cast, opened):
    first, second = turn_of(opened, "VNM"), turn_of(opened, "VNM")
    make.told(first, by=cast.secretariat, **FIGURES)
    before = grids.fingerprint()
    with pytest.raises(EditConflict):
        make.told(second, by=cast.secretariat, **FIGURES | {"data_collection": 60})
    assert not grids.changed(before)


def test_a_country_that_posts_meanwhile_is_not_overwritten(cast, opened):
    turn, report = turn_of(opened, "VNM"), make.report(opened.cycle, "VNM")
    make.report(opened.cycle, "VNM").post_progress(
        by=cast.vnm, expected_version=report.version, data_collection=60
    )
    with pytest.raises(EditConflict) as caught:
        record_turn(
            by=cast.secretariat, turn=turn, expected_version=turn.version, report=make.report(opened.cycle, "VNM"),
            report_seen=report.version, **FIGURES,
        )  # fmt: skip
    assert caught.value.record == report
    assert turn_of(opened, "VNM").status == "waiting"


# --- its end


def test_nobody_is_forgotten(cast, opened):
    make.told(turn_of(opened, "VNM"), by=cast.secretariat, **FIGURES)
    with pytest.raises(NotAllowedNow, match="Lao PDR"):
        close_round(by=cast.secretariat, country_round=opened, expected_version=opened.version)
    assert not StatusAtMeeting.objects.exists()


def test_closing_freezes_how_each_member_stands(cast, opened):
    make.told(
        turn_of(opened, "VNM"), by=cast.secretariat, **FIGURES,
        difficulties=[{"kind": make.kind(), "missing": "Baseline"}],
        findings=[{"kind": "finding", "text": "Reach grew"}],
    )  # fmt: skip
    lao = turn_of(opened, "LAO")
    lao.pass_over(by=cast.secretariat, expected_version=lao.version, note="Absent.")
    close_round(by=cast.secretariat, country_round=opened, expected_version=opened.version)
    laos, vietnam = StatusAtMeeting.objects.order_by("member_state__name_en")
    assert (laos.status, laos.data_collection, laos.open_gaps, laos.findings) == ("not_started", None, {}, 0)
    assert (vietnam.status, vietnam.data_collection, vietnam.writing) == ("in_progress", 40, None)
    assert (vietnam.open_gaps, vietnam.findings, vietnam.recommendations) == ({"missing": 1}, 1, 0)
    assert laos.at == vietnam.at == opened.frozen_at
    assert Trace.objects.on_page(opened.meeting).first().verb == "frozen"


def test_what_is_frozen_never_changes(cast, opened):
    for turn in opened.turns.all():
        turn.pass_over(by=cast.secretariat, expected_version=turn.version)
    close_round(by=cast.secretariat, country_round=opened, expected_version=opened.version)
    row, before = StatusAtMeeting.objects.first(), grids.fingerprint()
    for step in (row.change_traced, row.correct):
        with pytest.raises(NotAllowedNow, match="never changes"):
            step(by=cast.admin, expected_version=row.version, why="Typing error", writing=5)
    with pytest.raises(NotAllowedNow, match="never changes"):
        close_round(by=cast.secretariat, country_round=opened, expected_version=opened.version)
    with pytest.raises(IntegrityError), transaction.atomic():  # recorded once
        StatusAtMeeting.create_traced(
            by=None, round=opened, member_state=row.member_state, at=row.at, status=row.status,
            findings=0, recommendations=0, open_actions=0,
        )  # fmt: skip
    assert not grids.changed(before)


def test_the_database_knows_that_closed_means_frozen(cast, opened):
    with pytest.raises(IntegrityError, match="round_closed_when_frozen"), transaction.atomic():
        opened.correct(by=cast.admin, expected_version=opened.version, why="x", status="closed")


def test_a_closed_cycle_is_read_only(cast, opened):
    turn = turn_of(opened, "VNM")
    opened.cycle.close(by=cast.secretariat, expected_version=opened.cycle.version, why="Over")
    turn = turn_of(opened, "VNM")
    with pytest.raises(NotAllowedNow, match="is closed"):
        turn.pass_over(by=cast.secretariat, expected_version=turn.version)
