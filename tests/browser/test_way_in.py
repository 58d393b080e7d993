"""The way in, in a real browser: every page of it, an authenticator app, a security key."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as site_settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from playwright.sync_api import Page, expect

from reviews.accounts.session_timeouts import BEGAN, SEEN
from reviews.accounts.unsaved_input import KEY
from reviews.models import ProgressUpdate, User
from tests.accounts.provider import Provider, answering
from tests.accounts.sign_in import code
from tests.browser.test_accessibility import Eyes
from tests.support import make

pytestmark = pytest.mark.browser
FACTORS = "/accounts/second-factor/"


@pytest.fixture(autouse=True)
def nothing_used_yet(transactional_db: Any) -> None:
    cache.clear()


def test_pages_for_visitors(visitor, live_server, settings):
    settings.SINGLE_SIGN_ON = {
        "provider_id": "id.example",
        "name": "Ministry",
        "client_id": "a",
        "secret": "b",
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [settings.SINGLE_SIGN_ON]}}
    _made, key = make.invitation(by=User.objects.get(username="admin"))
    eyes = Eyes(visitor(), live_server.url)
    for path in ("login/", "signed-out/", "password/reset/", "password/reset/sent/", "password/reset/done/",
                 "password/reset/zz-zz/", f"invitation/{key}/", "single-sign-on/cancelled/",
                 "single-sign-on/id.example/login/"):  # fmt: skip
        eyes.visits(f"/accounts/{path}")
    eyes.visits("/accounts/invitation/none/", 404)
    eyes.visits("/accounts/single-sign-on/id.example/login/callback/?state=x&code=y", 401)
    assert not eyes.problems, "\n".join(eyes.problems)


def test_a_first_password(person, live_server):
    user = User.objects.get(username="vnm.team")
    user.set_password(None)
    user.change_traced(by=None, expected_version=user.version, password=user.password)
    eyes = Eyes(person("vnm.team"), live_server.url)
    eyes.visits("/accounts/password/set/")
    assert not eyes.problems, "\n".join(eyes.problems)


def comes_in(page: Page, login: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("User name or e-mail").fill(login)
    page.locator("[name=password]").fill(make.PASSWORD)
    page.keyboard.press("Enter")


def test_an_app_is_set_up_and_asked(visitor, live_server):
    """With the keyboard; who owes one gets nowhere else before."""
    Authenticator.objects.filter(user__username="secretariat").delete()
    eyes = Eyes(visitor(), live_server.url)
    page = eyes.page
    comes_in(page, "secretariat")
    expect(page.get_by_text("Your role needs one")).to_be_visible()
    page.get_by_role("link", name="Add an app").press("Enter")
    secret = page.locator("code").inner_text()
    assert page.get_by_role("img", name="picture").locator("svg path").bounding_box()["width"] > 80
    eyes.looks()
    page.get_by_label("Authenticator code").fill(code(secret))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    eyes.looks()
    spare = page.locator("code").first.inner_text()
    page.get_by_role("banner").locator("summary").click()
    page.get_by_role("button", name="Sign out").click()
    comes_in(page, "secretariat")
    expect(page.get_by_role("heading", name="Two-step sign-in")).to_be_visible()
    eyes.looks()
    page.get_by_label("Code").fill(spare)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="My desk")).to_be_visible()
    assert not eyes.problems, "\n".join(eyes.problems)


def with_key(page: Page) -> None:
    """The browser's own make-believe security key."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
    tools.send(
        "WebAuthn.addVirtualAuthenticator", {"options": options | {"automaticPresenceSimulation": True}}
    )


def test_a_security_key_is_added_and_asked(visitor, live_server, settings):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # no https on this machine
    eyes = Eyes(visitor(), live_server.url)
    page = eyes.page
    with_key(page)
    comes_in(page, "vnm.coordinator")
    expect(page.get_by_role("heading", name="My desk")).to_be_visible()
    page.goto(f"{FACTORS}keys/add/")
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    eyes.visits(f"{FACTORS}keys/")
    eyes.visits(f"{FACTORS}keys/confirm/")
    page.get_by_role("button", name="Use a security key").click()
    expect(page.get_by_role("heading", name="My desk")).to_be_visible()
    page.context.clear_cookies(name=site_settings.SESSION_COOKIE_NAME)
    comes_in(page, "vnm.coordinator")
    page.get_by_role("button", name="Use a security key").click()
    expect(page.get_by_role("heading", name="My desk")).to_be_visible()
    assert not eyes.problems, "\n".join(eyes.problems)


def test_a_key_that_does_not_answer_is_told(visitor, live_server, settings):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    page = visitor()
    page.add_init_script("navigator.credentials.create = () => Promise.reject(new Error('no'))")
    comes_in(page, "vnm.coordinator")
    expect(page.get_by_role("heading", name="My desk")).to_be_visible()
    page.goto(f"{FACTORS}keys/add/")
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_role("alert")).to_contain_text("did not answer")


def test_what_was_typed_survives_a_long_lunch(person, live_server, settings):
    """Without a script: the form, the sign-in page, what was typed, saved."""
    eyes = Eyes(person("vnm.coordinator", java_script_enabled=False), live_server.url)
    page, form = eyes.page, "/cycles/ascc-2025-mtr/reports/VNM/update/"
    page.goto(form)
    page.locator("[name=note]").fill("Two provinces reported.\nMore next week.")
    for row in Session.objects.all():
        old = {name: value - 4000 for name, value in row.get_decoded().items() if name in (BEGAN, SEEN)}
        row.session_data = Session.objects.encode(row.get_decoded() | old)
        row.save()
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_text("What you typed is kept")).to_be_visible()
    page.get_by_label("User name or e-mail").fill("vnm.coordinator")
    page.locator("[name=password]").fill(make.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Not saved yet")).to_be_visible()
    expect(page.locator("main dd").filter(has_text="More next week.")).to_be_visible()
    page.get_by_role("button", name="Save it now").click()
    expect(page.get_by_text("Two provinces reported.").first).to_be_visible()
    note = ProgressUpdate.objects.latest("id").note.replace("\r\n", "\n")
    assert note == "Two provinces reported.\nMore next week."


def test_the_page_of_what_was_typed(person, live_server):
    page = person("vnm.coordinator")
    eyes, form = Eyes(page, live_server.url), "/cycles/ascc-2025-mtr/reports/VNM/update/"
    user = User.objects.get(username="vnm.coordinator")
    for row in Session.objects.all():
        typed = [user.pk, form, {"note": ["Two provinces reported."], "data_collection": ["70"]}, True]
        row.session_data = Session.objects.encode(row.get_decoded() | {KEY: [typed]})
        row.save()
    eyes.visits(form)
    expect(page.get_by_role("heading", name="Not saved yet")).to_be_visible()
    assert not eyes.problems, "\n".join(eyes.problems)


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with answering(settings) as provider:
        yield provider


def goes_by_the_ministry(page: Page, provider: Provider) -> None:
    page.get_by_role("button", name="Ministry").click()
    page.wait_for_url(f"{provider.issuer}/authorize?**")
    page.get_by_role("link", name="It is me").click()


def test_single_sign_on(person, visitor, provider, live_server):
    """Connected in one browser, it opens the account in another; the policy lets the button lead there."""
    eyes = Eyes(person("vnm.coordinator"), live_server.url)
    eyes.visits("/accounts/single-sign-on/")
    goes_by_the_ministry(eyes.page, provider)
    expect(eyes.page.get_by_text("Single sign-on is connected")).to_be_visible()
    eyes.looks()
    other = Eyes(visitor(), live_server.url)
    other.page.goto("/accounts/login/")
    goes_by_the_ministry(other.page, provider)
    other.page.wait_for_url(f"{live_server.url}/")
    other.looks()
    problems = eyes.problems + other.problems
    journeys = [told for told in problems if f"· asks {provider.issuer}/authorize?" in told]
    assert len(journeys) == 2  # which the person began with the button
    assert [told for told in problems if told not in journeys] == []


def test_the_button_leads_nowhere_else(visitor, provider, live_server, settings):
    """Planted: a provider that the policy does not name."""
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": policy | {"form-action": ["'self'"]}}
    page = visitor()
    page.goto("/accounts/login/")
    with page.expect_console_message(lambda message: "form-action" in message.text):
        page.get_by_role("button", name="Ministry").click()
    assert page.url == f"{live_server.url}/accounts/login/"
