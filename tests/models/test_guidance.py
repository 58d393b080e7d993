"""Guidance: who may say what about a gap in which status, and whose turn it is then."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from reviews import clock
from reviews.models import Advice, DataGap, EditConflict, NotAllowedNow, ThreadEntry, Trace
from reviews.models.base import TrackedQuerySet
from tests.models.guidance_records import PEOPLE, attempt, in_status
from tests.support import grids, make

SAYINGS: dict[str, Any] = {
    "question": lambda gap, by: gap.question(by=by, expected_version=gap.version, text="Since when?"),
    "answer": lambda gap, by: gap.answer(by=by, expected_version=gap.version, text="Since 2017."),
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


# Sources of each transition of a gap; give_guidance follows from an approval.
GAP_GRID = """
                 ask_guidance  give_guidance  take_up    close   reopen
open                     done        refused     done     done  refused
guidance_asked        refused           done  refused     done  refused
guidance_given           done        refused     done     done  refused
being_resolved           done        refused  refused     done  refused
closed                refused        refused  refused  refused     done
"""
GAP_VERBS: dict[str, Any] = {
    "ask_guidance": lambda g, c: g.ask_guidance(by=c.vnm, expected_version=g.version),
    "give_guidance": lambda g, c: g.give_guidance(by=c.lead, expected_version=g.version),
    "take_up": lambda g, c: g.take_up(by=c.vnm, expected_version=g.version),
    "close": lambda g, c: g.close(by=c.vnm, expected_version=g.version, way="limitation", note="Named."),
    "reopen": lambda g, c: g.reopen(by=c.vnm, expected_version=g.version, note="More."),
}


@pytest.mark.parametrize(("status", "transition", "outcome"), grids.cells(GAP_GRID))
def test_transitions_of_a_gap(status, transition, outcome, gap, cast):
    in_status(status, gap, cast)
    assert attempt(lambda: GAP_VERBS[transition](gap, cast)) == outcome


def test_guidance_by_approval_is_no_button(gap, cast):
    in_status("guidance_asked", gap, cast)
    assert gap.transitions_for(cast.lead) == set()


def test_a_question_hands_the_gap_to_the_country_and_an_answer_back(gap, cast):
    gap.ask_guidance(by=cast.vnm, expected_version=gap.version, note="Which year?")
    gap.question(by=cast.consultant, expected_version=gap.version, text="Which years are there?")
    assert (gap.status, gap.holder) == ("guidance_asked", cast.vnm.organisation)
    gap.answer(by=cast.vnm_team, expected_version=gap.version, text="2015 and 2017.")
    assert (gap.status, gap.holder) == ("guidance_asked", cast.lead.organisation)
    told = gap.entries.values_list("kind", "text", "channel")
    assert list(told) == [
        ("request", "Which year?", "shared"),
        ("question", "Which years are there?", "shared"),
        ("answer", "2015 and 2017.", "shared"),
    ]


def test_a_question_about_a_gap_that_asked_nothing_leaves_it_where_it_is(gap, cast):
    held = gap.held_since
    gap.question(by=cast.consultant, expected_version=gap.version, text="Since when?")
    assert (gap.version, gap.status, gap.holder, gap.held_since) == (2, "open", cast.vnm.organisation, held)


def asked_back(gap: DataGap) -> bool:
    return DataGap.objects.with_question().get(pk=gap.pk).has_question


def test_a_question_waits_until_an_answer_or_advice_comes(gap, cast):
    gap.question(by=cast.consultant, expected_version=gap.version, text="Since when?")
    assert asked_back(gap)
    gap.answer(by=cast.vnm, expected_version=gap.version, text="Since 2017.")
    assert not asked_back(gap)
    gap.question(by=cast.consultant, expected_version=gap.version, text="Why?")
    assert asked_back(gap)
    with clock.at(date(2020, 8, 21)):
        make.approved(by=cast.lead, gap=gap)
    assert not asked_back(gap)


def test_nobody_says_something_over_a_change_that_they_have_not_seen(gap, cast):
    gap.edit(by=cast.vnm, expected_version=1, missing="Baseline of 2015")
    seen_before = DataGap.objects.get(pk=gap.pk)
    with pytest.raises(EditConflict):
        seen_before.question(by=cast.consultant, expected_version=1, text="2016?")
    assert not gap.entries.exists()


@pytest.mark.parametrize("saying", ["question", "answer"])
def test_something_has_to_be_said(saying, gap, cast):
    by = cast.vnm if saying == "answer" else cast.lead
    with pytest.raises(ValidationError) as error:
        getattr(gap, saying)(by=by, expected_version=gap.version, text="  ")
    assert "text" in error.value.message_dict


def test_what_was_said_stays(gap, cast):
    entry = ThreadEntry.note(gap, by=cast.vnm, text="Among us.")
    with pytest.raises(NotAllowedNow):
        entry.change_traced(by=cast.vnm, expected_version=1, text="Other")


def test_closing_leaves_its_note_as_conclusion(gap, cast):
    in_status("closed", gap, cast)
    ThreadEntry.conclude(gap, by=cast.consultant, text="Nothing else is needed.")
    assert list(gap.entries.values_list("kind", "text")) == [
        ("conclusion", "Found."),
        ("conclusion", "Nothing else is needed."),
    ]


@pytest.mark.parametrize("saying", ["question", "answer", "note", "advise"])
def test_a_closed_cycle_is_read_only(saying, gap, cycle, cast):
    cycle.refresh_from_db()
    cycle.close(by=cast.secretariat, expected_version=cycle.version, why="Done.")
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
    expected_version = {
        who: Trace.objects.on_page(gap).readable_on_page_by(getattr(cast, who)).count() for who in PEOPLE
    }
    assert (expected_version["vnm"], expected_version["consultant"], expected_version["secretariat"]) == (
        3,
        5,
        2,
    )


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
        rows.update_if_version(1, **values)
