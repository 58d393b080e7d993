"""The check before a report leaves: each thing that may be wrong, its weight, and where it leads."""

from datetime import date
from typing import Any

import pytest

from tests import make

FULL = {"data_collection": 100, "analysis": 100, "writing": 100}


@pytest.fixture
def lines(report, sign_in, cast) -> Any:
    """What the report's page tells: (level, text, address)."""

    def read() -> list[tuple[str, str, str]]:
        page = sign_in(cast.vnm).get(report.get_absolute_url())
        return [(line.level.value, line.text, line.url) for line in page.context["checks"] or []]

    return read


def told(lines: Any, words: str) -> tuple[str, str]:
    """The weight and the address of the one line with these words."""
    found = [(level, url) for level, text, url in lines() if words in text]
    assert len(found) == 1, lines()
    return found[0]


def test_blank_and_zero_are_told_apart(cast, report, lines):
    report.post_progress(by=cast.vnm, seen=report.version, data_collection=100, analysis=0, note="n")
    assert told(lines, "Writing: not yet reported") == ("error", "/cycles/mtr/reports/VNM/update/")
    assert told(lines, "Analysis: 0 %") == ("warning", "/cycles/mtr/reports/VNM/update/")
    assert not [text for _level, text, _url in lines() if text.startswith("Data collection")]


def test_a_locked_deadline_blocks(cast, cycle, lines):
    days = {"opens_on": date(2020, 7, 1), "due_on": date(2020, 8, 1), "last_on": date(2020, 8, 19)}
    make.deadline(cycle, by=cast.secretariat, **days)
    assert told(lines, "is locked since 19 Aug 2020") == ("blocker", "/cycles/mtr/deadlines/1/")


def test_an_early_submission_is_a_hint(cast, cycle, lines):
    make.deadline(cycle, by=cast.secretariat, opens_on=date(2020, 8, 24))
    assert told(lines, "The window opens on 24 Aug 2020") == ("hint", "/cycles/mtr/deadlines/1/")


def test_gaps(cast, report, lines):
    make.gap(report, by=cast.vnm)
    asked = make.gap(report, by=cast.vnm)
    asked.ask_guidance(by=cast.vnm, seen=asked.version)
    assert told(lines, "1 data gap is not closed")[0] == "warning"
    assert told(lines, "1 data gap still waits for guidance")[1].endswith("&status=guidance_asked")


def test_findings(cast, report, lines):
    assert told(lines, "No finding and no recommendation")[0] == "warning"
    finding = make.finding(report, by=cast.vnm)
    assert told(lines, "still preliminary")[1].endswith("&status=preliminary")
    finding.finalise(by=cast.vnm, seen=finding.version)
    assert not [text for _level, text, _url in lines() if "preliminary" in text]


def test_nothing_stands_in_the_way(cast, report, lines):
    report.post_progress(by=cast.vnm, seen=report.version, **FULL)
    finding = make.finding(report, by=cast.vnm)
    finding.finalise(by=cast.vnm, seen=finding.version)
    report.appoint(by=cast.vnm, seen=report.version, lead_author=cast.vnm_team, authors="")
    assert lines() == []


def test_heaviest_first(cast, cycle, lines):
    days = {"opens_on": date(2020, 7, 1), "due_on": date(2020, 8, 1), "last_on": date(2020, 8, 19)}
    make.deadline(cycle, by=cast.secretariat, **days)
    order = ["blocker", "error", "warning", "hint"]
    levels = [level for level, _text, _url in lines()]
    assert levels == sorted(levels, key=order.index)
    assert set(levels) == set(order)


def test_no_check_once_it_is_out_of_hand(cast, report, lines):
    make.submitted(report, by=cast.vnm)
    assert lines() == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_the_database_as_often_for_three_rows_as_for_one(
    rows, cast, report, sign_in, django_assert_max_num_queries
):
    for _n in range(rows):
        make.gap(report, by=cast.vnm)
        make.finding(report, by=cast.vnm)
    browser = sign_in(cast.vnm)
    with django_assert_max_num_queries(12):
        browser.get(report.get_absolute_url())
