"""In a real browser, by keyboard alone: choosing the columns of a list, saving the view, opening and clearing it."""

import pytest
from playwright.sync_api import expect

from reviews.models import SavedView
from tests.browser.test_accessibility import AT, NARROW, WIDE

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_columns_and_a_view_by_keyboard(size, person):
    page = person("secretariat")
    page.set_viewport_size(size)
    page.goto(f"{AT}/datagaps/?status=open")
    columns = page.locator(".column-choice")
    columns.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(columns.get_by_label("Kind")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**columns=**")
    heads = page.locator("table thead th")
    expect(heads.filter(has_text="Gap")).to_have_count(1)
    expect(heads.filter(has_text="Kind")).to_have_count(0)

    page.get_by_role("link", name="Save this view").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Name").focus()
    page.keyboard.type("Open ones")
    page.keyboard.press("Enter")
    view = page.get_by_role("link", name="Open ones", exact=True)
    expect(view).to_have_attribute("aria-current", "true")
    expect(page.locator("table thead th").filter(has_text="Kind")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]

    page.locator(".saved-views").get_by_role("link", name="Clear").focus()
    page.keyboard.press("Enter")
    expect(page.locator("table thead th").filter(has_text="Kind")).to_have_count(1)
    view.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**status=open**")
    assert "kind" not in SavedView.objects.get(name="Open ones").query
