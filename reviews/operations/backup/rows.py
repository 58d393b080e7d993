"""What a backup has to know about rows and files, whatever the kind of database."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connections, models
from django.db.backends.utils import CursorWrapper
from django.db.migrations.recorder import MigrationRecorder

# Both contain the keys of sessions, and whoever has a key is signed in: they stay out, and everybody signs in again.
LEFT_OUT = ("django_session", "usersessions_usersession")
Cursor = CursorWrapper | sqlite3.Cursor


class Backend(Protocol):
    """How the rows of one kind of database are copied: `postgres.py` and `sqlite.py`."""

    MEMBER: str  # name of the copy in the backup

    def copy(self, target: Path, inspect: Callable[[Cursor], None]) -> None:
        """Copy all rows as of one instant, while others go on writing; `inspect` reads as of the same instant."""

    def put_back(self, source: Path, row_counts: Mapping[str, int]) -> None:
        """Replace all rows by those of a copy, once these are known to be as many as counted: all or nothing."""

    def is_empty(self) -> bool: ...

    def other_roles_have_rights(self) -> bool: ...


def count_rows(cursor: Cursor) -> dict[str, int]:
    """Return how many rows each of our tables has, as this cursor's transaction sees them."""
    counts = {}
    for table in sorted(tables()):
        cursor.execute(f"select count(*) from {table}")  # noqa: S608 - a name of our own models
        counts[table] = cursor.fetchone()[0]
    return counts


def tables() -> set[str]:
    """Return the tables of all models but those left out of the backup."""
    every = apps.get_models(include_auto_created=True, include_swapped=False)
    return {model._meta.db_table for model in every} - set(LEFT_OUT)


def named_files(cursor: Cursor) -> set[str]:
    """Return the names of all files that a row points at."""
    names: set[str] = set()
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.FileField):
                cursor.execute(f"select {field.column} from {model._meta.db_table}")  # noqa: S608 - names of our own
                names |= {name for (name,) in cursor if name}
    return names


def applied_migrations() -> list[str]:
    applied = MigrationRecorder(connections["default"]).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def files_folder() -> Path:
    """Return the folder of the files that people hand in."""
    return Path(default_storage.path(""))
