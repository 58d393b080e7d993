"""Which request is being answered: its id stands in the answer, in every log line and beside what it writes."""

import re
import secrets
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest

ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_id: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """The id of the present request; empty outside of one (in a command)."""
    return _id.get()


def begin(request: HttpRequest) -> str:
    """Give the request its id: the proxy's where one is believed, otherwise a new one."""
    told = request.headers.get("X-Request-ID", "")
    believed = getattr(settings, "SECURE_PROXY_SSL_HEADER", None) and ID.fullmatch(told)
    _id.set(told if believed else secrets.token_hex(8))
    return _id.get()
