"""Rules that are grids, written as grids; and the fingerprint that tells whether anything was written."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection

from reviews.models import SeenUntil


def read(text: str) -> list[tuple[str, dict[str, str]]]:
    """The lines of a grid: the first word of each, and its cells by the words of the first line."""
    head, *lines = [line.split() for line in text.strip().splitlines() if line.strip()]
    return [(name, dict(zip(head, cells, strict=True))) for name, *cells in lines]


def cells(text: str) -> list[tuple[str, str, str]]:
    """Every cell of a grid: line, column, what stands there."""
    return [(line, column, told) for line, row in read(text) for column, told in row.items()]


def fingerprint() -> dict[str, list[Any]]:
    """Every row of every table, sessions apart (signing in and a visit write those).

    A first visit also writes up to where the cycle was seen; that counts where nothing was seen yet.
    """
    sessions = (Session, UserSession)
    models = [model for model in apps.get_models(include_auto_created=True) if model not in sessions]
    return {model._meta.label: _rows(model) for model in models}


def _rows(model: Any) -> list[Any]:
    columns = [
        f.attname
        for f in model._meta.concrete_fields
        if f.attname not in ("last_login", "last_cycle_id", "language")
    ]
    rows = model._base_manager.filter(trace_id=0) if model is SeenUntil else model._base_manager
    return list(rows.order_by("pk").values_list(*columns))


READING = re.compile(
    r"\s*(SELECT|SAVEPOINT|RELEASE|ROLLBACK|EXPLAIN|PRAGMA)\b(?!.*\b(INTO|setval)\b)", re.I | re.S
)
# What a visit alone writes.
VISIT = re.compile(
    r'(INSERT INTO|UPDATE|DELETE FROM) "(django_session|usersessions_usersession)"|INSERT INTO "reviews_seenuntil"'
    r'|UPDATE "reviews_user" SET "(?:last_login|last_cycle_id)" = %s WHERE'
)


class Writes:
    """Which tables a block changes. The fingerprint is taken just before the first statement that could change one."""

    def __init__(self) -> None:
        self.before: dict[str, list[Any]] | None = None

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if self.before is None and not (READING.match(str(sql)) or VISIT.match(str(sql))):
            self.before = {}  # so that the queries of the fingerprint are not looked at
            self.before = fingerprint()
        return execute(sql, params, many, context)

    def changed(self) -> set[str]:
        """The tables whose rows differ from what they were when the block began."""
        return set() if self.before is None else changed(self.before)


@contextmanager
def writes() -> Iterator[Writes]:
    """Watch what this connection writes in a block."""
    watch = Writes()
    with connection.execute_wrapper(watch):
        yield watch


def changed(before: dict[str, list[Any]]) -> set[str]:
    """The tables that are other than in a fingerprint taken earlier."""
    return {label for label, rows in fingerprint().items() if rows != before[label]}
