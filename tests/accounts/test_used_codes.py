"""A code of a second factor works once: whatever the cache has forgotten, and whichever process is asked."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from reviews.accounts import second_factors
from reviews.models import User
from tests.accounts.sign_in import code, come_in, is_in
from tests.support import make


@pytest.fixture(autouse=True)
def empty_cache(db: Any) -> None:
    cache.clear()


def opens(used: str) -> bool:
    """Whether a new browser comes in with this code."""
    browser = Client()
    come_in("secretariat", browser=browser)
    browser.post(reverse("mfa_authenticate"), {"code": used})
    return is_in(browser)


def code_at(number: int) -> str:
    return format_hotp_value(hotp_value(make.TOTP_SECRET, number))


def test_a_code_works_once(cast):
    used = code()
    assert opens(used)
    cache.clear()  # as it is after half a minute, while the code is still accepted
    assert not opens(used)


def test_a_code_before_one_that_was_used_works_no_more(cast):
    now = int(time.time()) // 30
    assert opens(code_at(now + 1))
    assert not opens(code_at(now))


def test_a_code_with_which_an_app_was_added_opens_no_session(cast, sign_in):
    browser = sign_in(cast.vnm)
    secret = browser.get(reverse("mfa_activate_totp")).context["form"].secret
    used = code(secret)
    browser.post(reverse("mfa_activate_totp"), {"code": used})
    other = Client()
    come_in("vnm.coordinator", browser=other)
    other.post(reverse("mfa_authenticate"), {"code": used})
    assert not is_in(other)


def test_a_code_that_confirmed_somebody_opens_no_session(cast, sign_in):
    used = code()
    answer = sign_in(cast.secretariat).post(reverse("mfa_reauthenticate"), {"code": used, "next": "/"})
    assert answer["Location"] == "/"
    cache.clear()
    assert not opens(used)


def test_of_two_processes_one_takes_a_code(cast):
    """Each has read the app before the other used the code."""
    first, second = (Authenticator.objects.get(user=cast.secretariat) for _n in range(2))
    used = code()
    assert second_factors.use_code(first, used)
    assert not second_factors.use_code(second, used)


def test_a_recovery_code_works_once(cast):
    used = recovery_codes(cast.secretariat)[0]
    assert opens(used)
    cache.clear()
    assert not opens(used)
    assert opens(recovery_codes(cast.secretariat)[0])


def recovery_codes(user: User) -> list[str]:
    """Those that the person has left."""
    kind = Authenticator.Type.RECOVERY_CODES
    data = {"seed": "a" * 80, "used_mask": 0}
    row, _made = Authenticator.objects.get_or_create(user=user, type=kind, defaults={"data": data})
    codes: list[str] = row.wrap().get_unused_codes()
    return codes
