"""Three web servers, PgBouncer, a database and one that follows it: what one of them loses, nobody misses."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from tests.trust import servers
from tests.trust.servers import CYCLE, STATES, Browser, Writer

NAMES = {"VNM": "Viet Nam", "LAO": "Lao"}
SERVERS = 3
BEFORE, AFTER = 2, 3  # seconds of load around each killing


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
            with ExitStack() as running:
                yield SimpleNamespace(
                    first=first,
                    second=second,
                    product=product,
                    running=running,
                    web=[running.enter_context(servers.gunicorn(product, f"web{n}")) for n in range(SERVERS)],
                    cookies=cookies,
                )


def ports(site: Any) -> list[int]:
    return [web.port for web in site.web]


def person(site: Any, name: str) -> Browser:
    return Browser(ports(site), site.cookies[name])


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
            for _server in ports(site):
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


def killed_and_back(site: Any, n: int) -> None:
    """Hard, in the middle of work; after a while another one takes its place."""
    time.sleep(BEFORE)
    dead = site.web[n]
    dead.kill()
    time.sleep(AFTER)
    again = servers.gunicorn(site.product, f"{dead.name}-again", bind=dead.bind)
    site.web[n] = site.running.enter_context(again)


def under_load(coordinators: list[Writer], work: Callable[[], None]) -> None:
    """They post without a pause while `work` is done."""
    end = Event()
    with ThreadPoolExecutor(len(coordinators)) as threads:
        working = [threads.submit(writer.work, end.is_set) for writer in coordinators]
        try:
            work()
        finally:
            end.set()
        for one in working:
            one.result()


def counted(coordinators: list[Writer], server: Any) -> tuple[set[str], set[str], set[str]]:
    """Posts acknowledged; of these lost; and stored ones that nobody sent."""
    acknowledged = {note for writer in coordinators for note in writer.acknowledged}
    unknown = {note for writer in coordinators for note in writer.unknown}
    states = tuple(f"note-{writer.state}-" for writer in coordinators)
    stored = {note for note in servers.written(server) if note.startswith(states)}
    return acknowledged, acknowledged - stored, stored - acknowledged - unknown


def test_killing_a_web_server_loses_nothing(site, figure):
    """Ten countries post without a pause while each of the three web servers is killed in its turn."""
    coordinators = [Writer(state, person(site, f"{state.lower()}.coordinator")) for state in STATES]
    first = [web.running.pid for web in site.web]

    def each_in_turn() -> None:
        for n in range(SERVERS):
            killed_and_back(site, n)

    under_load(coordinators, each_in_turn)
    acknowledged, lost, unsent = counted(coordinators, site.first)
    killed = sum(web.running.pid not in first for web in site.web)
    figure("web servers killed in turn, of three", killed, SERVERS)
    figure("posts acknowledged while they were killed", len(acknowledged), ">= 50 posts")
    figure("requests that a killed server left without an answer", interrupted(coordinators), ">= 1 posts")
    figure("acknowledged posts lost", len(lost), 0)
    figure("posts stored that nobody sent", len(unsent), 0)
    assert board(person(site, "consultant"))


def interrupted(coordinators: list[Writer]) -> int:
    return sum(len(writer.unknown) for writer in coordinators)


def test_a_server_that_loses_what_it_acknowledged_is_caught(site, figure):
    """Planted: a fourth web server, which says yes and takes back what it wrote."""
    with servers.gunicorn(site.product, "planted", application="tests.trust.planted_faults") as web:
        liar = Writer("VNM", Browser([web.port], site.cookies["vnm.coordinator"]))
        assert [liar.post(f"note-VNM-planted-{n}") for n in range(3)] == [302] * 3
    _acknowledged, lost, _unsent = counted([liar], site.first)
    figure("planted: acknowledged posts lost, found", len(lost), 3)


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
