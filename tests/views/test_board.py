"""The board of very many members: so many on a page, and figures of all of them."""

import re

import pytest
from django.core.paginator import Paginator

from reviews import clock
from tests.support import make
from tests.support.shared_records import shared

BOARD = "/cycles/mtr/"
LIGHT = 100_000  # bytes


@shared
def many(cast):
    states = ["VNM", *(f"S{n:02}" for n in range(59))]
    cycle = make.cycle("mtr", by=cast.secretariat, members=states)
    for report in cycle.reports.select_related("member_state"):
        by = make.user(f"of.{report.code}", "coordinator", report.member_state)
        report.post_progress(by=by, expected_version=report.version, data_collection=40)
        make.gap(report, by=by)
    return cycle


def members(answer):
    return [row.state.code for row in answer.context["page"]]


def test_each_member_stands_on_one_page(many, cast, sign_in):
    browser = sign_in(cast.consultant)
    pages = [browser.get(f"{BOARD}?page={n}") for n in (1, 2, 3)]
    codes_by_page = [members(answer) for answer in pages]
    assert [len(codes) for codes in codes_by_page] == [25, 25, 10]
    assert sorted(sum(codes_by_page, [])) == sorted(report.code for report in many.reports.all())
    for answer, codes in zip(pages, codes_by_page, strict=True):
        assert [row.member for row in answer.context["gaps_chart"].rows] == [
            str(row.state) for row in answer.context["page"]
        ]
        assert len(codes) == len(answer.context["readable"])
        assert len(answer.content) < LIGHT


def test_figures_above_are_of_all(many, cast, sign_in):
    text = sign_in(cast.consultant).get(f"{BOARD}?page=3").content.decode()
    assert "mean of the 60 of 60 that reported" in text
    assert "51–60 of 60" in text
    assert re.findall(r"status=(\w+)", text) == ["in_progress"]  # and no other status
    assert "In progress</a>: <strong>60</strong>" in text
    assert "<dt>Open data gaps</dt><dd>60</dd>" in text


def test_a_chosen_day_stays_from_page_to_page(many, cast, sign_in):
    day = f"as_of={clock.today():%Y-%m-%d}"
    text = sign_in(cast.consultant).get(f"{BOARD}?{day}&page=2").content.decode()
    assert f'href="?{day}&amp;page=3"' in text


@pytest.mark.parametrize("page", ["4", "0", "-1", "one", "1.5", "9" * 5000])
def test_no_such_page(page, many, cast, sign_in):
    answer = sign_in(cast.consultant).get(BOARD, {"page": page})
    assert answer.status_code == 404
    assert "There is no page" in answer.content.decode()


def test_few_members_need_no_pages(report, cast, sign_in):
    answer = sign_in(cast.consultant).get(BOARD)
    assert isinstance(answer.context["page"].paginator, Paginator)
    assert 'class="pager"' not in answer.content.decode()


# Gaps of other countries: how many, not of which kind, as on the coverage map


@pytest.mark.parametrize("day", ["", "?as_of=2020-08-20"])
def test_the_kinds_of_gaps_are_for_those_who_read_the_gaps(day, cast, report, sign_in):
    make.gap(report, by=cast.vnm, kind=make.kind("unsure"))
    told = {}
    for name in ("vnm", "lao", "secretariat", "observer"):
        answer = sign_in(getattr(cast, name)).get(BOARD + day)
        page = answer.content.decode()
        assert "<dt>Open data gaps</dt><dd>1</dd>" in page
        told[name] = ("Unsure: 1" in page, [row.member for row in answer.context["gaps_chart"].rows])
        assert ("not of which kind they are" in page) is (name in ("vnm", "lao", "observer"))
    assert told == {
        "vnm": (True, ["Viet Nam"]),
        "lao": (False, ["Lao PDR"]),
        "secretariat": (True, ["Lao PDR", "Viet Nam"]),
        "observer": (False, []),
    }
