"""Middleware that rejects unsupported methods (405) and oversized bodies (413)."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from reviews.web.errors import method_not_allowed, payload_too_large

# What the site understands; each view says which of them it takes.
METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}


class RequestLimitsMiddleware:
    """Rejects methods such as TRACE, and bodies so large that nobody sent them by mistake."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return method_not_allowed(request, sorted(METHODS))
        # Bytes that the client announces, if it does; the server rejects what is no number.
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.REQUEST_MAX_BYTES:
            limit = filesizeformat(settings.REPORT_FILE_MAX_BYTES)
            message = _("This is far too large to be taken. A file can have %(limit)s.") % {"limit": limit}
            return payload_too_large(request, message)
        return self.get_response(request)
