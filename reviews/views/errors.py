"""The pages for what cannot be done."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse


def _page(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    context = {"message": message, "back_url": reverse("desk")}
    return render(request, f"errors/{status}.html", context, status=status)


def bad_request(request: HttpRequest, exception: Any) -> HttpResponse:
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Any) -> HttpResponse:
    return _page(request, 403, str(exception))


def not_found(request: HttpRequest, exception: Any) -> HttpResponse:
    """The same words for what does not exist and for what this person may not see."""
    return _page(request, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403)


def conflict(request: HttpRequest, message: str) -> HttpResponse:
    return _page(request, 409, message)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "errors/500.html", status=500)
