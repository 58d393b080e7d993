"""By user name or e-mail, and nothing in the answer tells which accounts there are."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import hashers
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client
from django.urls import NoReverseMatch, reverse

from reviews.models import User
from tests.accounts.sign_in import come_in, is_in
from tests.support import make


@pytest.fixture
def linh(cast: Any) -> User:
    """Viet Nam's coordinator, with an address."""
    return make.with_email(cast.vnm, "Linh@VNM.example")


@pytest.mark.parametrize(
    "login",
    ["vnm.coordinator", "VNM.Coordinator", "linh@vnm.example", "LINH@vnm.EXAMPLE", " vnm.coordinator "],
)
def test_by_name_or_address_in_capitals_or_not(login, linh):
    browser = Client()
    answer = come_in(login, browser=browser)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert int(browser.session["_auth_user_id"]) == linh.pk


@pytest.mark.parametrize(
    "login",
    [
        "",
        "@",
        "vnm",
        "vnm.coordınator",
        "linh@vnm.example.org",
        "vnm.coordinator@vnm.example",
        "%",
        "x" * 400,
    ],
)
def test_not_by_what_is_only_like_it(login, linh):
    browser = Client()
    assert come_in(login, browser=browser).status_code == 200
    assert not is_in(browser)


def page(answer: Any) -> str:
    """Less what was typed, and what differs each time."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return re.sub(r'value="[\w@.]*"', "", text)


def test_everything_that_is_wrong_is_answered_alike(linh, cast):
    """A wrong password, nobody's name, a disabled account with its right password, too many guesses."""
    cast.lao.change_traced(by=None, expected_version=cast.lao.version, is_active=False)
    answers = [
        come_in("vnm.coordinator", "wrong"),
        come_in("nobody", "wrong"),
        come_in("linh@vnm.example", "wrong"),
    ]
    answers += [come_in("nobody@vnm.example", "wrong"), come_in("lao.coordinator")]
    answers += [come_in("nobody", "wrong") for _n in range(9)][-1:]
    assert {answer.status_code for answer in answers} == {200}
    assert len({page(answer) for answer in answers}) == 1
    assert "do not fit" in page(answers[0])


@pytest.mark.parametrize(
    "login", ["vnm.coordinator", "nobody", "linh@vnm.example", "nobody@vnm.example", "gone"]
)
def test_a_name_that_nobody_has_takes_as_long(login, linh, monkeypatch):
    """The password is hashed once, whoever is meant: that is what takes the time."""
    gone = make.user("gone", "team", linh.organisation)
    gone.change_traced(by=None, expected_version=gone.version, is_active=False)
    hashed, encode = [], MD5PasswordHasher.encode

    def counted(*args: Any) -> str:
        hashed.append(args)
        return encode(*args)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    come_in(login, "wrong")
    assert len(hashed) == 1


def test_passwords_are_kept_by_argon2(settings):
    from reviewtracker import settings as product

    assert product.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
    assert hashers.make_password("something").startswith("argon2$argon2id$")


def test_one_address_opens_one_account(linh, cast):
    with pytest.raises(IntegrityError):
        make.with_email(cast.lao, "linh@vnm.EXAMPLE")


def test_many_accounts_have_no_address(cast):
    assert User.objects.filter(email="").count() > 2


def test_a_taken_address_is_told_beside_its_field(linh, cast, sign_in):
    from tests.admin.pages import correct

    answer = correct(sign_in(cast.admin), cast.lao, email="LINH@vnm.example", why="New")
    assert answer.context["adminform"].form.errors == {"email": ["Somebody has this e-mail address already."]}


def test_a_user_name_is_nobody_elses_address(linh, cast):
    with pytest.raises(ValidationError, match="only be the person's own e-mail"):
        make.user("linh@vnm.example", "team", linh.organisation)
    own = make.user("an@vnm.example", "team", linh.organisation, email="An@vnm.example")
    assert User.objects.by_login("AN@VNM.example") == own


def test_nobody_signs_up(client, db):
    for name in ("account_signup", "socialaccount_signup", "account_email"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    assert client.get("/accounts/signup/").status_code == 404


def test_addresses_stand_on_the_account_alone(linh, client):
    come_in("linh@vnm.example", browser=client)
    client.post(reverse("account_reauthenticate"), {"password": make.PASSWORD})
    client.post(reverse("account_reset_password"), {"email": "linh@vnm.example"})
    assert not EmailAddress.objects.exists()


def test_the_administration_has_no_door_of_its_own(cast, client):
    answer = client.post(reverse("admin:login"), {"username": "admin", "password": make.PASSWORD})
    assert answer["Location"] == reverse("account_login") + "?next=/admin/"
    assert not is_in(client)


def test_who_is_refused_reads_that_they_are_not_signed_in(linh):
    page = come_in("vnm.coordinator", "not the password").content.decode()
    assert "You are not signed in yet" in page
    assert "Nothing was saved" not in page
