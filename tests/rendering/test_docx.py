"""Word documents: one break for each line, and no word that takes the room of the other columns."""

import io
from typing import Any

import pytest
from django.db.models import QuerySet
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn

from reviews.actions.minutes import draft_minutes
from reviews.models import DataGap, MinutesSection
from tests.support import make


@pytest.fixture
def meeting(cycle: Any, cast: Any) -> Any:
    meeting = make.meeting(cycle, by=cast.secretariat)
    meeting.hold(
        by=cast.secretariat,
        expected_version=meeting.version,
        held_from=meeting.planned_from,
        held_to=meeting.planned_to,
    )
    return meeting


def word_document(browser: Any, name: str, meeting: Any) -> Any:
    answer = browser.get(reverse(name, args=["mtr", meeting.code]))
    return Document(io.BytesIO(answer.content))


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\v", "\u2028", "\n"])
def test_lines_are_apart_by_one_break(line_end, meeting, cast, sign_in):
    draft_minutes(by=cast.secretariat, meeting=meeting)
    QuerySet(MinutesSection).update(text=f"One{line_end}two")
    document = word_document(sign_in(cast.secretariat), "minutes-docx", meeting)
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[-2:] == ["One", "two"]


@pytest.mark.parametrize(("text", "fits_contents"), [("Baseline of 2016", True), ("a" * 200, False)])
def test_a_long_word_does_not_widen_its_column(text, fits_contents, meeting, cast, report, sign_in):
    gap = make.gap(report, by=cast.vnm, missing=f"Line\vbreak {text}")
    gap.ask_guidance(by=cast.vnm, expected_version=gap.version, note="How?")
    QuerySet(DataGap).update(missing=f"Line\r\nbreak {text}")
    tables = word_document(sign_in(cast.secretariat), "brief-docx", meeting).tables
    (asked,) = [table for table in tables if table.cell(0, 0).text == "Gap"]
    assert asked.cell(1, 2).text == f"Line\nbreak {text}"
    assert asked.autofit is fits_contents


def test_every_page_says_what_it_is_and_its_number(meeting, cast, sign_in):
    draft_minutes(by=cast.secretariat, meeting=meeting)
    for name in ("minutes-docx", "brief-docx"):
        section = word_document(sign_in(cast.secretariat), name, meeting).sections[0]
        assert "Meeting 3 · MTR" in section.header.paragraphs[0].text
        footer = section.footer.paragraphs[0]
        assert footer.text.startswith("As of 20 Aug 2020 · Page ")
        fields = footer._p.findall(qn("w:fldSimple"))
        assert [field.get(qn("w:instr")) for field in fields] == ["PAGE", "NUMPAGES"]


def test_a_report_on_a_past_day_says_that_day_and_each_page_number_once(cycle, cast, sign_in):
    url = reverse("progress-report-docx", args=["mtr"])
    answer = sign_in(cast.secretariat).get(url, {"until": "2020-08-11", "since": "2020-06-30"})
    section = Document(io.BytesIO(answer.content)).sections[0]
    assert section.header.paragraphs[0].text == "Progress report · MTR"
    (footer,) = section.footer.paragraphs
    assert footer.text.startswith("As of 11 Aug 2020 · Page ")
    assert len(footer._p.findall(".//" + qn("w:instrText"))) == 0
    fields = [field.get(qn("w:instr")) for field in footer._p.findall(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]


ROUND = "Lao PDR: was absent.\nViet Nam: data collection 65 %.\n– Two sectors wait.\n– Finding: Reach grew"


def test_the_round_is_a_table_as_on_the_page(meeting, cast, sign_in):
    minutes, browser = draft_minutes(by=cast.secretariat, meeting=meeting), sign_in(cast.secretariat)
    QuerySet(MinutesSection).filter(kind="round").update(text=ROUND)
    (table,) = word_document(browser, "minutes-docx", meeting).tables
    rows = [[cell.text for cell in row.cells] for row in table.rows[1:]]
    assert rows == [
        ["Lao PDR", "was absent.", "—"],
        ["Viet Nam", "data collection 65 %.", "Two sectors wait.\nFinding: Reach grew"],
    ]
    page = " ".join(browser.get(minutes.get_absolute_url()).content.decode().split())
    cells = '<th scope="row" lang="">Viet Nam</th> <td data-label="Progress"><span lang="">data collection 65 %.</span>'
    assert cells in page


def test_a_round_worded_in_another_form_stays_text(meeting, cast, sign_in):
    draft_minutes(by=cast.secretariat, meeting=meeting)
    QuerySet(MinutesSection).filter(kind="round").update(text="All countries reported\nas planned.")
    document = word_document(sign_in(cast.secretariat), "minutes-docx", meeting)
    assert not document.tables
    assert "as planned." in [paragraph.text for paragraph in document.paragraphs]
