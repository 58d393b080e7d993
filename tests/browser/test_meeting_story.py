"""A whole coordination meeting of ten countries on two windows: the rapporteur's, and the projector for the room.

The Secretariat plans it, fills the agenda, runs the round, records attendance and outcomes, and has the minutes
adopted. Every click is counted; typing is not.
"""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from reviews.models import Meeting, StatusAtMeeting
from tests.browser.conftest import Person
from tests.browser.hand import Hand

pytestmark = pytest.mark.browser

CYCLE = "/cycles/ascc-2025-mtr/"
MOST_CLICKS = 60
DAY = "2020-08-20"
ITEMS = 6  # of the usual agenda


class MeetingHand(Hand):
    """Also unfolds what is folded, and follows the next step at the top of a page."""

    def unfold(self, name: str) -> None:
        self.click(self.page.locator("summary", has_text=name).first)

    def choose_in(self, label: str, option: str) -> None:
        box = self.page.get_by_label(label).first
        texts = box.locator("option").all_inner_texts()
        self.choose(box, label=next(text for text in texts if re.search(option, text)))

    def next_step(self, text: str) -> None:
        """Follow the next step at the top of the page, which is this one."""
        link = self.page.locator(".stepper-next a")
        expect(link).to_have_text(text)
        self.click(link)


def test_a_whole_meeting_in_sixty_clicks(person: Person, figure: Any) -> None:
    page = person("secretariat")
    hand = MeetingHand(page)
    plans(hand)
    fills_the_agenda(hand)
    projector = runs_the_round(hand)
    records_who_came(hand)
    enters_what_came_of_it(hand)
    has_the_minutes_adopted(hand)
    figure(
        "clicks at 1280 px: a complete coordination meeting of ten countries",
        hand.clicks,
        f"<= {MOST_CLICKS}",
    )
    expect(projector.get_by_text("The round has ended")).to_be_visible()
    meeting = Meeting.objects.get(code="4")
    assert (meeting.status, meeting.minutes.status) == ("held", "adopted")
    assert StatusAtMeeting.objects.filter(round__meeting=meeting).count() == 10


def plans(hand: MeetingHand) -> None:
    hand.press("Calendar", exact=True)
    if hand.page.get_by_role("link", name="Meetings", exact=True).count():
        hand.press("Meetings", exact=True)
    hand.press("Plan a meeting")
    for label, text in {
        "Title": "4th coordination meeting of the national evaluation teams (test)",
        "Number in the series": "4",
        "Short name in addresses": "4",
        "Planned from": DAY,
        "Planned to": DAY,
        "Starts at": "9:00",
        "Ends at": "12:30",
        "Video link": "https://meet.example/test",
    }.items():
        hand.page.get_by_label(label).first.fill(text)
    hand.choose_in("Host", "Viet Nam")
    hand.page.get_by_label("Ends at").press("Enter")  # as the button: one press
    hand.clicks += 1
    expect(hand.page.get_by_text("09:00–12:30")).to_be_visible()


def fills_the_agenda(hand: MeetingHand) -> None:
    hand.press("Copy an agenda")
    hand.button("Add these items")
    expect(hand.page.locator("#agenda ~ ol > li, .desk-list[data-sortable] > li")).to_have_count(ITEMS)


def runs_the_round(hand: MeetingHand) -> Page:
    page = hand.page
    hand.next_step("Open the country round")
    hand.button("Open the round")
    with page.expect_popup() as opened:
        hand.press("Projector view")
    projector = opened.value
    members = projector.get_by_role("heading", level=1)
    for number in range(10):
        state = page.get_by_role("heading", level=1).inner_text()
        expect(members).to_have_text(state)  # the other window follows by itself
        if number == 5:
            hand.unfold("Mark absent")
            hand.page.locator("details[open]").get_by_role("button", name="Mark absent").click()
            hand.clicks += 1
            continue
        page.get_by_label("Statement for the minutes").fill(f"Statement of {state} (test)")
        page.get_by_label("Internal note").fill(f"Kept inside of {state}")
        for label in ("Data collection", "Analysis", "Writing"):
            if page.get_by_label(label).count():
                page.get_by_label(label).fill("100")
        hand.button(re.compile("^Save and (next|end)"))
    hand.button("End the round and save the status")
    expect(projector.get_by_text("Kept inside")).to_have_count(0)
    return projector


def records_who_came(hand: MeetingHand) -> None:
    hand.next_step("Record attendance")
    present = hand.page.locator("[data-member] input[value=yes]:checked")
    expect(present).to_have_count(9)
    hand.button("Save attendance")
    hand.next_step("Record the meeting as held")
    hand.button("Save")


def enters_what_came_of_it(hand: MeetingHand) -> None:
    hand.next_step("Enter the outcomes of the agenda")
    for number in range(1, ITEMS + 1):
        hand.page.get_by_label("In words").fill(f"Outcome {number} (test)")
        hand.button(re.compile("^Save and next" if number < ITEMS else "^Save$"))
    hand.press("Add a decision")
    for number in (1, 2, 3):
        hand.page.locator("main textarea").fill(f"Decision {number} (test)")
        hand.button("Save and add another" if number < 3 else re.compile("^Save$"))
    hand.press("Add an action point")
    for number in (1, 2, 3):
        hand.page.get_by_label("What is to be done").fill(f"Action {number} (test)")
        hand.choose_in("Body", "ASEAN Secretariat")
        hand.page.get_by_label("Due").fill("2020-09-14")
        hand.button("Save and add another" if number < 3 else re.compile("^Save$"))


def has_the_minutes_adopted(hand: MeetingHand) -> None:
    hand.next_step("Draft the minutes")
    hand.button("Draft the minutes")
    page = hand.page
    attendance = page.get_by_role("region", name="Delegations")
    expect(attendance).to_contain_text("Absent:")
    expect(page.get_by_role("row").filter(has_text="Statement of Viet Nam (test)")).to_have_count(1)
    expect(
        page.get_by_text("Kept inside of Viet Nam").first
    ).to_be_visible()  # below, for staff: no part of them
    hand.unfold("Circulate")
    hand.button("Circulate")
    hand.unfold("Record as adopted")
    page.locator("details[open] textarea").fill("By all, at the end of the meeting (test).")
    hand.button("Record as adopted")
    expect(page.get_by_text("locked since").first).to_be_visible()
    hand.press("To the meeting")
    hand.press("Brief", exact=True)


def test_the_next_step_is_on_the_first_screen_of_a_phone(person: Person) -> None:
    page = person("secretariat", viewport={"width": 320, "height": 640})
    for code in ("3", "wrap-up"):
        page.goto(f"{CYCLE}meetings/{code}/")
        box = page.locator(".stepper-next").bounding_box()
        assert box
        assert box["y"] + box["height"] <= 640


def test_speakers_are_ordered_by_keys_and_by_dragging(person: Person) -> None:
    page = person("secretariat")
    page.goto(f"{CYCLE}meetings/wrap-up/round/open/")
    rows = page.locator(".places > li")
    names = rows.locator("span").all_inner_texts()
    rows.nth(1).get_by_role("button", name=re.compile("^Up")).press("Enter")
    expect(rows.locator("span")).to_have_text([names[1], names[0], *names[2:]])
    rows.nth(9).locator("span").drag_to(rows.nth(0).locator("span"), target_position={"x": 5, "y": 2})
    expect(rows.nth(0).locator("span")).to_have_text(names[9])
    assert [rows.nth(n).get_by_role("textbox").input_value() for n in range(3)] == ["1", "2", "3"]


def test_the_agenda_is_ordered_by_dragging(person: Person) -> None:
    page = person("secretariat")
    page.goto(f"{CYCLE}meetings/3/")
    rows = page.locator("[data-sortable] > li")
    first, second = (rows.nth(n).locator("p").first.inner_text() for n in (0, 1))
    rows.nth(1).locator("p").first.drag_to(rows.nth(0).locator("p").first, target_position={"x": 5, "y": 2})
    expect(page.get_by_text("The order is saved.")).to_be_visible()
    expect(rows.nth(0)).to_contain_text(second.partition(". ")[2])
    expect(rows.nth(1)).to_contain_text(first.partition(". ")[2])
