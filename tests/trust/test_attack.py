"""An account attacked 1,000 times from 50 addresses: how many guesses are looked at, and whether its owner comes in."""

from typing import Any

from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse

from reviews.accounts import sign_in_throttle
from tests.accounts.sign_in import come_in
from tests.support import make

TIMES, ADDRESSES, GOAL = 1000, 50, 10


def attacked(monkeypatch: Any, times: int) -> tuple[int, bool]:
    """How many of so many guesses were looked at, and whether the owner came in afterwards."""
    body = make.organisation("VNM")
    user = make.user("vnm.coordinator", "coordinator", body, email="linh@vnm.example")
    own, expected_version = Client(), []
    come_in("vnm.coordinator", browser=own)
    own.post(reverse("account_logout"))
    verify = MD5PasswordHasher.verify

    def counted(hasher: Any, password: str, encoded: str) -> bool:
        if encoded == user.password:
            expected_version.append(password)
        return verify(hasher, password, encoded)

    monkeypatch.setattr(MD5PasswordHasher, "verify", counted)
    for n in range(times):
        login = ("vnm.coordinator", "Linh@vnm.example", "VNM.coordinator")[n % 3]
        come_in(login, f"guess {n}", REMOTE_ADDR=f"198.51.100.{n % ADDRESSES + 1}")
    looked_at = len(expected_version)
    return looked_at, come_in("vnm.coordinator", browser=own).status_code == 302


def test_a_thousand_guesses(db, monkeypatch, figure):
    looked_at, owner = attacked(monkeypatch, TIMES)
    assert looked_at > 0
    figure(f"{TIMES:,} guesses from {ADDRESSES} addresses: looked at", looked_at, f"<= {GOAL} guesses")
    figure("the owner comes in afterwards", int(owner), 1)


def test_guesses_that_nobody_counts_are_noticed(db, monkeypatch, figure):
    """Planted: no account has a limit of its own."""
    monkeypatch.setattr(sign_in_throttle, "PER_TEXT", TIMES)
    looked_at, _owner = attacked(monkeypatch, 60)
    figure("planted: guesses looked at without a limit", looked_at, 60)
