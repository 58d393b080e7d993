"""Reads from a replica: a second PostgreSQL that follows the first. Boards and exports, never anything that is written.

The replica may be behind. Whoever has just saved carries in a cookie how far the log of the first one had come
then; they read from the replica only when it has come as far. So nobody sees an older state than what they
saved; others may, for as long as the replica is behind. Who a person is (session, account, role) is always
read from the first.
"""

import logging
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.signals import request_finished
from django.db import InterfaceError, OperationalError, connections, models
from django.http import HttpRequest, HttpResponse

from reviewtracker.database_errors import took_too_long

log = logging.getLogger(__name__)

REPLICA = "replica"
COOKIE = "saved_at"
SAFE = {"GET", "HEAD", "OPTIONS"}
# Pages that read much and are read often; of every other list its export.
ROUTES = {
    "annex",
    "board",
    "pictures",
    "brief",
    "brief-docx",
    "compare",
    "coverage",
    "meeting-compare",
    "minutes-docx",
    "report-annex",
}
NEVER = "FFFFFFFF/FFFFFFFF"
POSITION = re.compile(r"[0-9A-F]{1,8}/[0-9A-F]{1,8}")
DOWN = (OperationalError, InterfaceError)
PAUSE = 10.0  # seconds for which a replica that did not answer is left alone

_reads_replica: ContextVar[bool] = ContextVar("reads_replica", default=False)
_left_alone_until = 0.0


class Router:
    """Database router: reads go to the replica while `ReplicaMiddleware` allows it, except those of persons."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        is_person = model is Session or model._meta.label == settings.AUTH_USER_MODEL
        return REPLICA if _reads_replica.get() and not is_person else "default"

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        return "default"

    def allow_relation(self, obj1: models.Model, obj2: models.Model, **hints: Any) -> bool:
        return True  # the same rows, read in two places

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "default"


class ReplicaMiddleware:
    """Decides for each request where it reads, and sets the cookie that says how far this browser has saved."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        stop_reading()
        response = self.get_response(request)
        if request.method not in SAFE:
            response.set_cookie(
                COOKIE,
                write_position(),
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponse],
        view_args: tuple[object, ...],
        view_kwargs: dict[str, object],
    ) -> None:
        if reads_much(request) and request.method in SAFE and has_reached(request.COOKIES.get(COOKIE, "")):
            _reads_replica.set(True)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """If the replica fails in the middle of a page, read the page again from the first database."""
        if not (_reads_replica.get() and isinstance(exception, DOWN)) or took_too_long(exception):
            return None
        _leave_alone()
        stop_reading()
        match = request.resolver_match
        assert match is not None
        return match.func(request, *match.args, **match.kwargs)


def reads_much(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and (match.view_name in ROUTES or "_export" in request.GET)


def stop_reading(**kwargs: object) -> None:
    _reads_replica.set(False)


# Not sooner: an export is read from the database while it is being sent.
request_finished.connect(stop_reading)


def has_reached(position: str) -> bool:
    """Whether the replica answers and is at least as far as `position`, or anywhere if nothing was saved."""
    if time.monotonic() < _left_alone_until:
        return False
    wanted = position if POSITION.fullmatch(position) else "0/0"
    try:
        with connections[REPLICA].cursor() as cursor:
            cursor.execute("select coalesce(pg_last_wal_replay_lsn() >= %s::pg_lsn, false)", [wanted])
            return bool(cursor.fetchone()[0])
    except DOWN:
        log.warning("The replica does not answer; everything is read from the database itself.")
        _leave_alone()
        return False


def write_position() -> str:
    """Where the first database's next record goes: behind everything that this request has written."""
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("select pg_current_wal_insert_lsn()::text")
            return str(cursor.fetchone()[0])
    except DOWN:
        return NEVER  # what was saved is saved; this browser stays with the database itself


def _leave_alone() -> None:
    global _left_alone_until
    _left_alone_until = time.monotonic() + PAUSE
