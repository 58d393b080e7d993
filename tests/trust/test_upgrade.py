"""The newest migrations on a database of 200,000 rows, with people reading and writing meanwhile."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import psycopg
import pytest

from tests.trust import release, servers

# What came after it is what an upgrade runs.
RELEASED = release.MIGRATION
ROWS = 200_000
TABLES = (
    "reviews_trace",
    "reviews_progressupdate",
    "reviews_coveragestatement",
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
    many_statements(database)
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


def many_statements(database: servers.Postgres) -> None:
    """Ten countries, and a framework as large as none is: a statement of each on each area."""
    copies = (
        (
            "reviews_frameworknode",
            {"code": "'planted-' || n"},
            f"(select * from reviews_frameworknode order by id limit 1) t, generate_series(1, {ROWS // 10}) n",
        ),
        (
            "reviews_coveragestatement",
            {"report_id": "r.id", "key_result_area_id": "a.id", "version": "1"},
            "(select * from reviews_coveragestatement where coverage = 'reported' limit 1) t,"
            " (select id from reviews_nationalreport order by id limit 10) r,"
            " (select id from reviews_frameworknode where code like 'planted-%') a",
        ),
    )
    for table, other, source in copies:
        names = [name for (name,) in database.ask(
            f"select column_name from information_schema.columns where table_name = '{table}'"
        ) if name != "id"]  # fmt: skip
        values = ", ".join(other.get(name, f't."{name}"') for name in names)
        columns = ", ".join(f'"{name}"' for name in names)
        database.ask(f"insert into {table} ({columns}) select {values} from {source}")


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


def newer() -> list[str]:
    """The migrations since the last release, oldest first."""
    names = sorted(path.stem for path in (servers.HERE / "reviews" / "migrations").glob("0*.py"))
    return names[names.index(RELEASED) :]


def test_nobody_waits_for_an_upgrade(released, figure):
    waits = watched(released, lambda: released.manage("migrate", "--verbosity=0"))
    for table in ("reviews_trace", "reviews_coveragestatement"):
        ((rows,),) = released.database.ask(f"select count(*) from {table}")
        figure(f"rows of {table} while it is upgraded", rows, ">= 200,000 rows")
    figure("looks at the tables meanwhile", waits.looks, ">= 100 looks")
    figure("longest wait for a table during an upgrade", waits.longest, "<= 1 s")
    assert "[ ]" not in released.manage("showmigrations", "reviews")


def test_nobody_waits_for_a_way_back(released, figure):
    """Each of the newer migrations by itself: done, and taken back, with the rows that it found."""
    before, *steps = newer()
    assert before == RELEASED
    for step in steps:
        waits = watched(released, lambda step=step: released.manage("migrate", "reviews", step, "-v0"))
        figure(f"longest wait during {step}", waits.longest, "<= 1 s")
    for step in reversed([before, *steps[:-1]]):
        waits = watched(released, lambda step=step: released.manage("migrate", "reviews", step, "-v0"))
        figure(f"longest wait during the way back to {step}", waits.longest, "<= 1 s")
    assert "0008" not in str(
        released.database.ask("select name from django_migrations where app = 'reviews'")
    )


def test_a_long_lock_would_be_seen(released):
    """Planted: a step that holds the table for one and a half seconds."""

    def hold() -> None:
        with psycopg.connect(host=released.database.host, user="postgres", dbname="reviewtracker") as one:
            time.sleep(0.3)
            one.execute("lock table reviews_trace in access exclusive mode")
            time.sleep(1.5)

    assert watched(released, hold).longest > 1
