"""100,000 lines of log, of requests full of secrets: none of them is told."""

import io
import logging
import random
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from reviews.operations import log_formats
from tests.support import make

LINES = int(__import__("os").environ.get("TRY_LINES", 100_000))
SEED = 20200820
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
TOKEN = "metrics-token-of-the-test"
DB_PASSWORD = "database password, of the test!"


@pytest.fixture
def streams() -> Iterator[list[io.StringIO]]:
    """Everything that is logged, as the product would write it: as JSON, and as lines."""
    log_formats.secrets_of_settings.cache_clear()
    root, streams = logging.getLogger(), [io.StringIO(), io.StringIO()]
    handlers = [logging.StreamHandler(stream) for stream in streams]
    handlers[0].setFormatter(log_formats.JsonFormatter("{levelname}{name}{message}", style="{"))
    handlers[1].setFormatter(
        log_formats.LineFormatter("{asctime} {levelname} {request_id} {name}: {message}", style="{")
    )
    others, root.handlers = root.handlers, [*handlers]
    yield streams
    root.handlers = others
    log_formats.secrets_of_settings.cache_clear()


def drawn(draw: random.Random, length: int = 32) -> str:
    return "".join(draw.choices(LETTERS, k=length))


class Visitor:
    """Somebody who sends secrets in every place that a request has."""

    def __init__(self, cast: Any) -> None:
        self.draw, self.secrets = random.Random(SEED), set[str]()
        self.browsers = [self.signed_in(person) for person in (cast.vnm, cast.lao, cast.consultant)]
        self.stranger = Client(raise_request_exception=False)

    def signed_in(self, person: Any) -> Client:
        browser = Client(raise_request_exception=False)
        browser.force_login(person)
        self.secrets |= {cookie.value for cookie in browser.cookies.values()}
        return browser

    def one(self, length: int = 32) -> str:
        made = drawn(self.draw, length)
        self.secrets.add(made)
        return made

    def cheap(self, n: int) -> None:
        """What Django tells of a request that went wrong, and ours; now and then one has a key in its address."""
        key, query = self.one(), f"token={self.one(12)}&code={self.one(40)}&exclude={self.one(19)}"
        self.stranger.cookies["sessionid"] = self.one()
        self.stranger.cookies["csrftoken"] = self.one()
        path = "/metrics" if n % 10 else f"/accounts/password/reset/3-{key}/" if n % 20 else "/readyz"
        sent = {"Authorization": f"Bearer {self.one()}", "Referer": f"http://testserver/?key={self.one()}"}
        self.stranger.get(f"{path}?{query}", headers=sent)

    def dear(self) -> None:
        """Signing in with a wrong and a right password, a forged form, a page."""
        url = reverse("account_login")
        self.stranger.post(url, {"login": "vnm.coordinator", "password": self.one(16)})
        self.stranger.post(url, {"login": self.one(20), "password": make.PASSWORD})
        forged = Client(enforce_csrf_checks=True, raise_request_exception=False)
        forged.post(url, {"login": "a", "password": self.one(), "csrfmiddlewaretoken": self.one(64)})
        for browser in self.browsers:
            browser.get("/", {"q": self.one()})

    def failing(self) -> None:
        """A fault whose message repeats what was sent."""

        def fails(*_arguments: Any) -> None:
            raise IntegrityError(
                f"DETAIL:  Failing row contains (7, vnm, {self.one(10)}, null, password={self.one(14)})."
            )

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("reviews.clock.today", fails)
            for browser in self.browsers:
                browser.get("/")


def test_no_secret_in_100_000_lines(streams, cast, cycle, settings, figure, monkeypatch):
    settings.METRICS_TOKEN = TOKEN
    monkeypatch.setitem(site_settings.DATABASES["default"], "PASSWORD", DB_PASSWORD)
    settings.SECRET_KEY = drawn(random.Random(1), 50)
    visitor = Visitor(cast)
    lines = n = 0
    while lines < LINES:
        visitor.cheap(n)
        if n % 200 == 0:
            visitor.dear()
            visitor.failing()
            logging.getLogger("somewhere").error(
                "Cannot reach postgres://u:%s@db/x with %s", DB_PASSWORD, settings.SECRET_KEY
            )
        n += 1
        if n % 200 == 1:
            lines = sum(stream.getvalue().count("\n") for stream in streams)
    text = "".join(stream.getvalue() for stream in streams)
    known = visitor.secrets | {settings.SECRET_KEY, DB_PASSWORD, TOKEN, make.PASSWORD}
    leaked = {word for word in words(text) if word in known} | {
        word for word in known if len(word) > 40 and word in text
    }
    figure("secrets told in the log", len(leaked), 0)
    figure("lines of log", lines, f">= {LINES:,} lines")
    figure("secrets sent meanwhile", len(known), f">= {LINES:,} secrets")


def words(text: str) -> set[str]:
    every = "".join(c if c.isalnum() else " " for c in text)
    return set(every.split())


def test_a_secret_would_be_found(streams, cast, cycle, monkeypatch):
    """Planted: the same without the scrubbing."""
    monkeypatch.setattr(log_formats, "mask_secrets", lambda text, request=None: text)
    visitor = Visitor(cast)
    visitor.cheap(0)
    visitor.failing()
    assert visitor.secrets & words(streams[0].getvalue())
