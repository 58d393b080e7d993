"""Every status of a data gap x every transition."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from reviews import clock
from reviews.models import DataGap, GapStatus
from reviews.models.datagaps import GAP_TRANSITIONS
from tests.models.transitions import fresh, last_trace, raises, refused, tells
from tests.support import grids, make

# The status that a transition leads to; - where it is refused.
TRANSITIONS = """
               open            guidance_asked  guidance_given  being_resolved  closed
ask_guidance   guidance_asked  -               guidance_asked  guidance_asked  -
give_guidance  -               guidance_given  -               -               -
take_up        being_resolved  -               being_resolved  -               -
close          closed          closed          closed          closed          -
reopen         -               -               -               -               open
edit           open            guidance_asked  guidance_given  being_resolved  -
"""

# Who makes the transition, who has the gap after it, and the verb that the history tells.
AFTER = {
    "ask_guidance": ("vnm", "RET", "asked_guidance"),
    "give_guidance": ("lead", "VNM", "gave_guidance"),
    "take_up": ("vnm", "VNM", "taken_up"),
    "close": ("vnm", None, "closed"),
    "reopen": ("vnm", "VNM", "reopened"),
    "edit": ("vnm", None, "changed"),  # whoever has it keeps it
}

PERMISSIONS = """
               vnm  vnm_team  lao  consultant  lead  secretariat  observer  admin
ask_guidance   yes       yes   no          no    no           no        no     no
give_guidance   no        no   no          no   yes           no        no     no
take_up        yes       yes   no          no    no           no        no     no
close          yes       yes   no          no    no           no        no     no
reopen         yes       yes   no          no    no           no        no     no
edit           yes       yes   no          no    no           no        no     no
"""
BEFORE = {"give_guidance": "guidance_asked", "reopen": "closed"}
WAY_THERE = {
    "open": [],
    "guidance_asked": ["ask_guidance"],
    "guidance_given": ["ask_guidance", "give_guidance"],
    "being_resolved": ["take_up"],
    "closed": ["close"],
}


def take(transition: str, gap: DataGap, by: Any, why: str = "Because.") -> None:
    """Make the transition with everything that it needs."""
    values: dict[str, Any] = {"by": by, "expected_version": gap.version}
    if transition == "edit":
        gap.edit(**values, missing="Baseline of 2015")
    elif transition == "close":
        gap.close(**values, way="data_found", note=why)
    elif transition == "give_guidance":  # it follows from approved advice, which holds the words
        gap.give_guidance(**values)
    else:
        getattr(gap, transition)(**values, note=why)


@pytest.fixture
def gap_in(cast: Any, report: Any) -> Any:
    """`gap_in("closed")`: a gap of Viet Nam, brought to a status by the transitions that lead there."""

    def bring(status: str) -> DataGap:
        with clock.at(date(2020, 8, 10)):
            gap = make.gap(report, by=cast.vnm)
            for transition in WAY_THERE[status]:
                take(transition, gap, getattr(cast, AFTER[transition][0]))
        return gap

    return bring


def test_the_grid_is_whole():
    assert set(dict(grids.read(TRANSITIONS))) == {*GAP_TRANSITIONS, "edit"}
    assert {status for _transition, status, _told in grids.cells(TRANSITIONS)} == set(GapStatus.values)


@pytest.mark.parametrize(("transition", "status", "target"), grids.cells(TRANSITIONS))
def test_transition(transition, status, target, cast, gap_in):
    gap, actor = gap_in(status), getattr(cast, AFTER[transition][0])
    before = fresh(gap)
    assert before.status == status
    if target == "-":
        refused(why_refused(status), take, transition, gap, actor)
    else:
        take(transition, gap, actor)
        arrived(transition, gap, target, before, actor)


def why_refused(status: str) -> str:
    if status == "closed":
        return "This gap is closed; its national team can reopen it."
    return f"not possible while the status is “{GapStatus(status).label}”"


def arrived(transition: str, gap: DataGap, target: str, before: DataGap, actor: Any) -> None:
    _who, holder, verb = AFTER[transition]
    stored, kept = fresh(gap), transition == "edit"
    assert (stored.status, stored.version) == (target, before.version + 1)
    assert (stored.holder and stored.holder.code) == (before.holder.code if kept else holder)
    assert stored.held_since == (before.held_since if kept else clock.now())
    tells(
        gap,
        by=actor,
        verb=verb,
        why="" if transition in ("edit", "give_guidance") else "Because.",
        was=before.status,
    )


@pytest.mark.parametrize(("transition", "person", "told"), grids.cells(PERMISSIONS))
def test_who_may(transition, person, told, cast, gap_in):
    gap, actor = gap_in(BEFORE.get(transition, "open")), getattr(cast, person)
    if told == "yes":
        take(transition, gap, actor)
    else:
        raises(PermissionDenied, take, transition, gap, actor)


@pytest.mark.parametrize("status", GapStatus.values)
def test_the_buttons_of_its_page_are_the_moves_that_work(status, cast, gap_in):
    gap = gap_in(status)
    for person in ("vnm", "vnm_team", "lao", "consultant", "lead", "secretariat", "observer"):
        assert fresh(gap).transitions_for(getattr(cast, person)) == {
            transition
            for transition, row in grids.read(TRANSITIONS)
            if transition != "give_guidance"
            and row[status] != "-"
            and dict(grids.read(PERMISSIONS))[transition][person] == "yes"
        }


REQUIRED = [
    ("close", {"way": "", "note": "Found."}, {"way": ["Choose how the gap was closed."]}),
    ("close", {"way": "data_found", "note": ""}, {"note": ["Say how the gap was closed."]}),
    ("reopen", {"note": "\t"}, {"note": ["Say why the gap is opened again."]}),
]


@pytest.mark.parametrize(("transition", "typed", "told"), REQUIRED)
def test_what_a_transition_requires(transition, typed, told, cast, gap_in):
    gap, actor = gap_in(BEFORE.get(transition, "open")), getattr(cast, AFTER[transition][0])
    error = raises(ValidationError, getattr(gap, transition), by=actor, expected_version=gap.version, **typed)
    assert error.message_dict == told


def test_an_unknown_way_of_closing_is_refused(cast, gap_in):
    gap = gap_in("open")
    error = raises(ValidationError, gap.close, by=cast.vnm, expected_version=1, way="forgotten", note="Gone.")
    assert "closing_way" in error.message_dict


def test_a_reopened_gap_forgets_how_it_was_closed_and_the_history_does_not(cast, gap_in):
    gap = gap_in("closed")
    take("reopen", gap, cast.vnm, "New figures came.")
    stored = fresh(gap)
    assert (stored.closing_way, stored.closing_note) == ("", "")
    assert last_trace(gap).before["closing_way"] == "data_found"
    assert last_trace(gap).before["closing_note"] == "Because."
