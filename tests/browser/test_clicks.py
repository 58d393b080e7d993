"""How many clicks each job takes after signing in: a select counts two, a file three, typing nothing.

`make clicks` prints them beside their goals.
"""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from reviews.models import DataGap, Extension, NationalReport
from tests.browser.hand import Hand
from tests.browser.test_main_story import CYCLE, REPORT
from tests.support import make

pytestmark = pytest.mark.browser

AT = f"/cycles/{CYCLE}/"
PHONE, DESKTOP = {"width": 320, "height": 640}, {"width": 1280, "height": 800}
Figure = Callable[[str, Any, Any], None]


@pytest.fixture(params=[PHONE, DESKTOP], ids=["320 px", "1280 px"])
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    return request.param


@pytest.fixture
def count(figure: Figure, size: dict[str, int]) -> Figure:
    """`count("post progress", hand.clicks, 2)`: the figure names the width of the screen."""

    def measure(job: str, clicks: int, goal: int) -> None:
        figure(f"clicks at {size['width']} px: {job}", clicks, f"<= {goal}")

    return measure


def test_post_progress(person, size, count):
    hand = Hand(person("vnm.coordinator", viewport=size))
    hand.press("Update Viet Nam")
    hand.page.get_by_label("Writing").first.fill("25")
    hand.button("Post progress")
    hand.sees("Your progress is posted.")
    count("post progress", hand.clicks, 2)
    assert NationalReport.objects.get(member_state__code="VNM").writing == 25


def test_raise_a_gap_and_ask_for_guidance(person, size, count):
    hand = Hand(person("vnm.coordinator", viewport=size))
    hand.press("Add a data gap")
    hand.tick("Data missing")
    hand.choose(hand.page.get_by_label("Key result area"), index=1)
    hand.page.get_by_label("What is missing").first.fill("Two years are not there.")
    hand.tick("Ask the regional consultants for guidance at once")
    hand.button("Add gap")
    hand.sees("The gap is added.")
    count("raise a data gap, guidance asked", hand.clicks, 6)
    assert DataGap.objects.filter(missing="Two years are not there.", status="guidance_asked").exists()


def test_submit_a_report(person, size, count):
    hand = Hand(person("vnm.coordinator", viewport=size))
    hand.press("Submit the report Viet Nam")
    hand.attach(hand.page.get_by_label("The report"), "report.pdf", make.PDF, "application/pdf")
    hand.page.get_by_label("Reason for submitting").first.fill("The last ministry answers in September.")
    hand.button("Check your answers")
    hand.button("Submit the report")
    hand.sees("VNM-2020-01")
    count("submit a report", hand.clicks, 6)
    assert NationalReport.objects.get(member_state__code="VNM").status == "submitted"


def test_find_a_late_country_and_why(person, size, count):
    hand = Hand(person("secretariat", viewport=size))
    hand.press("Board", exact=True)
    row = hand.page.get_by_role("row").filter(has_text="Myanmar")
    hand.click(row.locator("summary", has_text="Late"))
    expect(row.locator(".outlook details[open] p")).to_be_visible()
    count("find a late country and why", hand.clicks, 2)


def test_decide_three_extensions(person, size, count):
    assert Extension.objects.to_decide().count() == 3
    hand = Hand(person("secretariat", viewport=size))
    hand.press("Decide on 3 extension requests")
    for name in ("Philippines", "Myanmar", "Thailand"):
        group = hand.page.get_by_role("group", name=f"Decision on {name}")
        hand.tick("refuse", group)
        hand.page.get_by_role("region", name=name).get_by_label("Note").fill("The Summit does not move.")
    hand.button("Save")
    assert not Extension.objects.to_decide().exists()
    count("decide on three extensions", hand.clicks, 6)


@pytest.mark.parametrize("address", [REPORT, f"{AT}datagaps/VNM-3/"])
def test_the_next_step_is_on_the_first_screen(address, person, figure):
    page = person("vnm.coordinator", viewport=PHONE)
    page.goto(address)
    step = page.get_by_role("heading", name="Next step")
    bottom = step.bounding_box()["y"] + step.bounding_box()["height"]
    figure(f"pixels to the end of “Next step” at 320 px: {address}", bottom, "<= 640 px")


def test_every_page_of_the_menu(person, size, count):
    """From the page of one gap, which is as deep as the site goes, to each page of each section."""
    page = person("secretariat", viewport=size)
    page.goto(f"{AT}datagaps/VNM-3/")
    sections = page.get_by_role("navigation", name="Main").get_by_role("link").all_inner_texts()
    clicks = {
        label: clicks_to(page, section, label) for section in sections for label in pages_of(page, section)
    }
    assert len(clicks) >= 18
    count("any page of the menu, from the page of a gap", max(clicks.values()), 2)


def pages_of(page: Page, section: str) -> list[str]:
    """The labels of a section's pages; a section of one page is that page."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name=section, exact=True).click()
    page.wait_for_load_state()
    return page.locator("nav.nav-section a").all_inner_texts() or [section]


def clicks_to(page: Page, section: str, label: str) -> int:
    """How many clicks lead from a gap's page to that page of the section."""
    page.goto(f"{AT}datagaps/VNM-3/")
    hand = Hand(page, start="")
    hand.click(page.get_by_role("navigation", name="Main").get_by_role("link", name=section, exact=True))
    page.wait_for_load_state()
    link = page.locator("nav.nav-section").get_by_role("link", name=label, exact=True)
    if link.count() and link.get_attribute("aria-current") != "page":
        hand.click(link)
    expect(page.locator('nav [aria-current="page"]', has_text=label).first).to_be_visible()
    return hand.clicks
