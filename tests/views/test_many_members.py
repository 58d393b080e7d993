"""Pages of a review with 195 members: in parts, with totals, filters and everything in the export."""

import re
from typing import Any

import pytest

from reviews.models import Round, Turn, TurnStatus
from tests.support import make, many_members
from tests.support.many_members import LATE, MEMBERS, NEVER
from tests.support.shared_records import shared

LARGEST_PAGE = 100_000  # bytes of HTML
PAGES = [
    "/",
    "",
    "compare/",
    "plan/",
    "coverage/",
    "deadlines/",
    "deadlines/1/",
    "reports/",
    "meetings/3/",
    "meetings/3/brief/",
    "meetings/3/round/",
    "deadlines/add/",
    "meetings/3/delegations/add/",
    "annex/",
]


@shared
def many(cast: Any) -> Any:
    return many_members.review(by=cast.secretariat)


def path(page: str) -> str:
    return page if page == "/" else f"/cycles/many/{page}"


def exported(browser: Any, page: str) -> list[str]:
    return browser.get(path(page)).getvalue().decode("utf-8-sig").splitlines()


@pytest.mark.parametrize("who", ["secretariat", "consultant"])
@pytest.mark.parametrize("page", PAGES)
def test_no_page_is_too_large(page, who, cast, many, sign_in):
    answer = sign_in(getattr(cast, who)).get(path(page))
    if answer.status_code != 403:
        assert answer.status_code == 200
        assert len(answer.content) < LARGEST_PAGE


def test_a_deadline_counts_its_countries_and_filters_them(cast, many, sign_in):
    browser = sign_in(cast.secretariat)
    page = browser.get(path("deadlines/1/"))
    counted = {state.value: number for state, number in page.context["totals"]}
    assert counted == {"overdue": NEVER, "met_late": LATE, "met": MEMBERS - LATE - NEVER}
    assert len(page.context["table"].page.object_list) == 25
    overdue = browser.get(path("deadlines/1/?state=overdue"))
    assert {row.record.status.state for row in overdue.context["table"].page.object_list} == {"overdue"}
    assert overdue.context["table"].paginator.count == NEVER
    assert len(exported(browser, "deadlines/1/?_export=csv")) == 1 + MEMBERS
    assert len(exported(browser, "deadlines/1/?state=overdue&_export=csv")) == 1 + NEVER


def test_the_deadline_of_a_country_is_exported_as_numbers_and_days(cast, many, sign_in):
    head, first, *_rest = exported(sign_in(cast.secretariat), "deadlines/1/?state=met_late&_export=csv")
    assert head == "Member state,State,Due by,Met on,Slip"
    assert re.fullmatch("Invented member 017,met late by 1 day,2020-06-01,2020-06-02,0", first)


def test_the_desk_gathers_what_is_of_one_kind(cast, many, sign_in):
    page = sign_in(cast.secretariat).get("/")
    [extensions] = [
        lines.all[0] for lines in page.context["waiting"] if lines.all[0].group == "Extension requests"
    ]
    assert (extensions.url, "more" in extensions.about) == (path("extensions/decide/"), True)
    [reports, *_others] = page.context["due"]
    assert (len(reports.lines.all), len(reports.lines.first)) == (NEVER, 5)
    assert [(state.value, number) for state, number in reports.lines.totals] == [("overdue", NEVER)]
    assert reports.met.text == f"{MEMBERS - NEVER} of {MEMBERS} met"
    shown = page.content.decode()
    assert f"{MEMBERS - NEVER} of {MEMBERS} met" in shown
    assert '<a href="/cycles/many/deadlines/1/">all countries</a>' in shown


def test_the_board_is_filtered_and_exported(cast, many, sign_in):
    browser = sign_in(cast.secretariat)
    page = browser.get(path("?status=in_progress"))
    assert page.context["page"].paginator.count == NEVER
    assert {row.report.status for row in page.context["page"]} == {"in_progress"}
    assert len(exported(browser, "?_export=csv")) == 1 + MEMBERS
    assert len(exported(browser, "?status=in_progress&_export=csv")) == 1 + NEVER
    assert browser.get(path("?status=unheard-of")).status_code == 404
    assert browser.get(path("?page=99")).status_code == 404


def test_the_plan_groups_its_countries(cast, many, sign_in):
    browser = sign_in(cast.secretariat)
    page = browser.get(path("plan/"))
    assert sum(number for _group, number in page.context["totals"]) == MEMBERS
    handed_in = browser.get(path("plan/?group=handed_in"))
    assert handed_in.context["page"].paginator.count == MEMBERS - NEVER
    assert len(exported(browser, "plan/?group=handed_in&_export=csv&of=countries")) == 1 + MEMBERS - NEVER
    assert browser.get(path("plan/?group=unheard-of")).status_code == 404


def test_the_coverage_map_shows_some_countries_and_totals_of_all(cast, many, sign_in):
    make.area()
    browser = sign_in(cast.secretariat)
    page = browser.get(path("coverage/?page=2"))
    assert [report.code for report in page.context["map"].reports] == many_members.CODES[25:50]
    [(_area, cells, totals)] = page.context["rows"]
    assert (len(cells), sum(number for _coverage, number in totals)) == (25, MEMBERS)
    assert len(exported(browser, "coverage/?_export=csv")) == 1 + MEMBERS


def test_the_brief_lists_countries_in_parts_and_the_overdue_by_deadline(cast, many, sign_in):
    page = sign_in(cast.secretariat).get(path("meetings/3/brief/"))
    assert len(page.context["page"].object_list) == 25
    [overdue] = page.context["overdue"]
    assert len(overdue.all) == NEVER


def test_all_who_still_wait_are_passed_at_once(cast, many, sign_in):
    browser = sign_in(cast.secretariat)
    country_round = Round.open_for(many.meetings.get(code="3"), by=cast.secretariat)
    first = country_round.turns.select_related("member_state", "round__meeting__cycle").first()
    make.told(first, by=cast.secretariat)
    answer = browser.post(
        path("meetings/3/round/pass/"), {"version": country_round.version, "note": "The day is over."}
    )
    assert answer.status_code == 302, answer.content.decode()
    statuses = Turn.objects.filter(round=country_round).values_list("status", flat=True)
    assert sorted(statuses) == sorted([TurnStatus.REPORTED, *[TurnStatus.PASSED] * (MEMBERS - 1)])
    assert Turn.objects.filter(note="The day is over.").count() == MEMBERS - 1


def test_many_countries_to_tick_are_folded_away(cast, many, sign_in):
    page = sign_in(cast.secretariat).get(path("deadlines/add/")).content.decode()
    assert f"Choose among {MEMBERS}" in page
