"""A form that does not say what was seen, that came too late, or whose move is not allowed now."""

from types import SimpleNamespace

import pytest
from django.urls import reverse

from tests.support import grids, make, steps
from tests.support.invalid_input import HUGE, assert_kept, in_the_sites_look, sent, text, who

VERSIONED = [
    "report-update", "report-authors", "report-submit", "report-recall", "report-start-reading", "report-return",
    "report-accept", "datagap-edit", "datagap-ask-guidance", "datagap-take-up",
    "datagap-close", "datagap-reopen", "deadline-edit", "extension-decide", "meeting-edit", "meeting-hold",
    "meeting-cancel", "meeting-edit-part", "action-finish", "action-drop", "action-reopen",
]  # fmt: skip
VERSIONS = [
    *[(page, version) for page in VERSIONED for version in (None, "9" * 30)],
    *[("report-update", version) for version in ("", "abc", "0", "-1", "1.5", HUGE, "99999999999")],
]


@pytest.mark.parametrize(("page", "version"), VERSIONS, ids=lambda value: str(value)[:20])
def test_a_form_that_does_not_say_what_was_seen(page, version, cast, cycle, sign_in):
    """Or names a version that never was."""
    told = sent(page, cast, cycle, sign_in, version=version)
    assert told.answer.status_code == 200
    assert "This form does not say which version you saw. Please open the page again." in text(told.answer)
    assert not told.changed


@pytest.mark.parametrize("page", [page for page in VERSIONED if page != "extension-decide"])
def test_somebody_was_faster(page, cast, cycle, sign_in):
    """Who, what, and everything typed."""
    made = steps.world(page, cast, cycle)
    values = steps.typed(page, made)
    subject = (
        made.agenda
        if page == "meeting-edit-part"
        else getattr(made, page.partition("-")[0].removeprefix("data"))
    )
    subject.correct(by=cast.admin, expected_version=subject.version, why="Counted twice")
    browser, before = sign_in(getattr(cast, who(page))), grids.fingerprint()
    answer = browser.post(steps.address(page, made), values)
    assert (answer.status_code, grids.changed(before)) == (409, set())
    assert "admin changed this while you were editing" in text(answer)
    assert "Counted twice" in text(answer)
    assert_kept(SimpleNamespace(answer=answer, typed=values | {"version": str(subject.version)}))


NOT_NOW: list[tuple[str, str, str]] = [
    ("report-recall", "in_progress", "It is with the national team."),
    ("report-start-reading", "in_progress", "It is with the national team."),
    ("report-submit", "being_read", "The regional consultants are reading it; they can return it."),
    ("report-update", "accepted", "It has been accepted; an administrator can correct it."),
    ("report-accept", "returned", "It has been returned to the national team."),
    ("report-submit", "not_started", "Post a first progress update."),
]


@pytest.mark.parametrize(("page", "status", "words"), NOT_NOW)
def test_a_move_that_is_not_allowed_now(page, status, words, cast, report, sign_in):
    report = make.in_status(status, report, cast)
    values = steps.TYPED.get(page, {}) | {"version": report.version, "file": make.pdf()}
    before = grids.fingerprint()
    answer = sign_in(getattr(cast, who(page))).post(reverse(page, args=["mtr", "VNM"]), values)
    assert (answer.status_code, grids.changed(before)) == (409, set())
    assert words in text(answer)
    in_the_sites_look(answer)


def test_a_cycle_closed_meanwhile(cast, cycle, sign_in):
    made = steps.world("report-update", cast, cycle)
    cycle.close(by=cast.secretariat, expected_version=cycle.version, why="Adopted.")
    answer = sign_in(cast.vnm).post(steps.address("report-update", made), steps.typed("report-update", made))
    assert answer.status_code == 409
    assert "MTR is closed and can only be read; the Secretariat can open it again." in text(answer)
