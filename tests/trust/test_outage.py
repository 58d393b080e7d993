"""The database goes and comes back; the web server is reloaded under load: what people see, and for how long."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from tests.trust import servers
from tests.trust.servers import CYCLE, DEAD, Browser, Writer

RELOADS = 8
WRITING = ("VNM", "LAO")
# With a session and without, with the database and without.
READ = (f"{CYCLE}framework/", "/readyz?exclude=tick", "/livez", "/accounts/login/")
# The pool tries again later and later; a long break shows whether that keeps the site away.
BREAKS = (3, 40)


@pytest.fixture(scope="module")
def site(tmp_path_factory: Any) -> Iterator[SimpleNamespace]:
    folder = tmp_path_factory.mktemp("outage")
    with servers.postgres() as database:
        product = servers.Product(folder, database.uri, WEB_WORKERS="2")
        product.fill()
        product.manage("tick")
        cookies = product.sign_in("vnm.coordinator", "lao.coordinator", "consultant")
        with servers.gunicorn(product) as web:
            yield SimpleNamespace(database=database, product=product, web=web, cookies=cookies)


def ready(site: Any) -> int:
    return Browser([site.web.port]).get("/readyz").status


@pytest.mark.parametrize("seconds", BREAKS)
def test_the_database_is_down_and_back(seconds, site, figure):
    browser = Browser([site.web.port], site.cookies["consultant"])
    assert (ready(site), browser.get(CYCLE).status) == (200, 200)
    site.database.stop()
    stopped = time.monotonic()
    assert ready(site) == 503
    answer = browser.get(CYCLE)
    assert (answer.status, Browser([site.web.port]).get("/livez").status) == (503, 200)
    assert "The database does not answer" in answer.body
    assert "site" in re.search(r'href="([^"]+)"', answer.body[answer.body.find("reviews/site") - 20 :])[1]
    while time.monotonic() - stopped < seconds:
        assert browser.get(CYCLE).status == 503
    site.database.start()
    start = time.monotonic()
    back = servers.wait_for(lambda: ready(site) == 200 and browser.get(CYCLE).status == 200, "recovery", 30)
    assert back
    figure(f"recovery after the database was away for {seconds} s", time.monotonic() - start, "<= 5 s")


def reload(web: servers.Web) -> None:
    """To new processes, after the old ones have ended what they had begun; then a second of work."""
    before = set(web.children())
    web.reload()
    servers.wait_for(lambda: not before & set(web.children()), web.log)
    time.sleep(1)


class Work:
    """Two people who read and two who write, while something is done to the server."""

    def __init__(self, site: Any, done: Callable[[], None]) -> None:
        self.site, self.end = site, Event()
        self.failed: list[str] = []
        self.answered: list[int] = []
        self.writers = [Writer(state, self._browser(f"{state.lower()}.coordinator")) for state in WRITING]
        with ThreadPoolExecutor(4) as threads:
            working = [threads.submit(self._read) for _n in range(2)]
            working += [threads.submit(writer.work, self.end.is_set) for writer in self.writers]
            try:
                done()
            finally:
                self.end.set()
            for one in working:
                one.result()

    def _browser(self, name: str) -> Browser:
        return Browser([self.site.web.port], self.site.cookies[name])

    def _read(self) -> None:
        browser = self._browser("consultant")
        while not self.end.is_set():
            try:
                self.answered.extend(browser.get(path).status for path in READ)
            except DEAD as error:
                self.failed.append(repr(error))

    @property
    def acknowledged(self) -> set[str]:
        return {note for writer in self.writers for note in writer.acknowledged}

    @property
    def failures(self) -> int:
        wrong = sum(status not in (200, 302) for status in self.answered)
        return len(self.failed) + wrong + sum(len(writer.unknown) for writer in self.writers)


def test_reloads_lose_no_request(site, figure):
    """8 reloads (HUP) while people read and write: every request is answered."""

    def reloads() -> None:
        for _n in range(RELOADS):
            reload(site.web)

    work = Work(site, reloads)
    count = len(work.answered) + len(work.acknowledged)
    figure("requests answered during 8 reloads", count, ">= 100 requests")
    figure("requests failed during 8 reloads", work.failures, 0)
    lost = work.acknowledged - servers.written(site.database)
    figure("acknowledged posts lost during 8 reloads", len(lost), 0)


def test_processes_that_do_not_end_what_they_began_are_noticed(site, figure):
    """Planted: in place of a reload, all processes that serve are killed."""

    def kills() -> None:
        time.sleep(1)
        for _n in range(3):
            for pid in site.web.children():
                os.kill(pid, signal.SIGKILL)
            time.sleep(2)

    figure("planted: requests that failed with killed processes", Work(site, kills).failures, ">= 1 requests")


def test_figures_of_all_processes_are_added_up(site):
    """Two processes, each with a part of the requests; also those of processes that a reload has ended."""
    browser = Browser([site.web.port], site.cookies["consultant"])
    for _n in range(10):
        browser.get(f"{CYCLE}plan/")
    token = site.product.environment["METRICS_TOKEN"]
    text = Browser([site.web.port]).get("/metrics", Authorization=f"Bearer {token}").body
    counted = re.search(r'requests_total\{method="GET",route="plan",status="200"\} (\d+)', text)
    assert float(counted[1]) == 10
    assert "reviewtracker_database_up 1.0" in text
    assert "reviewtracker_last_tick_age_seconds" in text
