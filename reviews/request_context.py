"""The id of the current request (in its response, the log and each trace row that it writes), and its user."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from reviews.models import User

HEADER = "X-Request-ID"


class _Current(NamedTuple):
    """The request being answered."""

    id: UUID
    request: HttpRequest


_current: ContextVar[_Current | None] = ContextVar("current_request", default=None)


def request_id() -> UUID | None:
    """The id of the request being answered; None in commands and in the shell."""
    current = _current.get()
    return current.id if current else None


def id_of(request: object) -> UUID | None:
    """The id of the request being answered, or of `request`: Django logs a 4xx once it is over."""
    return request_id() or getattr(request, "request_id", None)


def signed_in() -> "User | None":
    """The user of the request being answered; None for visitors, in commands and in the shell."""
    current = _current.get()
    user = getattr(current.request, "user", None) if current else None
    return user if user and user.is_authenticated else None


class RequestIdMiddleware:
    """Gives each request an id of our own making: one sent by a browser could be anybody's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        current = _Current(uuid4(), request)
        request.request_id = current.id  # type: ignore[attr-defined]
        token = _current.set(current)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response[HEADER] = str(current.id)
        return response


class SignedInRequest(HttpRequest):
    """A request of somebody who is signed in: LoginRequiredMiddleware lets nobody else reach a view."""

    user: "User"
