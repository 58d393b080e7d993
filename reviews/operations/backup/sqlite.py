"""Copies rows of SQLite, by its own online backup."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from django.db import connection

from reviews.operations.backup import rows
from reviews.operations.backup.archive import Unusable

MEMBER = "database.sqlite3"


def copy(target: Path, inspect: Callable[[rows.Cursor], None]) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as database:
        # In one go, as one reader: in steps it would start again whenever somebody writes.
        connection.connection.backup(database)
        for table in rows.LEFT_OUT:
            database.execute(f"delete from {table}")  # noqa: S608 - a constant
        database.commit()
        database.execute("pragma journal_mode=delete")
        # What was deleted is still in the file until it is rewritten.
        database.execute("vacuum")
        inspect(database.cursor())


def put_back(source: Path, row_counts: Mapping[str, int]) -> None:
    """Replace the whole database by a copy that was looked through first; SQLite does it all or not at all."""
    with closing(sqlite3.connect(source)) as database:
        (result,) = database.execute("pragma integrity_check").fetchone()
        if result != "ok":
            raise Unusable(f"The database in this backup is damaged ({result}): use another one.")
        _require_counts(database, row_counts)
        connection.ensure_connection()
        try:
            database.backup(connection.connection)
        except sqlite3.Error as error:
            raise Unusable(
                f"The database cannot be written ({error}): correct that, then repeat. Nothing was changed."
            ) from error
    connection.close()


def _require_counts(database: sqlite3.Connection, row_counts: Mapping[str, int]) -> None:
    for table, count in row_counts.items():
        (found,) = database.execute(f'select count(*) from "{table}"').fetchone()  # noqa: S608 - of a checked manifest
        if found != count:
            raise Unusable(
                f"{table} has not the {count} rows it had: use another backup. Nothing was changed."
            )


def is_empty() -> bool:
    return not connection.introspection.table_names()


def other_roles_have_rights() -> bool:
    """Yes: SQLite has no roles, and whoever opens the file may do everything."""
    return True
