"""What no browser sends: an answer in the site's look all the same, and never a server error."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reviews.admin import site
from tests.support import grids, header_expectations, make, steps
from tests.support.invalid_input import in_the_sites_look

NASTY = [
    "%00",
    "%FF%FE",
    "%ED%A0%80",
    "-1",
    "0",
    str(10**9),
    "9" * 400,
    "%D9%A5",
    "1e9",
    "NaN",
    "x" * 2_000,
    "%E2%80%AE",
    "'--",
    "[]",
    "",
    f"{1:018}",
    f"{1:09}{10**9}",  # 1 for whoever looks at its beginning
    f"LAO:{1:09}{10**9}",
]
ASKED = {
    "board": ["as_of"], "plan": ["slip"], "datagap-close": ["way"], "brief": ["member_state"],
    "compare": ["since", "until", "from", "to"],
    "report-list": ["page", "sort", "status", "_export"], "datagap-list": ["page", "q", "key_result_area", "kind"],
    "progress-list": ["page", "since"], "deadline-list": ["page", "output"], "meeting-list": ["page", "series"],
    "action-list": ["page", "status"], "annex": ["page", "member_state"], "coverage": ["as_of"],
    "disruption-list": ["page"], "account_login": ["next"], "activity": ["before"], "pictures": ["as_of", "page"],
    "progress-report": ["since", "until", "member_state", "page"], "progress-report-docx": ["since", "until"],
    "people": ["page", "q", "role", "sort", "_export"], "invitation-list": ["status", "sort", "_export"],
    "extension-list": ["status", "page", "_export"], "cycle-copy": ["from"], "minutes": ["version"],
    "meeting-attendance": ["page"], "timeliness": ["page", "sort", "_export"],
    "pending-list": ["page", "holder", "person", "sort", "_export"],
}  # fmt: skip


@pytest.fixture
def everything(cast: Any, cycle: Any, sign_in: Any) -> Any:
    browser, visitor = sign_in(cast.secretariat), Client()
    made = steps.world("report", cast, cycle)
    for one in (browser, visitor):
        one.raise_request_exception = False
    return lambda page: (browser if page != "account_login" else visitor, steps.address(page, made))


@pytest.mark.parametrize("page", ASKED)
def test_a_value_that_makes_no_sense(page, everything):
    browser, address = everything(page)
    before = grids.fingerprint()
    for name in [*ASKED[page], "unheard_of"]:
        for value in NASTY:
            answer = browser.get(f"{address}?{name}={value}")
            assert answer.status_code < 500, (name, value)
            assert not header_expectations.faults(answer), (name, value)
    assert not grids.changed(before)


def test_deep_pages_of_lists(everything):
    for page in ("report-list", "datagap-list", "meeting-list"):
        browser, address = everything(page)
        for number in (10**9, -(10**9), 10**30, 2**31, 2**63):
            answer = browser.get(f"{address}?page={number}")
            assert answer.status_code == 404
            in_the_sites_look(answer)


@pytest.mark.parametrize(
    "model", sorted(site._registry, key=lambda model: model.__name__), ids=lambda m: m.__name__
)
def test_a_list_of_the_administration(model, cast, sign_in):
    """Its search, its pages, its order and each of its filters."""
    browser = sign_in(cast.admin)
    browser.raise_request_exception = False
    address = reverse(f"admin:reviews_{model.__name__.lower()}_changelist")
    for name in ["q", "p", "o", "id__exact", *filters(site._registry[model])]:
        for value in ("%00", "%FF", "9" * 400):
            answer = browser.get(f"{address}?{name}={value}")
            assert answer.status_code < 500, (name, value)


def filters(admin: Any) -> list[str]:
    """What its list can be filtered by, in Django's own words for it."""
    names = [entry[0] if isinstance(entry, tuple) else entry for entry in admin.list_filter]
    words = [name for name in names if isinstance(name, str)]
    ours = [name.parameter_name for name in names if not isinstance(name, str)]
    return ours + [f"{name}{how}" for name in words for how in ("__exact", "__id__exact")]


def test_a_record_of_the_administration_that_cannot_be(cast, sign_in):
    browser = sign_in(cast.admin)
    browser.raise_request_exception = False
    for key in ("%00", "_00", "9" * 400, "-1", "x", "1/../2", "%FF"):
        for page in ("change", "history"):
            assert browser.get(f"/admin/reviews/meeting/{key}/{page}/").status_code in (302, 404), key


# Bodies


FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\nx\r\n'
BODIES: list[tuple[str, bytes, str]] = [
    ("huge JSON", json.dumps([[1] * 100] * 10_000).encode(), "application/json"),
    ("deep JSON", b"[" * 100_000, "application/json"),
    ("a form far too long", b"note=" + b"x" * 3_000_000, FORM),
    ("5,000 fields", b"&".join(b"f%d=x" % n for n in range(5_000)), FORM),
    ("invalid UTF-8", b"note=%ED%A0%80&version=%FF\xff", FORM),
    ("NUL bytes", b"note=\0%00&version=1\0", FORM),
    ("another charset", "note=é".encode("utf-16"), FORM + "; charset=utf-16"),
    ("an unknown charset", b"note=x", FORM + "; charset=nonsense"),
    ("parts without a boundary", b"x", "multipart/form-data"),
    ("a boundary of bytes", b"x", "multipart/form-data; boundary=\xff".encode("latin-1").decode("latin-1")),
    ("parts that never end", b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\n", PARTS),
    ("10,000 files", PART.replace(b'"f"', b'"f"; filename="x"') * 10_000 + b"--b--", PARTS),
    ("5,000 parts", PART * 5_000 + b"--b--", PARTS),
    ("a head without an end", b"--b\r\nContent-Disposition: form-data; name=" + b"x" * 100_000, PARTS),
]  # fmt: skip
CUT_OFF = {"a form far too long", "5,000 fields", "10,000 files", "5,000 parts"}


@pytest.mark.parametrize(("name", "body", "kind"), BODIES, ids=[row[0] for row in BODIES])
def test_a_body_that_makes_no_sense(name, body, kind, cast, report, sign_in):
    browser = sign_in(cast.vnm)
    browser.raise_request_exception = False
    before = grids.fingerprint()
    answer = browser.generic("POST", reverse("report-update", args=["mtr", "VNM"]), body, kind)
    assert answer.status_code in ((400,) if name in CUT_OFF else (200, 400))
    assert (grids.changed(before), header_expectations.faults(answer)) == (set(), [])
    in_the_sites_look(answer)


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver@evil.example", "testserver:80:80", "[::1", "testserver/x", "a b", ""]
)
@pytest.mark.parametrize("https", [True, False])
def test_another_host_is_refused(https, host, settings, cycle):
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = https, ["testserver"]
    browser = Client(raise_request_exception=False, HTTP_HOST=host)
    answer = browser.get("/accounts/login/")
    assert (answer.status_code, header_expectations.faults(answer)) == (400, [])
    assert "evil" not in answer.content.decode()
    in_the_sites_look(answer)


def test_a_range_that_cannot_be(cast, cycle, sign_in):
    made = steps.world("report-version-file", cast, cycle)
    for wanted in ("bytes=9-1", "bytes=-", "bytes=" + "0-," * 500, "bytes=99999999999-", "lines=1-2", "\xff"):
        answer = sign_in(cast.vnm).get(steps.address("report-version-file", made), headers={"Range": wanted})
        assert (answer.status_code, b"".join(answer)) == (200, make.PDF)
