"""Copies rows of PostgreSQL, by its own pg_dump and pg_restore."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from reviews.operations.backup import rows
from reviews.operations.backup.archive import Unusable

MEMBER = "database.dump"


def copy(target: Path, inspect: Callable[[rows.Cursor], None]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        cursor.execute("select pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        left_out = [f"--exclude-table-data={table}" for table in rows.LEFT_OUT]
        run("pg_dump", "--format=custom", f"--snapshot={snapshot}", *left_out, f"--file={target}")
        inspect(cursor)


def put_back(source: Path) -> None:
    """All or nothing: one transaction."""
    connection.close()
    database = f"--dbname={connection.settings_dict['NAME']}"
    run("pg_restore", "--single-transaction", "--exit-on-error", database, str(source))


def is_empty() -> bool:
    return not connection.introspection.table_names()


def clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute("drop schema public cascade; create schema public")


def run(name: str, *arguments: str) -> None:
    """Run a program of PostgreSQL against our database. Raises Unusable with what it wrote if it fails.

    The password is in the program's environment, where nobody reads it.
    """
    program = shutil.which(name, path=settings.PG_BIN or None)
    if not program:
        raise Unusable(
            f"{name} is not there: install PostgreSQL's client programs, or set PG_BIN to their folder."
        )
    result = subprocess.run(  # noqa: S603 - a program of PostgreSQL, with arguments of our own
        [program, "--no-owner", "--no-privileges", "--no-password", *arguments],
        env=os.environ | _environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise Unusable(f"{name} refused: {result.stderr.strip()} Nothing else was done.")


def _environment() -> dict[str, str]:
    """Return the variables from which libpq reads where the database is; also the options of DATABASE_URL."""
    database = connection.settings_dict
    names = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    environment = {name: str(database[key]) for name, key in names.items() if database[key]}
    for option in ("sslmode", "sslrootcert", "host"):
        if value := database["OPTIONS"].get(option):
            environment[f"PG{option.upper()}"] = str(value)
    return environment
