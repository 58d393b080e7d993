"""Middleware about the signed-in person: session timeout, language, second factor, recent sign-in, late input."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user, logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from reviews.accounts import recent_sign_in, second_factors, session_timeouts, standing_in, unsaved_input
from reviews.models.sent_forms import FIELD

GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionTimeoutMiddleware:
    """Signs out whoever was away too long, or has been here too long."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if session_timeouts.is_over(request.session):
            request.signed_out_user = get_user(request)  # type: ignore[attr-defined] # the session forgets it
            logout(request)
            messages.info(request, _("You were signed out because you had been away for a while."))
        session_timeouts.touch(request.session)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> None:
        """Keep what was typed. After the check of the CSRF token: it is the person's own input."""
        if request.method == "POST" and not request.user.is_authenticated:
            unsaved_input.keep(request)


class PreferredLanguageMiddleware:
    """Answers in the language that the person chose; by the cookie or the browser (LocaleMiddleware) if in none."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", "")
        if chosen in dict(settings.LANGUAGES):
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen
        return self.get_response(request)


class StandingInMiddleware:
    """Gives an alternate the rights of whom he or she acts for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        standing_in.apply(request)
        return self.get_response(request)


class SecondFactorMiddleware:
    """Redirects whoever must set up a second factor to the page where they do it (403 for a POST)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        match = request.resolver_match
        if match and match.view_name in second_factors.OPEN_VIEWS:
            return None
        if not second_factors.must_set_up(request.user):
            return None
        if request.method in ("GET", "HEAD"):
            return redirect("mfa_index")
        raise PermissionDenied(_("Your account needs two-step sign-in first. Set it up, then do this again."))


class RecentSignInMiddleware:
    """Asks again who the person is before an account changes."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        return recent_sign_in.ask(request) if recent_sign_in.is_required(request) else None


class UnsavedInputMiddleware:
    """Shows what was sent too late once more, in place of the empty form."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        unsaved = unsaved_input.for_request(request)
        if unsaved and request.method == "GET":
            fields = unsaved.labelled_values(request.resolver_match)
            # As pairs: a form may have a field called "items", which a template would find in place of the method.
            sent = list(unsaved.fields.items())
            page = {"unsaved": unsaved, "fields": fields, "sent": sent, "anew": unsaved_input.ANEW}
            return render(request, "account/unsaved_input.html", page)
        if request.method == "POST":
            if unsaved and unsaved.form_key == request.POST.getlist(FIELD):
                unsaved_input.forget(
                    request.session, unsaved
                )  # sent once more: saved now, or back in the form
            if unsaved_input.ANEW in request.POST:
                return redirect(request.get_full_path())
        return None
