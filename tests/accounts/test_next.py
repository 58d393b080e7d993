"""Every `next` stays on the site."""

from itertools import islice, product
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.accounts.sign_in import code, come_in
from tests.support import make

STARTS = [
    "//", "///", "////", "/\\", "\\\\", "\\/", "http://", "https://", "hTtP:", "http:/", "http:///",
    "javascript:", "JavaScript://", "data:text/html,", "vbscript:", "file:///", " //", "\t//", "\n//", "\r\n//",
    "\x00//", "/\t/", "/\n/", "ht\ntp://", "https:\\\\", "//user:pass@", "https://testserver@", "https://testserver:80@",
    "https://testserver.", "//testserver.", "https://testserver\\@", "/%09/", "/%2f%2f", "%2f%2f", "%5c%5c", "//%00",
    "HTTPS://",
    "ftp://", "〱//", "／／", "//[::ffff:1.2.3.4]/", "blob:https://", "view-source:https://", "about:",
    "tel:", "mailto:",    "https;//", "//;@", "?//", "\u2028//",
]  # fmt: skip
ENDS = [
    "evil.example",
    "evil.example/accounts/login/",
    "evil.example\\.testserver",
    "evil.example#@testserver",
]
HOSTILE = list(islice((start + end for end, start in product(ENDS, STARTS)), 200))


def come_in_anew(*args: Any, **more: Any) -> Any:
    """As often as there are values: each time without the sessions of before, which allauth looks through."""
    UserSession.objects.all().delete()
    return come_in(*args, **more)


def stays(location: str) -> bool:
    """Read as a browser does: it drops tabs and line ends, and takes backslashes for slashes."""
    read = "".join(c for c in location if c not in "\t\r\n").strip("\0 ").replace("\\", "/")
    return urlsplit(urljoin("http://testserver/accounts/", read)).netloc in ("", "testserver") and urlsplit(
        urljoin("http://testserver/accounts/", read)
    ).scheme in ("http", "")


def test_there_are_two_hundred():
    assert len(set(HOSTILE)) == 200
    # The judge above is awake: without any guard most of them would lead away.
    assert sum(not stays(value) for value in HOSTILE) > 120


def sent_on(answer: Any) -> str:
    assert answer.status_code == 302, answer.status_code
    return str(answer["Location"])


@pytest.mark.django_db
def test_signing_in(cast):
    away = []
    for value in HOSTILE:
        if not stays(sent_on(come_in_anew("vnm.coordinator", more={"next": value}))):
            away.append(value)
    assert away == []


def test_whoever_is_in_already(cast, sign_in):
    browser = sign_in(cast.vnm)
    url = reverse("account_login")
    assert [v for v in HOSTILE if not stays(sent_on(browser.get(url, {"next": v})))] == []


def test_signing_out(cast, sign_in):
    browser, away = sign_in(cast.vnm), []
    for value in HOSTILE:
        if not stays(sent_on(browser.post(reverse("account_logout"), {"next": value}))):
            away.append(value)
    assert away == []


def test_second_factor(cast, monkeypatch):
    from allauth.mfa.totp.internal.auth import TOTP

    # Here a code may work as often as there are values.
    monkeypatch.setattr(TOTP, "_mark_code_used", lambda *a: True)
    monkeypatch.setattr("reviews.accounts.second_factors.use_code", lambda *a: True)
    away = []
    for value in HOSTILE:
        browser = Client()
        come_in_anew("secretariat", browser=browser, more={"next": value})
        answer = browser.post(reverse("mfa_authenticate"), {"code": code(), "next": value})
        if not stays(sent_on(answer)):
            away.append(value)
    assert away == []


def test_saying_again_who_one_is(cast, sign_in, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"reauthenticate": None}
    browser, url = sign_in(cast.vnm), reverse("account_reauthenticate")
    typed = {"password": make.PASSWORD}
    assert [v for v in HOSTILE if not stays(sent_on(browser.post(url, typed | {"next": v})))] == []


def test_the_door_of_the_administration(db):
    browser = Client()
    for value in HOSTILE:
        location = sent_on(browser.get(reverse("admin:login"), {"next": value}))
        assert stays(location), value
        assert "evil.example" not in urlsplit(location).query or stays(value), value


def test_a_page_of_ours_is_reached(cast):
    cache.clear()
    assert sent_on(come_in("vnm.coordinator", more={"next": "/cycles/mtr/?as_of=2020-04-30"})) == (
        "/cycles/mtr/?as_of=2020-04-30"
    )
    absolute = "http://testserver/accounts/sessions/"
    assert sent_on(come_in("vnm.coordinator", more={"next": absolute})) == absolute


@pytest.mark.parametrize("host", ["other.example", "sub.testserver"])
def test_other_names_of_the_site_are_other_sites(host, cast, settings):
    settings.ALLOWED_HOSTS = ["testserver", host]
    settings.CSRF_TRUSTED_ORIGINS = [f"https://{host}"]
    assert sent_on(come_in("vnm.coordinator", more={"next": f"https://{host}/"})) == "/"
