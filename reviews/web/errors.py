"""The pages for what cannot be done."""

import errno
import sys
from typing import Any

from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from reviews.rendering.spreadsheets import UnknownFormat


def _came_from(request: HttpRequest) -> str:
    """The page of ours that the person was on; their desk when the browser does not say."""
    address = request.headers.get("referer", "")
    try:
        ours = url_has_allowed_host_and_scheme(address, {request.get_host()})
    except DisallowedHost:  # which is then what the page is about
        ours = False
    return address if ours else reverse("desk")


class BadAddress(Http404):
    """A 404 that says what is wrong with the address: a filter, a sort column or a day that does not exist."""


def _page(
    request: HttpRequest, status: int, message: Any = "", *, template: str = "", back_url: str = ""
) -> HttpResponse:
    context = {"message": message, "back_url": back_url or _came_from(request)}
    return render(request, template or f"errors/{status}.html", context, status=status)


def bad_request(request: HttpRequest, exception: Any) -> HttpResponse:
    return _page(request, 400)


def too_large(request: HttpRequest, message: str) -> HttpResponse:
    """413, without having read what was sent."""
    return _page(request, 413, message, template="errors/400.html")


def bad_method(request: HttpRequest, allowed: list[str]) -> HttpResponse:
    page = _page(request, 405, template="errors/400.html")
    page["Allow"] = ", ".join(allowed)
    return page


def forbidden(request: HttpRequest, exception: Any) -> HttpResponse:
    return _page(request, 403, str(exception))


def not_found(request: HttpRequest, exception: Any) -> HttpResponse:
    """The same words for what does not exist and for what this person may not see."""
    return _page(request, 404, str(exception) if isinstance(exception, BadAddress | UnknownFormat) else "")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403)


def too_many(request: HttpRequest) -> HttpResponse:
    return _page(request, 429)


def conflict(request: HttpRequest, message: Any, back_url: str = "") -> HttpResponse:
    return _page(request, 409, message, back_url=back_url)


def not_by_address(request: HttpRequest, back_url: str, allowed: list[str]) -> HttpResponse:
    """A move is made with a button; its address alone does nothing (405)."""
    message = _("This step is taken with a button on the record's own page.")
    page = render(request, "errors/409.html", {"message": message, "back_url": back_url}, status=405)
    page["Allow"] = ", ".join(allowed).upper()
    return page


def server_error(request: HttpRequest) -> HttpResponse:
    """500; 503 while the database does not answer. Django calls this with the exception still in hand."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return without_database()
    # Without the request: the database that its person would be read from may be what failed.
    full = getattr(sys.exception(), "errno", None) in (errno.ENOSPC, errno.EDQUOT)
    message = (
        _("There is no room left for files. Nothing was saved; please tell the administrator.")
        if full
        else ""
    )
    return HttpResponse(
        get_template("errors/500.html").render({"message": message}), status=507 if full else 500
    )


def without_database() -> HttpResponse:
    return HttpResponse(get_template("errors/503.html").render(), status=503, headers={"Retry-After": "5"})
