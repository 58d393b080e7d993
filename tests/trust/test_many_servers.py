"""Three web servers, PgBouncer, a database and one that follows it: what one of them loses, nobody misses."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from tests.trust import servers
from tests.trust.servers import CYCLE, STATES, Browser, Writer

NAMES = {"VNM": "Viet Nam", "LAO": "Lao"}
BEFORE, AFTER = 4, 8  # seconds of load around each killing


@pytest.fixture(scope="module")
def site(tmp_path_factory: Any) -> Iterator[SimpleNamespace]:
    folder = tmp_path_factory.mktemp("many")
    servers.program("pgbouncer")
    with servers.postgres() as first:
        servers.Product(folder, first.uri).fill()
        with servers.following(first) as second, servers.pgbouncer(first, folder) as url:
            replica = f"postgres://postgres@/reviewtracker?host={second.host}"
            product = servers.Product(folder, url, REPLICA_URL=replica, PGBOUNCER="1")
            people = [f"{state.lower()}.coordinator" for state in STATES]
            cookies = product.sign_in(*people, "consultant")
            with servers.several(product, 3) as web:
                yield SimpleNamespace(
                    first=first,
                    second=second,
                    product=product,
                    web=web,
                    ports=[w.port for w in web],
                    cookies=cookies,
                )


def person(site: Any, name: str) -> Browser:
    return Browser(site.ports, site.cookies[name])


def board(browser: Browser) -> str:
    answer = browser.get(f"{CYCLE}reports/?_export=csv")
    assert answer.status == 200
    return answer.body


def figure_of(text: str, state: str) -> str:
    return next(line for line in text.splitlines() if NAMES[state] in line)


def paused(site: Any, pause: bool) -> None:
    site.second.ask(f"select pg_wal_replay_{'pause' if pause else 'resume'}()")
    wanted = "paused" if pause else "not paused"
    servers.wait_for(
        lambda: site.second.ask("select pg_get_wal_replay_pause_state()")[0][0] == wanted, wanted
    )


def caught_up(site: Any) -> bool:
    ((position,),) = site.first.ask("select pg_current_wal_insert_lsn()::text")
    return bool(site.second.ask(f"select pg_last_wal_replay_lsn() >= '{position}'")[0][0])


def reads(server: Any) -> int:
    """How many rows of reports this server has read for somebody."""
    query = "select coalesce(seq_tup_read + idx_tup_fetch, 0) from pg_stat_user_tables"
    return int(server.ask(f"{query} where relname = 'reviews_nationalreport'")[0][0])


def test_nobody_sees_older_than_they_saved(site, figure):
    """20 saves while the second database stands still: the person sees each at once, everywhere."""
    own, other = person(site, "vnm.coordinator"), person(site, "consultant")
    servers.wait_for(lambda: caught_up(site), "replication")
    before = figure_of(board(other), "VNM")
    paused(site, True)
    older = kept_older = 0
    try:
        for n in range(1, 21):
            typed = own.form(f"{CYCLE}reports/VNM/update/")
            typed |= {"data_collection": str(n), "analysis": str(n), "writing": str(n), "note": f"Figure {n}"}
            assert own.post(f"{CYCLE}reports/VNM/update/", typed).status == 302
            for _server in site.ports:
                older += f",{n}," not in f"{figure_of(board(own), 'VNM')},"
                kept_older += figure_of(board(other), "VNM") == before
    finally:
        paused(site, False)
    servers.wait_for(lambda: caught_up(site), "replication")
    figure("older states shown to the person who saved (60 looks, replay paused)", older, 0)
    # Otherwise the above would prove nothing: the others were read from the second database meanwhile.
    figure("looks of others served by the paused second database", kept_older, ">= 60 looks")
    assert ",20," in f"{figure_of(board(other), 'VNM')},"


def test_the_cookie_is_what_does_it(site):
    """Planted: without it the person would see the older state."""
    own = person(site, "lao.coordinator")
    servers.wait_for(lambda: caught_up(site), "replication")
    before = figure_of(board(own), "LAO")
    paused(site, True)
    try:
        typed = own.form(f"{CYCLE}reports/LAO/update/") | {
            "data_collection": "91",
            "analysis": "92",
            "writing": "93",
        }
        assert own.post(f"{CYCLE}reports/LAO/update/", typed | {"note": "Planted"}).status == 302
        assert figure_of(board(own), "LAO") != before
        del own.cookies["saved_at"]
        assert figure_of(board(own), "LAO") == before
    finally:
        paused(site, False)


def test_killing_a_web_server_loses_nothing(site, figure):
    """Ten countries post without a pause while one of the three web servers is killed."""
    coordinators = [Writer(state, person(site, f"{state.lower()}.coordinator")) for state in STATES]
    end = Event()
    with ThreadPoolExecutor(len(coordinators)) as threads:
        working = [threads.submit(writer.work, end.is_set) for writer in coordinators]
        try:
            time.sleep(BEFORE)
            site.web[1].kill()
            time.sleep(AFTER)
        finally:
            end.set()
        for one in working:
            one.result()
    acknowledged = {note for writer in coordinators for note in writer.acknowledged}
    stored = servers.written(site.first)
    unknown = {note for writer in coordinators for note in writer.unknown}
    figure("acknowledged posts (web server killed among them)", len(acknowledged), ">= 50 posts")
    figure("acknowledged posts lost", len(acknowledged - stored), 0)
    figure("posts stored that nobody sent", len(stored - acknowledged - unknown), 0)
    assert board(person(site, "consultant"))


def test_nothing_writes_to_the_second_database(site, figure):
    ((refused,),) = site.second.ask("select pg_is_in_recovery()")
    assert refused
    every = "".join(web.log.read_text() for web in site.web)
    figure("attempts to write to the second database", every.count("read-only transaction"), 0)
    figure("rows that the second database has read for boards and exports", reads(site.second), ">= 1 rows")


def test_without_the_second_database_all_goes_on(site, figure):
    """Last: it stops the second database."""
    site.second.stop()
    statuses = [person(site, "consultant").get(f"{CYCLE}?n={n}").status for n in range(6)]
    site.second.start()
    figure("boards refused while the second database is down", sum(s not in (200, 404) for s in statuses), 0)
