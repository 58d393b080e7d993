"""What happens around every page: who may stay signed in, who is sent elsewhere first, how a refusal looks."""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from reviews.accounts import ages, factors
from reviews.models import Refused, Stale
from reviews.views.errors import conflict, not_found

log = logging.getLogger(__name__)

CLASH = _(
    "Somebody saved the same thing at the same moment. Nothing of yours was written; "
    "please look again and repeat it."
)


GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionAge:
    """Signs out whoever was away too long, or has been here too long."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if ages.is_over(request.session):
            logout(request)
            messages.info(request, _("You were signed out because you had been away for a while."))
        ages.touch(request.session)
        return self.get_response(request)


class SecondFactor:
    """Shows those who owe a second factor nothing but the pages where they set it up."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if (match and match.view_name in factors.OPEN) or not factors.owes(request.user):
            return None
        if request.method in ("GET", "HEAD"):
            return redirect("mfa_index")
        raise PermissionDenied(_("Your account needs a second factor first. Set one up, then do this again."))


class Refusals:
    """Turns a refused step, or a clash of two people, into a 409 page."""

    def __init__(self, get_response: GetResponse) -> None:
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
