"""kill -9, to web processes and to the database, during 1,000 updates: what was acknowledged is there, whole."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.trust.crash_harness import Killer, Load, Site, served
from tests.trust.durable import Durable, durable_postgres

UPDATES, FEWER = 1_000, 300
SEED = 20200820


class Prepared(NamedTuple):
    """A database as it is before the first update, and the sessions of those who have signed in there."""

    server: Durable
    file: Path
    people: dict[str, dict[str, Any]]

    def copy(self, kind: str, folder: Path) -> str:
        if kind == "PostgreSQL":
            return self.server.copy_of_prepared()
        shutil.copy(self.file, folder / "killed.sqlite3")
        return f"sqlite:///{folder}/killed.sqlite3"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Iterator[Prepared]:
    folder = tmp_path_factory.mktemp("prepared")
    file = folder / "prepared.sqlite3"
    with durable_postgres() as server:
        urls = {"PostgreSQL": server.url("prepared"), "SQLite": f"sqlite:///{file}"}
        people = {kind: Site(url, folder).step("prepare") for kind, url in urls.items()}
        yield Prepared(server, file, people)


KINDS = pytest.mark.parametrize("kind", ["PostgreSQL", "SQLite"])


@KINDS
def test_web_processes_killed(kind, prepared, tmp_path, figure):
    with served(prepared.copy(kind, tmp_path), tmp_path, prepared.people[kind]) as site:
        load, killer = Load(site, UPDATES), Killer(SEED, (5, 40))
        load.run(killer)
        result = site.step("check", load.acknowledged)
    figure(
        f"{kind}: updates sent while web processes were killed", load.sent - len(site.people), f"= {UPDATES}"
    )
    figure(f"{kind}: of these acknowledged", len(load.acknowledged), f">= {UPDATES // 2}")
    figure(f"{kind}: web processes killed", killer.workers, ">= 10")
    figure(f"{kind}: whole servers killed", killer.servers, 1)
    nothing_is_wrong(kind, result, figure)


def nothing_is_wrong(kind: str, result: dict[str, Any], figure: Callable[..., None]) -> None:
    figure(f"{kind}: acknowledged updates lost", result["lost"], 0)
    figure(f"{kind}: acknowledged updates without trace", result["without trace"], 0)
    figure(f"{kind}: updates half-written", result["half-written"], 0)
    figure(f"{kind}: what verify_trace finds wrong", len(result["problems"]), 0)


@KINDS
def test_the_harness_catches_a_write_that_is_not_atomic(kind, prepared, tmp_path, figure):
    """The same server, planted: without transactions, so that a kill leaves records without their trace."""
    url, people = prepared.copy(kind, tmp_path), prepared.people[kind]
    with served(url, tmp_path, people, planted="no transactions") as site:
        load = Load(site, FEWER)
        load.run(Killer(SEED, (5, 20), whole=False))
        result = site.step("check", load.acknowledged)
    figure(f"{kind}: planted half-written updates caught", result["half-written"], ">= 1")
    figure(f"{kind}: planted, what verify_trace finds wrong", len(result["problems"]), ">= 1")


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


@pytest.fixture
def durable(prepared, tmp_path) -> Iterator[Site]:
    with served(prepared.copy("PostgreSQL", tmp_path), tmp_path, prepared.people["PostgreSQL"]) as site:
        yield site


def test_database_stopped_hard(durable, prepared, figure):
    load, outages = Load(durable, UPDATES), Outages(prepared.server, (UPDATES // 4, UPDATES // 2))
    load.run(outages)
    result = durable.step("check", load.acknowledged)
    figure("database stopped hard, times", len(outages.recovered), 2)
    figure("database stopped hard: acknowledged", len(load.acknowledged), f">= {UPDATES // 2}")
    figure("PostgreSQL's own recovery, worst", max(outages.starting), "<= 60 s")
    figure("an update acknowledged after it, worst", max(outages.recovered), "<= 5 s")
    nothing_is_wrong("database stopped hard", result, figure)


SETTINGS = ("synchronous_commit = off", "wal_writer_delay = 10000", "wal_writer_flush_after = '100MB'")


@pytest.fixture
def careless(prepared) -> Iterator[Durable]:
    """Commits are acknowledged before they are on the disk, as no ministry should set it."""
    server = prepared.server
    for setting in SETTINGS:
        server.server.psql(f"alter system set {setting}")
    server.server.psql("select pg_reload_conf()")
    yield server
    server.server.psql("alter system reset all")
    server.server.psql("select pg_reload_conf()")


def test_a_database_that_loses_what_it_acknowledged_is_caught(careless, durable, figure):
    """Planted."""
    load = Load(durable, FEWER)
    load.run(Outages(careless, (FEWER // 3, FEWER // 2)))
    result = durable.step("check", load.acknowledged)
    figure("planted: lost by a database that acknowledges too early", result["lost"], ">= 1")


def test_the_check_itself(prepared, tmp_path):
    """An update that was acknowledged and is not there is reported."""
    site = Site(prepared.copy("SQLite", tmp_path), tmp_path)
    assert site.step("check", [])["lost"] == 0
    result = site.step("check", ["VNM 1"])
    assert (result["lost"], result["without trace"], result["problems"]) == (1, 1, [])
