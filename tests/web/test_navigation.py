"""The menu: what a person reads is two clicks away, and each entry leads to a page that opens."""

import re

import pytest
from django.urls import reverse

from reviews.urls import cycle_urls
from reviews.web.navigation import SECTIONS, sections_for
from tests.support import make

PEOPLE = ("vnm", "vnm_team", "consultant", "lead", "secretariat", "observer", "admin")
LISTS = {page.url_name for _label, pages in SECTIONS for page in pages}
# Pages of a cycle that are no lists: forms, and what has a place of its own on one of the lists.
ELSEWHERE = {
    "cycle-edit",
    "cycle-open",
    "cycle-close",
    "cycle-reopen",
    "cycle-seat",
    "cycle-body-add",
    "cycle-empty",
    "datagap-add",
    "finding-add",
    "deadline-add",
    "meeting-add",
    "plan-add",
    "disruption-add",
    "difficulty-add",
    "method-add",
    "mark-seen",
    "extension-list",
    "extension-decide-all",
    "remind",
    "reminder-schedule",
    "framework-add",
    "progress-report-docx",
}


@pytest.mark.parametrize("who", PEOPLE)
def test_every_entry_opens(who, cast, report, cycle, sign_in):
    person = getattr(cast, who)
    browser = sign_in(person)
    sections = sections_for(person, cycle, "", "/")
    assert sections
    for section in sections:
        for page in section.pages:
            assert browser.get(page.url).status_code == 200, page.url


def test_every_list_of_a_cycle_is_in_the_menu():
    names = {url.name for url in cycle_urls if getattr(url, "name", None) and "<" not in str(url.pattern)}
    assert names - ELSEWHERE <= LISTS


def test_the_own_country_has_its_name_there(cast, report, cycle):
    labels = [section.label for section in sections_for(cast.vnm, cycle, "", "/")]
    assert labels == ["Board", "Viet Nam", "Data gaps", "Calendar", "Follow-up", "Plan", "About the cycle"]
    labels = [section.label for section in sections_for(cast.secretariat, cycle, "", "/")]
    assert labels == ["Board", "Reports", "Data gaps", "Calendar", "Follow-up", "Plan", "Set-up"]
    labels = [section.label for section in sections_for(cast.observer, cycle, "", "/")]
    assert labels == ["Board", "Calendar", "Follow-up", "About the cycle"]


def test_the_present_page_and_its_section_are_marked(report, cast, sign_in):
    page = sign_in(cast.vnm).get(reverse("finding-list", args=["mtr"])).content.decode()
    marked = re.findall(r'aria-current="(\w+)">([^<]+)<', page)
    assert marked[:2] == [("true", "Follow-up"), ("page", "Findings and recommendations")]


def test_the_cycle_that_was_opened_last_is_kept_for_the_person(cast, sign_in):
    for slug in ("mtr", "iai"):
        make.cycle(slug, by=cast.secretariat)
    sign_in(cast.vnm).get(reverse("board", args=["mtr"]))
    page = sign_in(cast.vnm).get(reverse("account_change_password")).content.decode()  # on another device
    assert 'href="/cycles/mtr/">Board<' in page
    sign_in(cast.vnm).get(reverse("board", args=["iai"]))
    page = sign_in(cast.vnm).get(reverse("account_change_password")).content.decode()
    assert 'href="/cycles/iai/">Board<' in page


@pytest.mark.parametrize("page", ["report", "datagap", "meeting", "framework", "finding-list"])
def test_whichever_page_of_it_was_opened(page, cast, sign_in):
    make.cycle("mtr", by=cast.secretariat)
    other = make.cycle("iai", by=cast.secretariat)
    gap = make.gap(make.report(other, "VNM"), by=cast.vnm)
    codes = {
        "report": ["VNM"],
        "datagap": [gap.code],
        "meeting": [make.meeting(other, by=cast.secretariat).code],
    }
    browser = sign_in(cast.vnm)
    browser.get(reverse("board", args=["mtr"]))
    assert browser.get(reverse(page, args=["iai", *codes.get(page, [])])).status_code == 200
    menu = browser.get(reverse("account_change_password")).content.decode()
    assert 'href="/cycles/iai/">Board<' in menu


def test_a_cycle_that_may_not_be_opened_any_more_is_not_in_the_menu(cast, sign_in):
    cycle = make.cycle("mtr", by=cast.secretariat)
    make.cycle("secret", by=cast.secretariat, members=("LAO",))
    cast.vnm.last_cycle = make.cycle("other", by=cast.secretariat, members=("LAO",))
    cast.vnm.save(update_fields=["last_cycle"])
    page = sign_in(cast.vnm).get(reverse("account_change_password")).content.decode()
    assert cycle.get_absolute_url() in page
    assert "/cycles/other/" not in page
