"""Error pages, each function named for the HTTP status that it renders."""

import errno
import sys

from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import get_template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from reviews.accounts import unsaved_input
from reviews.rendering.spreadsheets import UnknownFormat
from reviewtracker.database_errors import took_too_long

Text = str | Promise


class BadAddress(Http404):
    """A 404 that says what is wrong with the address: a filter, a sort column or a day that does not exist."""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _render_error(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the reason."""
    return _render_error(request, 403, str(exception))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was older than the last sign-in here: what was typed is kept for a page that sends it again.

    403 with an explanation where there is nothing to keep, or where the form came from elsewhere.
    """
    if not _is_from_this_site(request):
        return _render_error(request, 403, template="errors/old_page.html")
    if request.path == reverse(settings.LOGIN_URL) and not request.user.is_authenticated:
        return _sign_in_page(request)
    if request.path == reverse(settings.LOGIN_URL):
        name = {"name": request.user}
        messages.info(
            request,
            _("You are signed in already, as %(name)s. To sign in as somebody else, sign out first.") % name,
        )
        return redirect(get_next_redirect_url(request) or settings.LOGIN_REDIRECT_URL)
    if unsaved_input.keep(request):
        path = request.get_full_path()
        return redirect(path) if request.user.is_authenticated else redirect_to_login(path)
    return _render_error(request, 403, template="errors/old_page.html")


def _sign_in_page(request: HttpRequest) -> HttpResponse:
    """403: the sign-in page once more, with the name that was typed."""
    message = _(
        "This page had grown old: please type your password once more. If you read this again, allow this site to"
        " keep cookies."
    )
    messages.info(request, message)
    request.method = "GET"
    page: HttpResponse = LoginView.as_view(initial={"login": request.POST.get("login", "")})(request)
    page.status_code = 403
    return page


def _is_from_this_site(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this very site sent the form."""
    return request.headers.get("origin") == f"{request.scheme}://{request.get_host()}"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404. The same words for what does not exist and for what this person may not see."""
    gives_reason = isinstance(exception, BadAddress | UnknownFormat)
    return _render_error(request, 404, str(exception) if gives_reason else "")


def method_not_allowed(request: HttpRequest, allowed: list[str]) -> HttpResponse:
    """405 for a method that no view takes."""
    page = _render_error(request, 405, template="errors/400.html")
    page["Allow"] = ", ".join(allowed)
    return page


def post_required(request: HttpRequest, back_url: str, allowed: list[str]) -> HttpResponse:
    """405 for a transition opened by its address: it is made with a button."""
    message = _("This step is taken with a button on the record's own page.")
    page = render(request, "errors/409.html", {"message": message, "back_url": back_url}, status=405)
    page["Allow"] = ", ".join(allowed).upper()
    return page


def conflict(request: HttpRequest, message: Text, back_url: str = "") -> HttpResponse:
    """409, with the reason and a link back."""
    return _render_error(request, 409, message, back_url=back_url)


def payload_too_large(request: HttpRequest, message: str) -> HttpResponse:
    """413, without having read what was sent."""
    return _render_error(request, 413, message, template="errors/400.html")


def too_many_requests(request: HttpRequest, retry_after: int = 0) -> HttpResponse:
    """429; with `retry_after` for somebody who has too many pages under way, which end within so many seconds."""
    if not retry_after:
        return _render_error(request, 429)
    message = _(
        "Several of your pages or downloads that read much are still under way. Wait until one of them has arrived,"
        " then open this one again. Nothing was changed."
    )
    page = _render_error(request, 429, message)
    page["Retry-After"] = str(retry_after)
    return page


def server_error(request: HttpRequest) -> HttpResponse:
    """500; 503 while the database does not answer, 507 without room for files. Called in an except block."""
    error = sys.exception()
    if took_too_long(error):
        message = _(
            "This took longer than a page may. Nothing was saved. Choose less with the filters, or try again later."
        )
        return HttpResponse(get_template("errors/500.html").render({"message": message}), status=503)
    if isinstance(error, OperationalError | InterfaceError):
        return service_unavailable()
    status, message = 500, ""
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
        status = 507
        message = _("There is no room left for files. Nothing was saved; please inform the administrator.")
    elif isinstance(error, PermissionError) or getattr(error, "errno", None) == errno.EROFS:
        message = _(
            "A folder of the site cannot be written. Nothing was saved; please inform the administrator."
        )
    # Without the request: the database that its person would be read from may be what failed.
    return HttpResponse(get_template("errors/500.html").render({"message": message}), status=status)


def misconfigured() -> HttpResponse:
    """500 for a proxy that lacks a header; without the request, whose cookies were meant for https."""
    message = _(
        "The proxy in front of this site does not say whether you use https (X-Forwarded-Proto). Nobody can sign in"
        " until whoever looks after the site has set that header, as deploy/nginx-proxy.conf does."
    )
    return HttpResponse(get_template("errors/500.html").render({"message": message}), status=500)


def service_unavailable() -> HttpResponse:
    """503."""
    return HttpResponse(get_template("errors/503.html").render(), status=503, headers={"Retry-After": "5"})


def _render_error(
    request: HttpRequest, status: int, message: Text = "", *, template: str = "", back_url: str = ""
) -> HttpResponse:
    """An error page with a link back: to the page of this site that the person was on, or else to their desk."""
    if not back_url:
        referer = request.headers.get("referer", "")
        try:
            is_ours = url_has_allowed_host_and_scheme(referer, {request.get_host()})
        except DisallowedHost:  # which is then what the page is about
            is_ours = False
        back_url = referer if is_ours else reverse("desk")
    context = {"message": message, "back_url": back_url}
    return render(request, template or f"errors/{status}.html", context, status=status)
