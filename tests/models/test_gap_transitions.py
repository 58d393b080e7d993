"""Every status of a data gap x every move."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from reviews import clock
from reviews.models import DataGap, GapStatus
from reviews.models.datagaps import GAP_TRANSITIONS
from tests.models.transitions import fresh, last_trace, raises, refused, tells
from tests.support import grids, make

# The status that a move leads to; - where it is refused.
MOVES = """
               open            guidance_asked  guidance_given  being_resolved  closed
ask_guidance   guidance_asked  -               guidance_asked  guidance_asked  -
give_guidance  -               guidance_given  -               -               -
take_up        being_resolved  -               being_resolved  -               -
close          closed          closed          closed          closed          -
reopen         -               -               -               -               open
edit           open            guidance_asked  guidance_given  being_resolved  -
"""

# Who makes the move, who has the gap after it, and the verb that the history tells.
AFTER = {
    "ask_guidance": ("vnm", "RET", "asked_guidance"),
    "give_guidance": ("lead", "VNM", "gave_guidance"),
    "take_up": ("vnm", "VNM", "taken_up"),
    "close": ("vnm", None, "closed"),
    "reopen": ("vnm", "VNM", "reopened"),
    "edit": ("vnm", None, "changed"),  # whoever has it keeps it
}

RIGHTS = """
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


def take(move: str, gap: DataGap, by: Any, why: str = "Because.") -> None:
    """Make the move with everything that it needs."""
    values: dict[str, Any] = {"by": by, "expected_version": gap.version}
    if move == "edit":
        gap.edit(**values, missing="Baseline of 2015")
    elif move == "close":
        gap.close(**values, way="data_found", note=why)
    elif move == "give_guidance":  # it follows from approved advice, which holds the words
        gap.give_guidance(**values)
    else:
        getattr(gap, move)(**values, note=why)


@pytest.fixture
def gap_in(cast: Any, report: Any) -> Any:
    """`gap_in("closed")`: a gap of Viet Nam, brought to a status by the moves that lead there."""

    def bring(status: str) -> DataGap:
        with clock.at(date(2020, 8, 10)):
            gap = make.gap(report, by=cast.vnm)
            for move in WAY_THERE[status]:
                take(move, gap, getattr(cast, AFTER[move][0]))
        return gap

    return bring


def test_the_grid_is_whole():
    assert set(dict(grids.read(MOVES))) == {*GAP_TRANSITIONS, "edit"}
    assert {status for _move, status, _told in grids.cells(MOVES)} == set(GapStatus.values)


@pytest.mark.parametrize(("move", "status", "target"), grids.cells(MOVES))
def test_move(move, status, target, cast, gap_in):
    gap, actor = gap_in(status), getattr(cast, AFTER[move][0])
    before = fresh(gap)
    assert before.status == status
    if target == "-":
        refused(why_refused(status), take, move, gap, actor)
    else:
        take(move, gap, actor)
        arrived(move, gap, target, before, actor)


def why_refused(status: str) -> str:
    if status == "closed":
        return "This gap is closed; its national team can reopen it."
    return f"not possible while the status is “{GapStatus(status).label}”"


def arrived(move: str, gap: DataGap, target: str, before: DataGap, actor: Any) -> None:
    _who, holder, verb = AFTER[move]
    stored, kept = fresh(gap), move == "edit"
    assert (stored.status, stored.version) == (target, before.version + 1)
    assert (stored.holder and stored.holder.code) == (before.holder.code if kept else holder)
    assert stored.held_since == (before.held_since if kept else clock.now())
    tells(
        gap,
        by=actor,
        verb=verb,
        why="" if move in ("edit", "give_guidance") else "Because.",
        was=before.status,
    )


@pytest.mark.parametrize(("move", "person", "told"), grids.cells(RIGHTS))
def test_who_may(move, person, told, cast, gap_in):
    gap, actor = gap_in(BEFORE.get(move, "open")), getattr(cast, person)
    if told == "yes":
        take(move, gap, actor)
    else:
        raises(PermissionDenied, take, move, gap, actor)


@pytest.mark.parametrize("status", GapStatus.values)
def test_the_buttons_of_its_page_are_the_moves_that_work(status, cast, gap_in):
    gap = gap_in(status)
    for person in ("vnm", "vnm_team", "lao", "consultant", "lead", "secretariat", "observer"):
        assert fresh(gap).transitions_for(getattr(cast, person)) == {
            move
            for move, row in grids.read(MOVES)
            if move != "give_guidance"
            and row[status] != "-"
            and dict(grids.read(RIGHTS))[move][person] == "yes"
        }


OWED = [
    ("close", {"way": "", "note": "Found."}, {"way": ["Choose how the gap was closed."]}),
    ("close", {"way": "data_found", "note": ""}, {"note": ["Say how the gap was closed."]}),
    ("reopen", {"note": "\t"}, {"note": ["Say why the gap is opened again."]}),
]


@pytest.mark.parametrize(("move", "typed", "told"), OWED)
def test_what_a_move_owes(move, typed, told, cast, gap_in):
    gap, actor = gap_in(BEFORE.get(move, "open")), getattr(cast, AFTER[move][0])
    error = raises(ValidationError, getattr(gap, move), by=actor, expected_version=gap.version, **typed)
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
