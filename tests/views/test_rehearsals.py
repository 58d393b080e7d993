"""A country round before its day: opening asks first, a rehearsal leaves nothing, and nothing is frozen."""

from datetime import date
from html import unescape
from typing import Any

import pytest

from reviews import clock
from reviews.actions.rounds import close_round
from reviews.models import NotAllowedNow, Round, StatusAtMeeting
from tests.models.transitions import raises
from tests.support import grids, make

DAY = date(2020, 9, 8)
ROUND = "/cycles/mtr/meetings/4/round/"


@pytest.fixture
def ahead(cast: Any, cycle: Any) -> Any:
    """The meeting of 8 September, 19 days from now."""
    return make.meeting(cycle, by=cast.secretariat, code="4", planned_from=DAY, planned_to=DAY)


def words(answer: Any) -> str:
    return unescape(answer.content.decode())


def turn(**typed: Any) -> dict[str, Any]:
    return make.TURN | {"version": 1, "report_seen": 1} | typed


def test_opening_before_the_day_asks_first(cast, ahead, sign_in):
    browser = sign_in(cast.secretariat)
    assert "The meeting is planned for 8 Sep 2020, in 19 days." in words(browser.get(f"{ROUND}open/"))
    answer = browser.post(f"{ROUND}open/", {"order": "alphabetical"})
    assert "early" in answer.context["form"].errors
    assert not Round.objects.exists()
    assert browser.post(f"{ROUND}open/", {"order": "alphabetical", "early": "on"}).status_code == 302
    assert Round.objects.get().turns.count() == 2


def test_on_the_day_nothing_is_asked(cast, ahead, sign_in):
    with clock.at(DAY):
        browser = sign_in(cast.secretariat)
        assert "early" not in browser.get(f"{ROUND}open/").context["form"].fields
        assert browser.post(f"{ROUND}open/", {"order": "alphabetical"}).status_code == 302
    assert Round.objects.exists()


def test_nothing_is_frozen_before_the_day(cast, ahead, sign_in):
    opened = Round.open_for(ahead, by=cast.secretariat, early=True)
    for row in opened.turns.all():
        row.pass_over(by=cast.secretariat, expected_version=row.version)
    step = {"by": cast.secretariat, "country_round": opened, "expected_version": 1}
    raises(NotAllowedNow, close_round, **step, match="on the day of the meeting at the earliest: 8 Sep 2020")
    browser = sign_in(cast.secretariat)
    for answer in (browser.get(f"{ROUND}close/"), browser.post(f"{ROUND}close/", {"version": 1})):
        assert (answer.status_code, "at the earliest" in words(answer)) == (409, True)
    with clock.at(DAY):
        assert "freezes the status of 2 members" in words(browser.get(f"{ROUND}close/"))
        assert browser.post(f"{ROUND}close/", {"version": 1}).status_code == 302
    assert StatusAtMeeting.objects.count() == 2


def test_a_rehearsal_leaves_nothing(cast, ahead, cycle, sign_in):
    browser, kind = sign_in(cast.secretariat), make.kind()
    before = grids.fingerprint()
    answer = browser.post(f"{ROUND}open/", {"place_VNM": "1", "place_LAO": "2", "rehearse": "1"}, follow=True)
    assert "Rehearsal." in words(answer)
    assert f'href="{ROUND}VNM/">Begin with Viet Nam' in words(answer)
    page = browser.get(f"{ROUND}VNM/")
    assert "Rehearsal." in words(page)
    assert "data-unsaved" not in page.content.decode()  # nor is what is typed kept
    difficulty = {"difficulties-0-kind": kind.pk, "difficulties-0-missing": "Baseline"}
    typed = turn(data_collection="40", note="Two sectors wait.", **difficulty)
    answer = browser.post(f"{ROUND}VNM/", typed)
    assert (answer.status_code, answer["Location"]) == (302, f"{ROUND}LAO/")
    assert (
        browser.post(f"{ROUND}VNM/", turn(data_collection="140", version=2)).status_code == 200
    )  # judged as always
    answer = browser.post(f"{ROUND}LAO/pass/", {"version": 1})
    assert answer.status_code == 302
    shown = words(browser.get(ROUND))
    assert ("1 reported" in shown, "1 absent" in shown) == (True, True)
    assert "freezes the status of 2 members" in words(browser.get(f"{ROUND}close/"))
    assert not grids.changed(before)
    answer = browser.post(f"{ROUND}close/", {"version": 1}, follow=True)
    assert "Rehearsal." not in words(answer)
    assert "has not been opened" in words(answer)
    assert not grids.changed(before)


def test_nobody_else_sees_a_rehearsal(cast, ahead, sign_in):
    browser = sign_in(cast.secretariat)
    browser.post(f"{ROUND}open/", {"order": "alphabetical", "rehearse": "1"})
    for other in (cast.secretariat, cast.vnm):
        assert "has not been opened" in words(sign_in(other).get(ROUND))
    answer = browser.post(f"{ROUND}rehearsal/end/", follow=True)
    assert "Nothing of it was stored." in words(answer)
    assert "has not been opened" in words(answer)


def test_a_round_that_is_opened_for_real_ends_the_rehearsal(cast, ahead, sign_in):
    browser = sign_in(cast.secretariat)
    browser.post(f"{ROUND}open/", {"order": "alphabetical", "rehearse": "1"})
    Round.open_for(ahead, by=cast.secretariat, early=True)
    assert "Rehearsal." not in words(browser.get(ROUND))
    assert browser.post(f"{ROUND}LAO/", turn(writing="5")).status_code == 302
    report = make.report(ahead.cycle, "LAO")
    assert (report.writing, report.progressed_at) == (5, clock.now())  # for real, and now
