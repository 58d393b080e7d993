"""A real browser for the tests marked `browser`, if there is one on this machine."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

NO_BROWSER = "No Chromium here: install one (Debian: apt-get install chromium), or set CHROMIUM to its path."
FLAGS = [
    # Chromium refuses its sandbox to root, which is who runs in most containers.
    "--no-sandbox",
    "--disable-gpu",
    # It shall talk to our own server and to nobody else.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def chromium_path(playwright: Playwright) -> Path | None:
    """The browser to use: CHROMIUM, else one installed on the machine, else playwright's own."""
    if named := os.environ.get("CHROMIUM"):
        return Path(named)
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Path(found)
    own = Path(playwright.chromium.executable_path)
    return own if own.exists() else None


def no_browser() -> None:
    """Skip, but fail where REQUIRE_BROWSER says that there must be one (as in CI)."""
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(NO_BROWSER)
    pytest.skip(NO_BROWSER)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run of a process; each test opens its own `context`."""
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        path = chromium_path(playwright)
        if path is None:
            no_browser()
        # Playwright keeps an event loop in this thread, and Django takes that for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, live_server) -> Iterator[BrowserContext]:
    """A person's browser, signed in as nobody; `page.goto("/")` goes to the live server."""
    context = chromium.new_context(base_url=live_server.url)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
