"""Forms sent from a page older than the last sign-in, or after the session: nothing typed is lost, or shown."""

import json
import re
from html import unescape
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reviews.accounts import unsaved_input
from reviews.models import DataGap, Organisation
from reviews.models.sent_forms import FIELD, new_key
from tests.accounts.sign_in import code, come_in
from tests.accounts.test_sessions import later
from tests.support import make
from tests.web.test_form_keys import key_on

ORIGIN = {"HTTP_ORIGIN": "http://testserver"}
NOTE = "Two provinces reported."


@pytest.fixture
def page(report: Any) -> str:
    return reverse("datagap-add", args=["mtr"])


@pytest.fixture
def strict(cast: Any) -> Client:
    """The browser of Viet Nam's coordinator, whose forms need a token."""
    browser = Client(enforce_csrf_checks=True)
    make.listed(browser, cast.vnm)
    return browser


def raised(by: Any, **typed: Any) -> dict[str, Any]:
    return {"kind": make.kind().pk, "missing": NOTE, FIELD: new_key(by)} | typed


def text(answer: Any) -> str:
    return unescape(answer.content.decode())


def token(answer: Any) -> str:
    return re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.content.decode())[-1]


def everything_kept() -> str:
    return json.dumps([session.get_decoded() for session in Session.objects.all()])


# Every way in which a session ends


def ended_elsewhere(browser: Client, person: Any) -> None:
    for row in UserSession.objects.filter(user=person):
        row.end()


def expired(browser: Client, person: Any) -> None:
    Session.objects.update(expire_date=timezone.now())


def password_changed(browser: Client, person: Any) -> None:
    other = Client()
    come_in(person.username, browser=other)
    new = {"password1": "another long password", "password2": "another long password"}
    assert (
        other.post(reverse("account_change_password"), new | {"oldpassword": make.PASSWORD}).status_code
        == 302
    )


def idle(browser: Client, person: Any) -> None:
    later(browser, 3601)


def a_night(browser: Client, person: Any) -> None:
    later(browser, 12 * 3600)


def signed_out_in_another_window(browser: Client, person: Any) -> None:
    browser.post(reverse("account_logout"))


def cookie_gone(browser: Client, person: Any) -> None:
    browser.cookies.clear()


WAYS = [ended_elsewhere, expired, password_changed, idle, a_night, signed_out_in_another_window, cookie_gone]


@pytest.mark.parametrize("ends", WAYS, ids=lambda way: way.__name__)
def test_whatever_ended_the_session(ends, page, cast, sign_in):
    browser, typed = sign_in(cast.vnm), raised(cast.vnm)
    ends(browser, cast.vnm)
    away = browser.post(page, typed)
    assert away["Location"] == f"{reverse('account_login')}?next={page}"
    assert "What you typed is kept" in text(browser.get(away["Location"]))
    password = "another long password" if ends is password_changed else make.PASSWORD
    come_in("vnm.coordinator", password, browser=browser, more={"next": page})
    assert NOTE in text(browser.get(page))
    assert not DataGap.objects.exists()


@pytest.mark.parametrize("ends", WAYS, ids=lambda way: way.__name__)
def test_whatever_ended_the_session_it_is_shown_to_nobody_else(ends, page, cast, sign_in):
    browser, typed = sign_in(cast.vnm), raised(cast.vnm)
    ends(browser, cast.vnm)
    browser.post(page, typed)
    assert NOTE in everything_kept()
    come_in("vnm.team", browser=browser, more={"next": page})
    assert NOTE not in text(browser.get(page))
    assert NOTE not in everything_kept()


def test_two_windows_are_both_kept(page, cast, report, sign_in):
    browser, update = sign_in(cast.vnm), reverse("report-update", args=["mtr", "VNM"])
    Session.objects.all().delete()
    browser.post(page, raised(cast.vnm))
    browser.post(update, {"note": "And what remains.", "version": "1", FIELD: new_key(cast.vnm)})
    come_in("vnm.coordinator", browser=browser)
    assert NOTE in text(browser.get(page))
    assert "And what remains." in text(browser.get(update))


def test_another_form_of_the_same_page_takes_nothing_away(page, cast, sign_in):
    """One window waits with what was kept; another one saves something else."""
    browser = sign_in(cast.vnm)
    Session.objects.all().delete()
    browser.post(page, raised(cast.vnm))
    come_in("vnm.coordinator", browser=browser)
    assert browser.post(page, raised(cast.vnm, missing="Another gap")).status_code == 302
    assert NOTE in text(browser.get(page))


def test_what_nobody_can_be_asked_for_is_said_not_to_be_saved(page, cast):
    """Without a key there is no telling whose it is."""
    browser = Client()
    away = browser.post(page, {"missing": NOTE})
    assert "What you sent was not saved." in text(browser.get(away["Location"]))
    assert NOTE not in everything_kept()


def test_what_is_too_long_is_said_not_to_be_kept(page, cast, sign_in):
    browser = sign_in(cast.vnm)
    Session.objects.all().delete()
    away = browser.post(page, raised(cast.vnm, missing="x" * unsaved_input.LARGEST))
    assert "too long to be kept" in text(browser.get(away["Location"]))
    assert "xxx" not in everything_kept()


def test_no_stranger_fills_the_sessions(page, cast):
    """A key that was not signed here opens no room."""
    Client().post(page, {"missing": NOTE, FIELD: f"{cast.vnm.pk}.abc:forged"})
    assert not Session.objects.exists()


@pytest.mark.parametrize("old_token", [False, True])
def test_the_forms_of_the_administration_too(old_token, cast):
    browser, url = Client(enforce_csrf_checks=True), reverse("admin:reviews_organisation_add")
    make.listed(browser, cast.admin)
    typed = {"code": "XYZ", "name_en": "A partner of many words", FIELD: key_on(browser.get(url))}
    typed["csrfmiddlewaretoken"] = "x" * 64 if old_token else token(browser.get(url))
    if not old_token:
        Session.objects.all().delete()
    answer = browser.post(url, typed, **ORIGIN)
    if not old_token:
        assert answer["Location"] == f"{reverse('account_login')}?next={url}"
        come_in(
            "admin", browser=browser, more={"csrfmiddlewaretoken": typed["csrfmiddlewaretoken"]}, **ORIGIN
        )
        opened = browser.get(reverse("mfa_authenticate"))
        browser.post(
            reverse("mfa_authenticate"), {"code": code(), "csrfmiddlewaretoken": token(opened)}, **ORIGIN
        )
    assert "A partner of many words" in text(browser.get(url))
    assert not Organisation.objects.filter(code="XYZ").exists()


# A page older than the last sign-in


def test_signed_in_again_in_a_second_window(page, cast, strict):
    old = token(strict.get(page))
    come_in("vnm.coordinator", browser=strict, more={"csrfmiddlewaretoken": old}, **ORIGIN)
    strict.post(reverse("account_logout"), {"csrfmiddlewaretoken": old}, **ORIGIN)
    opened = strict.get(reverse("account_login"))
    come_in("vnm.coordinator", browser=strict, more={"csrfmiddlewaretoken": token(opened)}, **ORIGIN)
    sent_late = strict.post(page, raised(cast.vnm, csrfmiddlewaretoken=old), **ORIGIN)
    assert sent_late["Location"] == page
    kept = text(strict.get(page))
    assert "Not saved yet" in kept
    assert NOTE in kept
    assert 'name="role"' not in kept


def test_somebody_elses_form_is_neither_saved_nor_shown(page, cast, strict):
    """The window of a colleague who used this browser before."""
    answer = strict.post(page, raised(cast.vnm_team, csrfmiddlewaretoken="x" * 64), **ORIGIN)
    assert answer.status_code == 403
    assert "This page had grown old" in text(answer)
    assert "What you sent was not saved." in text(answer)
    assert NOTE not in text(answer) + text(strict.get(page)) + everything_kept()


@pytest.mark.parametrize(
    "origin", [{}, {"HTTP_ORIGIN": "https://elsewhere.example"}, {"HTTP_ORIGIN": "null"}]
)
def test_a_form_from_elsewhere_is_not_kept(origin, page, cast, strict):
    answer = strict.post(page, raised(cast.vnm), **origin)
    assert answer.status_code == 403
    assert "role does not include" not in text(answer)
    assert NOTE not in everything_kept()


def test_the_sign_in_page_in_two_windows(cast):
    browser = Client(enforce_csrf_checks=True)
    old = {"csrfmiddlewaretoken": token(browser.get(reverse("account_login"))), "next": "/accounts/sessions/"}
    come_in("vnm.coordinator", browser=browser, more=old, **ORIGIN)
    second = come_in("vnm.team", browser=browser, more=old, **ORIGIN)
    assert second["Location"] == "/accounts/sessions/"
    page = text(browser.get(second["Location"]))
    assert "You are signed in already, as vnm.coordinator." in page


def test_an_old_sign_in_page_keeps_the_name_and_the_way(cast):
    """And its new token is good."""
    browser = Client(enforce_csrf_checks=True)
    browser.get(reverse("account_login"))
    old = {"csrfmiddlewaretoken": "x" * 64, "next": "/accounts/sessions/"}
    answer = come_in("vnm.coordinator", browser=browser, more=old, **ORIGIN)
    assert answer.status_code == 403
    for said in ("This page had grown old", 'value="vnm.coordinator"', 'value="/accounts/sessions/"'):
        assert said in text(answer)
    assert make.PASSWORD not in text(answer)
    again = come_in(
        "vnm.coordinator", browser=browser, more=old | {"csrfmiddlewaretoken": token(answer)}, **ORIGIN
    )
    assert again["Location"] == "/accounts/sessions/"


def test_without_any_cookie_what_was_typed_is_kept_all_the_same(page, cast):
    """The browser has cleared them; the form's key says whose it is."""
    browser = Client(enforce_csrf_checks=True)
    away = browser.post(page, raised(cast.vnm), **ORIGIN)
    assert away["Location"] == f"{reverse('account_login')}?next={page}"
    opened = browser.get(away["Location"])
    come_in("vnm.coordinator", browser=browser, more={"csrfmiddlewaretoken": token(opened)}, **ORIGIN)
    assert NOTE in text(browser.get(page))


@pytest.mark.parametrize("where", ["account_change_password", "admin:reviews_user_add"])
def test_no_password_of_an_old_page_is_kept(where, cast):
    browser = Client(enforce_csrf_checks=True)
    make.listed(browser, cast.admin)
    typed = {"password1": "Hunter two is long", "oldpassword": "Hunter", "username": "new.person"}
    browser.post(reverse(where), typed | {"csrfmiddlewaretoken": "x" * 64}, **ORIGIN)
    assert "Hunter" not in everything_kept()
