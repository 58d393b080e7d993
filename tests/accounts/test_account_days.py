"""An account is open from a day to a day, in Jakarta."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from reviews import clock
from reviews.models import User
from tests.support import make

TODAY = date(2020, 8, 20)
DAY = timedelta(days=1)


def with_days(person: Any, **days: Any) -> Any:
    return person.change_traced(by=None, expected_version=person.version, **days)


def signs_in(person: Any) -> Any:
    typed = {"login": person.username, "password": make.PASSWORD}
    return Client().post(reverse("account_login"), typed, follow=True)


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ({"active_from": TODAY + DAY}, "Your account opens on 21 Aug 2020."),
        ({"active_until": TODAY - DAY}, "Your account ended on 19 Aug 2020."),
    ],
)
def test_outside_its_days_nobody_signs_in_and_is_told_why(days, sentence, cast):
    answer = signs_in(with_days(cast.vnm, **days))
    assert sentence in answer.content.decode()
    assert not answer.context["user"].is_authenticated


def test_with_a_wrong_password_nothing_is_told(cast):
    with_days(cast.vnm, active_until=TODAY - DAY)
    typed = {"login": cast.vnm.username, "password": "something else entirely"}
    assert "Your account ended" not in Client().post(reverse("account_login"), typed).content.decode()


@pytest.mark.parametrize("days", [{"active_from": TODAY}, {"active_until": TODAY}])
def test_both_days_are_part_of_it(days, cast):
    assert signs_in(with_days(cast.vnm, **days)).context["user"].is_authenticated


def test_a_session_ends_with_the_last_day(cast, cycle, sign_in):
    with_days(cast.vnm, active_until=TODAY)
    browser = sign_in(cast.vnm)
    assert browser.get(reverse("desk")).status_code == 200
    with clock.at(TODAY + DAY):
        assert browser.get(reverse("desk")).status_code == 302


def test_who_has_gone_is_not_offered_any_more(cast):
    with_days(cast.vnm, active_until=TODAY - DAY)
    with_days(cast.lao, active_from=TODAY + DAY)
    offered = User.objects.offered()
    assert (cast.vnm in offered, cast.lao in offered, cast.vnm_team in offered) == (False, True, True)
    assert [cast.vnm.account_text, cast.lao.account_text] == ["may no longer sign in", "may sign in later"]
    assert list(User.objects.gone()) == [cast.vnm]


def test_the_person_gets_a_mail_about_it(cast, django_capture_on_commit_callbacks):
    make.with_email(cast.vnm, "linh@vnm.example")
    person = User.objects.get(pk=cast.vnm.pk)
    with django_capture_on_commit_callbacks(execute=True):
        person.change_traced(by=cast.admin, expected_version=person.version, active_until=date(2020, 12, 31))
    assert "Its last day is 31 Dec 2020." in mail.outbox[-1].body


def test_an_administrator_does_not_lock_himself_out(cast, sign_in):
    from tests.admin.pages import address, sent

    url = address(User, "change", cast.admin.pk)
    browser = sign_in(cast.admin)
    typed = sent(browser.get(url)) | {"active_until": "2020-08-19", "why": "Leaving."}
    assert browser.post(url, typed).status_code == 200
    assert User.objects.get(pk=cast.admin.pk).active_until is None
