"""Whose address a visit comes from: the proxy's word counts only where there is a proxy."""

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from tests.accounts.sign_in import come_in
from tests.operations.test_settings import read

PROXY = "10.0.0.1"


def client_address(written: str | None) -> str:
    headers: dict[str, Any] = {"HTTP_X_FORWARDED_FOR": written} if written else {}
    come_in("vnm.coordinator", browser=Client(), REMOTE_ADDR=PROXY, **headers)
    return UserSession.objects.latest("pk").ip


@pytest.mark.parametrize("written", [None, "203.0.113.9", "evil, 203.0.113.9"])
def test_without_a_proxy_nothing_written_counts(written, cast, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert client_address(written) == PROXY


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("evil, 127.0.0.1,203.0.113.9", "203.0.113.9"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        (None, PROXY),
    ],
)
def test_behind_one_the_last_address_counts(written, address, cast, settings):
    """It is what the proxy itself has seen; those before it are what the visitor says."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert client_address(written) == address


def test_the_switch():
    expression = "getattr(settings, 'ALLAUTH_TRUSTED_PROXY_COUNT', 0)"
    assert [read(expression, BEHIND_PROXY=None, HTTPS="0"), read(expression, BEHIND_PROXY="1")] == ["0", "1"]
