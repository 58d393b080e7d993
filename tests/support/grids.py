"""Rules that are grids, written as grids; and the fingerprint that tells whether anything was written."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session


def read(text: str) -> list[tuple[str, dict[str, str]]]:
    """The lines of a grid: the first word of each, and its cells by the words of the first line."""
    head, *lines = [line.split() for line in text.strip().splitlines() if line.strip()]
    return [(name, dict(zip(head, cells, strict=True))) for name, *cells in lines]


def cells(text: str) -> list[tuple[str, str, str]]:
    """Every cell of a grid: line, column, what stands there."""
    return [(line, column, told) for line, row in read(text) for column, told in row.items()]


def fingerprint() -> dict[str, list[Any]]:
    """Every row of every table, sessions apart (signing in and a visit write those)."""
    sessions = (Session, UserSession)
    models = [model for model in apps.get_models(include_auto_created=True) if model not in sessions]
    return {model._meta.label: _rows(model) for model in models}


def _rows(model: Any) -> list[Any]:
    columns = [f.attname for f in model._meta.concrete_fields if f.attname != "last_login"]
    return list(model._base_manager.order_by("pk").values_list(*columns))


def changed(before: dict[str, list[Any]]) -> set[str]:
    """The tables that are other than in a fingerprint taken earlier."""
    return {label for label, rows in fingerprint().items() if rows != before[label]}
