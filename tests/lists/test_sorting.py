"""In what order rows and choices are: areas by their numbers, countries and bodies by their names."""

import re
from typing import Any

import pytest
from django.urls import reverse

from reviews.models import CoverageStatement, FrameworkNode, NationalReport, Organisation
from reviews.queries.coverage import key_result_areas
from tests.support import make

CODES = ["1", "2", "3.2", "3.10", "10", "11"]
NAMES = ["Ba Ria", "Bạc Liêu", "Bắc Ninh", "Bình Định", "Đà Nẵng", "Hà Nội"]


@pytest.fixture
def areas(report: Any) -> list[FrameworkNode]:
    """The areas, made in another order than theirs."""
    made = {code: make.area(code) for code in sorted(CODES, reverse=True)}
    return [made[code] for code in CODES]


@pytest.fixture
def provinces(cast: Any) -> Any:
    """A cycle whose members are provinces, seated in another order than theirs."""
    codes = [f"P{number}" for number in range(len(NAMES))]
    for code, name in reversed(list(zip(codes, NAMES, strict=True))):
        make.organisation(code, name=name)
    return make.cycle("provinces", by=cast.secretariat, members=reversed(codes))


def offered(page: str, name: str) -> list[str]:
    """The labels of a choice on a page."""
    (select,) = re.findall(rf'<select name="{name}".*?</select>', page, re.DOTALL)
    return re.findall(r'<option value="[^"]+"[^>]*>([^<]+)</option>', select)


def test_areas_are_in_the_order_of_their_numbers(areas, cycle, cast, sign_in):
    assert list(key_result_areas(cycle)) == areas
    assert list(FrameworkNode.objects.filter(code__in=CODES)) == areas
    labels = [str(area) for area in areas]
    assert (
        offered(sign_in(cast.vnm).get("/cycles/mtr/datagaps/").content.decode(), "key_result_area") == labels
    )
    assert (
        offered(sign_in(cast.vnm).get("/cycles/mtr/datagaps/add/").content.decode(), "key_result_area")
        == labels
    )
    assert list(sign_in(cast.vnm).get(reverse("framework", args=["mtr"])).context["nodes"]) == areas


def test_gaps_and_exports_follow_the_order_of_the_areas(areas, report, cast, sign_in):
    for area in reversed(areas):
        make.gap(report, by=cast.vnm, key_result_area=area)
    for order, expected in (("key_result_area", areas), ("-key_result_area", areas[::-1])):
        query = {"sort": order, "_export": "csv"}
        lines = b"".join(sign_in(cast.vnm).get("/cycles/mtr/datagaps/", query)).decode().splitlines()[1:]
        assert [str(area) in line for area, line in zip(expected, lines, strict=True)] == [True] * len(areas)


def test_statements_follow_the_order_of_the_areas(areas, report, cast):
    for area in reversed(areas):
        CoverageStatement.state(report, area, by=cast.vnm, expected_version=0, coverage="reported", note="")
    assert [statement.key_result_area for statement in CoverageStatement.objects.all()] == areas


def test_countries_are_in_the_order_of_their_names(provinces, cast, sign_in):
    assert [state.name_en for state in provinces.members()] == NAMES
    browser = sign_in(cast.secretariat)
    board = browser.get("/cycles/provinces/").content.decode()
    assert re.findall(r'rowheader"[^>]*>\s*<a [^>]*>([^<]+)', board) == NAMES
    past = browser.get("/cycles/provinces/", {"as_of": "2020-08-19"})
    assert past.status_code == 200
    reports = browser.get("/cycles/provinces/reports/").content.decode()
    assert offered(reports, "member_state") == NAMES
    assert sorted(NAMES, key=lambda name: reports.rindex(name)) == NAMES
    assert [str(r.member_state) for r in NationalReport.objects.filter(cycle=provinces)] == NAMES


def test_a_corrected_name_moves_its_row(provinces, cast):
    body = Organisation.objects.get(code="P0")
    body.correct(by=cast.admin, expected_version=body.version, why="Renamed", name_en="Vũng Tàu")
    assert [state.name_en for state in provinces.members()] == [*NAMES[1:], "Vũng Tàu"]


TITLES = ["2nd draft", "10th draft", "Dak Lak", "Đà Nẵng", "Điện Biên", "Em", "Hà Nội"]


def one_more(page: str, cycle: Any, cast: Any, title: str, number: int) -> None:
    """A record of the list with this title."""
    if page == "deadline-list":
        make.deadline(cycle, by=cast.secretariat, title=title)
    elif page == "meeting-list":
        make.meeting(cycle, by=cast.secretariat, code=str(number), title=title)
    elif page == "disruption-list":
        make.disruption(cycle, by=cast.secretariat, title=title)
    else:
        make.method(f"note-{number}", by=cast.lead, title=title)


@pytest.mark.parametrize("page", ["deadline-list", "meeting-list", "disruption-list", "method-list"])
def test_titles_are_in_alphabetical_order(page, cycle, cast, sign_in):
    for number, title in enumerate(reversed(TITLES), 1):
        one_more(page, cycle, cast, title, number)
    browser, url = sign_in(cast.secretariat), reverse(page, args=["mtr"])
    for sort, expected in (("title", TITLES), ("-title", TITLES[::-1])):
        rows = browser.get(url, {"sort": sort}).context["table"].page.object_list
        assert [record.title for record in rows] == expected
