"""The brief of a meeting: right numbers, the same on the page and in Word; each country only its own."""

import io
import re
from datetime import date
from typing import Any

import pytest
from docx import Document

from reviews import clock
from reviews.models import ActionPoint
from reviews.queries import brief
from tests.support import make
from tests.support.shared_records import shared

URL = "/cycles/mtr/meetings/3/brief/"


@shared
def meeting(cast: Any, cycle: Any) -> Any:
    """The third meeting is planned; much happened before and since the second, held on 24 June."""
    by, vnm, lao = cast.secretariat, make.report(cycle, "VNM"), make.report(cycle, "LAO")
    june = {"planned_from": date(2020, 6, 24), "planned_to": date(2020, 6, 24)}
    with clock.at(date(2020, 6, 20)):
        second = make.meeting(cycle, by=by, code="2", **june)
        old = make.gap(vnm, by=cast.vnm, missing="Gap-old")
        make.deadline(cycle, by=by, title="Outline", opens_on=date(2020, 6, 1), due_on=date(2020, 8, 18))
    with clock.at(date(2020, 6, 24)):
        vnm.post_progress(
            by=cast.vnm, expected_version=vnm.version, meeting=second, data_collection=40, analysis=20
        )
        second.hold(by=by, expected_version=1, held_from=june["planned_from"], held_to=june["planned_to"])
        point: Any = ActionPoint.add_to(
            second, by=by, text="Send annex", owner_body=cast.vnm.organisation, due_on=date(2020, 7, 1)
        )
    with clock.at(date(2020, 8, 1)):
        vnm.post_progress(
            by=cast.vnm,
            expected_version=vnm.version,
            data_collection=65,
            analysis=15,
            writing=5,
            note="Fewer.",
        )
        lao.post_progress(by=cast.lao, expected_version=lao.version, data_collection=30)
        old.close(by=cast.vnm, expected_version=old.version, way="data_found", note="Found.")
        new = make.gap(vnm, by=cast.vnm, missing="Gap-new")
        new.ask_guidance(by=cast.vnm, expected_version=1)
    with clock.at(date(2020, 8, 5)):
        asked_by_lao = make.gap(lao, by=cast.lao, missing="Gap-lao")
        asked_by_lao.ask_guidance(by=cast.lao, expected_version=1)
    assert point.status == "open"
    days = {"planned_from": date(2020, 8, 25), "planned_to": date(2020, 8, 25)}
    return make.meeting(cycle, by=by, shared=True, **days)


def test_numbers(cast, meeting):
    built = brief.build(meeting, cast.secretariat)
    lao, vnm = built.countries
    assert [f.text for f in vnm.figures] == ["65 % (+25)", "15 % (−5)", "5 %"]
    assert [f.text for f in lao.figures] == ["30 %", "not yet reported", "not yet reported"]
    assert (vnm.gaps_text, lao.gaps_text) == ("1 open (1 new, 1 closed)", "1 open (1 new, 0 closed)")
    assert [(o.state.code, o.status.days) for o in built.overdue] == [("LAO", -2), ("VNM", -2)]
    assert [(w.gap.code, w.days) for w in built.open_questions] == [
        ("VNM-2", 19),
        ("LAO-1", 15),
    ]  # oldest first
    assert [a.code for a in built.actions] == ["2/1"]
    assert [total.number for total in built.totals] == [2, 2, 2, 1, 2, 2, 1]
    assert built.previous.code == "2"


def test_of_one_country(cast, meeting):
    built = brief.build(meeting, cast.secretariat, "LAO")
    assert [c.state.code for c in built.countries] == ["LAO"]
    assert [w.gap.code for w in built.open_questions] == ["LAO-1"]
    assert built.actions == []
    assert [total.number for total in built.totals] == [1, 1, 1, 0, 1, 1, 0]


def test_the_first_meeting_compares_with_nothing(cast, meeting):
    built = brief.build(meeting.cycle.meetings.get(code="2"), cast.secretariat)
    assert built.previous is None
    assert "no earlier meeting" in built.period_text
    assert {f.change for country in built.countries for f in country.figures} == {""}


def words(answer: Any) -> str:
    """The text of a page, without its marks."""
    return re.sub(r"(\s|<[^>]*>)+", " ", answer.content.decode())


def cells(content: bytes) -> list[str]:
    tables = Document(io.BytesIO(content)).tables
    return [cell.text for table in tables for row in table.rows for cell in row.cells]


@pytest.mark.parametrize("query", ["", "?member_state=VNM"])
def test_page_and_word_document_have_the_same_numbers(query, cast, meeting, sign_in):
    browser = sign_in(cast.secretariat)
    page, document = words(browser.get(URL + query)), browser.get(f"{URL}docx/{query}")
    built = brief.build(meeting, cast.secretariat, "VNM" if query else "")
    document_cells = cells(document.content)
    for total in built.totals:
        at = document_cells.index(total.label)
        assert document_cells[at + 1] == str(total.number)
        assert f"{total.label[0].upper()}{total.label[1:]} {total.number}" in page
    for country in built.countries:
        texts = [figure.text for figure in country.figures] + [country.gaps_text]
        at = document_cells.index(str(country.state))
        assert document_cells[at + 2 : at + 6] == texts
        assert not [text for text in texts if text not in page]
    codes = [line.gap.code for line in built.open_questions] + [point.code for point in built.actions]
    assert not [code for code in codes if code not in document_cells or code not in page]


def test_libreoffice_opens_it(cast, meeting, sign_in, opened):
    text = opened(sign_in(cast.secretariat).get(f"{URL}docx/").content)
    built = brief.build(meeting, cast.secretariat)
    texts = [f.text for country in built.countries for f in country.figures]
    assert not [words for words in (*texts, *(c.gaps_text for c in built.countries)) if words not in text]


def test_each_country_reads_its_own(cast, meeting, sign_in):
    for kind in ("", "docx/"):
        own, all_of_mine = (sign_in(cast.lao).get(f"{URL}{kind}{q}") for q in ("?member_state=LAO", ""))
        for answer in (own, all_of_mine):
            text = words(answer) if not kind else " ".join(cells(answer.content))
            assert ("Gap-lao" in text, "Gap-new" in text, "65 %" in text) == (True, False, False)
        for query in ("?member_state=VNM", "?member_state=XYZ"):
            assert sign_in(cast.lao).get(f"{URL}{kind}{query}").status_code == 404
        assert sign_in(cast.observer).get(f"{URL}{kind}").status_code == 404


def test_queries(cast, meeting, sign_in, django_assert_max_num_queries):
    browser = sign_in(cast.secretariat)
    with django_assert_max_num_queries(12):
        assert browser.get(URL).status_code == 200
    report = make.report(meeting.cycle, "LAO")
    for number in range(4):
        make.gap(report, by=cast.lao, missing=f"More {number}")
        make.deadline(meeting.cycle, by=cast.secretariat, title=f"D{number}")
        ActionPoint.add_to(meeting, by=cast.secretariat, text="T", owner=cast.lao, due_on=date(2020, 9, 1))
    with django_assert_max_num_queries(12):
        assert browser.get(URL).status_code == 200


def test_a_title_as_long_as_can_be(cast, meeting, sign_in):
    """Word takes fewer characters as the title of a file than a meeting may have as its own."""
    meeting.correct(by=cast.admin, expected_version=meeting.version, why="Longer.", title="Đ" * 300)
    answer = sign_in(cast.secretariat).get(f"{URL}docx/")
    assert answer.status_code == 200
    assert "Đ" * 300 in "".join(
        paragraph.text for paragraph in Document(io.BytesIO(answer.content)).paragraphs
    )
