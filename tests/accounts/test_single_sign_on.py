"""Single sign-on, with a small provider on this machine (`provider.py`)."""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse

from reviews.models import Trace, User
from tests.accounts.provider import CLIENT, Provider, answering, use
from tests.accounts.sign_in import is_in
from tests.operations.test_settings import read
from tests.support import make

OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with answering(settings) as provider:
        yield provider


def there_and_back(browser: Client, process: str = "login", **query: str) -> Any:
    """The button, the provider, and what the site makes of the answer."""
    from django.conf import settings

    name = settings.SINGLE_SIGN_ON["provider_id"]
    url = reverse("openid_connect_login", args=[name])
    away = browser.post(f"{url}?process={process}")
    sent = parse_qs(urlsplit(away["Location"]).query)
    back = {"code": "c", "state": sent["state"][0]} | query
    return browser.get(reverse("openid_connect_callback", args=[name]), back)


@pytest.fixture
def connected(cast: Any, provider: Provider, sign_in: Any) -> User:
    """Viet Nam's coordinator, who has connected the account."""
    there_and_back(sign_in(cast.vnm), "connect")
    return cast.vnm


def test_connected_by_the_owner_it_opens_the_account(connected, client):
    assert there_and_back(client)["Location"] == "/"
    assert int(client.session["_auth_user_id"]) == connected.pk


def test_the_button_is_there_only_with_a_provider(provider, client, db, settings):
    assert "Sign in with Ministry" in client.get(reverse("account_login")).content.decode()
    settings.SINGLE_SIGN_ON = None
    assert "Ministry" not in client.get(reverse("account_login")).content.decode()


def test_the_key_is_issuer_and_subject(connected, provider):
    key = SocialAccount.objects.get()
    assert (key.provider, key.uid) == (provider.issuer.removeprefix("http://"), "s-1")


def test_the_same_subject_of_another_issuer_is_somebody_else(connected, settings, client):
    other = Provider()
    use(settings, other.issuer)
    answer = there_and_back(client)
    other.server.shutdown()
    other.server.server_close()
    assert "Not connected yet" in answer.content.decode()
    assert not is_in(client)


@pytest.mark.parametrize("verified", [True, False])
def test_an_address_opens_nothing(verified, provider, cast, client):
    make.with_email(cast.vnm, "linh@vnm.example")
    people = User.objects.count()
    provider.claims = {"email": "linh@vnm.example", "email_verified": verified, "preferred_username": "admin"}
    assert "Not connected yet" in there_and_back(client).content.decode()
    assert not is_in(client)
    assert (SocialAccount.objects.exists(), EmailAddress.objects.exists(), User.objects.count()) == (
        False, False, people,
    )  # fmt: skip


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"}, {"aud": "another-site"}, {"exp": 1}, {"sub": "s-2"},
        {"iss": None}, {"aud": ["x"]},
    ],
)  # fmt: skip
def test_an_answer_for_somebody_or_something_else_opens_nothing(claims, connected, provider, client):
    provider.claims = claims
    assert there_and_back(client).status_code in (200, 401)
    assert not is_in(client)


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ({}, OTHER_KEY), ({"kid": "two"}, None), ({"kid": "two"}, OTHER_KEY), ({"kid": None}, OTHER_KEY),
        ({"alg": "none"}, ""), ({"alg": "HS256"}, CLIENT["secret"] * 8),
    ],
    ids=["another key", "another name", "both", "no name", "no signature", "a shared secret"],
)  # fmt: skip
def test_an_answer_that_the_provider_did_not_sign_opens_nothing(header, key, connected, provider, client):
    provider.header |= header
    provider.signs_with = provider.signs_with if key is None else key
    assert there_and_back(client).status_code in (200, 401)
    assert not is_in(client)


@pytest.mark.parametrize("what", ["down", "elsewhere"])
def test_a_provider_that_does_not_answer_is_told(what, provider, client, db, monkeypatch):
    """A page that says so, and no step to another address."""

    def fails(*_args: Any, **_more: Any) -> None:
        raise requests.ConnectionError("refused")

    with monkeypatch.context() as patch:
        if what == "down":
            patch.setattr("requests.Session.get", fails)
        else:
            provider.elsewhere = f"{provider.issuer}/other"
        url = reverse("openid_connect_login", args=[provider.issuer.removeprefix("http://")])
        answer = client.post(url)
    assert answer.status_code == 401
    assert "This did not work" in answer.content.decode()
    assert "/other" not in provider.asked


def test_without_a_name_the_only_key_counts(connected, provider, client):
    provider.header["kid"] = None
    there_and_back(client)
    assert is_in(client)


@pytest.mark.parametrize("keys", [{"keys": []}, {"keys": [{"kty": "?"}]}, {}])
def test_a_provider_without_keys_opens_nothing(keys, connected, provider, client):
    provider.keys = lambda: keys
    assert there_and_back(client).status_code in (200, 401)
    assert not is_in(client)


def test_an_answer_counts_once(connected, provider, client):
    provider.claims = {"jti": "once"}
    there_and_back(client)
    again = Client()
    there_and_back(again)
    assert (is_in(client), is_in(again)) == (True, False)


@pytest.mark.parametrize("query", [{"state": "made up"}, {"state": ""}, {"error": "access_denied"}])
def test_an_answer_to_no_question_of_ours_opens_nothing(query, connected, client):
    there_and_back(client, **query)
    assert not is_in(client)


def test_the_question_is_bound_to_the_browser(connected, provider, client):
    """PKCE: whoever steals the code on its way has no use for it."""
    from django.conf import settings

    url = reverse("openid_connect_login", args=[settings.SINGLE_SIGN_ON["provider_id"]])
    sent = parse_qs(urlsplit(client.post(url)["Location"]).query)
    back = {"code": "c", "state": sent["state"][0]}
    client.get(reverse("openid_connect_callback", args=[settings.SINGLE_SIGN_ON["provider_id"]]), back)
    proof = hashlib.sha256(provider.sent["code_verifier"].encode()).digest()
    assert sent["code_challenge"] == [base64.urlsafe_b64encode(proof).decode().rstrip("=")]
    assert provider.sent["client_secret"] == "quiet"


def test_one_identity_opens_one_account(connected, cast, sign_in):
    there_and_back(sign_in(cast.lao), "connect")
    assert SocialAccount.objects.get().user == connected


def test_a_disabled_account_stays_closed(connected, client):
    connected.refresh_from_db()
    connected.change_traced(by=None, expected_version=connected.version, is_active=False)
    answer = there_and_back(client)
    assert answer["Location"] == reverse("account_login")
    assert not is_in(client)


def test_who_owes_a_second_factor_owes_it_here_too(provider, cast, sign_in, client):
    there_and_back(sign_in(cast.secretariat), "connect")
    assert there_and_back(client)["Location"] == reverse("mfa_authenticate")
    Authenticator.objects.all().delete()
    other = Client()
    there_and_back(other)
    assert other.get("/")["Location"] == reverse("mfa_index")


def lines(user: User) -> list[tuple[Any, str]]:
    return [(row.by, row.why) for row in Trace.objects.since_version(user, 1).order_by("id")]


def test_both_leave_a_line_and_nothing_of_the_provider_is_kept(connected, sign_in):
    browser, row = sign_in(connected), SocialAccount.objects.get()
    browser.post(reverse("socialaccount_connections"), {"account": row.pk})
    assert not SocialAccount.objects.exists()
    assert lines(connected) == [
        (connected, "single sign-on connected"),
        (connected, "single sign-on disconnected"),
    ]
    assert not SocialToken.objects.exists()


@pytest.mark.parametrize("minutes", [0, 6])
def test_the_line_and_the_connection_are_written_together(minutes, provider, cast, sign_in, monkeypatch):
    """If the one cannot be, neither is: at once, and after saying once more who one is."""
    browser = sign_in(cast.vnm)
    session = browser.session
    session["signed_in_at"] -= minutes * 60
    session.save()
    monkeypatch.setattr(User, "note", lambda *a, **k: 1 / 0)

    def connect() -> None:
        there_and_back(browser, "connect")
        browser.post(reverse("account_reauthenticate"), {"password": make.PASSWORD})

    pytest.raises(ZeroDivisionError, connect)
    assert not SocialAccount.objects.exists()
    assert lines(cast.vnm) == []


def test_the_line_and_the_disconnection_are_written_together(connected, sign_in, monkeypatch):
    row = SocialAccount.objects.get()
    monkeypatch.setattr(User, "note", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sign_in(connected).post(reverse("socialaccount_connections"), {"account": row.pk})
    assert SocialAccount.objects.exists()


def test_an_invitation_and_its_connection_are_written_together(provider, cast, client, monkeypatch):
    _made, key = make.invitation(by=cast.admin)
    client.post(reverse("invitation", args=[key]), {"username": "new.person", "sign-on": "1"})
    monkeypatch.setattr(User, "note", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        there_and_back(client)
    assert not User.objects.filter(username="new.person").exists()


def test_nobody_disconnects_somebody_else(connected, cast, sign_in):
    row = SocialAccount.objects.get()
    sign_in(cast.lao).post(reverse("socialaccount_connections"), {"account": row.pk})
    assert SocialAccount.objects.exists()


def test_after_a_while_connecting_asks_who_it_is(provider, cast, sign_in):
    browser = sign_in(cast.vnm)
    session = browser.session
    session["signed_in_at"] -= 301
    session.save()
    assert there_and_back(browser, "connect")["Location"] == reverse("account_reauthenticate")
    assert not SocialAccount.objects.exists()


def test_the_invited_come_in_without_a_password(provider, cast, client):
    _made, key = make.invitation(by=cast.admin)
    provider.claims = {"email": "another@x.example", "name": "Mallory"}
    answer = client.post(reverse("invitation", args=[key]), {"username": "new.person", "sign-on": "1"})
    assert answer["Location"].startswith("/accounts/single-sign-on/")
    there_and_back(client)
    user = User.objects.get(username="new.person")
    assert is_in(client)
    assert (user.email, user.name, user.has_usable_password()) == ("new@vnm.example", "New Person", False)
    again = Client()
    there_and_back(again)
    assert is_in(again)


def test_an_invitation_withdrawn_meanwhile_makes_no_account(provider, cast, client):
    made, key = make.invitation(by=cast.admin)
    client.post(reverse("invitation", args=[key]), {"username": "new.person", "sign-on": "1"})
    made.withdraw(by=cast.secretariat, expected_version=1, why="Wrong person")
    there_and_back(client)
    assert not User.objects.filter(username="new.person").exists()


@pytest.mark.parametrize(
    ("issuer", "name"),
    [
        ("https://id.gov.example", "id.gov.example"),
        ("https://id.gov.example/realms/asean", "id.gov.example~realms~asean"),
    ],
)
def test_the_issuer_is_part_of_the_address(issuer, name):
    environment = {"OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"}
    assert read("settings.SINGLE_SIGN_ON['provider_id']", **environment) == name


def test_the_button_may_lead_to_the_provider_alone():
    environment = {"OIDC_ISSUER": "https://id.example/x/y", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"}
    policy = "settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action']"
    assert read(policy, **environment) == "[\"'self'\", 'https://id.example']"
    assert read(policy) == "[\"'self'\"]"
