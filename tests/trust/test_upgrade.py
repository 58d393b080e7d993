"""The newest migrations on a database of 200,000 rows, with people reading and writing meanwhile."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import psycopg
import pytest

from tests.trust import servers

# What the last release had. What came after it is what an upgrade runs.
RELEASED = "0007_guidance"
ROWS = 200_000
TABLES = (
    "reviews_trace",
    "reviews_progressupdate",
    "reviews_nationalreport",
    "reviews_user",
    "django_session",
)
COPIES = """
    insert into reviews_trace ({columns}) select {values}
    from (select * from reviews_trace order by id limit 1) t, generate_series(1, {rows}) n
"""


@pytest.fixture
def released(tmp_path: Any) -> Iterator[servers.Product]:
    """The database as the last release left it, with many rows of history."""
    with servers.postgres() as database:
        product = servers.Product(tmp_path, database.uri)
        product.fill()
        product.database = database
        many_rows(database)
        product.manage("migrate", "reviews", RELEASED, "--verbosity=0")
        yield product


def many_rows(database: servers.Postgres) -> None:
    columns = "select column_name from information_schema.columns where table_name = 'reviews_trace'"
    names = [name for (name,) in database.ask(columns)]
    names.remove("id")
    other = {"object_id": "1000000 + n", "version": "1"}
    with psycopg.connect(host=database.host, user="postgres", dbname="reviewtracker", autocommit=True) as one:
        one.execute("alter table reviews_trace disable trigger user")
        one.execute(COPIES.format(
            columns=", ".join(f'"{n}"' for n in names), rows=ROWS,
            values=", ".join(other.get(n, f't."{n}"') for n in names),
        ))  # fmt: skip
        one.execute("alter table reviews_trace enable trigger user")


class Waits:
    """How long a person would have waited for each table, looked at again and again."""

    def __init__(self, database: servers.Postgres) -> None:
        self.database, self.longest, self.looks, self.end = database, 0.0, 0, Event()

    def read(self) -> None:
        with psycopg.connect(
            host=self.database.host, user="postgres", dbname="reviewtracker", autocommit=True
        ) as one:
            while not self.end.is_set():
                for table in TABLES:
                    self.time(one, f"select 1 from {table} limit 1")

    def write(self) -> None:
        """A write that changes nothing, taken back: it takes the same locks as one that does."""
        with psycopg.connect(host=self.database.host, user="postgres", dbname="reviewtracker") as one:
            while not self.end.is_set():
                for table in ("reviews_nationalreport", "reviews_user"):
                    self.time(
                        one, f"update {table} set version = version where id = (select min(id) from {table})"
                    )
                    one.rollback()

    def time(self, one: Any, query: str) -> None:
        start = time.monotonic()
        one.execute(query)
        self.longest = max(self.longest, time.monotonic() - start)
        self.looks += 1


def watched(product: Any, step: Any) -> Waits:
    waits = Waits(product.database)
    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(waits.read), threads.submit(waits.write)]
        try:
            step()
        finally:
            waits.end.set()
        for one in both:
            one.result()
    return waits


def test_nobody_waits_for_an_upgrade(released, figure):
    waits = watched(released, lambda: released.manage("migrate", "--verbosity=0"))
    ((rows,),) = released.database.ask("select count(*) from reviews_trace")
    figure("rows of history while it is upgraded", rows, ">= 200,000 rows")
    figure("looks at the tables meanwhile", waits.looks, ">= 100 looks")
    figure("longest wait for a table during an upgrade", waits.longest, "<= 1 s")
    assert "[ ]" not in released.manage("showmigrations", "reviews")


def test_a_long_lock_would_be_seen(released):
    """Planted: a step that holds the table for one and a half seconds."""

    def hold() -> None:
        with psycopg.connect(host=released.database.host, user="postgres", dbname="reviewtracker") as one:
            time.sleep(0.3)
            one.execute("lock table reviews_trace in access exclusive mode")
            time.sleep(1.5)

    assert watched(released, hold).longest > 1
