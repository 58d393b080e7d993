"""Rows of SQLite, by its own online copy."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection

from reviews.operations.backup import rows
from reviews.operations.backup.archive import Unusable

MEMBER = "database.sqlite3"
Tell = Callable[[Any], None]


def copy(target: Path, tell: Tell) -> None:
    """Everything as it stands at one instant, while others go on writing; `tell` sees the copy."""
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as copied:
        # In one go, holding one reader's view: in steps it would begin anew whenever somebody writes.
        connection.connection.backup(copied)
        for table in rows.LEFT_OUT:
            copied.execute(f"delete from {table}")  # noqa: S608 - a constant
        copied.commit()
        copied.execute("pragma journal_mode=delete")
        # What was deleted is still in the file until it is written anew.
        copied.execute("vacuum")
        tell(copied.cursor())


def put_back(source: Path) -> None:
    with closing(sqlite3.connect(source)) as saved:
        (found,) = saved.execute("pragma integrity_check").fetchone()
        if found != "ok":
            raise Unusable(f"The database in this backup is damaged ({found}): use another one.")
        connection.ensure_connection()
        saved.backup(connection.connection)
    connection.close()


def is_empty() -> bool:
    return not connection.introspection.table_names()


def clear() -> None:
    """Nothing: putting back writes over the whole file."""
