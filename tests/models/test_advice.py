"""Advice: how it is drafted, approved and sent, reaches the gaps it is for, and what a country says of it."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from reviews.actions import guidance
from reviews.models import Advice, DataGap, Difficulty, MethodNote, ReceivedAdvice
from tests.models.guidance_records import PEOPLE, attempt, in_status
from tests.support import grids, make

ADVICE_GRID = """
          edit  approve     drop     send
draft     done     done     done  refused
approved  refused  refused  refused  done
dropped   refused  refused  refused  refused
"""
ADVICE_VERBS: dict[str, Any] = {
    "edit": lambda a, by: a.edit(by=by, expected_version=a.version, text="Better."),
    "approve": lambda a, by: guidance.approve_advice(by=by, advice=a, expected_version=a.version),
    "drop": lambda a, by: a.drop(by=by, expected_version=a.version, note="Wrong."),
    "send": lambda a, by: guidance.send_advice(by=by, advice=a, expected_version=a.version),
}
ADVICE_PEOPLE = """
             edit  approve  drop  send
vnm            no       no    no    no
lao            no       no    no    no
consultant   done       no  done    no
lead         done     done  done  done
secretariat    no       no    no    no
observer       no       no    no    no
admin          no       no    no    no
"""


def advice_in(status: str, gap: DataGap, more: DataGap, cast: Any) -> Advice:
    """On a difficulty that a second gap joined after the approval."""
    difficulty = make.difficulty(gap.cycle, [gap], by=cast.lead)
    advice = make.advice(by=cast.consultant, difficulty=difficulty)
    if status == "approved":
        guidance.approve_advice(by=cast.lead, advice=advice, expected_version=1)
    if status == "dropped":
        advice.drop(by=cast.lead, expected_version=1, note="Wrong.")
    regroup(difficulty, [gap, more], cast)
    return advice


def regroup(difficulty: Difficulty, gaps: list[DataGap], cast: Any) -> Difficulty:
    kept = {"title": difficulty.title, "kind": difficulty.kind}
    return difficulty.edit(by=cast.lead, expected_version=difficulty.version, gaps=gaps, **kept)


@pytest.mark.parametrize(("status", "transition", "outcome"), grids.cells(ADVICE_GRID))
def test_transitions_of_advice(status, transition, outcome, gap, lao_gap, cast):
    advice = advice_in(status, gap, lao_gap, cast)
    assert (transition in advice.transitions_for(cast.lead)) is (outcome == "done")
    assert attempt(lambda: ADVICE_VERBS[transition](advice, cast.lead)) == outcome


@pytest.mark.parametrize(("who", "transition", "outcome"), grids.cells(ADVICE_PEOPLE))
def test_who_may_make_transitions_of_advice(who, transition, outcome, gap, lao_gap, cast):
    advice = advice_in("approved" if transition == "send" else "draft", gap, lao_gap, cast)
    assert (transition in advice.transitions_for(getattr(cast, who))) is (outcome == "done")
    assert attempt(lambda: ADVICE_VERBS[transition](advice, getattr(cast, who))) == outcome


def test_approved_advice_answers_a_gap_that_asked(gap, cast):
    gap.ask_guidance(by=cast.vnm, expected_version=gap.version)
    note = make.method(by=cast.lead)
    advice = make.approved(by=cast.lead, gap=gap, notes=[note])
    gap.refresh_from_db()
    assert (gap.status, gap.holder) == ("guidance_given", cast.vnm.organisation)
    assert (advice.approved_by, gap.received.get().use) == (cast.lead, "received")


def test_advice_to_a_gap_that_did_not_ask_leaves_its_status(gap, cast):
    make.approved(by=cast.lead, gap=gap)
    gap.refresh_from_db()
    assert (gap.status, gap.version, gap.received.count()) == ("open", 1, 1)


def test_a_closed_gap_receives_nothing(gap, cast):
    advice = make.advice(by=cast.lead, gap=gap)
    in_status("closed", gap, cast)
    assert attempt(lambda: ADVICE_VERBS["approve"](advice, cast.lead)) == "refused"


def test_one_advice_answers_the_gaps_of_several_states(gap, lao_gap, report, cast):
    closed = in_status("closed", make.gap(report, by=cast.vnm), cast)
    gap.ask_guidance(by=cast.vnm, expected_version=gap.version)
    difficulty = make.difficulty(gap.cycle, [gap, lao_gap, closed], by=cast.consultant)
    make.approved(by=cast.lead, difficulty=difficulty)
    assert set(ReceivedAdvice.objects.values_list("gap", flat=True)) == {gap.pk, lao_gap.pk}
    statuses = DataGap.objects.order_by("pk").values_list("pk", "status")
    assert dict(statuses) == {gap.pk: "guidance_given", lao_gap.pk: "open", closed.pk: "closed"}


def test_a_gap_that_joins_later_receives_it_when_a_lead_sends_it(gap, lao_gap, cast):
    advice = advice_in("approved", gap, lao_gap, cast)
    assert not lao_gap.received.exists()
    guidance.send_advice(by=cast.lead, advice=advice, expected_version=advice.version)
    assert (gap.received.count(), lao_gap.received.count()) == (1, 1)
    assert attempt(lambda: ADVICE_VERBS["send"](advice, cast.lead)) == "refused"


def test_an_answered_gap_stays_in_its_difficulty(gap, lao_gap, cast):
    difficulty = make.difficulty(gap.cycle, [gap, lao_gap], by=cast.consultant)
    make.approved(by=cast.lead, difficulty=difficulty)
    with pytest.raises(ValidationError, match="VNM-1 received advice"):
        regroup(difficulty, [lao_gap], cast)


def test_difficulties_are_numbered_and_of_one_cycle(gap, cast):
    other = make.cycle("other", by=cast.secretariat)
    elsewhere = make.gap(make.report(other, "LAO"), by=cast.lao)
    assert [make.difficulty(gap.cycle, [gap], by=cast.lead).code for _ in range(2)] == ["D1", "D2"]
    for gaps in ([], [gap, elsewhere]):
        with pytest.raises(ValidationError):
            make.difficulty(gap.cycle, gaps, by=cast.lead)


@pytest.mark.parametrize("who", [name for name in PEOPLE if name not in ("consultant", "lead")])
def test_only_consultants_group_and_write_method_notes(who, gap, cast):
    by = getattr(cast, who)
    assert attempt(lambda: make.difficulty(gap.cycle, [gap], by=by)) == "no"
    assert attempt(lambda: MethodNote.add(by=by, code="x", kind=make.kind(), title="T", text="T")) == "no"


USE_GRID = """
           adopt  set_aside
received    done       done
adopted  refused       done
set_aside   done    refused
"""


def use(received: ReceivedAdvice, transition: str, by: Any) -> ReceivedAdvice:
    verb: Any = getattr(received, transition)
    return verb(by=by, expected_version=received.version, note="As told.")


@pytest.mark.parametrize(("state", "transition", "outcome"), grids.cells(USE_GRID))
def test_use_of_advice(state, transition, outcome, gap, cast):
    make.approved(by=cast.lead, gap=gap)
    received = gap.received.get()
    if state != "received":
        use(received, {"adopted": "adopt"}.get(state, state), cast.vnm)
    assert (transition in received.transitions_for(cast.vnm_team)) is (outcome == "done")
    assert attempt(lambda: use(received, transition, cast.vnm_team)) == outcome


@pytest.mark.parametrize("who", [name for name in PEOPLE if not name.startswith("vnm")])
def test_only_the_country_says_whether_it_uses_advice(who, gap, cast):
    make.approved(by=cast.lead, gap=gap)
    assert attempt(lambda: use(gap.received.get(), "adopt", getattr(cast, who))) == "no"


def test_not_using_advice_owes_a_reason(gap, cast):
    make.approved(by=cast.lead, gap=gap)
    with pytest.raises(ValidationError) as error:
        gap.received.get().set_aside(by=cast.vnm, expected_version=1, note=" ")
    assert "note" in error.value.message_dict


def test_a_gap_is_closed_with_advice_it_received_and_no_other(gap, lao_gap, cast):
    difficulty = make.difficulty(gap.cycle, [gap, lao_gap], by=cast.consultant)
    make.approved(by=cast.lead, difficulty=difficulty)
    theirs, others = gap.received.get(), lao_gap.received.get()
    with pytest.raises(ValidationError) as error:
        gap.close(by=cast.vnm, expected_version=gap.version, way="limitation", note="Named.", advice=others)
    assert "advice" in error.value.message_dict
    gap.close(by=cast.vnm, expected_version=gap.version, way="limitation", note="Named.", advice=theirs)
    assert gap.closed_with == theirs
    counted = Difficulty.objects.with_counts().get()
    assert (counted.gap_count, counted.received_count, counted.adopted_count, counted.closed_count) == (
        2,
        2,
        0,
        1,
    )
    gap.reopen(by=cast.vnm, expected_version=gap.version, note="More.")
    assert gap.closed_with is None


def test_method_notes_count_the_advice_that_cites_them(gap, lao_gap, cast):
    """A country counts what it received itself: the rest would tell of others."""
    note = make.method(by=cast.lead)
    make.approved(by=cast.lead, gap=gap, notes=[note])
    difficulty = make.difficulty(gap.cycle, [gap, lao_gap], by=cast.consultant)
    make.approved(by=cast.lead, difficulty=difficulty, notes=[note])
    make.advice(by=cast.consultant, gap=gap, notes=[note])  # a draft does not count
    uses = {who: MethodNote.objects.with_uses(getattr(cast, who)).get().uses for who in PEOPLE}
    assert (uses["lead"], uses["secretariat"], uses["admin"]) == (2, 2, 2)
    assert (uses["vnm"], uses["lao"], uses["observer"]) == (2, 1, 0)


ADVICE_RULES: list[tuple[str, dict[str, Any]]] = [
    ("advice_on_one_thing", {"gap": None}),
    ("advice_status_known", {"status": "sung"}),
    ("advice_approved_by_somebody", {"status": "approved"}),
]


@pytest.mark.parametrize(("rule", "values"), ADVICE_RULES)
def test_the_database_knows_the_rules_of_advice(rule, values, gap, cast):
    advice = make.advice(by=cast.lead, gap=gap)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Advice.objects.filter(pk=advice.pk).update_if_version(1, **values)
