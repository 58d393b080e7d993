"""An upgrade while people work: the release before this one on the tables of this one."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from tests.trust import release, servers
from tests.trust.servers import CYCLE, DEAD, Browser, Writer

# Its own smoke tests: every page of every role read, every form of every role sent, and what a report does.
SMOKE = (
    "tests/test_access.py",
    "tests/models/test_reports.py",
    "-k",
    "test_get or test_post or test_reports",
)
SHORT = ("tests/test_access.py", "-k", "test_post and report-update")
PEOPLE = ("vnm.coordinator", "lao.team", "consultant", "lead.consultant", "secretariat", "observer", "admin")
PAGES = ("/", CYCLE, f"{CYCLE}deadlines/", f"{CYCLE}meetings/", f"{CYCLE}actions/", f"{CYCLE}framework/")
STATES = ("VNM", "LAO", "THA")


@pytest.fixture(scope="module")
def before(tmp_path_factory: Any) -> Path:
    """The code of the release before."""
    return release.checked_out(tmp_path_factory.mktemp("before"))


@pytest.fixture(scope="module")
def upgraded(before: Path, tmp_path_factory: Any) -> Iterator[servers.Postgres]:
    """A database that the code of today has made, under the name that pytest looks for."""
    folder = tmp_path_factory.mktemp("upgraded")
    with servers.postgres() as database:
        database.ask("create database test_reviewtracker")
        url = database.server.get_uri("test_reviewtracker")
        servers.Product(folder, url).manage("migrate", "--verbosity=0")
        yield database


def newest(database: servers.Postgres) -> str:
    query = "select max(name) from django_migrations where app = 'reviews'"
    return str(database.ask(query, "test_reviewtracker")[0][0])


def test_its_own_tests_pass_on_the_new_tables(before, upgraded, figure):
    here = newest(upgraded)
    passed, failed, output = release.tests(before, upgraded.uri, *SMOKE)
    assert (newest(upgraded), here > release.MIGRATION) == (here, True), "it ran on other tables"
    figure("tests of the release before that pass on the new tables", passed, ">= 250 tests")
    assert not failed, output[-5000:]
    figure("tests of the release before that fail on the new tables", failed, 0)


@pytest.mark.parametrize("default", ["", "set default 0"], ids=["planted", "mended"])
def test_a_column_that_only_new_code_fills_would_be_noticed(default, before, upgraded):
    """Planted: as Django makes one, without a default in the database; with one, it does no harm."""
    table = "alter table reviews_progressupdate"
    steps = ["add column planted int not null default 0", f"alter column planted {default or 'drop default'}"]
    try:
        for step in steps:
            upgraded.ask(f"{table} {step}", "test_reviewtracker")
        passed, failed, output = release.tests(before, upgraded.uri, *SHORT)
    finally:
        upgraded.ask(f"{table} drop column planted", "test_reviewtracker")
    assert (passed > 0, failed > 0) == (bool(default), not default), output[-5000:]


@pytest.fixture
def running(before: Path, tmp_path: Path) -> Iterator[SimpleNamespace]:
    """The release before, with its own tables, and people who have signed in."""
    with servers.postgres() as database:
        old = release.product(before, tmp_path, database.uri)
        old.fill()
        names = [*PEOPLE, *(f"{state.lower()}.coordinator" for state in STATES)]
        with release.web(before, old) as web:
            new = servers.Product(tmp_path, database.uri, SECRET_KEY=old.environment["SECRET_KEY"])
            yield SimpleNamespace(database=database, web=web, cookies=old.sign_in(*names), new=new)


def migrated(site: Any, end: Event) -> None:
    """The step of docs/operations.md, with the code of today; the old web server still runs for a while."""
    try:
        site.new.manage("migrate", "--verbosity=0")
        end.wait(5)
    finally:
        end.set()


def test_its_web_server_goes_on_while_the_tables_change(running, figure):
    end, answered, failed = Event(), [], []

    def read(name: str) -> None:
        browser = Browser([running.web.port], running.cookies[name])
        while not end.is_set():
            try:
                answered.extend((name, path, browser.get(path).status) for path in PAGES)
            except DEAD as error:
                failed.append((name, repr(error)))

    def write(writer: Writer) -> None:
        while not end.is_set():
            try:
                status = writer.post(f"note-{writer.state}-{len(answered):05}")
                answered.append((writer.state, writer.page, {302: 200}.get(status, status)))
            except DEAD as error:
                failed.append((writer.state, repr(error)))

    writers = [
        Writer(state, Browser([running.web.port], running.cookies[f"{state.lower()}.coordinator"]))
        for state in STATES
    ]
    with ThreadPoolExecutor(12) as threads:
        working = [threads.submit(read, name) for name in PEOPLE]
        working += [threads.submit(write, writer) for writer in writers]
        migrated(running, end)
        for one in working:
            one.result()
    acknowledged = {note for writer in writers for note in writer.acknowledged}
    failed += [one for one in answered if one[2] != 200]
    figure("requests answered by the release before, while upgrading", len(answered), ">= 100 requests")
    figure("progress posted on it meanwhile", len(acknowledged), ">= 20 posts")
    assert not failed, (failed[:5], running.web.log.read_text()[-3000:])
    figure("requests failed on it meanwhile", len(failed), 0)
    figure("posts acknowledged by it and lost", len(acknowledged - servers.written(running.database)), 0)


def test_what_it_wrote_meanwhile_is_adopted_once(running):
    """Its history has no seals: the new release names each row, until it is told to vouch for them."""
    running.new.manage("migrate", "--verbosity=0")
    browser = Browser([running.web.port], running.cookies["vnm.coordinator"])
    writer = Writer("VNM", browser)
    assert writer.post("note-after-the-upgrade") == 302
    running.new.manage("link_trace", "--adopt")
    assert re.search(r"\([1-9]\d* of them adopted without a seal\)", running.new.manage("verify_trace"))
