"""The database goes and comes back; the web server is reloaded under load: what people see, and for how long."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from tests.trust import servers
from tests.trust.servers import CYCLE, DEAD, Browser, Writer

RELOADS = 8
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
        cookies = product.sign_in("vnm.coordinator", "lao.coordinator", "secretariat")
        with servers.gunicorn(product) as web:
            yield SimpleNamespace(database=database, product=product, web=web, cookies=cookies)


def ready(site: Any) -> int:
    return Browser([site.web.port]).get("/readyz").status


@pytest.mark.parametrize("seconds", BREAKS)
def test_the_database_is_down_and_back(seconds, site, figure):
    browser = Browser([site.web.port], site.cookies["secretariat"])
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


def test_reloads_lose_no_request(site, figure):
    """8 reloads (HUP) while people read and write: every request is answered."""
    failed, answered = [], []
    end = Event()

    def read() -> None:
        browser = Browser([site.web.port], site.cookies["secretariat"])
        while not end.is_set():
            try:
                answered.extend(browser.get(path).status for path in READ)
            except DEAD as error:
                failed.append(repr(error))

    writers = [
        Writer(state, Browser([site.web.port], site.cookies[f"{state.lower()}.coordinator"]))
        for state in ("VNM", "LAO")
    ]
    with ThreadPoolExecutor(4) as threads:
        working = [
            threads.submit(read),
            threads.submit(read),
            *(threads.submit(w.work, end.is_set) for w in writers),
        ]
        try:
            for _n in range(RELOADS):
                reload(site.web)
        finally:
            end.set()
        for one in working:
            one.result()
    lost = [note for writer in writers for note in writer.unknown]
    acknowledged = {note for writer in writers for note in writer.acknowledged}
    figure("requests answered during 8 reloads", len(answered) + len(acknowledged), ">= 100 requests")
    figure(
        "requests failed during 8 reloads",
        len(failed) + len(lost) + sum(s not in (200, 302) for s in answered),
        0,
    )
    figure("acknowledged posts lost during 8 reloads", len(acknowledged - servers.written(site.database)), 0)


def test_figures_of_all_processes_are_added_up(site):
    """Two processes, each with a part of the requests; also those of processes that a reload has ended."""
    browser = Browser([site.web.port], site.cookies["secretariat"])
    for _n in range(10):
        browser.get(f"{CYCLE}plan/")
    token = site.product.environment["METRICS_TOKEN"]
    text = Browser([site.web.port]).get("/metrics", Authorization=f"Bearer {token}").body
    counted = re.search(r'requests_total\{method="GET",route="plan",status="200"\} (\d+)', text)
    assert float(counted[1]) == 10
    assert "reviewtracker_database_up 1.0" in text
    assert "reviewtracker_last_tick_age_seconds" in text
