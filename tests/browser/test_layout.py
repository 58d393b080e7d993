"""What is seen whole: codes, labels, hints, marks. Only a browser knows where a line breaks."""

import pytest
from playwright.sync_api import Page, expect

from reviews.models import Meeting, NationalReport, Round, User
from tests.browser.conftest import DAY
from tests.browser.test_accessibility import AT, NARROW, WIDE
from tests.browser.test_main_story import REPORT, reach

pytestmark = pytest.mark.browser

BROKEN_LINKS = """links => links.filter(link => link.offsetHeight > 1.5 * parseFloat(getComputedStyle(link).lineHeight))
    .map(link => link.textContent)"""
BROKEN_LABELS = """cells => cells.filter(cell => {
    const label = getComputedStyle(cell, "::before"), room = parseFloat(getComputedStyle(cell).gridTemplateColumns);
    const measure = document.createElement("canvas").getContext("2d");
    measure.font = `${label.fontWeight} ${label.fontSize} ${label.fontFamily}`;
    return cell.dataset.label.split(" ").some(word => measure.measureText(word).width > room);
}).map(cell => cell.dataset.label)"""
CUT_HINTS = """boxes => boxes.filter(box => {
    const style = getComputedStyle(box), paddings = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
    const arrows = box.type === "number" ? 18 : 0;  // shown with the focus
    const measure = document.createElement("canvas").getContext("2d");
    measure.font = getComputedStyle(box, "::placeholder").font;
    return measure.measureText(box.placeholder).width > box.clientWidth - paddings - arrows;
}).map(box => box.placeholder)"""
WIDE_MARKS = "marks => marks.filter(mark => mark.clientWidth > 110).map(mark => mark.textContent)"


def at(page: Page, path: str, size: dict[str, int]) -> Page:
    page.set_viewport_size(size)
    page.goto(path)
    return page


def all_of(page: Page, selector: str, found: str) -> list[str]:
    """What `found` finds among the elements, of which there are some."""
    elements = page.locator(selector)
    assert elements.count()
    return elements.evaluate_all(found)


def test_codes_stay_whole(person):
    page = person("secretariat")
    for path in ("datagaps", "findings", "difficulties/1"):
        at(page, f"{AT}/{path}/", WIDE)
        assert all_of(page, ".table tbody th > a", BROKEN_LINKS) == []


def test_words_and_marks_fit_on_a_phone(person):
    page = person("secretariat")
    at(page, f"{AT}/meetings/3/round/", NARROW)
    assert all_of(page, ".stack td[data-label]:not(.wide)", BROKEN_LABELS) == []
    at(page, f"{AT}/", NARROW)
    assert all_of(page, ".board td .badge-tone", WIDE_MARKS) == []


def test_a_hint_fits_into_its_box(person):
    page = at(person("vnm.coordinator"), f"{REPORT}update/", NARROW)
    assert all_of(page, "input.number", CUT_HINTS) == []
    secretariat, meeting = User.objects.get(username="secretariat"), Meeting.objects.ahead(DAY).first()
    Round.open_for(meeting, by=secretariat, early=True)
    page = at(person("secretariat"), f"{AT}/meetings/{meeting.code}/round/VNM/", NARROW)
    assert all_of(page, "main input.number", CUT_HINTS) == []


def test_a_list_that_changes_keeps_the_focus(person):
    page = at(person("secretariat"), f"{AT}/datagaps/", WIDE)
    for name, where in (("Show", "button"), ("Status", "link"), ("Next page", "link")):
        there = page.get_by_role("main").get_by_role(where, name=name, exact=True).last
        reach(page, there)
        with page.expect_response("**/datagaps/**"):
            page.keyboard.press("Enter")
        expect(page.locator("#list :focus, #list:focus")).to_have_count(1)
        if name != "Next page":  # there is none
            expect(there).to_be_focused()


def test_the_administration_shows_its_columns_and_the_first_mistake(person):
    page = at(person("admin"), "/admin/reviews/finding/", WIDE)
    wide = "boxes => boxes.filter(box => box.scrollWidth > box.clientWidth).map(box => box.className)"
    assert all_of(page, ".results", wide) == []
    page.goto(f"/admin/reviews/nationalreport/{NationalReport.objects.first().pk}/change/")
    page.get_by_label("Data collection").fill("1")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("textbox", name="Reason")).to_be_focused()
