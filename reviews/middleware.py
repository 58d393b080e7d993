"""Refusals become pages that say why and who can help, never a server error."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from reviews.models import Refused, Stale
from reviews.views.errors import conflict, not_found

log = logging.getLogger(__name__)

CLASH = _(
    "Somebody saved the same thing at the same moment. Nothing of yours was written; "
    "please look again and repeat it."
)


class Refusals:
    """Turns a refused step, or a clash of two people, into a 409 page; asked what it takes, a page tells no more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if request.method == "OPTIONS" and answer.status_code == 200:
            _empty(answer)
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Http404):
            return not_found(request, exception)  # in the site's look while trying out (DEBUG), too
        if isinstance(exception, Refused):
            return conflict(request, str(exception))
        if isinstance(exception, IntegrityError | Stale):
            log.warning("Two writes clashed at %s", request.path, exc_info=exception)
            return conflict(request, CLASH)
        return None


def _empty(answer: Any) -> None:
    """Keep the status and what belongs to it; a file that was opened is still closed at the end."""
    if answer.streaming:
        answer.streaming_content = []
    else:
        answer.content = b""
    del answer["Content-Length"]
    answer.setdefault("Allow", "GET, HEAD, OPTIONS")
