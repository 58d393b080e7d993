"""Every status of a national report x every transition."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from reviews import clock
from reviews.actions.reports import submit_report
from reviews.models import NationalReport, ReportStatus
from reviews.models.reports import REPORT_TRANSITIONS
from tests.models.transitions import fresh, raises, refused, tells
from tests.support import grids, make

# The status that a transition leads to; - where it is refused.
TRANSITIONS = """
                not_started   in_progress   submitted    being_read  returned   accepted
update          in_progress   in_progress           -             -  returned          -
submit                    -     submitted           -             -  submitted         -
record_submission submitted  submitted           -             -  submitted         -
recall                    -             -  in_progress            -  -                 -
start_reading             -             -   being_read            -  -                 -
return                    -             -           -      returned  -                 -
accept                    -             -           -      accepted  -                 -
"""

# Who makes the transition, who has the report after it, and the verb that the history tells.
AFTER = {
    "update": ("vnm", "VNM", "progress"),
    "submit": ("vnm", "RET", "submitted"),
    "record_submission": ("admin", "RET", "submitted"),
    "recall": ("vnm", "VNM", "recalled"),
    "start_reading": ("consultant", "RET", "started_reading"),
    "return": ("consultant", "VNM", "returned"),
    "accept": ("consultant", None, "accepted"),
}

# Why a transition is refused, and who can unlock it.
LOCKED = {
    "not_started": "“not started”. Post a first progress update",
    "in_progress": "“in progress”. It is with the national team",
    "submitted": "“submitted”. It has been submitted; the national coordinator can recall it",
    "being_read": "“being read”. The regional consultants are reading it; they can return it",
    "returned": "“returned”. It has been returned to the national team",
    "accepted": "“accepted”. It has been accepted; an administrator can correct it",
}

PERMISSIONS = """
                vnm  vnm_team  lao  consultant  lead  secretariat  observer  admin
update          yes       yes   no          no    no           no        no     no
submit          yes        no   no          no    no           no        no     no
record_submission no       no   no          no    no           no        no    yes
recall          yes        no   no          no    no           no        no     no
start_reading    no        no   no         yes   yes           no        no     no
return           no        no   no         yes   yes           no        no     no
accept           no        no   no         yes   yes           no        no     no
"""
BEFORE = {
    "update": "in_progress", "submit": "in_progress", "record_submission": "in_progress",
    "recall": "submitted", "start_reading": "submitted",
    "return": "being_read", "accept": "being_read",
}  # fmt: skip


def take(transition: str, report: NationalReport, by: Any, why: str = "Because.") -> None:
    """Make the transition with everything that it needs."""
    expected_version = report.version
    match transition:
        case "update":
            report.post_progress(by=by, expected_version=expected_version, note=why, analysis=50)
        case "submit":
            submit_report(
                report=report, by=by, expected_version=expected_version, file=make.pdf(), reason=why
            )
        case "record_submission":
            day = clock.today()
            report.record_past_submission(
                by=by, expected_version=expected_version, submitted_on=day, why=why, file=make.pdf()
            )
        case "start_reading":
            report.start_reading(by=by, expected_version=expected_version)
        case "return":
            report.return_for_revision(
                by=by, expected_version=expected_version, note=why, revise_by=date(2020, 9, 30)
            )
        case _:
            getattr(report, transition)(by=by, expected_version=expected_version, note=why)


def test_the_grid_is_whole():
    transitions = {transition.removesuffix("_returned") for transition in REPORT_TRANSITIONS}
    assert transitions == {
        *dict(grids.read(TRANSITIONS)),
        "appoint",
    }  # who may name the authors, and when, is tested below
    assert {status for _transition, status, _told in grids.cells(TRANSITIONS)} == set(ReportStatus.values)
    assert set(LOCKED) == set(ReportStatus.values)


@pytest.mark.parametrize(("transition", "status", "target"), grids.cells(TRANSITIONS))
def test_transition(transition, status, target, cast, report):
    actor = getattr(cast, AFTER[transition][0])
    with clock.at(date(2020, 8, 10)):
        report = make.in_status(status, report, cast)
    assert report.status == status
    if target == "-":
        refused(LOCKED[status], take, transition, report, actor)
    else:
        was_held, expected_version = report.held_since, report.version
        take(transition, report, actor)
        arrived(
            transition,
            report,
            target,
            was=status,
            expected_version=expected_version,
            actor=actor,
            was_held=was_held,
        )


def arrived(
    transition: str,
    report: NationalReport,
    target: str,
    *,
    was: str,
    expected_version: int,
    actor: Any,
    was_held: Any,
) -> None:
    _who, holder, verb = AFTER[transition]
    stored = fresh(report)
    assert (stored.status, stored.version) == (target, expected_version + 1)
    assert (stored.holder and stored.holder.code) == holder
    # Who has it has had it since now; a figure posted meanwhile does not start the count anew.
    assert stored.held_since == (was_held if transition == "update" else clock.now())
    assert stored.reader == (actor if transition == "start_reading" else None)
    tells(report, by=actor, verb=verb, why="" if transition == "start_reading" else "Because.", was=was)


@pytest.mark.parametrize(("transition", "person", "told"), grids.cells(PERMISSIONS))
def test_who_may(transition, person, told, cast, report):
    report = make.in_status(BEFORE[transition], report, cast)
    actor = getattr(cast, person)
    if told == "yes":
        take(transition, report, actor)
    else:
        raises(PermissionDenied, take, transition, report, actor)


@pytest.mark.parametrize("status", ReportStatus.values)
def test_the_buttons_of_its_page_are_the_moves_that_work(status, cast, report):
    """A button that is offered is never refused, and none is missing."""
    report = make.in_status(status, report, cast)
    for person in ("vnm", "vnm_team", "consultant", "secretariat", "observer"):
        offered = {
            name.removesuffix("_returned") for name in fresh(report).transitions_for(getattr(cast, person))
        }
        assert offered - {"appoint"} == {
            transition
            for transition, row in grids.read(TRANSITIONS)
            if row[status] != "-" and dict(grids.read(PERMISSIONS))[transition][person] == "yes"
        }


@pytest.mark.parametrize("status", ReportStatus.values)
def test_authors_are_named_while_the_country_has_the_report(status, cast, report):
    report = make.in_status(status, report, cast)
    named = {
        "by": cast.vnm,
        "expected_version": report.version,
        "lead_author": cast.vnm_team,
        "authors": "Ministry of Labour",
    }
    if status in ("not_started", "in_progress", "returned"):
        assert report.appoint(**named).lead_author == cast.vnm_team
        tells(report, by=cast.vnm, verb="changed", why="", was=status)
    else:
        refused(LOCKED[status], report.appoint, **named)


@pytest.mark.parametrize("note", ["", "   \n"])
def test_a_return_owes_a_note(note, cast, report):
    report = make.in_status("being_read", report, cast)
    error = raises(
        ValidationError,
        report.return_for_revision,
        by=cast.consultant,
        expected_version=report.version,
        note=note,
        revise_by=date(2020, 9, 30),
    )
    assert error.message_dict == {"note": ["Say what has to be revised."]}


@pytest.mark.parametrize(
    ("revise_by", "message"),
    [
        (None, "Say by which day it has to be back."),
        (date(2020, 8, 19), "Choose a day from 20 Aug 2020 to 31 Dec 2020."),
        (date(2021, 1, 1), "Choose a day from 20 Aug 2020 to 31 Dec 2020."),
    ],
)
def test_a_return_owes_a_day_within_the_cycle(revise_by, message, cast, report):
    report = make.in_status("being_read", report, cast)
    returned = {"by": cast.consultant, "expected_version": report.version, "note": "Annex 2."}
    error = raises(ValidationError, report.return_for_revision, **returned, revise_by=revise_by)
    assert error.message_dict == {"revise_by": [message]}
    report.return_for_revision(**returned, revise_by=date(2020, 8, 20))
    assert fresh(report).revise_by == date(2020, 8, 20)


def test_after_the_end_of_a_cycle_a_return_may_ask_for_a_year(cast, report):
    report = make.in_status("being_read", report, cast)
    returned = {"by": cast.consultant, "expected_version": report.version, "note": "Annex 2."}
    with clock.at(date(2021, 1, 10)):
        raises(ValidationError, report.return_for_revision, **returned, revise_by=date(2022, 1, 12))
        report.return_for_revision(**returned, revise_by=date(2022, 1, 11))


def test_the_note_of_a_return_is_shown_until_the_report_is_submitted_again(cast, report):
    report = make.in_status("returned", report, cast)
    assert report.return_note == "Please add annex 2."
    submit_report(report=report, by=cast.vnm, expected_version=report.version, file=make.pdf())
    assert fresh(report).return_note == ""
