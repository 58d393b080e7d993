"""The header table where the grid of pages (tests/rules/test_access.py) does not come: errors, static files, https."""

import re
from ast import literal_eval
from typing import Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.test import Client
from django.urls import reverse

from reviews.queries import board
from reviews.web import security_headers
from tests.operations.test_settings import read
from tests.support import header_expectations, make
from tests.web.test_static import collected  # noqa: F401 - a fixture

FAILURES = [(BadRequest, 400), (SuspiciousOperation, 400), (PermissionDenied, 403), (RuntimeError, 500)]


@pytest.fixture
def https(settings: Any) -> Any:
    """As behind a proxy that ends https."""
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31_536_000, True
    return settings


@pytest.mark.parametrize(("error", "status"), FAILURES, ids=lambda value: str(value))
def test_a_page_that_fails(error, status, cast, cycle, sign_in, monkeypatch):
    def fails(*args: Any) -> None:
        raise error("on purpose")

    monkeypatch.setattr(board, "build", fails)
    browser = sign_in(cast.vnm)
    browser.raise_request_exception = False
    answer = browser.get(reverse("board", args=["mtr"]))
    assert (answer.status_code, header_expectations.faults(answer)) == (status, [])


@pytest.mark.parametrize(
    "url", ["/nowhere/", "/static/nowhere.css", "/cycles/mtr/", "/admin/", "/accounts/login/"]
)
@pytest.mark.parametrize("method", ["get", "post", "head", "options", "trace"])
def test_a_visitor(method, url, cycle):
    answer = getattr(Client(), method)(url)
    assert not header_expectations.faults(answer)


@pytest.mark.parametrize(
    "path", [".git/config", ".env", "manage.py", "var/db.sqlite3", "static/", "static/reviews/"]
)
def test_nothing_beside_the_site_is_served(path, collected):  # noqa: F811
    """No source, no setting, no data, and no folder is listed."""
    assert Client().get(f"/{path}").status_code == 404


def test_a_clash(cast, report, sign_in):
    """409."""
    answer = sign_in(cast.vnm).post(reverse("report-recall", args=["mtr", "VNM"]), {"version": "1"})
    assert (answer.status_code, header_expectations.faults(answer)) == (409, [])


def test_a_form_without_its_token(cast, report):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.vnm)
    answer = browser.post(reverse("report-update", args=["mtr", "VNM"]))
    assert (answer.status_code, header_expectations.faults(answer)) == (403, [])


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_taken_away_is_sealed(kind, cast, report, sign_in):
    answer = sign_in(cast.secretariat).get(reverse("report-list", args=["mtr"]), {"_export": kind})
    assert answer["Content-Security-Policy"] == security_headers.DOWNLOAD_POLICY
    assert not header_expectations.faults(answer)


# Static files


def test_static_files_never_change(collected):  # noqa: F811
    """Their names tell their content, so a browser asks once; and nobody else may show them."""
    names = [p for p in collected.rglob("*") if re.search(r"\.[0-9a-f]{12}\.(css|js|svg)$", p.name)]
    assert len(names) > 50
    for path in names[::7]:
        answer = Client().get(f"/static/{path.relative_to(collected)}")
        assert (
            answer.status_code,
            header_expectations.faults(answer, cache=header_expectations.IMMUTABLE),
        ) == (200, [])


def test_static_files_name_no_other_host(collected):  # noqa: F811
    """Not for fonts, pictures or other stylesheets."""
    elsewhere = re.compile(rb"""(?:@import|url\()\s*["']?(?:https?:)?//""")
    sheets = [
        p for p in collected.rglob("*.css") if "bootstrap" not in p.parts or p.name == "bootstrap.min.css"
    ]
    assert len(sheets) > 5
    assert [p.name for p in sheets if elsewhere.search(p.read_bytes())] == []


ISSUER = "https://sso.example"


@pytest.fixture
def single_sign_on(settings: Any) -> None:
    """The policy that the settings make of a provider."""
    policy = read(
        "repr(settings.CONTENT_SECURITY_POLICY)",
        OIDC_ISSUER=f"{ISSUER}/realms/moh", OIDC_CLIENT_ID="reviews", OIDC_CLIENT_SECRET="s",
    )  # fmt: skip
    settings.CONTENT_SECURITY_POLICY = literal_eval(policy)


@pytest.mark.parametrize("url", ["/", "/nowhere/", "/admin/", "/accounts/login/", "/cycles/mtr/reports/"])
def test_forms_may_lead_to_the_provider_and_nowhere_else(url, single_sign_on, cast, report, sign_in):
    for browser in (Client(), sign_in(cast.vnm), sign_in(cast.admin)):
        answer = browser.get(url)
        assert header_expectations.faults(answer, issuer=ISSUER) == []
        assert header_expectations.faults(answer, issuer="https://other.example") != []


def test_a_download_leads_nowhere_with_it_either(single_sign_on, cast, report, sign_in):
    answer = sign_in(cast.vnm).get(reverse("report-list", args=["mtr"]), {"_export": "csv"})
    assert header_expectations.faults(answer, issuer=ISSUER) == []


# https


def test_https_is_told_on_every_answer(https, cast, cycle):
    browser = Client()
    browser.force_login(cast.vnm)
    for url in ("/", "/nowhere/", reverse("board", args=["mtr"]), "/admin/", "/accounts/login/"):
        assert not header_expectations.faults(browser.get(url, secure=True), hsts=header_expectations.HSTS), (
            url
        )


def test_http_is_sent_on(https, cycle):
    answer = Client().get("/accounts/login/")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/accounts/login/")
    assert not header_expectations.faults(answer)


def test_cookies_are_for_this_host_alone():
    expression = "settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME"
    assert read(expression) == "__Host-sessionid __Host-csrftoken __Host-language"
    assert read(expression, HTTPS="off") == "sessionid csrftoken language"
    expression = "settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS"
    assert read(expression) == "31536000 True"
    assert read(expression, HSTS_SUBDOMAINS="off") == "31536000 False"


def test_every_cookie_is_shut(https, cast, cycle):
    """Secure, HttpOnly, SameSite, for the whole host and no other: on every page that sets one."""
    https.COOKIE_PREFIX = "__Host-"
    https.SESSION_COOKIE_NAME, https.CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    browser = Client()
    for _step in ("the form", "signing in"):
        answer = browser.get("/accounts/login/", secure=True)
        signing = {"login": cast.vnm.username, "password": make.PASSWORD}
        answer = browser.post("/accounts/login/", signing, secure=True)
    assert answer.status_code == 302
    assert set(browser.cookies) == {"__Host-sessionid", "__Host-csrftoken", "__Host-device"}
    for cookie in browser.cookies.values():
        attributes = {name: cookie[name] for name in ("secure", "httponly", "samesite", "path", "domain")}
        assert attributes == {"secure": True, "httponly": True, "samesite": "Lax", "path": "/", "domain": ""}


# Each shown to notice


@pytest.mark.parametrize(
    "name", [*header_expectations.EVERYWHERE, "Content-Security-Policy", "Cache-Control"]
)
def test_a_header_taken_away_is_noticed(name, cycle):
    answer = Client().get("/accounts/login/")
    del answer[name]
    assert [fault.partition(":")[0] for fault in header_expectations.faults(answer)] == [name]


@pytest.mark.parametrize("name", header_expectations.UNTOLD)
def test_a_header_too_many_is_noticed(name, cycle):
    answer = Client().get("/accounts/login/")
    answer[name] = "x"
    assert [fault.partition(":")[0] for fault in header_expectations.faults(answer)] == [name]


@pytest.fixture
def behind_proxy(https: Any) -> None:
    https.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    place = https.MIDDLEWARE.index("django.middleware.security.SecurityMiddleware")
    https.MIDDLEWARE = [
        *https.MIDDLEWARE[:place], "reviews.web.proxy.ProxyHeaderMiddleware", *https.MIDDLEWARE[place:]
    ]  # fmt: skip


def test_a_proxy_that_does_not_name_the_scheme_is_a_page_that_says_so(behind_proxy, db):
    """Otherwise a redirect to https, to the same page, for ever."""
    answer = Client().get("/accounts/login/")
    assert (answer.status_code, header_expectations.faults(answer)) == (500, [])
    assert "X-Forwarded-Proto" in answer.content.decode()
    assert Client().get("/livez").status_code == 200


@pytest.mark.parametrize(("scheme", "status"), [("https", 200), ("http", 301)])
def test_a_proxy_that_names_the_scheme_is_believed(scheme, status, behind_proxy, db):
    assert Client().get("/accounts/login/", headers={"X-Forwarded-Proto": scheme}).status_code == status
