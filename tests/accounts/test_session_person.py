"""A session brings along whose it is: never anybody else, and nobody once it is over."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from reviews.models import User

HERE = "/cycles/mtr/"


@pytest.fixture
def browser(cast, cycle, sign_in):
    signed_in = sign_in(cast.vnm)
    assert signed_in.get(HERE).wsgi_request.user == cast.vnm
    return signed_in


def is_out(browser):
    answer = browser.get(HERE)
    return answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))


def test_an_expired_session_is_nobodys(browser):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert is_out(browser)


def test_an_ended_session_is_nobodys(browser):
    Session.objects.all().delete()
    assert is_out(browser)


def test_a_session_that_is_on_no_list_is_still_its_persons(browser, cast):
    UserSession.objects.all().delete()
    assert browser.get(HERE).wsgi_request.user == cast.vnm


def test_the_session_says_whose_it_is_and_not_the_list(browser, cast):
    UserSession.objects.update(user=cast.lao)
    assert browser.get(HERE).wsgi_request.user == cast.vnm


@pytest.mark.parametrize(("change", "out"), [({"is_active": False}, True), ({"name": "Linh"}, False)])
def test_a_change_of_the_person_is_there_with_the_next_page(change, out, browser, cast):
    person = User.objects.get(pk=cast.vnm.pk)
    person.change_traced(by=cast.secretariat, expected_version=person.version, **change)
    assert is_out(browser) == out
    if not out:
        assert "Linh" in browser.get(HERE).content.decode()


def test_a_new_password_ends_the_session(browser, cast):
    person = User.objects.get(pk=cast.vnm.pk)
    person.set_password("a quite other password")
    person.change_traced(by=None, expected_version=person.version, password=person.password)
    assert is_out(browser)
