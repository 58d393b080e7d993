"""What a browser does at the door."""

import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from tests.support import make


def come_in(login: str, password: str = make.PASSWORD, browser: Client | None = None, **extra: Any) -> Any:
    """The answer to a user name or e-mail, and a password."""
    typed = {"login": login, "password": password}
    return (browser or Client()).post(reverse("account_login"), typed | extra.pop("more", {}), **extra)


def is_in(browser: Client) -> bool:
    return browser.get(reverse("password_change_done")).status_code == 200


def code(secret: str = make.TOTP_SECRET) -> str:
    """What the authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def come_in_twice(login: str, browser: Client) -> Any:
    """By password and authenticator app."""
    come_in(login, browser=browser)
    return browser.post(reverse("mfa_authenticate"), {"code": code()})
