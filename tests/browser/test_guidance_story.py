"""A gap from the country round to the annex: advice, its approval, and what the country makes of it."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

CYCLE = "/cycles/ascc-2025-mtr/"
GAP = f"{CYCLE}datagaps/LAO-4/"
MISSING = "Chuỗi số liệu về tiêm chủng đổi định nghĩa năm 2018"
ADVICE = "Show both periods apart, and name the break beneath the table."
ANSWER = "Chúng tôi trình bày hai giai đoạn riêng."
REASON = "Doses instead of children are counted from then on."
NOTE = "The trend over the break is not drawn."

expect.set_options(timeout=20_000)


def test_from_the_round_to_the_annex(person: Any) -> None:
    secretariat, country = person("secretariat"), person("lao.coordinator")
    consultant, lead = person("consultant"), person("lead.consultant")
    opens_a_round(secretariat)
    raises_the_gap(secretariat)
    finds_it_and_drafts_advice(consultant)
    does_not_see(country, ADVICE)
    approves_it(lead)
    reads_it_and_answers(country)
    the_consultant_reads(consultant, "Accept the advice", ANSWER)
    closes_it_as_a_limitation(country)
    stands_in_the_annex(country)
    other_countries_do_not_see_it(person("vnm.coordinator"))


def main(page: Page) -> Locator:
    return page.get_by_role("main")


def region(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def says(page: Page, *words: str) -> None:
    for text in words:
        expect(main(page)).to_contain_text(text)


def opens_a_round(page: Page) -> None:
    """Of a meeting that is planned for it; Lao PDR comes first."""
    page.goto(f"{CYCLE}meetings/")
    page.get_by_role("link", name="Plan a meeting").click()
    page.get_by_label("Title").fill("4th coordination meeting of the national evaluation teams")
    page.get_by_label("Number in the series").fill("4")
    page.get_by_label("Short name in addresses").fill("4")
    for name in ("Planned from", "Planned to"):
        page.get_by_label(name).fill("2020-08-20")
    page.get_by_role("button", name="Save meeting").click()
    page.get_by_role("link", name="Country round", exact=True).click()
    page.get_by_role("link", name="Open the round").click()
    page.get_by_label("Place of Lao PDR").fill("1")
    page.get_by_role("button", name="Open the round").click()


def raises_the_gap(page: Page) -> None:
    """Difficulty and figures in one go; the next member's turn follows."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Lao PDR")
    page.get_by_label("Statement for the minutes").fill("One series has a break.")
    page.get_by_text("Add a data gap (named in the minutes)").click()
    row = page.get_by_role("group").filter(has_text="Add a data gap (named in the minutes)")
    row.get_by_label("Kind").select_option("Data discontinuous")
    row.get_by_label("Key result area").select_option(label=area(row))
    row.get_by_label("What is missing").fill(MISSING)
    page.get_by_role("button", name="Save and next").click()
    says(page, "Lao PDR is saved.")
    page.get_by_role("link", name="← Lao PDR").click()
    expect(region(page, "Entered in this turn")).to_contain_text(MISSING)


def area(row: Locator) -> str:
    options = row.get_by_label("Key result area").get_by_role("option").all_inner_texts()
    return next(text for text in options if text.startswith("D.2"))


def finds_it_and_drafts_advice(page: Page) -> None:
    page.goto("/")
    news = region(page, "Recent activity").get_by_role("listitem").filter(has_text="LAO-4")
    news.get_by_role("link", name="LAO-4").first.click()
    says(page, MISSING)
    page.get_by_role("link", name="Draft advice").click()
    page.get_by_label("Advice").fill(ADVICE)
    page.get_by_role("button", name="Submit for approval").click()
    says(page, "The draft waits for a lead consultant.")
    expect(region(page, "Drafts of advice")).to_contain_text(ADVICE)


def does_not_see(page: Page, words: str) -> None:
    """Neither on the gap's page and in its history, nor on the desk."""
    for address in ("/", GAP):
        page.goto(address)
        says(page, "LAO-4")
        expect(main(page)).not_to_contain_text(words)
        expect(main(page)).not_to_contain_text("advice")


def approves_it(page: Page) -> None:
    page.goto("/")
    waiting = region(page, "To do").get_by_role("listitem").filter(has_text="LAO-4")
    waiting.get_by_role("link", name="approve the advice").click()
    page.get_by_role("button", name="Approve and send").click()
    says(page, "The advice is approved, and every open gap that it is for has received it.")
    expect(region(page, "Guidance")).to_contain_text(ADVICE)


def reads_it_and_answers(page: Page) -> None:
    page.goto("/")
    waiting = region(page, "To do").get_by_role("listitem").filter(has_text="LAO-4")
    expect(waiting).to_contain_text("decide on the advice")
    waiting.get_by_role("link").click()
    expect(region(page, "Guidance")).to_contain_text(ADVICE)
    page.get_by_role("button", name="Accept the advice").click()
    says(page, "Everybody concerned reads that you use the advice.")
    form = page.get_by_role("group").filter(has_text="Answer the consultants")
    form.get_by_text("Answer the consultants").first.click()
    form.get_by_label("In words").fill(ANSWER)
    form.get_by_role("button", name="Answer the consultants").click()
    says(page, "The consultants have your answer.")


def the_consultant_reads(page: Page, *words: str) -> None:
    page.goto(GAP)
    expect(region(page, "Guidance")).to_contain_text("adopted")
    expect(region(page, "Guidance")).to_contain_text(ANSWER)


def closes_it_as_a_limitation(page: Page) -> None:
    """A break in a series is owed its day and its reason."""
    page.goto(GAP)
    page.get_by_role("link", name="Close the gap").click()
    page.get_by_role("radio", name="accepted as limitation").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Note").fill(NOTE)
    page.get_by_label("Closed with").select_option(index=1)
    page.get_by_role("button", name="Close the gap").click()
    expect(page.get_by_role("alert")).to_contain_text("This field is required.")
    page.get_by_label("Day of the break").fill("2018-01-01")
    page.get_by_label("Reason of the break").fill(REASON)
    page.get_by_role("button", name="Close the gap").click()
    says(page, "The gap is closed.", "accepted as limitation", NOTE)
    expect(region(page, "Treatment")).to_contain_text(REASON)


def stands_in_the_annex(page: Page) -> None:
    page.get_by_role("link", name="To the report").click()
    page.get_by_role("link", name="Gaps", exact=True).click()
    page.get_by_role("main").get_by_role("link", name="Annex on limitations").click()
    says(page, "LAO-4", MISSING, "Break in the series on 1 Jan 2018", REASON, NOTE)
    expect(page.get_by_role("region").filter(has_text="LAO-4")).to_contain_text("D.2")


def other_countries_do_not_see_it(page: Page) -> None:
    for address in (GAP, f"{CYCLE}reports/LAO/annex/"):
        assert page.goto(address).status == 404
