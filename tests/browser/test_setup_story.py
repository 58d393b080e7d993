"""The Secretariat sets up reviews: IAI Work Plan IV from a sheet, a copy, forty invitations, a cycle of 195 members.

Clicks are counted after sign-in: a choice in a list counts two, a file three.
"""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from reviews.actions.framework import copy_entries
from reviews.actions.setup import Part, copy_cycle
from reviews.models import Framework, ReviewCycle, User
from tests.browser.hand import Hand
from tests.browser.test_main_story import CYCLE

pytestmark = pytest.mark.browser

AREAS = Path(settings.BASE_DIR) / "fixtures" / "reference" / "iai_areas.csv"
SUMMIT_DAY = "2025-10-26"

expect.set_options(timeout=20_000)


class SetupHand(Hand):
    """Begins at the set-up, and goes by the names of fields, which differ where labels are alike."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.click(page.get_by_role("navigation", name="Main").get_by_role("link", name="Set-up"))

    def press(self, name: str | re.Pattern[str], role: Any = "link", **options: Any) -> None:
        self.click(self.main.get_by_role(role, name=name, exact=True, **options).first)

    def press_in(self, step: str, name: str) -> None:
        """One of the ways to do a step of the set-up."""
        self.click(in_step(self.page, step).get_by_role("link", name=re.compile(f"^{name}")))

    def choose_in(self, field: str, option: str) -> None:
        self.choose(self.page.locator(f"main [name={field}]"), label=option)

    def file(self, name: str, content: bytes) -> None:
        self.attach(self.page.locator("input[type=file]"), name, content, "text/csv")

    def type(self, field: str, text: str) -> None:
        """With the tabulator, so without a click."""
        self.page.locator(f"main [name={field}]").fill(text)


def in_step(page: Page, name: str) -> Locator:
    return page.get_by_role("main").get_by_role("listitem").filter(has=page.get_by_role("heading", name=name))


def test_iai_work_plan_iv_from_a_sheet(person: Any, figure: Any) -> None:
    hand = SetupHand(person("secretariat"))
    hand.press("New review cycle")
    hand.type("name_en", "IAI Work Plan IV")
    hand.type("starts_on", "2021-01-01")
    hand.type("ends_on", "2025-12-31")
    hand.press("Save cycle", "button")
    imports_the_areas(hand)
    seats_clmv(hand)
    enters_the_ladder(hand)
    opens_it(hand)
    figure("clicks at 1280 px: a review cycle from a sheet, opened", hand.clicks, "<= 35")
    four_members_see_it(address_of(hand), person("vnm.coordinator"), person("tha.coordinator"))


def imports_the_areas(hand: SetupHand) -> None:
    """The five priority areas; first with a mistake, which is shown beside its row."""
    hand.press_in("Framework", "Import from a sheet")
    hand.type("key_result_area_name", "priority area")
    wrong = AREAS.read_bytes().replace(b"iai-a4,priority area", b"iai-a4,priority aria")
    hand.file("iai.csv", wrong)
    hand.press("Check the sheet", "button")
    hand.sees("1 row cannot be imported, so none is.", "“priority aria” is no level of this framework.")
    hand.file("iai.csv", AREAS.read_bytes())
    hand.press("Check the sheet", "button")
    hand.sees(
        "Nothing is saved yet.", "Food and agriculture", "Columns that are not read: title_vi, source, note"
    )
    hand.press("Import the framework", "button")
    expect(in_step(hand.page, "Framework")).to_contain_text("5 × priority area")


def seats_clmv(hand: SetupHand) -> None:
    hand.press_in("Members", "Choose members")
    hand.tick("CLMV: Cambodia, Lao PDR, Myanmar, Viet Nam")
    hand.press("Save members", "button")
    expect(in_step(hand.page, "Members")).to_contain_text("4 members")


def enters_the_ladder(hand: SetupHand) -> None:
    hand.press_in("Approval ladder", "Enter the bodies")
    hand.choose_in("body_1", "ASEAN Coordinating Council")
    hand.choose_in("body_2", "ASEAN Summit")
    hand.type("planned_2", SUMMIT_DAY)
    hand.press("Save ladder", "button")
    expect(in_step(hand.page, "Approval ladder")).to_contain_text("4 steps")


def opens_it(hand: SetupHand) -> None:
    hand.press("Check and open")
    hand.sees("The 4 members see the cycle from then on", "Cambodia, Lao PDR, Myanmar, Viet Nam.")
    hand.press("Open the cycle", "button")
    hand.sees("The cycle is open.")


def address_of(hand: SetupHand) -> str:
    """Of the cycle whose page is shown."""
    slug = hand.page.url.split("/cycles/")[1].split("/")[0]
    return f"/cycles/{slug}/"


def four_members_see_it(cycle: str, member: Page, other: Page) -> None:
    member.goto(f"{cycle}framework/")
    expect(member.get_by_role("main")).to_contain_text("is called priority area")
    member.goto(f"{cycle}plan/")
    for body in ("ASEAN Coordinating Council", "ASEAN Summit"):
        expect(member.get_by_role("main")).to_contain_text(body)
    answer = other.goto(cycle)
    assert answer
    assert answer.status == 404


def test_a_cycle_is_copied_in_twelve_clicks(person: Any, figure: Any) -> None:
    hand = SetupHand(person("secretariat"))
    hand.press("Copy a review cycle")
    hand.type("name_en", "ASCC end-term review")
    hand.type("starts_on", "2025-02-24")
    hand.press("Create the copy", "button")
    expect(in_step(hand.page, "Members")).to_contain_text("10 members")
    expect(in_step(hand.page, "Deadlines")).to_contain_text("deadlines")
    hand.press("Check and open")
    hand.press("Open the cycle", "button")
    hand.sees("The cycle is open.")
    figure("clicks at 1280 px: a copied review cycle, opened", hand.clicks, "<= 12")


def test_forty_people_are_invited_in_eight_clicks(person: Any, figure: Any) -> None:
    hand = SetupHand(person("admin"))
    hand.press("Invite people from a sheet")
    people = [f"p{n}@example.org,Person {n},Viet Nam,National team" for n in range(40)]
    hand.file("people.csv", "\n".join(["email,name,body,role", *people]).encode())
    hand.press("Check the sheet", "button")
    hand.sees("40 rows", "will be invited by mail")
    hand.press("Send invitations", "button")
    hand.sees("The invitations are sent.", "Person 39")
    figure("clicks at 1280 px: forty people invited", hand.clicks, "<= 8")


def test_a_cycle_of_195_members_from_a_sheet(person: Any, tmp_path: Path) -> None:
    """Its board, calendar and plan can be used."""
    hand = SetupHand(person("secretariat"))
    hand.press("New review cycle")
    hand.type("name_en", "Convention review")
    hand.type("starts_on", "2020-03-01")
    hand.type("ends_on", "2021-03-01")
    hand.press("Save cycle", "button")
    hand.press_in("Members", "Import from a sheet")
    hand.file("countries.csv", countries(tmp_path))
    hand.press("Check the sheet", "button")
    hand.sees("195 rows", "new member state, gets a seat")
    hand.press("Import members", "button")
    expect(in_step(hand.page, "Members")).to_contain_text("195 members")
    hand.press_in("Deadlines", "Copy from another cycle")
    hand.press("Copy deadlines", "button")
    hand.press_in("Approval ladder", "Copy from another cycle")
    hand.press("Copy steps", "button")
    hand.press("Open the cycle")
    hand.press("Open the cycle", "button")
    hand.sees("The cycle is open.")
    cycle = address_of(hand)
    for page in ("", "deadlines/", "plan/"):
        answer = hand.page.goto(f"{cycle}{page}")
        assert answer
        assert answer.status == 200
        assert len(hand.page.content()) < 100_000, page
    hand.sees("Summit")


def countries(folder: Path) -> bytes:
    path = folder / "countries.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "name"])
        writer.writerows([f"Z{n:03}", f"Invented country {n:03}"] for n in range(195))
    return path.read_bytes()


# For the looks at every page.


def cycles_being_set_up() -> None:
    """A draft and a test cycle, beside the cycle of the demonstration."""
    by, source = User.objects.get(username="secretariat"), ReviewCycle.objects.get(slug=CYCLE)
    days = {"starts_on": source.starts_on, "ends_on": source.ends_on}
    draft = copy_cycle(by=by, source=source, parts=(), name_en="Next", **days)
    own = copy_entries(
        by=by, source=source.framework, into=Framework.create_traced(by=by, code="own", title="Own")
    )
    draft.change_traced(
        by=by, expected_version=draft.version, framework=own
    )  # an opened cycle's takes no import
    copy_cycle(by=by, source=source, parts=(Part.MEMBERS,), name_en="Rehearsal", is_test=True, **days)
