"""The content policy where people touch a page: the widgets of the administration, and downloads."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from reviews.models import Deadline, NationalReport
from tests.browser.test_main_story import CYCLE

LISTENER = """
    document.addEventListener("securitypolicyviolation",
        (e) => { document.documentElement.dataset.broken = e.violatedDirective + " " + e.blockedURI; });
"""


@pytest.fixture
def admin(person: Any) -> Page:
    page: Page = person("admin")
    page.context.add_init_script(LISTENER)
    return page


def assert_whole(page: Page) -> None:
    assert page.evaluate("document.documentElement.dataset.broken") is None


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_widgets_of_the_administration(scheme, admin):
    """Its calendar and its search boxes."""
    admin.emulate_media(color_scheme=scheme)
    admin.goto(f"/admin/reviews/deadline/{Deadline.objects.first().pk}/change/")
    admin.locator(".date-icon").first.click()
    admin.locator(".calendarbox:visible td a").first.click()
    assert_whole(admin)
    admin.goto(f"/admin/reviews/nationalreport/{NationalReport.objects.first().pk}/change/")
    for box in admin.locator(".select2-selection").all()[:2]:
        box.click()
        expect(admin.locator(".select2-results__option").first).to_be_visible()
        admin.keyboard.press("Escape")
    assert_whole(admin)


@pytest.mark.browser
def test_pop_ups_of_the_administration(admin):
    admin.goto(f"/admin/reviews/nationalreport/{NationalReport.objects.first().pk}/change/")
    with admin.expect_popup() as opened:
        admin.locator("a.related-widget-wrapper-link[href]:visible").first.click()
    opened.value.wait_for_load_state()
    assert_whole(opened.value)
    assert_whole(admin)


@pytest.mark.browser
def test_the_list_of_a_kind_that_nobody_changes(admin):
    """Django gives this one a style of its own."""
    for model in ("trace", "progressupdate", "user"):
        admin.goto(f"/admin/reviews/{model}/")
        assert_whole(admin)
        assert admin.locator("style").count() == 0


@pytest.mark.browser
def test_a_breach_would_be_noticed(admin):
    admin.goto("/admin/")
    admin.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    expect(admin.locator("html")).to_have_attribute("data-broken", "style-src-attr inline")


@pytest.mark.browser
def test_a_sealed_download_still_downloads(person):
    page = person("secretariat")
    page.goto(f"/cycles/{CYCLE}/datagaps/")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "datagaps-2020-08-20.csv"
