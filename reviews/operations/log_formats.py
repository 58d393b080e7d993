"""Log formatters that mask secrets.

Every line passes `scrubbed()`, which hides the secrets of the settings, and what looks like a key, a token or a
session. One `access` line a request names the route (`report-update`), never the address: an address may
hold the key of a reset link, and a query what somebody searched for.
"""

import logging
import re
from datetime import datetime
from functools import lru_cache, partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from pythonjsonlogger.json import JsonFormatter

from reviews.request_context import id_of, request_id

HIDDEN = "[hidden]"
LONGEST = 20_000  # characters of one text; a traceback has fewer
# A name that tells what follows it: password=..., "token": "...", Authorization: Bearer ...
NAMED = re.compile(
    r"""(?ix) ( (?:passw|pwd|secret|token|session|csrf|authorization|cookie|api_?key|otp)
        [\w-]{0,40} ["']? \s? [=:] \s? ["']? (?:bearer\s|basic\s)? ) [^\s"'&;,<>]+"""
)
# Sessions, csrf tokens, keys of reset links and invitations, hashes.
DRAWN = re.compile(r"[A-Za-z0-9:=~_-]{20,}")
# A part of an address as long as that is a key, whatever it looks like.
SEGMENT = re.compile(r"(/)[A-Za-z0-9:=~_-]{20,}(?=[/?#\s\"']|$)")
# How often letters and digits take turns in it; less in plain names: 0011_operations_of_the_site
TURNS = re.compile(r"[0-9](?=[A-Za-z])|[A-Za-z](?=[0-9])")
TURNS_OF_A_DRAW = 3
# PostgreSQL repeats the row, or the value, that it refused.
ROW = re.compile(r"(?s)(Failing row contains |Key \([^)]*\)=)\(.*?(?:\)\.|\) already|\) is |\)\n|$)")
PASSWORD_OF_URL = re.compile(r"(\w://[^\s:/@]{0,80}:)[^\s@]+(?=@)")
# What Django hands over beside a message: whole objects, with everything that was sent.
NEVER_LOGGED = {"request", "server_time", "params", "sql", "taskName"}


@lru_cache(maxsize=1)
def of_settings() -> frozenset[str]:
    """Secret values from settings, plain and URL-quoted, to be masked in logs."""
    databases = [database.get("PASSWORD") for database in settings.DATABASES.values()]
    # TRACE_KEY: where the trace is sealed.
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS, getattr(settings, "TRACE_KEY", "")]
    keys += [settings.METRICS_TOKEN]
    secrets = {str(word) for word in (*databases, *keys, settings.EMAIL_HOST_PASSWORD) if word}
    return frozenset(form for word in secrets for form in (word, quote(word, safe="")))


def scrubbed(text: str, request: UUID | None = None) -> str:
    """The text with our secrets masked, and what looks like one; the id of the request is none."""
    text = text[:LONGEST]
    for word in of_settings():
        text = text.replace(word, HIDDEN)
    # The row first: a later one could take its end away.
    for pattern in (ROW, PASSWORD_OF_URL, NAMED, SEGMENT):
        text = pattern.sub(rf"\g<1>{HIDDEN}", text)
    return DRAWN.sub(partial(_mask_unless_a_name, request=str(request or request_id())), text)


def _mask_unless_a_name(match: re.Match[str], request: str) -> str:
    word = match[0]
    drawn = len(TURNS.findall(word)) >= TURNS_OF_A_DRAW
    return HIDDEN if drawn and word != request else word


class Line(logging.Formatter):
    """For people: one line, and the traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        request = id_of(getattr(record, "request", None))
        record.request_id = request or "-"
        return scrubbed(super().format(record), request)


class Json(JsonFormatter):
    """For machines: one object a line."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        fields = {name: _plain(value) for name, value in log_data.items() if name not in NEVER_LOGGED}
        request = id_of(log_data.get("request"))
        return fields | ({"request": str(request)} if request else {})


def _plain(value: object) -> str | int | float | None:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, int | float | None) else scrubbed(str(value))
