"""How long somebody stays signed in, and who ends it."""

import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reviews.accounts import session_timeouts
from tests.accounts.sign_in import come_in, is_in
from tests.support import make


def later(browser: Client, seconds: float, *, idle: bool = True) -> Client:
    """As if so much time had passed; `idle`: without a page."""
    session = browser.session
    for name in (session_timeouts.BEGAN, *([session_timeouts.SEEN] if idle else [])):
        session[name] -= seconds
    session.save()
    return browser


@pytest.mark.parametrize(("minutes", "still"), [(59, True), (61, False)])
def test_an_hour_without_a_page(minutes, still, cast, sign_in):
    assert is_in(later(sign_in(cast.vnm), minutes * 60)) is still


@pytest.mark.parametrize(("minutes", "still"), [(8 * 60 - 1, True), (8 * 60 + 1, False)])
def test_eight_hours_in_any_case(minutes, still, cast, sign_in):
    assert is_in(later(sign_in(cast.vnm), minutes * 60, idle=False)) is still


def test_both_are_settings(cast, sign_in, settings):
    settings.SESSION_IDLE_SECONDS, settings.SESSION_COOKIE_AGE = 120, 300
    assert not is_in(later(sign_in(cast.vnm), 121))
    assert not is_in(later(sign_in(cast.vnm), 301, idle=False))


def test_a_page_starts_the_hour_anew(cast, sign_in):
    browser = later(sign_in(cast.vnm), 50 * 60)
    assert is_in(browser)
    assert is_in(later(browser, 50 * 60))


def test_it_is_told_and_leads_back(cast, sign_in):
    answer = later(sign_in(cast.vnm), 4000).get("/accounts/sessions/", follow=True)
    assert answer.redirect_chain == [("/accounts/login/?next=/accounts/sessions/", 302)]
    assert "You were signed out" in answer.content.decode()


def test_a_session_without_a_beginning_is_over(cast, sign_in):
    browser = sign_in(cast.vnm)
    session = browser.session
    del session[session_timeouts.BEGAN]
    session.save()
    assert not is_in(browser)


def test_a_page_writes_nothing_within_a_minute(cast, sign_in):
    browser = sign_in(cast.vnm)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get("/").status_code == 200
    assert not [q for q in captured.captured_queries if not q["sql"].startswith("SELECT")]
    with CaptureQueriesContext(connection) as captured:
        assert later(browser, 61).get("/").status_code == 200
    assert any(q["sql"].startswith("UPDATE") for q in captured.captured_queries)


@pytest.mark.parametrize("name", ["vnm", "admin"])
def test_a_disabled_account_is_out_on_the_next_page(name, cast, sign_in):
    person = getattr(cast, name)
    browser = sign_in(person)
    assert is_in(browser)
    person.change_traced(by=None, expected_version=person.version, is_active=False)
    assert not is_in(browser)


def test_another_role_counts_on_the_next_page(cast, report, sign_in):
    browser = sign_in(cast.vnm)
    url = reverse("report-update", args=["mtr", "VNM"])
    assert browser.get(url).status_code == 200
    cast.vnm.change_traced(by=cast.admin, expected_version=cast.vnm.version, role="consultant")
    assert browser.get(url).status_code == 403


# --- one's own list


def test_each_is_listed_and_can_be_ended(cast):
    here, there, elsewhere = Client(), Client(), Client(HTTP_USER_AGENT="Netscape")
    for browser in (here, there, elsewhere):
        come_in("vnm.coordinator", browser=browser)
    rows = here.get(reverse("usersessions_list")).context["sessions"]
    assert (len(rows), "Netscape" in {row.user_agent for row in rows}) == (3, True)
    chosen = next(row for row in rows if row.user_agent == "Netscape")
    here.post(reverse("usersessions_list"), {"session": chosen.pk})
    assert [is_in(b) for b in (here, there, elsewhere)] == [True, True, False]
    here.post(reverse("usersessions_list"))
    assert [is_in(b) for b in (here, there)] == [True, False]


def test_nobody_elses(cast):
    own_browser, other_browser = Client(), Client()
    come_in("vnm.coordinator", browser=own_browser)
    come_in("lao.coordinator", browser=other_browser)
    row = other_browser.get(reverse("usersessions_list")).context["sessions"][0]
    own_browser.post(reverse("usersessions_list"), {"session": row.pk})
    assert is_in(other_browser)


def test_those_that_ran_out_are_not_listed(cast):
    here, there = Client(), Client()
    come_in("vnm.coordinator", browser=there)
    later(there, 4000)
    come_in("vnm.coordinator", browser=here)
    assert len(here.get(reverse("usersessions_list")).context["sessions"]) == 1


def test_the_clock_is_the_real_one(cast, sign_in, settings):
    """Not the demonstration's, whose day never ends."""
    assert time.time() - sign_in(cast.vnm).session[session_timeouts.BEGAN] < 60


def test_the_cookie_goes_with_the_browser(cast):
    browser = Client()
    come_in("vnm.coordinator", browser=browser)
    cookie: Any = browser.cookies["sessionid"]
    assert (cookie["expires"], cookie["httponly"], cookie["samesite"]) == ("", True, "Lax")


def test_the_key_is_another_one_after_signing_in(cast, client):
    client.get(reverse("account_login"))
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    come_in("vnm.coordinator", make.PASSWORD, browser=client)
    assert client.session.session_key != before
