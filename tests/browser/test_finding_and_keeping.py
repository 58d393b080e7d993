"""In a real browser: the keys / and ?, and a text that survives the browser's death."""

import pytest
from playwright.sync_api import expect

from reviews.models import DataGap, UnsavedText
from tests.browser.test_accessibility import AT, NARROW, WIDE
from tests.browser.test_main_story import REPORT

pytestmark = pytest.mark.browser

TEXT = "Số liệu về trẻ em chưa có: bản đang viết dở"


def editable_gap() -> DataGap:
    return DataGap.objects.filter(member_state__code="VNM").exclude(status="closed").latest("pk")


def test_a_text_survives_the_browsers_death(person, words):
    gap = editable_gap()
    where = f"{gap.get_absolute_url()}edit/"
    page = person("vnm.coordinator")
    page.goto(where)
    page.get_by_label(words("What is missing")).fill(TEXT)
    expect(page.locator(".unsaved-state")).to_contain_text(words("Kept at"))
    page.context.close()

    colleague = person("vnm.team")
    colleague.goto(where)
    expect(colleague.locator(".unsaved-state")).to_contain_text("Viet Nam coordinator (demonstration)")
    expect(colleague.locator(".unsaved-offer")).to_have_count(0)

    another = person("vnm.coordinator")
    another.goto("/unsaved/")
    another.get_by_role("main").get_by_role("link").first.click()
    expect(another.locator(".unsaved-offer")).to_contain_text(TEXT)
    another.get_by_role("button", name=words("Use it")).click()
    expect(another.get_by_label(words("What is missing"))).to_have_value(TEXT)
    another.get_by_role("main").get_by_role("button", name=words("Save")).click()
    expect(another.get_by_role("main")).to_contain_text(TEXT)
    gap.refresh_from_db()
    assert gap.missing == TEXT
    assert not UnsavedText.objects.exists()


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_the_key_leads_to_the_search_from_anywhere(size, person):
    page = person("secretariat")
    page.set_viewport_size(size)
    page.goto(f"{AT}/datagaps/")
    page.keyboard.press("/")
    expect(page.locator("#search_box")).to_be_focused()
    page.keyboard.type("vnm-4")
    page.keyboard.press("Enter")
    expect(page.locator(".search-list a").first).to_contain_text("VNM-4")
    page.locator(".search-list a").first.click()
    page.wait_for_url("**/datagaps/VNM-4/")


def test_the_keys_are_listed_and_can_be_switched_off(person):
    page = person("secretariat")
    page.goto("/")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    keys.get_by_role("button", name="Switch / and ? off").click()
    expect(keys).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#search_box")).not_to_be_focused()


def test_what_is_typed_survives_the_switch_between_languages(person):
    page = person("vnm.coordinator")
    page.goto(f"{REPORT}update/")
    figure, note = page.locator("[name=writing]"), page.locator("[name=note]")
    figure.fill("37")
    note.fill(TEXT)
    page.locator("form.language button[value=vi]").click()
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    expect(figure).to_have_value("37")
    expect(note).to_have_value(TEXT)
    expect(page.locator(".unsaved-offer")).to_have_count(0)
    page.reload()
    expect(figure).not_to_have_value("37")
