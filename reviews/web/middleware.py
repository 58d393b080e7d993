"""Around every page: its line in the log, who may stay signed in, who is sent elsewhere first, how a refusal looks."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user, logout
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from reviews.accounts import second_factors, session_timeouts, unsaved_input
from reviews.models import EditConflict, NotAllowedNow
from reviews.operations import metrics
from reviews.web.errors import conflict, not_found

log = logging.getLogger(__name__)
access = logging.getLogger("access")
# Anything else that a stranger makes up would be a figure of its own.
METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"}

CLASH = _(
    "Somebody saved the same thing at the same moment. Nothing of yours was written; "
    "please look again and repeat it."
)


GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionTimeoutMiddleware:
    """Signs out whoever was away too long, or has been here too long."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if session_timeouts.is_over(request.session):
            self.sign_out(request)
        session_timeouts.touch(request.session)
        return self.get_response(request)

    def sign_out(self, request: HttpRequest) -> None:
        request.was = get_user(request)  # type: ignore[attr-defined]  # afterwards the session does not tell
        logout(request)
        messages.info(request, _("You were signed out because you had been away for a while."))

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """After the check of the form's token: what was typed is the person's own."""
        if hasattr(request, "was") and unsaved_input.keep(request, request.was):
            messages.info(request, _("What you typed is kept: sign in, and it is here again."))


class UnsavedInputMiddleware:
    """Shows what was typed before the sign-out once more, in place of the empty form."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        found = unsaved_input.of(request)
        if found and request.method == "POST":  # sent once more: saved now, or back in the form
            unsaved_input.forget(request.session)
        elif found and request.method == "GET":
            page = {"typed": found, "shown": found.shown(request.resolver_match), "anew": unsaved_input.ANEW}
            return render(request, "account/typed.html", page)
        return None


class SecondFactorMiddleware:
    """Shows those who owe a second factor nothing but the pages where they set it up."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if (match and match.view_name in second_factors.OPEN) or not second_factors.owes(request.user):
            return None
        if request.method in ("GET", "HEAD"):
            return redirect("mfa_index")
        raise PermissionDenied(_("Your account needs a second factor first. Set one up, then do this again."))


class RefusalMiddleware:
    """Turns a refused step, or a clash of two people, into a 409 page; asked what it takes, a page tells no more."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if request.method == "OPTIONS" and answer.status_code == 200:
            _empty(answer)
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Http404):
            return not_found(request, exception)  # in the site's look while trying out (DEBUG), too
        if isinstance(exception, NotAllowedNow):
            return conflict(request, str(exception))
        if isinstance(exception, IntegrityError | EditConflict):
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


class AccessLogMiddleware:
    """One access line and one count for each request: which route, never which address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = self.get_response(request)
        self.tell(request, response.status_code, time.perf_counter() - start)
        return response

    def tell(self, request: HttpRequest, status: int, seconds: float) -> None:
        match, user = request.resolver_match, getattr(request, "_cached_user", None)
        told = {
            "method": request.method if request.method in METHODS else "other",
            "route": (match and match.view_name) or "none",
            "status": status,
        }
        metrics.REQUESTS.labels(**told).inc()
        metrics.SECONDS.labels(told["route"]).observe(seconds)
        # The person only if they were asked for anyway: no query for the sake of a line.
        told |= {"ms": round(seconds * 1000), "user": getattr(user, "pk", None)}
        access.info("%(method)s %(route)s %(status)s %(ms)s ms user %(user)s", told, extra=told)
