"""An account attacked 1,000 times from 50 addresses: how many guesses are looked at, and whether its owner comes in."""

from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse

from tests import make
from tests.accounts.doors import come_in

pytestmark = pytest.mark.trust
TIMES, ADDRESSES, GOAL = 1000, 50, 10


@pytest.mark.django_db
def test_a_thousand_guesses(monkeypatch: Any, capsys: Any) -> None:
    body = make.organisation("VNM")
    user = make.user("vnm.coordinator", "coordinator", body, email="linh@vnm.example")
    own, seen = Client(), []
    come_in("vnm.coordinator", browser=own)
    own.post(reverse("account_logout"))
    verify = MD5PasswordHasher.verify

    def counted(hasher: Any, password: str, encoded: str) -> bool:
        if encoded == user.password:
            seen.append(password)
        return verify(hasher, password, encoded)

    monkeypatch.setattr(MD5PasswordHasher, "verify", counted)
    for n in range(TIMES):
        login = ("vnm.coordinator", "Linh@vnm.example", "VNM.coordinator")[n % 3]
        come_in(login, f"guess {n}", REMOTE_ADDR=f"198.51.100.{n % ADDRESSES + 1}")
    looked_at = len(seen)
    owner = come_in("vnm.coordinator", browser=own).status_code == 302
    with capsys.disabled():
        print(f"\n{looked_at} of {TIMES} guesses looked at (goal: {GOAL} at most); owner in: {owner}")
    assert 0 < looked_at <= GOAL
    assert owner
