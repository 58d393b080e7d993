"""Middleware that lets each person have only few pages at a time that read much; the rest wait, or get a 429 page.

The places are locks on files of this machine. All workers see them, they cost no query, and the kernel gives them back
when a process dies. With several web servers a person has as many places on each.
"""

import fcntl
import logging
import os
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from reviews.operations.replica import reads_much
from reviews.web.errors import too_many_requests

log = logging.getLogger(__name__)

PATIENCE = 10.0  # seconds that a request waits until one of the person's others has ended
RETRY_AFTER = 5
PAUSE = 0.05
NO_LONGER_WANTED = 499  # of nginx: the client closed the connection; nobody reads the answer


class CostlyPagesMiddleware:
    """Holds a place for a costly page from its view until the last byte of its answer is sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with ExitStack() as held:
            request.held_places = held  # type: ignore[attr-defined]
            response = self.get_response(request)
            if response.streaming:
                # Django closes these when the server has sent everything, or could not.
                response._resource_closers.append(held.pop_all().close)  # type: ignore[attr-defined]
            return response

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[object, ...],
        view_kwargs: dict[str, object],
    ) -> HttpResponse | None:
        """Take a place, or answer in place of the view."""
        if not (request.user.is_authenticated and is_costly(request)):
            return None
        if wait_for_place(request, request.held_places):  # type: ignore[attr-defined]
            return None
        if client_has_gone(request):
            return HttpResponse(status=NO_LONGER_WANTED)
        return too_many_requests(request, retry_after=RETRY_AFTER)


def is_costly(request: HttpRequest) -> bool:
    match = request.resolver_match
    return reads_much(request) or (match is not None and match.view_name in ("desk", "search"))


def wait_for_place(request: HttpRequest, held: ExitStack) -> bool:
    """Whether the person has a place now; where too many wait already, or for too long, they have none."""
    person, until = str(request.user.pk), time.monotonic() + PATIENCE
    if not take_place(f"{person}-waits", settings.COSTLY_PAGES_WAITING, held):
        return False
    while not client_has_gone(request):
        if take_place(f"{person}-runs", settings.COSTLY_PAGES_AT_ONCE, held):
            return True
        if time.monotonic() > until:
            return False
        time.sleep(PAUSE)
    return False


def take_place(name: str, places: int, held: ExitStack) -> bool:
    """Lock one of the files of a name; `held` unlocks it. Without a folder for them everybody has a place."""
    for number in range(places):
        try:
            file = os.open(lock_folder() / f"{name}-{number}", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError:
            log.exception("RUNTIME_DIRECTORY cannot be written, so nobody's costly pages are limited")
            return True
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
        else:
            held.callback(os.close, file)
            return True
    return False


def lock_folder() -> Path:
    folder = Path(settings.RUNTIME_DIR) / "places"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def client_has_gone(request: HttpRequest) -> bool:
    """Whether the other end has closed the connection: nginx does so when its reader has left.

    Only gunicorn hands its socket over. A request that waited for a thread while its reader left is not answered.
    """
    connection = request.META.get("gunicorn.socket")
    if connection is None:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
