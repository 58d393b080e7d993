"""Whose account was changed gets a mail; so does the side that somebody was let into."""

from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse

from reviews.models import OutgoingMail, User
from tests.accounts.sign_in import come_in
from tests.admin.pages import address, correct, sent
from tests.support import make

OLD, NEW = "linh@vnm.example", "linh@moh.example"
PASSWORD = {"password1": "another long password", "password2": "another long password"}


@pytest.fixture
def linh(cast: Any) -> User:
    return make.with_email(cast.vnm, OLD)


def sent_to() -> list[str]:
    return [reader for message in mail.outbox for reader in message.to]


def text() -> str:
    return " ".join(mail.outbox[-1].body.split())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"role": "team"}, "Its role is now: National team."),
        ({"is_active": False}, "It may no longer sign in."),
        ({"is_superuser": "on"}, "It is now an administrator's."),
        ({"username": "linh"}, "Its user name is now linh."),
    ],
)
def test_who_was_changed_by_somebody_else_is_told(change, told, linh, cast, sign_in):
    assert correct(sign_in(cast.admin), linh, **change, why="Asked for it").status_code == 302
    assert sent_to() == [OLD]
    assert "admin has changed your account" in text()
    assert told in text()


def test_of_a_new_address_the_old_one_is_told_too(linh, cast, sign_in):
    correct(sign_in(cast.admin), linh, email=NEW, why="Asked for it")
    assert sent_to() == [OLD, NEW]
    assert "It has another e-mail address." in text()


def test_a_first_address_is_told(cast, sign_in):
    correct(sign_in(cast.admin), cast.lao, email="lao@lao.example", why="Had none")
    assert sent_to() == ["lao@lao.example"]


def test_ones_own_changes_in_the_administration_are_told(cast, sign_in):
    make.with_email(cast.admin, "admin@asean.example")
    correct(sign_in(cast.admin), cast.admin, email="other@asean.example", why="Moved")
    assert sent_to() == ["admin@asean.example", "other@asean.example"]


def test_a_password_set_by_somebody_else_is_told(linh, cast, sign_in):
    sign_in(cast.admin).post(address(User, "password", linh.pk), {"version": linh.version, **PASSWORD})
    assert sent_to() == [OLD]
    assert "It has a new password." in text()


def test_a_password_set_on_the_machine_is_told(linh, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSWORD["password1"])
    call_command("changepassword", linh.username, stdout=StringIO())
    assert sent_to() == [OLD]
    assert "Whoever runs this site has changed your account" in text()


def test_ones_own_new_password_is_told_once(linh, sign_in):
    sign_in(linh).post(reverse("account_change_password"), PASSWORD | {"oldpassword": make.PASSWORD})
    assert [message.subject for message in mail.outbox] == ["Your password is changed"]


def test_a_hash_that_is_renewed_is_no_change(linh, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    assert come_in("vnm.coordinator").status_code == 302
    assert User.objects.get(pk=linh.pk).password.startswith("scrypt")
    assert mail.outbox == []


def test_another_name_is_no_news(linh, cast, sign_in):
    correct(sign_in(cast.admin), linh, name="Linh Nguyen", why="Married")
    assert mail.outbox == []


def test_the_mail_waits_in_the_outbox_with_the_change(linh, cast, sign_in, settings):
    settings.EMAIL_BACKEND = "reviews.operations.outbox.Outbox"
    correct(sign_in(cast.admin), linh, role="team", why="Asked for it")
    assert OutgoingMail.objects.get().to == [OLD]


def test_no_mail_when_nothing_was_changed(linh, cast, sign_in):
    browser, url = sign_in(cast.admin), address(User, "change", linh.pk)
    browser.post(url, sent(browser.get(url), role="team", why=""))
    assert mail.outbox == []


# --- the side that somebody is let into


@pytest.fixture
def readers(cast: Any) -> Any:
    """One of each side with an address."""
    for name in ("vnm", "lao", "lead", "consultant", "secretariat", "observer", "admin"):
        make.with_email(getattr(cast, name), f"{name}@example.org")
    return cast


SIDES = [
    ("coordinator", "vnm"),
    ("team", "vnm"),
    ("consultant", "lead"),
    ("lead_consultant", "lead"),
    ("secretariat", "secretariat"),
]


@pytest.mark.parametrize(("role", "told"), SIDES)
def test_an_invitation_is_told_to_the_side_it_is_for(role, told, readers, sign_in):
    typed = {
        "email": "new@vnm.example",
        "name": "New Person",
        "role": role,
        "organisation": readers.vnm.organisation_id,
    }
    sign_in(readers.admin).post(address_of_invitations(), typed)
    assert sorted(sent_to()) == sorted(["new@vnm.example", f"{told}@example.org"])
    message = next(message for message in mail.outbox if message.to == [f"{told}@example.org"])
    assert "New Person was given access" in message.body
    assert "admin" in message.body


def address_of_invitations() -> str:
    return reverse("admin:reviews_invitation_add")


@pytest.mark.parametrize(("role", "told"), SIDES)
def test_a_role_given_on_the_account_is_told_to_its_side(role, told, readers, sign_in):
    person = make.user("person", "observer", readers.vnm.organisation)
    correct(sign_in(readers.admin), person, role=role, why="Joined")
    assert sent_to() == [f"{told}@example.org"]


def test_so_is_a_new_account(readers, sign_in):
    browser, url = sign_in(readers.admin), address(User, "add")
    typed = {
        "username": "new.person",
        "name": "New Person",
        "role": "team",
        "organisation": readers.lao.organisation_id,
    }
    assert browser.post(url, sent(browser.get(url), **typed, **PASSWORD)).status_code == 302
    assert sent_to() == ["lao@example.org"]


def test_so_is_somebody_who_moves_to_another_country_or_comes_back(readers, sign_in):
    browser = sign_in(readers.admin)
    correct(browser, readers.vnm_team, organisation=readers.lao.organisation_id, why="Moved")
    assert sent_to() == ["lao@example.org"]
    mail.outbox.clear()
    correct(browser, readers.vnm_team, is_active=False, why="Left")
    assert sent_to() == []
    correct(browser, readers.vnm_team, is_active="on", why="Back")
    assert sent_to() == ["lao@example.org"]


def test_a_new_administrator_is_told_to_the_others(readers, sign_in):
    other = make.user(
        "other.admin", "", readers.admin.organisation, is_superuser=True, email="other@example.org"
    )
    correct(sign_in(other), readers.observer, is_superuser="on", why="Helps")
    assert sorted(sent_to()) == ["admin@example.org", "observer@example.org"]
