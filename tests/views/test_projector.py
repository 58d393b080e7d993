"""The projector: large, without the frame, only what every member may read, and always where the rapporteur is."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from reviews import clock
from reviews.models import Round
from tests.support import grids, make
from tests.support.shared_records import shared

NEXT_DAY = date(2020, 8, 21)
ROUND = "/cycles/mtr/meetings/3/round/"
PROJECTOR = f"{ROUND}projector/"


@shared
def meetings(cast: Any, cycle: Any) -> list[Any]:
    return [make.meeting(cycle, by=cast.secretariat, code=code, shared=True) for code in ("2", "3")]


@pytest.fixture
def opened(cast: Any, meetings: Any) -> Iterator[Round]:
    """The round of meeting 3 is open; at the one before, Viet Nam's data collection was at 40 %."""
    report = make.report(meetings[0].cycle, "VNM")
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=40)
    make.frozen(meetings[0], by=cast.secretariat)
    with clock.at(NEXT_DAY):
        yield Round.open_for(meetings[1], by=cast.secretariat)


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def tell(opened: Round, by: Any, **values: Any) -> None:
    make.told(opened.turns.get(member_state__code="VNM"), by=by, **values)


def test_it_shows_who_is_open_at_the_rapporteurs(cast, opened, sign_in):
    browser = sign_in(cast.secretariat)
    assert "<h1>Lao PDR</h1>" in words(browser.get(PROJECTOR))  # waits first
    browser.get(f"{ROUND}VNM/")
    page = words(browser.get(PROJECTOR))
    assert "<h1>Viet Nam</h1>" in page
    assert "Next: <strong>Lao PDR</strong>" in page
    assert 'data-seconds="' in page
    browser.get(f"{ROUND}LAO/")
    assert "<h1>Lao PDR</h1>" in words(browser.get(PROJECTOR))


def test_it_shows_figures_with_their_change_and_what_was_said(cast, opened, sign_in):
    difficulty = {"kind": make.kind(), "missing": "Told-Fig"}
    finding = {"kind": "finding", "text": "Told-Plum"}
    figures = {"data_collection": 65, "analysis": 20, "writing": None}
    tell(opened, cast.secretariat, note="Told-Lime", difficulties=[difficulty], findings=[finding], **figures)
    browser = sign_in(cast.secretariat)
    browser.get(f"{ROUND}VNM/")
    page = words(browser.get(PROJECTOR))
    assert "65 %" in page
    assert "+25 since the last meeting" in page
    assert "not yet reported" in page
    assert not [word for word in ("Told-Lime", "Told-Fig", "Told-Plum", "Reported") if word not in page]
    assert "1 reported · 0 absent · 1 to come" in page


def test_it_shows_nothing_that_a_country_keeps_to_itself(cast, opened, sign_in):
    report = make.report(opened.cycle, "VNM")
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=55, note="Own-Mango")
    make.gap(report, by=cast.vnm, missing="Own-Kiwi")
    make.finding(report, by=cast.vnm, text="Own-Papaya")
    tell(opened, cast.secretariat, note="Told-Lime", internal_note="Own-Guava", data_collection=60)
    browser = sign_in(cast.secretariat)
    browser.get(f"{ROUND}VNM/")
    page = words(browser.get(PROJECTOR))
    assert not [
        word for word in ("Own-Mango", "Own-Kiwi", "Own-Papaya", "Own-Guava", "VNM-1") if word in page
    ]
    assert "<nav" not in page


def test_nothing_is_sent_while_nothing_changes(cast, opened, sign_in):
    browser = sign_in(cast.secretariat)
    tag = browser.get(PROJECTOR)["ETag"]
    assert browser.get(PROJECTOR, headers={"if-none-match": tag}).status_code == 304
    tell(opened, cast.secretariat, note="Told-Lime", data_collection=60)
    again = browser.get(PROJECTOR, headers={"if-none-match": tag})
    assert (again.status_code, again["ETag"] == tag) == (200, False)


def test_at_the_end_it_says_so(cast, opened, sign_in):
    for turn in opened.turns.all():
        turn.pass_over(by=cast.secretariat, expected_version=turn.version)
    page = words(sign_in(cast.secretariat).get(PROJECTOR))
    assert "All countries have had their turn." in page
    assert "0 reported · 2 absent · 0 to come" in page


def test_a_rehearsal_is_projected_and_leaves_nothing(cast, cycle, sign_in):
    make.meeting(cycle, by=cast.secretariat, planned_from=date(2020, 9, 8), planned_to=date(2020, 9, 8))
    browser, before = sign_in(cast.secretariat), grids.fingerprint()
    browser.post(f"{ROUND}open/", {"rehearse": "1"})
    browser.get(f"{ROUND}VNM/")
    page = browser.get(PROJECTOR)
    assert ("<h1>Viet Nam</h1>" in words(page), "Rehearsal" in words(page)) == (True, True)
    assert browser.get(PROJECTOR, headers={"if-none-match": page["ETag"]}).status_code == 304
    browser.post(f"{ROUND}VNM/pass/", {"version": 1})
    browser.get(f"{ROUND}LAO/")
    assert "<h1>Lao PDR</h1>" in words(browser.get(PROJECTOR))
    assert not grids.changed(before)
    assert sign_in(cast.secretariat).get(PROJECTOR).status_code == 404  # rehearsed in the other browser alone


def test_who_does_not_run_the_meeting_has_no_projector(cast, opened, sign_in):
    assert sign_in(cast.vnm).get(PROJECTOR).status_code == 403


def test_it_says_that_the_cycle_is_a_test(cast, sign_in):
    rehearsal = make.cycle("rehearsal", by=cast.secretariat, is_test=True)
    make.frozen(make.meeting(rehearsal, by=cast.secretariat), by=cast.secretariat, close=False)
    page = sign_in(cast.secretariat).get("/cycles/rehearsal/meetings/3/round/projector/")
    assert "<strong>· Test cycle</strong>" in words(page)
