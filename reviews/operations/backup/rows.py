"""Rows and where they are copied to: what both databases have in common."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connections, models
from django.db.migrations.recorder import MigrationRecorder

# Both hold the keys of sessions, and whoever has a key is signed in: they stay out, and everybody signs in anew.
LEFT_OUT = ("django_session", "usersessions_usersession")


def counts(cursor: Any) -> dict[str, int]:
    """How many rows each table of ours has, as this cursor's transaction sees them."""
    found = {}
    for table in sorted(tables()):
        cursor.execute(f"select count(*) from {table}")  # noqa: S608 - a name of our own models
        found[table] = cursor.fetchone()[0]
    return found


def tables() -> set[str]:
    every = apps.get_models(include_auto_created=True, include_swapped=False)
    return {model._meta.db_table for model in every} - set(LEFT_OUT)


def named_files(cursor: Any) -> set[str]:
    """What the rows name as their files."""
    found: set[str] = set()
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.FileField):
                cursor.execute(f"select {field.column} from {model._meta.db_table}")  # noqa: S608 - names of our own
                found |= {name for (name,) in cursor if name}
    return found


def migrations() -> list[str]:
    applied = MigrationRecorder(connections["default"]).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def folder() -> Path:
    """Where handed-in files lie."""
    return Path(default_storage.path(""))
