"""A deadline extended for one country: slack to the Summit on board and plan, the first date still shown."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

CYCLE = "/cycles/ascc-2025-mtr/"
PLAN = f"{CYCLE}plan/"

expect.set_options(timeout=20_000)


def line(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True)).first


def tells(page: Page, address: str, name: str, *words: str) -> None:
    page.goto(address)
    for text in words:
        expect(line(page, name)).to_contain_text(text)


def test_an_extension_and_the_way_to_the_summit(person: Any) -> None:
    page = person("secretariat")
    # It has not posted a figure, so nobody can tell how many days it has to spare; a date that is too late is known.
    tells(page, CYCLE, "Myanmar", "cannot tell")
    expect(page.get_by_role("columnheader", name="Must arrive by 14 Sep 2020")).to_be_visible()
    tells(page, PLAN, "Myanmar", "7 Sep 2020", "cannot tell")
    supposes_it_first(page)
    grants_it(page)
    tells(page, CYCLE, "Myanmar", "−14 days")
    tells(page, PLAN, "Myanmar", "28 Sep 2020", "first date: 7 Sep 2020", "−14 days")
    expect(reach(page, "37th ASEAN Summit")).to_contain_text("11 days after 12 Nov 2020")
    expect(page.get_by_text("Days to spare to the 37th ASEAN Summit").locator("..")).to_contain_text(
        "−11 days"
    )
    the_country_reads_the_same(person("mmr.coordinator"))


def supposes_it_first(page: Page) -> None:
    """Three weeks more would be too many; nothing is stored."""
    page.get_by_label("If this is delayed").select_option("Myanmar")
    page.get_by_label("by days").fill("21")
    page.get_by_role("button", name="Calculate").click()
    expect(page).to_have_url(re.compile(r"/plan/\?slip=MMR:21$"))
    expect(page.get_by_role("status")).to_contain_text("Myanmar 21 days later")
    expect(reach(page, "37th ASEAN Summit")).to_contain_text("cannot be reached as planned")
    page.get_by_role("link", name="Back to the plan as it is").click()
    expect(reach(page, "37th ASEAN Summit")).to_contain_text("can be reached")


def reach(page: Page, step: str) -> Locator:
    section = page.get_by_role("region", name="What can still be reached")
    return section.get_by_role("listitem").filter(has_text=step).last


def grants_it(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Decide on 3 extension requests").click()
    page.get_by_role("group", name="Decision on Myanmar").get_by_label("grant").check()
    page.get_by_role("button", name="Save decisions").click()
    expect(page.get_by_role("main")).to_contain_text("The decisions are saved.")


def the_country_reads_the_same(page: Page) -> None:
    tells(page, PLAN, "Myanmar", "28 Sep 2020", "first date: 7 Sep 2020", "−14 days")
    page.goto(f"{CYCLE}reports/MMR/")
    where = page.get_by_role("region", name="Progress", exact=True)
    for words in ("14 Sep 2020", "−14 days"):
        expect(where).to_contain_text(words)
    expect(page.get_by_role("region", name="Deadlines")).to_contain_text("instead of 7 Sep 2020")
