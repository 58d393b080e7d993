"""The progress report: right numbers for a day and a period, the same in Word; each country only its own."""

import io
from datetime import date
from typing import Any

import pytest
from docx import Document

from reviews import clock
from reviews.lists.board import is_overdue
from reviews.models import ActionPoint, Decision
from reviews.queries import board, progress_reports
from tests.support import make
from tests.support.shared_records import shared

URL = "/cycles/mtr/progress-report/"
JUNE, AUGUST = date(2020, 6, 24), date(2020, 8, 11)


@shared
def story(cast: Any) -> Any:
    """Two meetings, on 24 June and 11 August; much happened before, between and after them."""
    by = cast.secretariat
    with clock.at(date(2020, 6, 1)):
        cycle = make.cycle("mtr", by=by, shared=True)
    vnm, lao = make.report(cycle, "VNM"), make.report(cycle, "LAO")
    with clock.at(JUNE):
        second = make.meeting(cycle, by=by, code="2", planned_from=JUNE, planned_to=JUNE)
        vnm.post_progress(by=cast.vnm, expected_version=1, data_collection=40, analysis=20)
        old = make.gap(vnm, by=cast.vnm, missing="Old")
        second.hold(by=by, expected_version=1, held_from=JUNE, held_to=JUNE)
        Decision.add_to(second, by=by, text="Decided in June")
        make.deadline(cycle, by=by, title="Outline", opens_on=date(2020, 6, 1), due_on=date(2020, 8, 5))
    with clock.at(date(2020, 8, 1)):
        vnm.post_progress(
            by=cast.vnm, expected_version=vnm.version, data_collection=65, analysis=20, note="Floods."
        )
        old.close(by=cast.vnm, expected_version=old.version, way="data_found", note="Found.")
        make.gap(vnm, by=cast.vnm, missing="New")
    with clock.at(AUGUST):
        third = make.meeting(cycle, by=by, code="3")
        third.hold(by=by, expected_version=1, held_from=AUGUST, held_to=AUGUST)
        Decision.add_to(third, by=by, text="Decided in August")
        ActionPoint.add_to(
            third, by=by, text="Send annex", owner_body=cast.vnm.organisation, due_on=date(2020, 9, 1)
        )
    with clock.at(date(2020, 8, 19)):
        lao.post_progress(by=cast.lao, expected_version=1, data_collection=30)
        make.gap(lao, by=cast.lao, missing="Newest")
    return cycle


def figures(country: Any) -> list[str]:
    return [figure.text for figure in country.figures]


def test_between_two_meetings(story, cast):
    report = progress_reports.build(story, cast.secretariat, AUGUST, JUNE)
    lao, vnm = report.countries
    assert figures(vnm) == ["65 % (+25)", "20 % (0)", "not yet reported"]
    assert figures(lao) == ["not yet reported"] * 3
    assert (vnm.gaps_text, lao.gaps_text) == ("1 open (1 new, 1 closed)", "0 open (0 new, 0 closed)")
    assert (vnm.new_gaps, vnm.closed_gaps) == (["VNM-2"], ["VNM-1"])
    assert lao.report.get_status_display() == "not started"
    assert [decision.text for decision in report.decisions] == ["Decided in June", "Decided in August"]
    assert [point.text for point in report.actions] == ["Send annex"]


def test_on_a_day_it_is_about_what_changed_since_the_last_meeting(story, cast):
    report = progress_reports.build(story, cast.secretariat, date(2020, 8, 20))
    lao, vnm = report.countries
    assert report.since == AUGUST
    assert (figures(vnm)[0], figures(lao)[0]) == ("65 % (0)", "30 %")
    assert lao.new_gaps == ["LAO-1"]
    assert [decision.text for decision in report.decisions] == ["Decided in August"]


def test_what_is_late_and_why(story, cast):
    late = progress_reports.build(story, cast.secretariat, date(2020, 8, 20)).late
    assert [(row.state.code, row.status.text, row.why) for row in late] == [
        ("LAO", "overdue by 15 days", ""),
        ("VNM", "overdue by 15 days", "Floods."),
    ]


def test_a_request_for_more_time_says_why(story, cast):
    make.extension(make.report(story, "VNM"), story.deadlines.get(), by=cast.vnm, reason="The census.")
    late = progress_reports.build(story, cast.secretariat, date(2020, 8, 20)).late
    assert late[1].why == "The census."


def test_today_and_rebuilt_from_the_trace_it_is_the_same(story, cast):
    today = date(2020, 8, 20)
    told = progress_reports.build(story, cast.secretariat, today)
    with clock.at(date(2020, 8, 21)):
        make.gap(make.report(story, "LAO"), by=cast.lao, missing="Of the day after")
        rebuilt = progress_reports.build(story, cast.secretariat, today)
    for one, other in zip(told.countries, rebuilt.countries, strict=True):
        numbers = [(c.state, figures(c), c.gaps_text, c.report.status, c.note) for c in (one, other)]
        assert numbers[0] == numbers[1]
    assert [row.why for row in told.late] == [row.why for row in rebuilt.late]


def numbers_in_word(browser: Any, query: str) -> list[list[str]]:
    document = Document(io.BytesIO(browser.get(f"{URL}docx/{query}").content))
    return [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]


def test_page_and_word_have_the_same_numbers(story, cast, sign_in):
    browser, query = sign_in(cast.secretariat), f"?since={JUNE}&until={AUGUST}"
    page = browser.get(URL + query)
    rows, words = numbers_in_word(browser, query), page.content.decode()
    report = page.context["report"]
    assert [[total.label, str(total.number)] for total in report.totals] == rows[1 : 1 + len(report.totals)]
    for country in report.countries:
        row = next(row for row in rows if row[0] == str(country.state) and len(row) == 7)
        assert row[2:6] == [*figures(country), country.gaps_text]
        assert all(text in words for text in row[2:6])
    assert ["Viet Nam", "VNM-2", "VNM-1"] in rows
    assert any("Decided in August" in row for row in rows)


def test_a_document_has_numbered_pages(story, cast, sign_in):
    document = Document(io.BytesIO(sign_in(cast.secretariat).get(f"{URL}docx/").content))
    section = document.sections[0]
    assert section.page_width > section.page_height
    assert "Progress report · MTR" in section.header.paragraphs[0].text
    assert "PAGE" in section.footer.paragraphs[0]._p.xml


def test_its_pictures_are_tables_with_shaded_cells(story, cast, sign_in):
    document = Document(io.BytesIO(sign_in(cast.secretariat).get(f"{URL}docx/").content))
    heat = next(t for t in document.tables if len(t.columns) == 4 and t.cell(0, 0).text == "Member state")
    shades = [
        [(cell.text, "".join(cell._tc.xpath(".//w:shd/@w:fill"))) for cell in row.cells] for row in heat.rows
    ]
    assert shades[1:] == [
        [("Lao PDR", ""), ("30 %", "BDD7EE"), ("–", ""), ("–", "")],
        [("Viet Nam", ""), ("65 %", "2E75B6"), ("20 %", "BDD7EE"), ("–", "")],
    ]
    key = next(t for t in document.tables if t.cell(0, 0).text == "0–19 %")
    assert [cell.text for cell in key.rows[0].cells][-2:] == ["80–100 %", "– not yet reported"]
    over_time = next(t for t in document.tables if t.cell(0, 0).text == "Day")
    assert [cell.text for cell in over_time.rows[-1].cells] == ["19 Aug 2020", "48 %", "20 %", "–"]


def test_the_footer_has_the_page_once(story, cast, sign_in):
    document = Document(io.BytesIO(sign_in(cast.secretariat).get(f"{URL}docx/").content))
    assert document.sections[0].footer.paragraphs[0]._p.xml.count("NUMPAGES") == 1


def test_each_country_only_its_own(story, cast, sign_in):
    words = sign_in(cast.lao).get(f"{URL}?since={JUNE}").content.decode()
    assert "Progress report: Lao PDR" in words
    assert "VNM" not in words
    assert "Floods." not in words
    assert sign_in(cast.lao).get(f"{URL}?member_state=VNM").status_code == 404
    assert sign_in(cast.observer).get(URL).status_code == 404


@pytest.mark.parametrize(
    "query", ["until=2020-08-21", "until=soon", "since=2020-08-20", "since=2020-08-11&until=2020-06-24"]
)
def test_periods_that_are_none(query, story, cast, sign_in):
    """The page is that of today and says it beside the field; there is no such Word document."""
    browser = sign_in(cast.secretariat)
    page = browser.get(f"{URL}?{query}")
    assert (page.status_code, page.context["report"].until) == (200, date(2020, 8, 20))
    assert page.context["day_form"].errors
    assert browser.get(f"{URL}docx/?{query}").status_code == 404


@pytest.mark.parametrize("query", ["", f"?since={JUNE}&until={AUGUST}"])
def test_it_costs_few_queries(query, story, cast, sign_in, django_assert_max_num_queries):
    browser = sign_in(cast.secretariat)
    browser.get(URL + query)
    with django_assert_max_num_queries(14):
        assert browser.get(URL + query).status_code == 200


def test_it_offers_the_periods_between_meetings(story, cast, sign_in):
    page = sign_in(cast.secretariat).get(URL)
    assert page.context["periods"] == [("Meeting 2 – Meeting 3", f"since={JUNE}&until={AUGUST}")]


def test_what_was_recorded_later_did_not_count_on_a_past_day(cast):
    """As on the board of that day: nobody knew yet, or it had not been taken back yet."""
    by = cast.secretariat
    with clock.at(date(2020, 6, 1)):
        cycle = make.cycle("mtr", by=by)
        opens = {"opens_on": date(2020, 6, 1), "due_on": date(2020, 8, 9)}
        comments = make.deadline(cycle, by=by, title="Comments", output="comments", **opens)
    with clock.at(date(2020, 8, 5)):
        early = make.delivery(comments, by=cast.lao, met_on=date(2020, 8, 5))
    with clock.at(date(2020, 8, 15)):
        early.take_back(by=by, expected_version=early.version, note="It was another paper.")
    make.delivery(comments, by=cast.vnm, met_on=date(2020, 8, 8))
    day = date(2020, 8, 12)
    rows = board.build(cycle, by, day, clock.end_of(day)).rows
    assert {row.state.code for row in rows if is_overdue(row)} == {"VNM"}
    assert {row.state.code for row in progress_reports.build(cycle, by, day).late} == {"VNM"}
    assert {row.state.code for row in progress_reports.build(cycle, by, date(2020, 8, 20)).late} == {"LAO"}


def test_its_paper_says_the_day_that_it_is_about(story, cast, sign_in):
    page = sign_in(cast.secretariat).get(URL, {"until": "2020-08-11", "since": "2020-06-24"})
    marking = page.content.decode().partition("print-marking")[2].partition("</p>")[0]
    assert "as of 11 Aug 2020" in " ".join(marking.split())
