"""A Vietnamese password opens the account from every keyboard: composed, decomposed, or hashed by an older release."""

import unicodedata
from typing import Any

import pytest
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    PBKDF2PasswordHasher,
    check_password,
    make_password,
)

from tests.accounts.sign_in import come_in

PASSWORD = "mật khẩu của Đà Nẵng"
COMPOSED, DECOMPOSED = (unicodedata.normalize(form, PASSWORD) for form in ("NFC", "NFD"))
WINDOWS = (
    unicodedata.normalize("NFC", "a\u0302") + "\u0323"
)  # "ậ" as the Vietnamese keyboard of Windows types it


@pytest.fixture(autouse=True)
def hashers(settings: Any) -> None:
    """The product's own; the tests' are quicker."""
    from reviewtracker import settings as product

    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS


@pytest.mark.parametrize("chosen", [COMPOSED, DECOMPOSED])
@pytest.mark.parametrize("typed", [COMPOSED, DECOMPOSED])
@pytest.mark.parametrize("hasher", ["argon2", "pbkdf2_sha256"])
def test_both_spellings_open(chosen, typed, hasher):
    assert check_password(typed, make_password(chosen, hasher=hasher))


def test_the_keyboard_of_windows():
    assert check_password(WINDOWS + "n", make_password(unicodedata.normalize("NFC", WINDOWS + "n")))


@pytest.mark.parametrize("plain", [Argon2PasswordHasher, PBKDF2PasswordHasher])
@pytest.mark.parametrize("chosen", [COMPOSED, DECOMPOSED])
def test_a_hash_of_an_older_release_still_opens(plain, chosen):
    assert check_password(chosen, plain().encode(chosen, "saltsaltsalt"))


@pytest.mark.parametrize("wrong", ["mat khau cua Da Nang", COMPOSED.upper(), "", DECOMPOSED + "\u0301"])
def test_another_password_does_not(wrong):
    assert not check_password(wrong, make_password(COMPOSED))


def test_signing_in(cast):
    cast.vnm.change_traced(by=None, expected_version=cast.vnm.version, password=make_password(COMPOSED))
    assert come_in("vnm.coordinator", DECOMPOSED).status_code == 302


def counting(method: Any, hashed: list[str]) -> Any:
    """The method, which notes down each password that it hashes."""

    def counted(hasher: Any, password: str, other: str) -> Any:
        hashed.append(password)
        return method(hasher, password, other)

    return counted


def test_a_name_that_nobody_has_takes_as_long(cast, monkeypatch):
    """As many hashes, also of a decomposed password."""
    cast.vnm.change_traced(by=None, expected_version=cast.vnm.version, password=make_password(COMPOSED))
    hashed: list[str] = []
    for name in ("encode", "verify"):
        monkeypatch.setattr(Argon2PasswordHasher, name, counting(getattr(Argon2PasswordHasher, name), hashed))
    counts = []
    for login in ("vnm.coordinator", "nobody"):
        come_in(login, DECOMPOSED + "x")
        counts.append(len(hashed))
        hashed.clear()
    assert counts == [2, 2]
