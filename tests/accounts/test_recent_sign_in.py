"""Nothing about an account changes before whoever changes it has said again who he or she is."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import get_resolver, reverse

from reviews.accounts import recent_sign_in
from reviews.models import Invitation, User
from tests.accounts.sign_in import code, come_in, is_in
from tests.accounts.test_sessions import later
from tests.accounts.test_unsaved_input import fields
from tests.admin.pages import address, sent
from tests.support import grids, make

NEW = {"password1": "another long password", "password2": "another long password"}
ACCOUNTS = {"reviews.User", "reviews.Invitation", "mfa.Authenticator"}
OBSERVER = {"username": "new.person", "name": "New Person", "role": "observer", "email": "new@un.example"}


def minutes_ago(browser: Client, minutes: int = 6) -> Client:
    """As if the person had signed in so long ago."""
    return later(browser, minutes * 60, idle=False)


def asks(answer: Any, page: str = "account_reauthenticate") -> bool:
    return answer.status_code == 302 and answer["Location"].startswith(f"{reverse(page)}?next=")


def say_again(browser: Client, answer: Any) -> Any:
    """Give the password where one was sent, and go on from there."""
    return browser.post(answer["Location"], {"password": make.PASSWORD})


def changes(cast: Any, invitation: Invitation) -> dict[str, dict[str, Any]]:
    """Every way to change an account in the administration: the page, and what is sent from it."""
    person = User.objects.get(pk=cast.vnm.pk)
    seen = {"version": person.version, "why": "Asked for it"}
    kept = {
        "username": person.username,
        "name": person.name,
        "role": person.role,
        "is_active": "on",
        "organisation": person.organisation_id,
        "email": person.email,
    }
    change = address(User, "change", person.pk)
    return {
        "new account": {"url": address(User, "add")} | OBSERVER | NEW,
        "password": {"url": address(User, "password", person.pk)} | seen | NEW,
        "factors": {"url": address(User, "factors", person.pk)} | seen,
        "e-mail": {"url": change} | seen | kept | {"email": "other@vnm.example"},
        "role": {"url": change} | seen | kept | {"role": "team"},
        "access": {"url": change} | seen | {k: v for k, v in kept.items() if k != "is_active"},
        "rights": {"url": change} | seen | kept | {"is_superuser": "on"},
        "invitation": {"url": address(Invitation, "add"), "organisation": cast.vnm.organisation_id}
        | {"email": "new@vnm.example", "name": "New", "role": "team"},
        "withdrawal": {"url": address(Invitation, "withdraw", invitation.pk), "version": 1, "why": "Wrong"},
    }


KINDS = (
    "new account",
    "password",
    "factors",
    "e-mail",
    "role",
    "access",
    "rights",
    "invitation",
    "withdrawal",
)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_about_an_account_changes_without_signing_in_again(kind, cast, sign_in):
    make.security_key(cast.vnm)
    invitation, _key = make.invitation(by=cast.admin, email="first@vnm.example")
    typed = changes(cast, invitation)[kind]
    url, browser = typed.pop("url"), sign_in(cast.admin)
    before = grids.fingerprint()
    answer = minutes_ago(browser).post(url, typed)
    assert asks(answer)
    assert not grids.changed(before) & ACCOUNTS
    assert say_again(browser, answer)["Location"] == url
    assert browser.post(url, typed).status_code == 302
    assert grids.changed(before) & ACCOUNTS


def test_what_was_typed_is_there_again(cast, sign_in):
    url, browser = address(User, "change", cast.vnm.pk), sign_in(cast.admin)
    typed = sent(browser.get(url), email="other@vnm.example", why="Asked by voice")
    answer = minutes_ago(browser).post(url, typed)
    assert "What you typed is kept" in browser.get(answer["Location"]).content.decode()
    say_again(browser, answer)
    kept = fields(browser.get(url))
    assert (kept["email"], kept["why"]) == (["other@vnm.example"], ["Asked by voice"])
    assert browser.post(url, kept).status_code == 302
    assert User.objects.get(pk=cast.vnm.pk).email == "other@vnm.example"


@pytest.mark.parametrize("page", ["add", "password", "factors"])
def test_it_is_asked_before_anything_is_typed(page, cast, sign_in):
    args = [] if page == "add" else [cast.vnm.pk]
    assert asks(minutes_ago(sign_in(cast.admin)).get(address(User, page, *args)))


def test_an_account_is_read_without_being_asked(cast, sign_in):
    browser = minutes_ago(sign_in(cast.admin))
    for page, args in (("changelist", []), ("change", [cast.vnm.pk]), ("history", [cast.vnm.pk])):
        assert browser.get(address(User, page, *args)).status_code == 200


def test_a_code_of_the_app_will_do(cast, sign_in):
    browser = minutes_ago(sign_in(cast.admin))
    url = address(User, "password", cast.vnm.pk)
    again = {"code": code(), "next": url}
    assert browser.post(reverse("mfa_reauthenticate"), again)["Location"] == url
    assert browser.get(url).status_code == 200


def test_a_wrong_password_does_not(cast, sign_in):
    browser, url = minutes_ago(sign_in(cast.admin)), address(User, "password", cast.vnm.pk)
    browser.post(reverse("account_reauthenticate"), {"password": "guess", "next": url})
    assert asks(browser.get(url))


def test_whoever_may_not_change_accounts_is_asked_nothing(cast, sign_in):
    browser = minutes_ago(sign_in(cast.vnm))
    assert browser.get(address(User, "add")).status_code == 403
    assert browser.post(address(User, "change", cast.lao.pk), {}).status_code == 403


@pytest.mark.parametrize("page", sorted(recent_sign_in.OWN_PAGES - {"account_set_password"}))
def test_ones_own_pages_ask_too(page, cast, sign_in):
    numbered = page in ("mfa_edit_webauthn", "mfa_remove_webauthn")
    url = reverse(page, args=[1] if numbered else [])
    assert asks(minutes_ago(sign_in(cast.vnm)).get(url))


def test_every_page_about_factors_and_connections_is_considered():
    """A new one needs a line: asked, or the reason why not."""
    not_asked = {
        "mfa_index",
        "mfa_authenticate",
        "mfa_list_webauthn",  # only show, or are on the way in
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",  # ask themselves
        "openid_connect_login",
        "socialaccount_login_cancelled",
        "openid_connect_callback",  # on the way back
        "account_change_password",  # needs the old password
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_reset_password_from_key",
        "password_change_done",  # with a link from a mail, or nothing changes
        "account_login",
        "account_logout",
        "account_signed_out",
        "account_reauthenticate",
        "invitation",
        "usersessions_list",  # by a visitor; ends sessions
    }
    not_asked.add("invitation-list")  # only shows
    beginnings = ("mfa_", "socialaccount_", "openid_", "account_", "password_", "invit", "usersessions")
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    accounts = {name for name in names if name.startswith(beginnings)}
    assert accounts == recent_sign_in.OWN_PAGES | recent_sign_in.INVITING | not_asked


@pytest.mark.parametrize("page", ["account_set_password", "mfa_activate_totp", "openid_connect_login"])
def test_whoever_has_neither_password_nor_factor_signs_in_again(page, cast, sign_in):
    """By the single sign-on, which is all there is."""
    person = make.user("single", "team", cast.vnm.organisation)
    person.set_password(None)
    person.change_traced(by=None, expected_version=person.version, password=person.password)
    SocialAccount.objects.create(user=person, provider="sso", uid="1")
    browser = minutes_ago(sign_in(person))
    args = ["sso"] if page == "openid_connect_login" else []
    assert asks(browser.get(reverse(page, args=args)), "account_login")
    assert not is_in(browser)
    assert not User.objects.get(pk=person.pk).has_usable_password()


def test_a_new_password_of_ones_own_needs_the_old_one(cast, sign_in):
    """On one's own page and in the administration, which leads there."""
    browser = sign_in(cast.admin)
    for written in (cast.admin.pk, f"0{cast.admin.pk}", f" {cast.admin.pk}"):
        seen = {"version": cast.admin.version}
        answer = browser.post(address(User, "password", written), NEW | seen)
        assert answer["Location"] == reverse("account_change_password")
    for old in ({}, {"oldpassword": "guess"}):
        page = browser.post(reverse("account_change_password"), NEW | old)
        assert "oldpassword" in page.context["form"].errors
    assert come_in("admin", NEW["password1"]).status_code == 200
    browser.post(reverse("account_change_password"), NEW | {"oldpassword": make.PASSWORD})
    assert come_in("admin", NEW["password1"]).status_code == 302


def test_ones_own_factors_are_not_taken_away_unasked(cast, sign_in):
    browser, url = minutes_ago(sign_in(cast.admin)), address(User, "factors", cast.admin.pk)
    assert asks(browser.post(url, {"version": cast.admin.version, "why": "Mine"}))
    assert Authenticator.objects.filter(user=cast.admin).exists()
