"""Refusals become pages that say why and who can help, never a server error."""

import logging
from collections.abc import Callable

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
    """Turns a refused step, or a clash of two people, into a 409 page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Http404):
            return not_found(request, exception)  # in the site's look while trying out (DEBUG), too
        if isinstance(exception, Refused):
            return conflict(request, str(exception))
        if isinstance(exception, IntegrityError | Stale):
            log.warning("Two writes clashed at %s", request.path, exc_info=exception)
            return conflict(request, CLASH)
        return None
