"""What people type is text, wherever it is shown: a hundred payloads in every text field, looked for everywhere.

First in what the server sends, then in a real browser, which also listens for breaches of the content policy.
"""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.core.management import call_command
from django.template import engines
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from playwright.sync_api import Dialog, Error, Page

from reviews.admin import site
from reviews.models import Explanation, User
from tests.admin.records import one_of_each
from tests.rules.test_access import GETS
from tests.support import grids, header_expectations, links, make, xss

PEOPLE = ("admin", "secretariat", "vnm.coordinator", "lead.consultant", "observer")
LISTENER = """
    window.told = [];
    window.xss = (n) => window.told.push("ran " + n);
    document.addEventListener("securitypolicyviolation",
        (e) => window.told.push("policy " + e.violatedDirective + " " + e.blockedURI + " " + e.sample));
"""


@pytest.fixture
def poisoned(transactional_db: Any, settings: Any, monkeypatch: Any) -> Iterator[int]:
    """The demonstration, with all payloads in every text field."""
    settings.REVIEWTRACKER_TODAY, settings.DEBUG = date(2020, 8, 20), True
    xss.widen(monkeypatch)
    call_command("load_demo", password=make.PASSWORD, stdout=StringIO())
    make.second_factors(*User.objects.filter(username__in=PEOPLE))
    cast = people_of_the_demonstration()
    records = one_of_each(cast, 3)  # also what it has none of
    records[Explanation].explain(by=cast.lao, expected_version=1, answer="Floods.")
    settings.DEBUG = False
    yield xss.plant()
    xss.narrow()


def people_of_the_demonstration() -> SimpleNamespace:
    names = {
        "vnm": "vnm.coordinator",
        "vnm_team": "vnm.team",
        "lao": "lao.coordinator",
        "lead": "lead.consultant",
    }
    names |= {name: name for name in ("consultant", "secretariat", "observer", "admin")}
    return SimpleNamespace(**{name: User.objects.get(username=username) for name, username in names.items()})


def signed_in(name: str) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(username=name))
    return browser


def pages_of(name: str) -> Iterator[tuple[str, Any]]:
    yield from pages_in(signed_in(name))


def pages_in(browser: Client) -> Iterator[tuple[str, Any]]:
    for url, answer in links.crawl(browser, most=1):
        assert answer.status_code in (200, 302, 403, 405), url
        yield url, answer


# What the server sends


def test_no_page_shows_markup(poisoned, figure):
    """Every page of the site and of the administration, as five people come to them; and reading writes nothing."""
    expected_version, pages_with_payload, wrong, written = Counter[str](), 0, [], set()
    for name in PEOPLE:
        browser = signed_in(name)
        before = grids.fingerprint()
        for url, answer in pages_in(browser):
            page = links.body(answer).decode()
            wrong += [
                f"{url}: {fault}"
                for fault in header_expectations.faults(answer) + (xss.faults(page) if page else [])
            ]
            expected_version[links.kind(url)[0]] += 1
            pages_with_payload += escape(xss.ONE) in page or escape(xss.PAYLOADS[0]) in page
        written |= grids.changed(before)
    assert not wrong, "\n".join(wrong[:20])
    assert not_met(expected_version) == set()
    figure("payloads", len(xss.PAYLOADS), ">= 100")
    figure("text fields with payloads in them", poisoned, ">= 800")
    figure("pages that show some of it", pages_with_payload, ">= 100")
    figure("payloads that became markup", len(wrong), 0)
    figure("pages read in the crawl", sum(expected_version.values()), ">= 300")
    figure("tables that reading them changed", len(written), 0)


def not_met(expected_version: Any) -> set[str]:
    """Pages that the crawl owes and did not come to."""
    lists = {page for page, row in grids.read(GETS) if "200" in row.values() and page.endswith("-list")}
    models = {model.__name__.lower() for model in site._registry}
    return (
        lists
        | {
            f"admin:reviews_{model}_{page}"
            for model in models
            for page in ("changelist", "change", "history")
        }
    ) - set(expected_version)


PLANTED = "{% load i18n %}{{ text|safe }}"


@pytest.mark.parametrize("payload", [text for text in xss.TELLING if "<" in text])
def test_a_planted_safe_is_noticed(payload):
    """Each payload with a tag in it, let through as a careless template would."""
    page = "<!doctype html><main>{}</main>".format(
        engines["django"].from_string(PLANTED).render({"text": payload})
    )
    assert xss.faults(page)
    escaped = engines["django"].from_string(PLANTED.replace("|safe", "")).render({"text": payload})
    assert not xss.faults(f"<!doctype html><main>{escaped}</main>")


# What a browser does with it


@pytest.fixture
def look(chromium: Any, live_server: Any) -> Iterator[Any]:
    """Opens one address after the other as one person; tells what ran, what the policy stopped, what was asked."""
    contexts = []

    def opened(name: str) -> Any:
        context = chromium.new_context(base_url=live_server.url)
        contexts.append(context)
        cookie = signed_in(name).cookies[site_settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": site_settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        context.add_init_script(LISTENER)
        return Watcher(context.new_page(), live_server.url)

    yield opened
    for context in contexts:
        context.close()


class Watcher:
    """A page of the browser, and what it noticed."""

    def __init__(self, page: Page, host: str) -> None:
        self.page, self.host = page, host
        self.noticed: list[str] = []
        page.on("dialog", self._closes)
        page.on("pageerror", lambda error: self.noticed.append(f"script error {error}"))
        page.on("request", lambda request: self._asks(request.url))

    def _closes(self, dialog: Dialog) -> None:
        self.noticed.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _asks(self, url: str) -> None:
        if not url.startswith(self.host):
            self.noticed.append(f"asks {url[:80]}")

    def visits(self, url: str) -> None:
        """In light and in dark; with the pointer over what may wait for it."""
        self.page.goto(url)
        self.page.emulate_media(color_scheme="dark")
        try:
            told = self.page.evaluate("window.told")
        except Error as left:  # something led away from the page
            told = [str(left)]
        self.page.emulate_media(color_scheme="light")
        self.noticed += [f"{url}: {line}" for line in told]


@pytest.mark.browser
def test_nothing_runs_and_nothing_breaks_the_policy(poisoned, look, figure):
    begun, opened, noticed = time.monotonic(), 0, []
    for name in PEOPLE:
        watcher = look(name)
        for url in [
            url for url, answer in pages_of(name) if links.body(answer) and answer.status_code == 200
        ]:
            watcher.visits(url)
            opened += 1
        noticed += watcher.noticed
    assert not noticed, "\n".join(noticed[:20])
    figure("pages opened in a browser", opened, ">= 300")
    figure("scripts run, policy broken, hosts asked", len(noticed), 0)
    figure("time for the crawl", time.monotonic() - begun, "<= 1,800 s")


@pytest.mark.browser
def test_what_runs_is_noticed(poisoned, look, settings):
    """The same pages with escaping switched off, with and without the content policy."""
    engine = engines["django"].engine
    for policy, words in (
        (site_settings.CONTENT_SECURITY_POLICY, ["policy"]),
        (None, ["ran", "destroyed", "asks"]),
    ):
        settings.CONTENT_SECURITY_POLICY = policy
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "autoescape", False)
            for loader in engine.template_loaders:
                loader.reset()
            watcher = look("secretariat")
            watcher.visits(reverse("datagap-list", args=["ascc-2025-mtr"]))
        for loader in engine.template_loaders:
            loader.reset()
        assert [line for line in watcher.noticed if any(word in line for word in words)], watcher.noticed
