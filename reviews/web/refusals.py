"""Middleware that turns refusals raised by a view into pages: 404 with a reason, 409."""

import logging
from collections.abc import Callable

from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from reviews.models import EditConflict, NotAllowedNow
from reviews.web.errors import conflict, not_found

log = logging.getLogger(__name__)

CLASH = _(
    "Somebody saved the same thing at the same moment. Nothing of yours was written; "
    "please look again and repeat it."
)


def reason_of(request: HttpRequest, refused: Exception) -> str:
    """Why nothing was written, in words; two writes that clashed are logged."""
    if isinstance(refused, NotAllowedNow):
        return str(refused)
    log.warning("Two writes clashed at %s", request.path, exc_info=refused)
    return str(CLASH)


class RefusalMiddleware:
    """Answers a transition that is not allowed, or two writes at once, with a 409 page; empties answers to OPTIONS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "OPTIONS" and response.status_code == 200:
            # Only the status and its headers; a file that was opened is still closed at the end.
            if response.streaming:
                response.streaming_content = []  # type: ignore[attr-defined] # of a StreamingHttpResponse
            else:
                response.content = b""  # type: ignore[attr-defined] # of an HttpResponse
            del response["Content-Length"]
            response.setdefault("Allow", "GET, HEAD, OPTIONS")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Http404):
            return not_found(request, exception)  # in the site's look while DEBUG is on, too
        if isinstance(exception, NotAllowedNow | IntegrityError | EditConflict):
            return conflict(request, reason_of(request, exception))
        return None
