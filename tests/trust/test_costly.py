"""One person who asks for much, in an installation with 100,000 gaps: what others notice, and what it costs."""

import re
import socket
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import Any

import pytest

from tests.trust import servers
from tests.trust.servers import Browser

ROWS, MANY = 100_000, 48
CYCLE = "/cycles/bench-1/"
COMPARISON = f"{CYCLE}compare/?from=2019-06-30&to=2020-08-17"
COSTLY = {
    "comparisons": COMPARISON,
    "exported comparisons": f"{COMPARISON}&_export=xlsx",
    "exports of all gaps": f"{CYCLE}datagaps/?_export=xlsx",
    "desks": "/",
}
PAGE = f"{CYCLE}framework/"
MEMORY = 250  # MB of a worker
SEED = "from bench import seed, world\nworld.make()\nseed.fill({rows})"


@pytest.fixture(scope="module")
def site() -> Iterator[SimpleNamespace]:
    """With the workers and threads of an installation."""
    folder = Path(mkdtemp(prefix="reviewtracker-costly-"))
    with servers.postgres() as database:
        usual = {"WEB_WORKERS": "2", "WEB_THREADS": "8", "DATABASE_POOL": "10", "MALLOC_ARENA_MAX": "2"}
        product = servers.Product(folder, database.uri, **usual)
        product.manage("migrate", "--verbosity=0")
        product.manage("shell", "--verbosity=0", f"--command={SEED.format(rows=ROWS)}")
        database.ask("vacuum analyze")
        cookies = product.sign_in("bench.vnm", "bench.consultant")
        with servers.gunicorn(product) as web:
            yield SimpleNamespace(web=web, cookies=cookies, database=database)


def seconds_of_pages(site: Any, until: float) -> list[float]:
    """What somebody else waits for a page, again and again."""
    browser, taken = Browser([site.web.port], site.cookies["bench.consultant"]), []
    while time.monotonic() < until:
        begun = time.monotonic()
        assert browser.get(PAGE).status == 200
        taken.append(time.monotonic() - begun)
    return taken


def ask_and_hang_up(site: Any, path: str) -> None:
    """As somebody who presses reload again and again, and closes the browser."""
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={site.cookies['bench.vnm']}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", site.web.port), timeout=30) as link:
        link.sendall(head.encode())
        time.sleep(2)


def ask_and_wait(site: Any, path: str) -> int:
    return Browser([site.web.port], site.cookies["bench.vnm"]).get(path).status


def peak(site: Any) -> float:
    """MB that a worker had at most."""
    peaks = [Path(f"/proc/{pid}/status").read_text() for pid in site.web.children()]
    return max(int(re.search(r"VmHWM:\s+(\d+) kB", text)[1]) / 1000 for text in peaks)


@pytest.mark.parametrize("asked", [ask_and_hang_up, ask_and_wait])
@pytest.mark.parametrize("what", COSTLY)
def test_one_person_who_asks_for_much_keeps_nobody_waiting(what, asked, site, figure):
    for _worker in range(4):  # the templates and code of a process are loaded once
        ask_and_wait(site, COSTLY[what])
    usual = statistics.median(seconds_of_pages(site, time.monotonic() + 3))
    with ThreadPoolExecutor(MANY) as threads:
        working = [threads.submit(asked, site, COSTLY[what]) for _n in range(MANY)]
        time.sleep(0.2)
        taken = seconds_of_pages(site, time.monotonic() + 4)
        answers = Counter(one.result() for one in working)
    how = f"{MANY} {what} by one person ({'who hangs up' if asked is ask_and_hang_up else 'who waits'})"
    figure(
        f"{how}: another page, compared with its usual time", statistics.median(taken) / usual, "<= 2 times"
    )
    figure(f"{how}: slowest other page", max(taken), "<= 5 s")
    if asked is ask_and_wait:
        figure(f"{how}: answers other than the page or a word to wait", len(answers.keys() - {200, 429}), 0)
        assert answers[200] >= 2
    figure(f"{how}: memory of a worker", peak(site), f"<= {MEMORY} MB")


def test_a_statement_that_takes_too_long_is_ended(site, figure):
    """The table is locked, so the page would wait for ever."""
    with (
        servers.gunicorn(site.web.product, "short", STATEMENT_TIMEOUT="1", WEB_WORKERS="1") as web,
        ThreadPoolExecutor(1) as threads,
    ):
        lock = "begin; lock table reviews_datagap in access exclusive mode; select pg_sleep(6); commit"
        locked = threads.submit(site.database.ask, lock)
        time.sleep(0.5)
        begun = time.monotonic()
        answer = Browser([web.port], site.cookies["bench.vnm"]).get(f"{CYCLE}datagaps/")
        figure(
            "a statement that would take 6 s, with a limit of 1 s: the page comes after",
            time.monotonic() - begun,
            "<= 3 s",
        )
        assert (answer.status, "took longer than a page may" in answer.body) == (503, True)
        locked.result()
        assert Browser([web.port], site.cookies["bench.vnm"]).get(f"{CYCLE}datagaps/").status == 200
