"""The pages for what cannot be done."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _


def _came_from(request: HttpRequest) -> str:
    """The page of ours that the person was on; their desk when the browser does not say."""
    address = request.headers.get("referer", "")
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()})
    return address if ours else reverse("desk")


class Explained(Http404):
    """A 404 that says what is wrong with the address: a filter, a sort column or a day that does not exist."""


def _page(request: HttpRequest, status: int, message: Any = "") -> HttpResponse:
    context = {"message": message, "back_url": _came_from(request)}
    return render(request, f"errors/{status}.html", context, status=status)


def bad_request(request: HttpRequest, exception: Any) -> HttpResponse:
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Any) -> HttpResponse:
    return _page(request, 403, str(exception))


def not_found(request: HttpRequest, exception: Any) -> HttpResponse:
    """The same words for what does not exist and for what this person may not see."""
    return _page(request, 404, str(exception) if isinstance(exception, Explained) else "")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403)


def too_many(request: HttpRequest) -> HttpResponse:
    return _page(request, 429)


def conflict(request: HttpRequest, message: Any) -> HttpResponse:
    return _page(request, 409, message)


def not_by_address(request: HttpRequest, back_url: str, allowed: list[str]) -> HttpResponse:
    """A move is made with a button; its address alone does nothing (405)."""
    message = _("This step is taken with a button on the record's own page.")
    page = render(request, "errors/409.html", {"message": message, "back_url": back_url}, status=405)
    page["Allow"] = ", ".join(allowed).upper()
    return page


def server_error(request: HttpRequest) -> HttpResponse:
    # Without the request: the database that its person would be read from may be what failed.
    return HttpResponse(get_template("errors/500.html").render(), status=500)
