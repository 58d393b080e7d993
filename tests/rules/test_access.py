"""Every page x everybody: who gets in, who is refused (403), and for whom a page does not exist (404)."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from reviews.queries import submission_checks
from tests.rules.access_grid import GETS, POSTS
from tests.support import grids, header_expectations, make, steps
from tests.support.browsers import body, content_of, everybody, everybody_of, nothing_written, told, undone
from tests.support.shared_records import shared


def patterns(found: Any, within: str = "") -> Iterator[str]:
    """The names of all addresses below a resolver, without the administration (tests/admin)."""
    for entry in found.url_patterns:
        if isinstance(entry, URLPattern):
            yield entry.name or f"{within}{entry.pattern}"
        elif entry.namespace != "admin":
            yield from patterns(entry, f"{within}{entry.pattern}")


def list_in_order(grid: str) -> list[str]:
    """The pages of a grid, each once."""
    return list(dict(grids.read(grid)))


@pytest.mark.parametrize("grid", [GETS, POSTS], ids=["GET", "POST"])
def test_every_page_has_a_line(grid):
    assert [page for page, _row in grids.read(grid)] == list_in_order(grid)
    assert {page for page, _row in grids.read(grid)} == set(patterns(get_resolver()))


@shared
def browsers(cast: Any) -> dict[str, Client]:
    return everybody(cast)


@pytest.fixture(autouse=True)
def signed_in_recently(settings: Any) -> None:
    """Everybody signed in once, before the first page."""
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 86_400


@pytest.mark.parametrize("page", list_in_order(GETS))
def test_page(page, cast, cycle, browsers):
    made = steps.world(page, cast, cycle)
    read(page, steps.address(page, made), dict(grids.read(GETS))[page], browsers)
    post(page, made, dict(grids.read(POSTS))[page], browsers)


def read(page: str, url: str, row: dict[str, str], browsers: dict[str, Client]) -> None:
    """Whoever may not read a page gets it in no way, and reading writes nothing."""
    with undone(), nothing_written():
        for name, browser in deepcopy(browsers).items():
            answer = browser.get(url)
            assert told(answer) == row[name], f"{name} reads {page}"
            assert not header_expectations.faults(answer), f"{name} reads {page}"
            ask_without_reading(browser, url, row[name], page)


def test_a_page_that_writes_when_it_is_read_is_noticed(cast, report, sign_in, monkeypatch):
    """Planted: the page of a report starts its work."""

    read = submission_checks.read

    def writes(*arguments: Any) -> Any:
        make.finding(report, by=cast.vnm)
        return read(*arguments)

    monkeypatch.setattr("reviews.views.reports.submission_checks.read", writes)
    with pytest.raises(AssertionError), nothing_written():
        sign_in(cast.vnm).get(reverse("report", args=["mtr", "VNM"]))


# Lists that look for the report only when they are read: asked what they take, they answer the same of any.
BLIND = {"progress-list", "report-gaps", "report-findings", "report-annex", "annex"}
# The same of pages of one's own that do not exist yet.
BLIND |= {
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
}
# What machines read takes GET and HEAD alone.
READ_ONLY = {"livez", "readyz", "metrics", "calendar-feed"}


def ask_without_reading(browser: Client, url: str, status: str, page: str) -> None:
    """HEAD answers as GET does, and OPTIONS those who may read: neither tells what stands there."""
    head, options = browser.head(url), browser.options(url)
    taken = {status.replace("405", "200")} | ({"200"} if page in BLIND and status == "404" else set())
    taken = {"405"} if page in READ_ONLY else taken
    assert told(head) == status, url
    assert told(options) in taken, url
    assert content_of(head) == b""
    assert content_of(options) == b"" or options.status_code != 200, url


# Mail programs that turn mails off do not follow to another page: RFC 8058 wants the answer at once.
ANSWERED_AT_ONCE = {"unsubscribe"}


def is_done(page: str, status: str) -> bool:
    """Whether this answer means that the step is done."""
    return status == ("200" if page in ANSWERED_AT_ONCE else "302")


def post(page: str, made: Any, row: dict[str, str], browsers: dict[str, Client]) -> None:
    """Who may not, changes nothing, though what they send would do if it came from somebody else."""
    for name, browser in browsers.items():
        with undone(), grids.writes() as writes:
            answer = browser.post(steps.address(page, made), steps.typed(page, made))
            assert told(answer) == row[name].replace("on", "302"), f"{name} posts to {page}"
            assert not header_expectations.faults(answer), f"{name} posts to {page}"
            assert bool(writes.changed()) is is_done(page, row[name]), f"{name} posts to {page}"


@pytest.mark.parametrize("method", ["head", "options", "put", "patch", "delete"])
def test_other_methods_open_nothing_more(method, cast, cycle):
    """Of those who may not read a page nobody gets it in another way, and nobody writes."""
    made = steps.world("report-version", cast, cycle)
    for page in ("report", "report-update", "report-version-file", "datagap", "board", "deadline-add"):
        row = dict(grids.read(GETS))[page]
        for name, browser in everybody_of("visitor lao observer", cast).items():
            with nothing_written():
                answer = getattr(browser, method)(steps.address(page, made))
            assert told(answer) in {row[name], "405"}, f"{method} by {name} at {page}"


def test_signing_out_ends_the_visit(cast, cycle, sign_in):
    browser = sign_in(cast.vnm)
    browser.post(reverse("account_logout"))
    assert told(browser.get(reverse("board", args=["mtr"]))) == "in"


def test_a_form_from_elsewhere_is_refused(cast, report):
    """Without the site's own token nothing is taken, from nobody."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.vnm)
    with nothing_written():
        answer = browser.post(reverse("report-update", args=["mtr", "VNM"]), {"writing": "5", "version": "1"})
    assert answer.status_code == 403
    assert "Review tracker" in body(answer)


@pytest.mark.parametrize("debug", [True, False])
def test_a_page_that_is_not_there_looks_like_the_site(debug, settings, cast, cycle, sign_in):
    settings.DEBUG = debug
    answer = sign_in(cast.lao).get("/cycles/mtr/reports/VNM/")
    assert (answer.status_code, "There is no such page for you" in answer.content.decode()) == (404, True)
