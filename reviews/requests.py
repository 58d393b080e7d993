"""One id for each web request: in its answer, in the log and in every trace row that it wrote."""

from collections.abc import Callable
from contextvars import ContextVar
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"

_current: ContextVar[UUID | None] = ContextVar("request_id", default=None)


def request_id() -> UUID | None:
    """The id of the request being answered; None in commands and in the shell."""
    return _current.get()


class RequestId:
    """Gives each request an id of our own making: one sent by a browser could be anybody's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        made = uuid4()
        token = _current.set(made)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response[HEADER] = str(made)
        return response
