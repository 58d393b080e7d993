"""Guidance: who may say what in which status, how advice reaches gaps, what a country says of it."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from reviews import clock, guidance
from reviews.models import (
    Advice,
    DataGap,
    Difficulty,
    MethodNote,
    ReceivedAdvice,
    Refused,
    Stale,
    ThreadEntry,
    Trace,
)
from reviews.models.workflow import TrackedQuerySet
from tests import grids, make

PEOPLE = ("vnm", "vnm_team", "lao", "consultant", "lead", "secretariat", "observer", "admin")


@pytest.fixture
def gap(report, cast) -> DataGap:
    return make.gap(report, by=cast.vnm)


@pytest.fixture
def lao_gap(cycle, cast) -> DataGap:
    return make.gap(make.report(cycle, "LAO"), by=cast.lao)


def in_status(status: str, gap: DataGap, cast: Any) -> DataGap:
    if status in ("guidance_asked", "guidance_given"):
        gap.ask_guidance(by=cast.vnm, seen=gap.version)
    if status == "guidance_given":
        make.approved(by=cast.lead, gap=gap)
        gap.refresh_from_db()
    if status == "being_resolved":
        gap.take_up(by=cast.vnm, seen=gap.version)
    if status == "closed":
        gap.close(by=cast.vnm, seen=gap.version, way="data_found", note="Found.")
    return gap


def attempt(act: Any) -> str:
    """What came of it: done, no (not this person's), refused (not in this status)."""
    before = grids.fingerprint()
    try:
        with transaction.atomic():
            act()
    except PermissionDenied:
        outcome = "no"
    except Refused:
        outcome = "refused"
    else:
        return "done"
    assert not grids.changed(before)
    return outcome


SAYINGS: dict[str, Any] = {
    "question": lambda gap, by: gap.question(by=by, seen=gap.version, text="Since when?"),
    "answer": lambda gap, by: gap.answer(by=by, seen=gap.version, text="Since 2017."),
    "note": lambda gap, by: ThreadEntry.note(gap, by=by, text="Among us."),
    "conclude": lambda gap, by: ThreadEntry.conclude(gap, by=by, text="Settled."),
    "advise": lambda gap, by: Advice.draft(gap=gap, by=by, text="Two periods."),
}

WHO_SAYS_WHAT = """
             question  answer  note  conclude  advise
vnm                no    done  done      done      no
vnm_team           no    done  done      done      no
lao                no      no    no        no      no
consultant       done      no  done      done    done
lead             done      no  done      done    done
secretariat        no      no    no        no      no
observer           no      no    no        no      no
admin              no      no    no        no      no
"""


@pytest.mark.parametrize(("who", "saying", "outcome"), grids.cells(WHO_SAYS_WHAT))
def test_who_says_what(who, saying, outcome, gap, cast):
    in_status("closed" if saying == "conclude" else "open", gap, cast)
    assert attempt(lambda: SAYINGS[saying](gap, getattr(cast, who))) == outcome


IN_WHICH_STATUS = """
                 question   answer  note  conclude   advise
open                 done     done  done   refused     done
guidance_asked       done     done  done   refused     done
guidance_given       done     done  done   refused     done
being_resolved       done     done  done   refused     done
closed            refused  refused  done      done  refused
"""


@pytest.mark.parametrize(("status", "saying", "outcome"), grids.cells(IN_WHICH_STATUS))
def test_in_which_status(status, saying, outcome, gap, cast):
    in_status(status, gap, cast)
    by = cast.vnm if saying == "answer" else cast.lead
    assert attempt(lambda: SAYINGS[saying](gap, by)) == outcome


# Sources of each move of a gap; give_guidance follows from an approval.
GAP_GRID = """
                 ask_guidance  give_guidance  take_up    close   reopen
open                     done        refused     done     done  refused
guidance_asked        refused           done  refused     done  refused
guidance_given           done        refused     done     done  refused
being_resolved           done        refused  refused     done  refused
closed                refused        refused  refused  refused     done
"""
GAP_VERBS: dict[str, Any] = {
    "ask_guidance": lambda g, c: g.ask_guidance(by=c.vnm, seen=g.version),
    "give_guidance": lambda g, c: g.give_guidance(by=c.lead, seen=g.version),
    "take_up": lambda g, c: g.take_up(by=c.vnm, seen=g.version),
    "close": lambda g, c: g.close(by=c.vnm, seen=g.version, way="limitation", note="Named."),
    "reopen": lambda g, c: g.reopen(by=c.vnm, seen=g.version, note="More."),
}


@pytest.mark.parametrize(("status", "move", "outcome"), grids.cells(GAP_GRID))
def test_moves_of_a_gap(status, move, outcome, gap, cast):
    in_status(status, gap, cast)
    assert attempt(lambda: GAP_VERBS[move](gap, cast)) == outcome


def test_guidance_by_approval_is_no_button(gap, cast):
    in_status("guidance_asked", gap, cast)
    assert gap.moves_for(cast.lead) == set()


# --- whose turn it is


def test_a_question_hands_the_gap_to_the_country_and_an_answer_back(gap, cast):
    gap.ask_guidance(by=cast.vnm, seen=gap.version, note="Which year?")
    gap.question(by=cast.consultant, seen=gap.version, text="Which years are there?")
    assert (gap.status, gap.holder) == ("guidance_asked", cast.vnm.organisation)
    gap.answer(by=cast.vnm_team, seen=gap.version, text="2015 and 2017.")
    assert (gap.status, gap.holder) == ("guidance_asked", cast.lead.organisation)
    told = gap.entries.values_list("kind", "text", "channel")
    assert list(told) == [
        ("request", "Which year?", "shared"),
        ("question", "Which years are there?", "shared"),
        ("answer", "2015 and 2017.", "shared"),
    ]


def test_a_question_about_a_gap_that_asked_nothing_leaves_it_where_it_is(gap, cast):
    held = gap.held_since
    gap.question(by=cast.consultant, seen=gap.version, text="Since when?")
    assert (gap.version, gap.status, gap.holder, gap.held_since) == (1, "open", cast.vnm.organisation, held)


def asked_back(gap: DataGap) -> bool:
    return DataGap.objects.with_question().get(pk=gap.pk).has_question


def test_a_question_waits_until_an_answer_or_advice_comes(gap, cast):
    gap.question(by=cast.consultant, seen=gap.version, text="Since when?")
    assert asked_back(gap)
    gap.answer(by=cast.vnm, seen=gap.version, text="Since 2017.")
    assert not asked_back(gap)
    gap.question(by=cast.consultant, seen=gap.version, text="Why?")
    assert asked_back(gap)
    with clock.at(date(2020, 8, 21)):
        make.approved(by=cast.lead, gap=gap)
    assert not asked_back(gap)


def test_nobody_says_something_over_a_change_that_they_have_not_seen(gap, cast):
    gap.edit(by=cast.vnm, seen=1, missing="Baseline of 2015")
    seen_before = DataGap.objects.get(pk=gap.pk)
    with pytest.raises(Stale):
        seen_before.question(by=cast.consultant, seen=1, text="2016?")
    assert not gap.entries.exists()


@pytest.mark.parametrize("saying", ["question", "answer"])
def test_something_has_to_be_said(saying, gap, cast):
    by = cast.vnm if saying == "answer" else cast.lead
    with pytest.raises(ValidationError) as error:
        getattr(gap, saying)(by=by, seen=gap.version, text="  ")
    assert "text" in error.value.message_dict


def test_what_was_said_stays(gap, cast):
    entry = ThreadEntry.note(gap, by=cast.vnm, text="Among us.")
    with pytest.raises(Refused):
        entry.change(by=cast.vnm, seen=1, text="Other")


def test_closing_leaves_its_note_as_conclusion(gap, cast):
    in_status("closed", gap, cast)
    ThreadEntry.conclude(gap, by=cast.consultant, text="Nothing else is needed.")
    assert list(gap.entries.values_list("kind", "text")) == [
        ("conclusion", "Found."),
        ("conclusion", "Nothing else is needed."),
    ]


# --- advice


ADVICE_GRID = """
          edit  approve     drop     send
draft     done     done     done  refused
approved  refused  refused  refused  done
dropped   refused  refused  refused  refused
"""
ADVICE_VERBS: dict[str, Any] = {
    "edit": lambda a, by: a.edit(by=by, seen=a.version, text="Better."),
    "approve": lambda a, by: guidance.approve_advice(by=by, advice=a, seen=a.version),
    "drop": lambda a, by: a.drop(by=by, seen=a.version, note="Wrong."),
    "send": lambda a, by: guidance.send_advice(by=by, advice=a, seen=a.version),
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
        guidance.approve_advice(by=cast.lead, advice=advice, seen=1)
    if status == "dropped":
        advice.drop(by=cast.lead, seen=1, note="Wrong.")
    regroup(difficulty, [gap, more], cast)
    return advice


def regroup(difficulty: Difficulty, gaps: list[DataGap], cast: Any) -> Difficulty:
    kept = {"title": difficulty.title, "kind": difficulty.kind}
    return difficulty.edit(by=cast.lead, seen=difficulty.version, gaps=gaps, **kept)


@pytest.mark.parametrize(("status", "move", "outcome"), grids.cells(ADVICE_GRID))
def test_moves_of_advice(status, move, outcome, gap, lao_gap, cast):
    advice = advice_in(status, gap, lao_gap, cast)
    assert (move in advice.moves_for(cast.lead)) is (outcome == "done")
    assert attempt(lambda: ADVICE_VERBS[move](advice, cast.lead)) == outcome


@pytest.mark.parametrize(("who", "move", "outcome"), grids.cells(ADVICE_PEOPLE))
def test_who_moves_advice(who, move, outcome, gap, lao_gap, cast):
    advice = advice_in("approved" if move == "send" else "draft", gap, lao_gap, cast)
    assert (move in advice.moves_for(getattr(cast, who))) is (outcome == "done")
    assert attempt(lambda: ADVICE_VERBS[move](advice, getattr(cast, who))) == outcome


def test_approved_advice_answers_a_gap_that_asked(gap, cast):
    gap.ask_guidance(by=cast.vnm, seen=gap.version)
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
    gap.ask_guidance(by=cast.vnm, seen=gap.version)
    difficulty = make.difficulty(gap.cycle, [gap, lao_gap, closed], by=cast.consultant)
    make.approved(by=cast.lead, difficulty=difficulty)
    assert set(ReceivedAdvice.objects.values_list("gap", flat=True)) == {gap.pk, lao_gap.pk}
    statuses = DataGap.objects.order_by("pk").values_list("pk", "status")
    assert dict(statuses) == {gap.pk: "guidance_given", lao_gap.pk: "open", closed.pk: "closed"}


def test_a_gap_that_joins_later_receives_it_when_a_lead_sends_it(gap, lao_gap, cast):
    advice = advice_in("approved", gap, lao_gap, cast)
    assert not lao_gap.received.exists()
    guidance.send_advice(by=cast.lead, advice=advice, seen=advice.version)
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
    assert attempt(lambda: MethodNote.write(by=by, code="x", kind=make.kind(), title="T", text="T")) == "no"


# --- what the country says of it

USE_GRID = """
           adopt  set_aside
received    done       done
adopted  refused       done
set_aside   done    refused
"""


def use(received: ReceivedAdvice, move: str, by: Any) -> ReceivedAdvice:
    verb: Any = getattr(received, move)
    return verb(by=by, seen=received.version, note="As told.")


@pytest.mark.parametrize(("state", "move", "outcome"), grids.cells(USE_GRID))
def test_use_of_advice(state, move, outcome, gap, cast):
    make.approved(by=cast.lead, gap=gap)
    received = gap.received.get()
    if state != "received":
        use(received, {"adopted": "adopt"}.get(state, state), cast.vnm)
    assert (move in received.moves_for(cast.vnm_team)) is (outcome == "done")
    assert attempt(lambda: use(received, move, cast.vnm_team)) == outcome


@pytest.mark.parametrize("who", [name for name in PEOPLE if not name.startswith("vnm")])
def test_only_the_country_says_whether_it_uses_advice(who, gap, cast):
    make.approved(by=cast.lead, gap=gap)
    assert attempt(lambda: use(gap.received.get(), "adopt", getattr(cast, who))) == "no"


def test_not_using_advice_owes_a_reason(gap, cast):
    make.approved(by=cast.lead, gap=gap)
    with pytest.raises(ValidationError) as error:
        gap.received.get().set_aside(by=cast.vnm, seen=1, note=" ")
    assert "note" in error.value.message_dict


def test_a_gap_is_closed_with_advice_it_received_and_no_other(gap, lao_gap, cast):
    difficulty = make.difficulty(gap.cycle, [gap, lao_gap], by=cast.consultant)
    make.approved(by=cast.lead, difficulty=difficulty)
    theirs, others = gap.received.get(), lao_gap.received.get()
    with pytest.raises(ValidationError) as error:
        gap.close(by=cast.vnm, seen=gap.version, way="limitation", note="Named.", advice=others)
    assert "advice" in error.value.message_dict
    gap.close(by=cast.vnm, seen=gap.version, way="limitation", note="Named.", advice=theirs)
    assert gap.closed_with == theirs
    counted = Difficulty.objects.with_counts().get()
    assert (counted.gap_count, counted.received_count, counted.adopted_count, counted.closed_count) == (
        2,
        2,
        0,
        1,
    )
    gap.reopen(by=cast.vnm, seen=gap.version, note="More.")
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


# --- a closed cycle, the trace, the database


@pytest.mark.parametrize("saying", ["question", "answer", "note", "advise"])
def test_a_closed_cycle_is_read_only(saying, gap, cycle, cast):
    cycle.refresh_from_db()
    cycle.close(by=cast.secretariat, seen=cycle.version, why="Done.")
    gap = DataGap.objects.get(pk=gap.pk)
    assert attempt(lambda: SAYINGS[saying](gap, cast.vnm if saying == "answer" else cast.lead)) == "refused"


def test_trace_rows_know_whose_eyes_they_are_for(gap, cast):
    ThreadEntry.note(gap, by=cast.vnm, text="Theirs.")
    ThreadEntry.note(gap, by=cast.consultant, text="Ours.")
    make.approved(by=cast.lead, gap=gap)
    rows = Trace.objects.exclude(audience="shared").order_by("id").values_list("model", "verb", "audience")
    assert list(rows) == [
        ("reviews.threadentry", "created", "country"),
        ("reviews.threadentry", "created", "consultants"),
        ("reviews.advice", "created", "consultants"),
        ("reviews.advice", "approved", "consultants"),
    ]
    seen = {who: Trace.objects.on_page(gap).of_countries(getattr(cast, who)).count() for who in PEOPLE}
    assert (seen["vnm"], seen["consultant"], seen["secretariat"]) == (3, 5, 2)


BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("entry_private_if_note", {"kind": "note", "channel": "shared"}),
    ("entry_private_if_note", {"kind": "question", "channel": "country"}),
    ("entry_kind_known", {"kind": "song"}),
]


@pytest.mark.parametrize(("rule", "values"), BROKEN)
def test_the_database_keeps_channels_apart(rule, values, gap, cast):
    entry = ThreadEntry.note(gap, by=cast.vnm, text="Among us.")
    rows: TrackedQuerySet = ThreadEntry.objects.filter(pk=entry.pk)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        rows.write(1, **values)


ADVICE_RULES: list[tuple[str, dict[str, Any]]] = [
    ("advice_on_one_thing", {"gap": None}),
    ("advice_status_known", {"status": "sung"}),
    ("advice_approved_by_somebody", {"status": "approved"}),
]


@pytest.mark.parametrize(("rule", "values"), ADVICE_RULES)
def test_the_database_knows_the_rules_of_advice(rule, values, gap, cast):
    advice = make.advice(by=cast.lead, gap=gap)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Advice.objects.filter(pk=advice.pk).write(1, **values)
