"""kill -9, to web processes and to the database, during 1,000 updates: what was acknowledged is there, whole."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.trust.durable import Durable, durable_postgres
from tests.trust.killing import Killer, Load, Site, served

UPDATES, FEWER = 1_000, 300
SEED = 20200820


@pytest.fixture(params=["postgresql", "sqlite"])
def database(request, tmp_path) -> Iterator[tuple[str, str]]:
    """The kind of database, and its address."""
    if request.param == "sqlite":
        yield "SQLite", f"sqlite:///{tmp_path}/killed.sqlite3"
        return
    with durable_postgres() as server:
        yield "PostgreSQL", server.url


def test_web_processes_killed(database, tmp_path, figure):
    kind, url = database
    with served(url, tmp_path) as site:
        load, killer = Load(site, UPDATES), Killer(SEED, (5, 40))
        load.run(killer)
        found = site.step("check", load.acknowledged)
    figure(
        f"{kind}: updates sent while web processes were killed", load.sent - len(site.people), f"= {UPDATES}"
    )
    figure(f"{kind}: of these acknowledged", len(load.acknowledged), f">= {UPDATES // 2}")
    figure(f"{kind}: web processes killed", killer.workers, ">= 10")
    figure(f"{kind}: whole servers killed", killer.servers, 1)
    nothing_is_wrong(kind, found, figure)


def nothing_is_wrong(kind: str, found: dict[str, Any], figure: Callable[..., None]) -> None:
    figure(f"{kind}: acknowledged updates lost", found["lost"], 0)
    figure(f"{kind}: acknowledged updates without trace", found["without trace"], 0)
    figure(f"{kind}: updates half-written", found["half-written"], 0)
    figure(f"{kind}: what verify_trace finds wrong", len(found["troubles"]), 0)


def test_the_harness_catches_a_write_that_is_not_atomic(database, tmp_path, figure):
    """The same server, planted: without transactions, so that a kill leaves records without their trace."""
    kind, url = database
    with served(url, tmp_path, planted="no transactions") as site:
        load = Load(site, FEWER)
        load.run(Killer(SEED, (5, 20), whole=False))
        found = site.step("check", load.acknowledged)
    figure(f"{kind}: planted half-written updates caught", found["half-written"], ">= 1")
    figure(f"{kind}: planted, what verify_trace finds wrong", len(found["troubles"]), ">= 1")


# --- the database stopped hard


class Outages:
    """Stops the database under load, twice, and measures until the next update is acknowledged."""

    def __init__(self, server: Durable, after: tuple[int, ...]) -> None:
        self.server, self.after = server, after
        self.ways = (server.stop_at_once, server.kill)
        self.starting: list[float] = []  # seconds until the database is ready
        self.recovered: list[float] = []  # and from then until an update is acknowledged

    def __call__(self, load: Load) -> None:
        for stop, sent in zip(self.ways, self.after, strict=True):
            while load.sent < sent and not load.over.is_set():
                time.sleep(0.01)
            stop()
            stopped = time.monotonic()
            self.server.start()
            ready = time.monotonic()
            self.starting.append(ready - stopped)
            self.recovered.append(self._until_answered(load, ready))

    def _until_answered(self, load: Load, ready: float) -> float:
        while load.last_answer < ready and not load.over.is_set():
            time.sleep(0.01)
        return max(0.0, load.last_answer - ready)


def test_database_stopped_hard(tmp_path, figure):
    with durable_postgres() as server, served(server.url, tmp_path) as site:
        load, outages = Load(site, UPDATES), Outages(server, (UPDATES // 4, UPDATES // 2))
        load.run(outages)
        found = site.step("check", load.acknowledged)
    figure("database stopped hard, times", len(outages.recovered), 2)
    figure("database stopped hard: acknowledged", len(load.acknowledged), f">= {UPDATES // 2}")
    figure("PostgreSQL's own recovery, worst", max(outages.starting), "<= 60 s")
    figure("an update acknowledged after it, worst", max(outages.recovered), "<= 5 s")
    nothing_is_wrong("database stopped hard", found, figure)


def test_a_database_that_loses_what_it_acknowledged_is_caught(tmp_path, figure):
    """Planted: commits are told before they are on the disk, as no ministry should set it."""
    with durable_postgres() as server, served(server.url, tmp_path) as site:
        for setting in (
            "synchronous_commit = off",
            "wal_writer_delay = 10000",
            "wal_writer_flush_after = '100MB'",
        ):
            server.server.psql(f"alter system set {setting}")
        server.server.psql("select pg_reload_conf()")
        load = Load(site, FEWER)
        load.run(Outages(server, (FEWER // 3, FEWER // 2)))
        found = site.step("check", load.acknowledged)
    figure("planted: lost by a database that acknowledges too early", found["lost"], ">= 1")


def test_the_check_itself(tmp_path):
    """An update that was acknowledged and is not there is told."""
    site = Site(f"sqlite:///{tmp_path}/killed.sqlite3", tmp_path)
    site.step("prepare")
    assert site.step("check", [])["lost"] == 0
    found = site.step("check", ["VNM 1"])
    assert (found["lost"], found["without trace"], found["troubles"]) == (1, 1, [])
