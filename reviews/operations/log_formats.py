"""Log formatters that mask secrets.

Every line passes `mask_secrets()`, which hides the secrets of the settings, and what looks like a key, a token or a
session. One `access` line for each request names the route (`report-update`), never the address: an address may
contain the key of a reset link, and a query what somebody searched for.
"""

import logging
import re
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from pythonjsonlogger import json

from reviews.request_context import id_of, request_id

HIDDEN = "[hidden]"
SHORTEST_SECRET = 8
LONGEST = 20_000  # characters of one text; a traceback has fewer
# A name that announces a secret: password=..., "token": "...", Authorization: Bearer ...
NAMED_SECRET = re.compile(
    r"""(?ix) ( (?:passw|pwd|secret|token|session|csrf|authorization|cookie|api_?key|otp)
        [\w-]{0,40} ["']? \s? [=:] \s? ["']? (?:bearer\s|basic\s)? ) [^\s"'&;,<>]+"""
)
# Long words without a space: among them sessions, csrf tokens, keys of reset links and invitations, hashes.
LONG_WORD = re.compile(r"[A-Za-z0-9:=~_-]{20,}")
# Such a word is a key if letters and digits alternate often in it; less in plain names: 0011_operations_of_the_site
ALTERNATION = re.compile(r"[0-9](?=[A-Za-z])|[A-Za-z](?=[0-9])")
ALTERNATIONS_OF_A_KEY = 3
# A part of an address as long as that is a key, whatever it looks like.
SEGMENT = re.compile(r"(/)[A-Za-z0-9:=~_-]{20,}(?=[/?#\s\"']|$)")
# PostgreSQL repeats the row, or the value, that it refused.
ROW = re.compile(r"(?s)(Failing row contains |Key \([^)]*\)=)\(.*?(?:\)\.|\) already|\) is |\)\n|$)")
PASSWORD_OF_URL = re.compile(r"(\w://[^\s:/@]{0,80}:)[^\s@]+(?=@)")
# What Django passes beside a message: whole objects, with everything that was sent.
NEVER_LOGGED = {"request", "server_time", "params", "sql", "taskName"}


@lru_cache(maxsize=1)
def secrets_of_settings() -> frozenset[str]:
    """Return the secret values of the settings, plain and URL-quoted."""
    databases = [database.get("PASSWORD") for database in settings.DATABASES.values()]
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS, settings.METRICS_TOKEN]
    keys += [settings.TRACE_KEY, settings.BACKUP_KEY]
    words = {str(word) for word in (*databases, *keys, settings.EMAIL_HOST_PASSWORD) if word}
    # A shorter one would be hidden inside plain words, and so be told by what is missing.
    secrets = {word for word in words if len(word) >= SHORTEST_SECRET}
    return frozenset(form for word in secrets for form in (word, quote(word, safe="")))


def mask_secrets(text: str, request: UUID | None = None) -> str:
    """Return the text with secrets masked, and what looks like one; the id of the request is none."""
    text = text[:LONGEST]
    for secret in secrets_of_settings():
        text = text.replace(secret, HIDDEN)
    # The row first: a later one could take its end away.
    for pattern in (ROW, PASSWORD_OF_URL, NAMED_SECRET, SEGMENT):
        text = pattern.sub(rf"\g<1>{HIDDEN}", text)
    own_id = str(request or request_id())

    def mask(match: re.Match[str]) -> str:
        is_key = len(ALTERNATION.findall(match[0])) >= ALTERNATIONS_OF_A_KEY
        return HIDDEN if is_key and match[0] != own_id else match[0]

    return LONG_WORD.sub(mask, text)


class LineFormatter(logging.Formatter):
    """For people: one line, and the traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        request = id_of(getattr(record, "request", None))
        record.request_id = request or "-"
        return mask_secrets(super().format(record), request)


class JsonFormatter(json.JsonFormatter):
    """For machines: one object a line."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        fields = {name: _plain(value) for name, value in log_data.items() if name not in NEVER_LOGGED}
        request = id_of(log_data.get("request"))
        return fields | ({"request": str(request)} if request else {})


def _plain(value: object) -> str | int | float | None:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, int | float | None) else mask_secrets(str(value))
