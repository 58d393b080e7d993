"""The checklist before submission: each possible result, its severity, and where it links to."""

import re
from datetime import date
from typing import Any

import pytest

from reviews.models import CoverageStatement
from tests.support import make

FULL = {"data_collection": 100, "analysis": 100, "writing": 100}


@pytest.fixture
def results(report, sign_in, cast) -> Any:
    """The results on the report's page: (severity, text, address)."""

    def read() -> list[tuple[str, str, str]]:
        page = sign_in(cast.vnm).get(report.get_absolute_url())
        return [(result.severity.value, result.text, result.url) for result in page.context["checks"] or []]

    return read


def result_with(words: str, results: Any) -> tuple[str, str]:
    """The severity and the address of the one result with these words."""
    matching = [(severity, url) for severity, text, url in results() if words in text]
    assert len(matching) == 1, results()
    return matching[0]


def test_blank_and_zero_are_told_apart(cast, report, results):
    report.post_progress(
        by=cast.vnm, expected_version=report.version, data_collection=100, analysis=0, note="n"
    )
    assert result_with("Writing: not yet reported", results) == (
        "must_fix",
        "/cycles/mtr/reports/VNM/update/",
    )
    assert result_with("Analysis: 0 %", results) == ("must_fix", "/cycles/mtr/reports/VNM/update/")
    assert not [text for _level, text, _url in results() if text.startswith("Data collection")]


def test_zero_and_a_figure_under_way_are_told_apart(cast, report, results):
    report.post_progress(
        by=cast.vnm, expected_version=report.version, data_collection=40, analysis=0, writing=None, note="n"
    )
    text_of = {text.partition(":")[0]: text for _level, text, _url in results()}
    assert text_of["Data collection"] == "Data collection: 40 %. Update it, or give a reason when you submit."
    assert (
        text_of["Analysis"]
        == "Analysis: 0 %, which says that nothing is done. Update it, or give a reason when you submit."
    )
    assert "or say why it is missing when you submit" in text_of["Writing"]


# --- coverage

EDIT = "/cycles/mtr/reports/VNM/coverage/edit/"


def state(report: Any, by: Any, area: Any, coverage: str, note: str = "") -> None:
    CoverageStatement.state(report, area, by=by, expected_version=0, coverage=coverage, note=note)


@pytest.mark.parametrize(
    ("coverage", "level", "words"),
    [
        ("", "tip", "Nothing yet on A.1 · A.2. Not yet entered is not “not collected”"),
        ("nothing", "tip", "Nothing yet on A.1: Why-Fig · A.2: Why-Fig. Not yet entered"),
        ("not_collected", "tip", "in the annex on limitations: A.1: Why-Fig · A.2: Why-Fig"),
        ("not_applicable", "tip", "Not applicable: A.1: Why-Fig · A.2: Why-Fig"),
        ("estimated", "tip", "Estimated, and no data gap records how: A.1: Why-Fig · A.2: Why-Fig"),
        ("reported", "", ""),
    ],
)
def test_each_answer_on_coverage_is_one_line_with_its_reason(coverage, level, words, cast, report, results):
    before, areas = results(), [make.area("A.1"), make.area("A.2")]
    for area in areas if coverage else []:
        state(report, cast.vnm, area, coverage, "Why-Fig")
    new = [result for result in results() if result not in before]
    assert [result[0] for result in new] == ([level] if level else [])
    if level:
        assert result_with(words, results)[0] == level
    if coverage in ("", "nothing", "not_collected", "not_applicable"):
        assert new[0][2] == f"{EDIT}#id_coverage_{areas[0].pk}"


def test_a_line_leads_to_the_field_that_it_is_about(report, results, sign_in, cast):
    make.area()
    address, _hash, field = result_with("Nothing yet on", results)[1].partition("#")
    assert f'id="{field}"' in sign_in(cast.vnm).get(address).content.decode()


def test_the_answers_stay_apart(cast, report, results):
    answers = ["", "reported", "estimated", "not_collected", "not_applicable"]
    for n, coverage in enumerate(answers):
        area = make.area(f"A.{n}")
        if coverage:
            state(report, cast.vnm, area, coverage, "Why-Fig")
    codes = [code for _level, text, _url in results() for code in re.findall(r"A\.\d", text)]
    assert codes == ["A.0", "A.3", "A.4", "A.2"]


def test_a_long_reason_is_cut_and_another_countrys_is_not_told(cast, cycle, report, results):
    area = make.area()
    state(report, cast.vnm, area, "not_collected", "x" * 300)
    state(make.report(cycle, "LAO"), cast.lao, area, "not_applicable", "Theirs")
    assert max(len(text) for _level, text, _url in results()) < 200
    assert not [text for _level, text, _url in results() if "Theirs" in text]


@pytest.mark.parametrize(("way", "expected"), [("proxy_agreed", 0), ("limitation", 1), ("", 1)])
def test_an_estimate_is_told_until_a_closed_gap_records_how(way, expected, cast, report, results):
    area = make.area()
    state(report, cast.vnm, area, "estimated")
    gap = make.gap(report, by=cast.vnm, key_result_area=area)
    how = {"method": "It", "reliance": "low"} if way == "proxy_agreed" else {}
    if way:
        gap.close(by=cast.vnm, expected_version=gap.version, way=way, note="So.", **how)
    new = [url for _level, text, url in results() if text.startswith("Estimated")]
    assert new == ["/cycles/mtr/datagaps/?member_state=VNM"] * expected


def test_a_locked_deadline_blocks(cast, cycle, results):
    days = {"opens_on": date(2020, 7, 1), "due_on": date(2020, 8, 1), "last_on": date(2020, 8, 19)}
    make.deadline(cycle, by=cast.secretariat, **days)
    assert result_with("is locked since 19 Aug 2020", results) == ("must_fix", "/cycles/mtr/deadlines/1/")


def test_an_early_submission_is_a_hint(cast, cycle, results):
    make.deadline(cycle, by=cast.secretariat, opens_on=date(2020, 8, 24))
    assert result_with("The window opens on 24 Aug 2020", results) == ("tip", "/cycles/mtr/deadlines/1/")


def test_gaps(cast, report, results):
    make.gap(report, by=cast.vnm)
    gap = make.gap(report, by=cast.vnm)
    gap.ask_guidance(by=cast.vnm, expected_version=gap.version)
    assert result_with("1 data gap is not closed", results)[0] == "tip"
    assert result_with("1 data gap still waits for guidance", results)[1].endswith("&status=guidance_asked")


def test_findings(cast, report, results):
    assert result_with("No finding and no recommendation", results)[0] == "tip"
    finding = make.finding(report, by=cast.vnm)
    assert result_with("still preliminary", results)[1].endswith("&status=preliminary")
    finding.finalise(by=cast.vnm, expected_version=finding.version)
    assert not [text for _level, text, _url in results() if "preliminary" in text]


def test_nothing_stands_in_the_way(cast, report, results):
    report.post_progress(by=cast.vnm, expected_version=report.version, **FULL)
    finding = make.finding(report, by=cast.vnm)
    finding.finalise(by=cast.vnm, expected_version=finding.version)
    report.appoint(by=cast.vnm, expected_version=report.version, lead_author=cast.vnm_team, authors="")
    assert results() == []


def test_heaviest_first(cast, cycle, results):
    days = {"opens_on": date(2020, 7, 1), "due_on": date(2020, 8, 1), "last_on": date(2020, 8, 19)}
    make.deadline(cycle, by=cast.secretariat, **days)
    order = ["must_fix", "tip"]
    levels = [level for level, _text, _url in results()]
    assert levels == sorted(levels, key=order.index)
    assert set(levels) == set(order)


def test_no_check_once_it_is_out_of_hand(cast, report, results):
    make.submitted(report, by=cast.vnm)
    assert results() == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_the_database_as_often_for_three_rows_as_for_one(
    rows, cast, report, sign_in, django_assert_max_num_queries
):
    for n in range(rows):
        make.gap(report, by=cast.vnm)
        state(report, cast.vnm, make.area(f"A.{n}"), "not_collected", "No survey")
        state(report, cast.vnm, make.area(f"B.{n}"), "estimated")
        make.area(f"C.{n}")
        make.finding(report, by=cast.vnm)
    browser = sign_in(cast.vnm)
    with django_assert_max_num_queries(13):
        assert browser.get(report.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("reader", ["vnm", "vnm_team", "secretariat", "consultant"])
def test_nobody_is_led_to_a_form_that_would_refuse(reader, cast, report, sign_in):
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=40)
    browser = sign_in(getattr(cast, reader))
    results = browser.get(report.get_absolute_url()).context["checks"]
    texts = [result.text for result in results]
    assert any("No lead author" in text for text in texts)
    assert any("Writing: not yet reported" in text for text in texts)
    assert {browser.get(result.url).status_code for result in results if result.url} <= {200}
    forms = {"vnm": 2, "vnm_team": 1}.get(reader, 0)
    assert len({result.url for result in results if result.url.endswith(("/update/", "/authors/"))}) == forms
