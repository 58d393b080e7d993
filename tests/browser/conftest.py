"""The demonstration in a real browser, on its own day."""

from collections.abc import Callable, Iterator
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Browser, BrowserContext, Page

from reviews.models import User
from tests.support import make
from tests.support.copies import Copy

DAY = date(2020, 8, 20)
# Milliseconds. Longer than any page takes here, also while other tests keep the machine busy.
PATIENCE = 20_000

Person = Callable[..., Page]
Words = Callable[[str], str]


@pytest.fixture(scope="session")
def live_server(django_db_setup: None, live_server: Any) -> Any:
    """Started once the test database has its name. Before, on SQLite, it would share one connection of ours."""
    return live_server


@pytest.fixture(scope="session")
def loaded() -> list[Copy]:
    """A copy of the demonstration, once a test of this process has loaded it."""
    return []


@pytest.fixture
def demo(
    transactional_db: None, settings: Any, loaded: list[Copy], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The demonstration data, on 20 August 2020 in the server's threads as well."""
    settings.REVIEWTRACKER_TODAY = DAY
    if loaded:
        loaded[0].put_back(settings.MEDIA_ROOT)
        return
    settings.DEBUG = True
    call_command("load_demo", password=make.PASSWORD, stdout=StringIO())
    # The server shows its own error pages, and wants second factors.
    settings.DEBUG = False
    make.second_factors(*User.objects.all())
    if connection.vendor == "postgresql":
        loaded.append(Copy(settings.MEDIA_ROOT, tmp_path_factory.mktemp("demo") / "files"))


@pytest.fixture
def visitor(chromium: Browser, live_server: Any, demo: None) -> Iterator[Person]:
    """Opens a browser that is signed in as nobody; takes playwright's options for it."""
    contexts: list[BrowserContext] = []

    def open_browser(**options: Any) -> Page:
        contexts.append(chromium.new_context(base_url=live_server.url, **options))
        contexts[-1].set_default_timeout(PATIENCE)
        return contexts[-1].new_page()

    yield open_browser
    for context in contexts:
        context.close()


@pytest.fixture
def person(visitor: Person, live_server: Any) -> Person:
    """Opens a browser that is signed in: `person("vnm.coordinator")`."""

    def open_browser(username: str, **options: Any) -> Page:
        page = visitor(**options)
        name, value = site_settings.SESSION_COOKIE_NAME, session_of(username)
        page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        return page

    return open_browser


@pytest.fixture(params=["en", "vi"])
def words(request: pytest.FixtureRequest, demo: None) -> Words:
    """What a text of the product is in the language that Viet Nam's people have chosen."""
    for person in User.objects.filter(username__startswith="vnm."):
        person.language = request.param
        person.save(update_fields=["language"])

    def in_the_language(text: str) -> str:
        with translation.override(request.param):
            return gettext(text)

    return in_the_language


def session_of(username: str) -> str:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client.cookies[site_settings.SESSION_COOKIE_NAME].value
