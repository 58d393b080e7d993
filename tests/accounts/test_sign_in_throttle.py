"""How many guesses at passwords are looked at; a whole workshop comes in all the same."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail, signing
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reviews.accounts import known_devices, sign_in_throttle
from reviews.models import SignInGuess, User
from tests.accounts.sign_in import come_in, come_in_twice, is_in
from tests.accounts.test_passwords import link_in
from tests.support import make

ADDRESSES = 50
THREADS = 8


@pytest.fixture
def linh(cast: Any) -> User:
    return make.with_email(cast.vnm, "linh@vnm.example")


@pytest.fixture
def looked_at(monkeypatch: Any, linh: User) -> list[str]:
    """Every guess that was compared with the password of Viet Nam's coordinator."""
    expected_version: list[str] = []
    verify = MD5PasswordHasher.verify

    def counted(hasher: Any, password: str, encoded: str) -> bool:
        if encoded == linh.password:
            expected_version.append(password)
        return verify(hasher, password, encoded)

    monkeypatch.setattr(MD5PasswordHasher, "verify", counted)
    return expected_version


def attack(times: int) -> None:
    """From many addresses, by user name and by e-mail, never twice with the same browser."""
    for n in range(times):
        login = ("vnm.coordinator", "Linh@vnm.example", "VNM.coordinator")[n % 3]
        come_in(login, f"guess {n}", REMOTE_ADDR=f"198.51.100.{n % ADDRESSES + 1}")


def test_an_attack_from_everywhere_sees_ten_guesses_looked_at(linh, looked_at):
    """1,000 of them in tests/trust; the hundredth is refused like the thousandth."""
    attack(100)
    assert 0 < len(looked_at) <= 10


def test_the_owner_comes_in_meanwhile_where_they_have_been_before(linh, looked_at):
    own = Client()
    come_in("vnm.coordinator", browser=own)
    own.post(reverse("account_logout"))
    attack(40)
    assert come_in("vnm.coordinator", browser=Client()).status_code == 200  # right, and not looked at
    assert come_in("linh@vnm.example", browser=own).status_code == 302
    assert is_in(own)


def test_the_owner_comes_in_meanwhile_with_a_link_from_a_mail(linh, looked_at):
    attack(40)
    own = Client()
    own.post(reverse("account_reset_password"), {"email": "linh@vnm.example"})
    form = own.get(link_in(mail.outbox[-1].body), follow=True)
    new = {"password1": "another long password", "password2": "another long password"}
    own.post(form.request["PATH_INFO"], new)
    assert come_in("vnm.coordinator", "another long password", browser=own).status_code == 302


def test_a_known_browser_may_not_guess_for_ever(linh, looked_at):
    own = Client()
    come_in("vnm.coordinator", browser=own)
    own.post(reverse("account_logout"))
    looked_at.clear()
    for n in range(30):
        come_in("vnm.coordinator", f"guess {n}", browser=own)
    assert len(looked_at) == sign_in_throttle.PER_DEVICE


def test_a_browser_known_to_one_account_is_a_stranger_to_another(linh, looked_at):
    other_browser = Client()
    come_in("lao.coordinator", browser=other_browser)
    other_browser.post(reverse("account_logout"))
    for n in range(30):
        come_in("vnm.coordinator", f"guess {n}", browser=other_browser)
    assert len(looked_at) == sign_in_throttle.PER_TEXT


@pytest.mark.parametrize("cookie", ["", "x", "W10:1abc:nonsense", "null"])
def test_a_made_up_cookie_is_none(cookie, linh, looked_at):
    browser = Client()
    browser.cookies["device"] = cookie
    for n in range(12):
        come_in("vnm.coordinator", f"guess {n}", browser=browser)
    assert len(looked_at) == sign_in_throttle.PER_TEXT


def test_a_right_password_is_no_guess(linh):
    for _n in range(20):
        assert come_in("vnm.coordinator").status_code == 302
    assert not SignInGuess.objects.exists()


def test_an_hour_later_everything_is_forgotten(linh, looked_at):
    attack(30)
    earlier = timezone.now() - timedelta(hours=1)
    SignInGuess.objects.update(at=earlier)
    assert come_in("vnm.coordinator").status_code == 302
    assert not SignInGuess.objects.exists()


def test_nothing_typed_is_kept(linh):
    come_in("my password, in the wrong box", "wrong")
    keys = str(list(SignInGuess.objects.values_list("key", flat=True)))
    assert "password" not in keys


def test_one_address_may_not_try_everybody(cast, monkeypatch):
    monkeypatch.setattr(sign_in_throttle, "PER_ADDRESS", 7)
    for n in range(7):
        come_in(f"somebody.{n}", "wrong")
    assert come_in("lao.coordinator").status_code == 200
    assert come_in("lao.coordinator", REMOTE_ADDR="198.51.100.7").status_code == 302


# --- many at the same moment


def in_threads(step: Any, arguments: Any) -> list[Any]:
    def one(argument: Any) -> Any:
        try:
            return step(argument)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(one, arguments))


@pytest.mark.django_db(transaction=True)
def test_a_whole_workshop_signs_in_from_one_address():
    cache.clear()
    body = make.organisation("VNM")
    names = [make.user(f"person.{n}", "team", body).username for n in range(40)]
    mistaken = in_threads(lambda name: come_in(name, "mistyped").status_code, names)
    answers = in_threads(lambda name: come_in(name).status_code, names)
    assert (mistaken, answers) == ([200] * 40, [302] * 40)


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_are_counted_too(monkeypatch):
    user, checks = make.user("vnm.coordinator", "coordinator", make.organisation("VNM")), []
    verify = MD5PasswordHasher.verify

    def counted(*args: Any) -> bool:
        checks.append(args)
        return verify(*args)

    monkeypatch.setattr(MD5PasswordHasher, "verify", counted)
    in_threads(lambda n: come_in(user.username, f"guess {n}"), range(60))
    assert 0 < len(checks) <= sign_in_throttle.PER_TEXT


# --- codes of a second factor, and the old password


@pytest.fixture
def codes(cast: Any, monkeypatch: Any) -> list[str]:
    """Every code that was compared with the Secretariat's authenticator app; none of these fits."""
    compared: list[str] = []
    monkeypatch.setattr(TOTP, "validate_code", lambda app, code: compared.append(code))
    return compared


def guess_codes(browser: Client, times: int) -> Any:
    """By somebody who knows the password. The last page."""
    come_in("secretariat", browser=browser)
    return [browser.post(reverse("mfa_authenticate"), {"code": f"{n:06}"}) for n in range(times)][-1]


def test_codes_of_a_second_factor_are_counted(codes):
    browser = Client()
    page = guess_codes(browser, 7)
    guess_codes(Client(), 7)
    assert "Too many" in page.content.decode()
    assert len(codes) == sign_in_throttle.PER_SECOND_FACTOR
    assert not is_in(browser)


def test_a_stranger_with_the_password_does_not_lock_the_owners_factor(cast):
    cache.clear()
    own = Client()
    app = Authenticator.objects.get(user=cast.secretariat)
    come_in_twice("secretariat", own)
    own.post(reverse("account_logout"))
    guess_codes(Client(), 7)
    Authenticator.objects.filter(pk=app.pk).update(data=app.data)  # as if the next half minute had come
    cache.clear()
    come_in_twice("secretariat", own)
    assert is_in(own)


def test_a_known_browser_may_not_guess_codes_for_ever(cast, codes):
    own = Client()
    own.cookies["device"] = known_device_of(cast.secretariat)
    for n in range(4):
        come_in("secretariat", f"guess {n}", browser=own)
    guess_codes(own, 12)
    assert len(codes) == sign_in_throttle.PER_DEVICE - 4


def known_device_of(user: User) -> str:
    """The cookie of a browser in which the person signed in before."""
    return signing.dumps([(user.pk, "a browser")], salt=known_devices.SALT)


def test_guesses_at_the_old_password_count_with_those_at_sign_in(linh, looked_at, sign_in):
    browser = sign_in(linh)
    new = {"password1": "another long password", "password2": "another long password"}
    for n in range(8):
        page = browser.post(reverse("account_change_password"), new | {"oldpassword": f"guess {n}"})
    assert "too many wrong passwords" in page.content.decode()
    assert come_in("vnm.coordinator").status_code == 200  # right, and not looked at
    assert len(looked_at) == sign_in_throttle.PER_TEXT
    page = browser.post(reverse("account_change_password"), new | {"oldpassword": make.PASSWORD})
    assert page.status_code == 200


def test_a_right_old_password_is_no_guess(linh, sign_in):
    new = {"password1": "another long password", "password2": "another long password"}
    sign_in(linh).post(reverse("account_change_password"), new | {"oldpassword": make.PASSWORD})
    assert come_in("vnm.coordinator", new["password1"]).status_code == 302
    assert not SignInGuess.objects.exists()
