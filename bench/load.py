"""Load tests: how many pages a second, and how much memory a worker keeps after ten thousand of them."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from typing import Any, TypeVar

from bench.servers import Browser, Server

CLIENTS = 8
SLICE = 3.0  # seconds of a turn
TURNS = 3
MIXED = 10_000
SAMPLES = 40
LONGEST = 400  # seconds
Result = TypeVar("Result")


def throughput(ours: Server, floor: Server, session: str, url: str) -> dict[str, float]:
    """Pages a second to eight clients, in turns."""
    answered = {"ours": 0, "floor": 0}
    for _turn in range(TURNS):
        answered["ours"] += _count_answers(ours.port, session, url)
        answered["floor"] += _count_answers(floor.port, "", url)
    return {whose: round(n / (TURNS * SLICE), 1) for whose, n in answered.items()}


def _count_answers(port: int, session: str, url: str) -> int:
    until = time.monotonic() + SLICE

    def request_until_then() -> int:
        browser, answers = Browser(port, session), 0
        while time.monotonic() < until:
            answers += browser.get(url).status == 200
        return answers

    return sum(_run_clients(request_until_then))


def memory(server: Server, session: str, urls: list[str]) -> dict[str, Any]:
    """MB of the only worker, again and again during ten thousand requests of all kinds, as time allows."""
    samples: list[float] = []
    until, pages = time.monotonic() + LONGEST, cycle(urls)
    while len(samples) < SAMPLES and time.monotonic() < until:
        _request_all(server.port, session, list(islice(pages, MIXED // SAMPLES)))
        samples.append(round(max(server.memory().values()), 1))
    requests = MIXED // SAMPLES * len(samples)
    return {"requests": requests, "mb": samples, "most_mb": max(samples)}


def _request_all(port: int, session: str, urls: list[str]) -> None:
    """Request all addresses by eight clients, who take from one list."""
    remaining, lock = iter(urls), threading.Lock()

    def request_remaining() -> None:
        browser = Browser(port, session)
        while True:
            with lock:
                url = next(remaining, None)
            if url is None:
                return
            if (status := browser.get(url).status) != 200:
                raise RuntimeError(f"{url}: {status}")

    _run_clients(request_remaining)


def _run_clients(run: Callable[[], Result]) -> list[Result]:
    """Run eight clients at once and return their results; raise what went wrong for one of them."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        futures = [clients.submit(run) for _n in range(CLIENTS)]
        return [future.result() for future in futures]
