"""Every status x every transition of cycles, extensions, meetings and action points."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from reviews import clock
from reviews.actions.cycles import open_cycle, seat_member
from reviews.actions.setup import empty_test_cycle
from reviews.models import (
    ActionPoint,
    ActionStatus,
    CycleStatus,
    Extension,
    ExtensionStatus,
    Meeting,
    MeetingStatus,
    ReviewCycle,
)
from reviews.models.actionpoints import ACTION_TRANSITIONS
from reviews.models.cycles import CYCLE_TRANSITIONS
from reviews.models.extensions import EXTENSION_TRANSITIONS
from reviews.models.meetings import MEETING_TRANSITIONS
from tests.models.transitions import fresh, raises, refused, tells
from tests.support import grids, make

CYCLES = """
         preparing  open     closed   emptied
edit     preparing  open     -        -
set_up   preparing  -        -        -
open     open       -        -        -
close    -          closed   -        -
reopen   -          -        open     -
empty    emptied    emptied  emptied  -
"""
EXTENSIONS = """
         asked    granted  refused
grant    granted  -        -
refuse   refused  -        -
"""
MEETINGS = """
            planned    held  cancelled
reschedule  planned    -     -
hold        held       -     -
cancel      cancelled  -     -
"""
ACTION_POINTS = """
         open     done      verified  dropped
finish   done     -         -         -
verify   -        verified  -         -
drop     dropped  -         -         -
reopen   -        open      open      open
"""
VERBS = {
    "edit": "changed", "set_up": "changed", "empty": "withdrawn", "open": "opened", "close": "closed",
    "reopen": "reopened", "grant": "granted", "refuse": "refused",
    "reschedule": "moved", "hold": "held", "cancel": "cancelled", "finish": "done",
    "verify": "verified", "drop": "dropped",
}  # fmt: skip

PERMISSIONS = """
                 vnm  vnm_team  lao  consultant  lead  secretariat  observer  admin
cycle.edit        no        no   no          no    no          yes        no    yes
cycle.set_up      no        no   no          no    no          yes        no    yes
cycle.empty       no        no   no          no    no          yes        no    yes
cycle.open        no        no   no          no    no          yes        no    yes
cycle.close       no        no   no          no    no          yes        no    yes
cycle.reopen      no        no   no          no    no          yes        no    yes
extension.grant   no        no   no          no    no          yes        no     no
extension.refuse  no        no   no          no    no          yes        no     no
meeting.reschedule no       no   no          no    no          yes        no     no
meeting.hold      no        no   no          no    no          yes        no     no
meeting.cancel    no        no   no          no    no          yes        no     no
action.finish    yes       yes   no          no    no          yes        no     no
action.verify     no        no   no          no   yes          yes        no     no
action.drop       no        no   no          no    no          yes        no     no
action.reopen     no        no   no          no    no          yes        no     no
"""

GRIDS = {
    "cycle": (CYCLES, CYCLE_TRANSITIONS, CycleStatus),
    "extension": (EXTENSIONS, EXTENSION_TRANSITIONS, ExtensionStatus),
    "meeting": (MEETINGS, MEETING_TRANSITIONS, MeetingStatus),
    "action": (ACTION_POINTS, ACTION_TRANSITIONS, ActionStatus),
}
LOCKED = {
    "cycle": "not possible while the status is|is closed and can only be read|was emptied",
    "extension": "This request has been decided already.",
    "meeting": "This meeting is (held|cancelled); an administrator can correct it.",
    "action": "not possible while the status is",
}
LATER = date(2020, 8, 13)


@pytest.fixture
def record(cast: Any, report: Any) -> Any:
    """`record("meeting", "held")`: one of them in a status, brought there ten days ago."""

    def make_one(noun: str, status: str) -> Any:
        with clock.at(date(2020, 8, 10)):
            made: Any = MAKERS[noun](cast, report)
            for transition in WAYS[noun][status]:
                take(f"{noun}.{transition}", made, cast.vnm if transition == "finish" else cast.secretariat)
        assert made.status == status
        return made

    return make_one


def new_cycle(cast: Any, report: Any) -> ReviewCycle:
    days = {"starts_on": date(2020, 2, 1), "ends_on": date(2020, 12, 31)}
    """A test cycle: only one of these can be emptied."""
    values = {"slug": "next", "name_en": "Next", "framework": make.framework(), "is_test": True, **days}
    return ReviewCycle.create_traced(by=None, **values)


def new_extension(cast: Any, report: Any) -> Extension:
    deadline = make.deadline(report.cycle, by=cast.secretariat)
    day = date(2020, 9, 21)
    return make.extension(report, deadline, by=cast.vnm, asked_until=day, reason="Floods")


def new_meeting(cast: Any, report: Any) -> Meeting:
    return make.meeting(report.cycle, by=cast.secretariat)


def new_action(cast: Any, report: Any) -> Any:
    body, day = cast.vnm.organisation, date(2020, 9, 1)
    values = {"text": "Send the annex", "owner_body": body, "due_on": day, "priority": "high"}
    return ActionPoint.add_to(new_meeting(cast, report), by=cast.secretariat, **values)


MAKERS: dict[str, Any] = {
    "cycle": new_cycle, "extension": new_extension, "meeting": new_meeting, "action": new_action,
}  # fmt: skip
WAYS: dict[str, dict[str, list[str]]] = {
    "cycle": {"preparing": [], "open": ["open"], "closed": ["open", "close"], "emptied": ["empty"]},
    "extension": {"asked": [], "granted": ["grant"], "refused": ["refuse"]},
    "meeting": {"planned": [], "held": ["hold"], "cancelled": ["cancel"]},
    "action": {"open": [], "done": ["finish"], "verified": ["finish", "verify"], "dropped": ["drop"]},
}


def take(step: str, record: Any, by: Any, why: str = "Because.") -> None:
    """Make the transition with everything that it needs."""
    who: dict[str, Any] = {"by": by, "expected_version": record.version}
    match step:
        case "cycle.edit":
            record.edit(name_en="Another name", **who)
        case "cycle.set_up":
            record.choose_framework(framework=record.framework, **who)
        case "cycle.open":
            open_cycle(cycle=record, **who)
        case "cycle.empty":
            empty_test_cycle(cycle=record, why=why, **who)
        case "extension.grant":
            record.grant(until=date(2020, 9, 14), note=why, **who)
        case "action.finish":  # of high priority, so that it can be verified: with a document
            record.finish(note=why, file=make.pdf(), **who)
        case "meeting.reschedule":
            record.reschedule(planned_from=LATER, planned_to=LATER, why=why, **who)
        case "meeting.hold":
            day = min(LATER, clock.today())
            record.hold(held_from=day, held_to=day, why=why, **who)
        case "cycle.close" | "cycle.reopen" | "meeting.cancel":
            getattr(record, step.partition(".")[2])(why=why, **who)
        case _:
            getattr(record, step.partition(".")[2])(note=why, **who)


@pytest.mark.parametrize("noun", GRIDS)
def test_the_grids_are_whole(noun):
    grid, transitions, statuses = GRIDS[noun]
    assert set(dict(grids.read(grid))) == set(transitions)
    assert {status for _transition, status, _told in grids.cells(grid)} == set(statuses.values)


@pytest.mark.parametrize(
    ("noun", "transition", "status", "target"),
    [(noun, *cell) for noun, (grid, _transitions, _statuses) in GRIDS.items() for cell in grids.cells(grid)],
)
def test_transition(noun, transition, status, target, cast, record):
    subject = record(noun, status)
    expected_version, step = subject.version, f"{noun}.{transition}"
    if target == "-":
        refused(LOCKED[noun], take, step, subject, cast.secretariat)
    else:
        take(step, subject, cast.secretariat)
        assert (fresh(subject).status, fresh(subject).version) == (target, expected_version + 1)
        why = "" if step in ("cycle.open", "cycle.edit", "cycle.set_up") else "Because."
        tells(subject, by=cast.secretariat, verb=VERBS[transition], why=why, was=status)


@pytest.mark.parametrize(("step", "person", "told"), grids.cells(PERMISSIONS))
def test_who_may(step, person, told, cast, record):
    noun, _dot, transition = step.partition(".")
    _grid, transitions, _statuses = GRIDS[noun]
    subject, actor = record(noun, transitions[transition].sources[0]), getattr(cast, person)
    if told == "yes":
        take(step, subject, actor)
    else:
        raises(PermissionDenied, take, step, subject, actor)


NOT_LATER = "This is not later than the date in force"
OTHER_DATES = "Say why the dates are other than planned."
REQUIRED = [
    ("extension.refuse", {"note": " "}, {"note": ["Say why it is refused."]}),
    ("extension.grant", {"until": None}, {"until": ["Give the day until which it is granted."]}),
    ("extension.grant", {"until": date(2020, 9, 7)}, {"until": [f"{NOT_LATER}, 7 Sep 2020."]}),
    ("meeting.reschedule", {"planned_to": LATER, "why": ""}, {"why": [OTHER_DATES]}),
    ("meeting.hold", {"held_from": LATER, "held_to": LATER}, {"why": [OTHER_DATES]}),
    ("meeting.cancel", {"why": "\n"}, {"why": [OTHER_DATES]}),
    ("action.finish", {"note": "", "file": make.pdf()}, {"note": ["Say what was done, or why not."]}),
    ("action.drop", {"note": ""}, {"note": ["Say what was done, or why not."]}),
    ("action.reopen", {"note": ""}, {"note": ["Say what was done, or why not."]}),
]  # fmt: skip


@pytest.mark.parametrize(("step", "typed", "told"), REQUIRED)
def test_what_a_transition_requires(step, typed, told, cast, record):
    noun, _dot, transition = step.partition(".")
    subject = record(noun, GRIDS[noun][1][transition].sources[0])
    verb = getattr(subject, transition)
    error = raises(ValidationError, verb, by=cast.secretariat, expected_version=subject.version, **typed)
    assert error.message_dict == told


# What goes along with a transition


def test_opening_a_cycle_gives_every_member_its_report(cast, cycle):
    reports = {(r.code, r.status, r.holder.code) for r in cycle.reports.all()}
    assert reports == {("VNM", "not_started", "VNM"), ("LAO", "not_started", "LAO")}


def test_a_member_seated_later_gets_its_report_at_once(cast, cycle):
    khm = make.organisation("KHM")
    seat = {"cycle": cycle, "member_state": khm, "joined_on": date(2020, 6, 1)}
    seat_member(by=cast.secretariat, **seat)
    assert make.report(cycle, "KHM").holder == khm
    raises(PermissionDenied, seat_member, by=cast.vnm, **seat)


def test_a_decision_says_who_decided_and_when(cast, record):
    asked = record("extension", "asked")
    take("extension.grant", asked, cast.secretariat, "A week is enough.")
    stored = fresh(asked)
    assert (stored.decided_by, stored.decided_at) == (cast.secretariat, clock.now())
    assert (stored.granted_until, stored.asked_until) == (date(2020, 9, 14), date(2020, 9, 21))
    assert stored.decision_note == "A week is enough."


def test_a_refused_request_grants_nothing_and_another_may_be_asked(cast, report, record):
    asked = record("extension", "refused")
    assert fresh(asked).granted_until is None
    again = make.extension(
        report, asked.deadline, by=cast.vnm, asked_until=date(2020, 9, 28), reason="Floods again"
    )
    assert again.due_when_asked == date(2020, 9, 7)


def test_an_action_point_belongs_to_its_owner_in_person(cast, cycle):
    """A person's own: their colleagues do not finish it for them, the Secretariat does."""
    meeting = make.meeting(cycle, by=cast.secretariat)
    values = {"text": "Send the annex", "owner": cast.vnm, "due_on": date(2020, 9, 1)}
    point = ActionPoint.add_to(meeting, by=cast.secretariat, **values)
    raises(
        PermissionDenied,
        point.finish,
        by=cast.vnm_team,
        expected_version=1,
        note="Sent.",
        match="not yours to close",
    )
    point.finish(by=cast.vnm, expected_version=1, note="Sent.")
    assert (fresh(point).status, fresh(point).closing_note) == ("done", "Sent.")


def test_a_closing_note_goes_when_an_action_point_is_reopened(cast, record):
    point = record("action", "done")
    take("action.reopen", point, cast.secretariat, "The annex was empty.")
    assert (fresh(point).closing_note, fresh(point).held_since) == ("", clock.now())
