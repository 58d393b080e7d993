"""Rows of PostgreSQL, by its own pg_dump and pg_restore."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from reviews.operations.backup import rows
from reviews.operations.backup.archive import Unusable

MEMBER = "database.dump"
Tell = Callable[[Any], None]


def copy(target: Path, tell: Tell) -> None:
    """Everything as it stands at one instant, while others go on writing; `tell` sees the same instant."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        cursor.execute("select pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        left_out = [f"--exclude-table-data={table}" for table in rows.LEFT_OUT]
        run("pg_dump", "--format=custom", f"--snapshot={snapshot}", *left_out, f"--file={target}")
        tell(cursor)


def put_back(source: Path) -> None:
    """All or nothing: one transaction."""
    connection.close()
    run("pg_restore", "--single-transaction", "--exit-on-error", f"--dbname={_name()}", str(source))


def is_empty() -> bool:
    return not connection.introspection.table_names()


def clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute("drop schema public cascade; create schema public")


def run(name: str, *arguments: str) -> None:
    """Run a program of PostgreSQL against our database. The password is in its environment, where nobody reads it."""
    command = [_program(name), "--no-owner", "--no-privileges", "--no-password", *arguments]
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, with arguments of our own
        command, env=os.environ | _environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Unusable(f"{name} refused: {done.stderr.strip()} Nothing else was done.")


def _program(name: str) -> str:
    found = shutil.which(name, path=settings.PG_BIN or None)
    if not found:
        raise Unusable(
            f"{name} is not there: install PostgreSQL's client programs, or set PG_BIN to their folder."
        )
    return found


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _environment() -> dict[str, str]:
    """What libpq reads; the options of DATABASE_URL (sslmode and the like) go along."""
    told = connection.settings_dict
    names = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    options = {f"PG{name.upper()}": told["OPTIONS"].get(name) for name in ("sslmode", "sslrootcert", "host")}
    every = {name: told[key] for name, key in names.items()} | {k: v for k, v in options.items() if v}
    return {name: str(value) for name, value in every.items() if value}
