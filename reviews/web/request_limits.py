"""What is refused before anything reads it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from reviews.web.errors import bad_method, too_large

# What the site understands; each view says which of them it takes.
METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}


class RequestLimitsMiddleware:
    """Refuses methods such as TRACE, and bodies so large that nobody sent them by mistake."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return bad_method(request, sorted(METHODS))
        if _length(request) > settings.REQUEST_MAX_BYTES:
            return too_large(request, _too_much())
        return self.get_response(request)


def _length(request: HttpRequest) -> int:
    """Bytes that the client means to send. The server refuses what is no number."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


def _too_much() -> str:
    limit = filesizeformat(settings.REPORT_FILE_MAX_BYTES)
    return _("This is far too large to be taken. A file can have %(limit)s.") % {"limit": limit}
