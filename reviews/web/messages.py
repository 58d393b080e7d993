"""Storage of flash messages: what the next page says once."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class SignedCookieMessages(CookieStorage):
    """In a signed cookie, which saves writing the session at every step; its name keeps other hosts from setting it."""

    cookie_name = f"{settings.COOKIE_PREFIX}messages"
