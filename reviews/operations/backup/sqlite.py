"""Copies rows of SQLite, by its own online backup."""

import sqlite3
from collections.abc import Callable
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


def put_back(source: Path) -> None:
    with closing(sqlite3.connect(source)) as database:
        (result,) = database.execute("pragma integrity_check").fetchone()
        if result != "ok":
            raise Unusable(f"The database in this backup is damaged ({result}): use another one.")
        connection.ensure_connection()
        database.backup(connection.connection)
    connection.close()


def is_empty() -> bool:
    return not connection.introspection.table_names()


def clear() -> None:
    """Nothing: putting back writes over the whole file."""
