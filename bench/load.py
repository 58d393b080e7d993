"""Many at once: how many pages a second, and what ten thousand of them leave in a worker's memory."""

import threading
import time
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

from bench.servers import Browser, Server

CLIENTS = 8
SLICE = 3.0  # seconds of a turn
TURNS = 3
MIXED = 10_000
SAMPLES = 40


def throughput(ours: Server, floor: Server, session: str, url: str) -> dict[str, float]:
    """Pages a second to eight clients, in turns."""
    answered = {"ours": 0, "floor": 0}
    for _turn in range(TURNS):
        answered["ours"] += _answered(ours.port, session, url)
        answered["floor"] += _answered(floor.port, "", url)
    return {whose: round(n / (TURNS * SLICE), 1) for whose, n in answered.items()}


def _answered(port: int, session: str, url: str) -> int:
    until = time.monotonic() + SLICE
    counts: list[int] = []

    def ask() -> None:
        browser, n = Browser(port, session), 0
        while time.monotonic() < until:
            n += browser.get(url).status == 200
        counts.append(n)

    _together(ask)
    return sum(counts)


def memory(server: Server, session: str, urls: list[str]) -> dict[str, Any]:
    """MB of the only worker, again and again during ten thousand requests of all kinds."""
    samples = []
    for _part in range(SAMPLES):
        _ask_all(server.port, session, list(islice(cycle(urls), MIXED // SAMPLES)))
        samples.append(round(max(server.memory().values()), 1))
    return {"requests": MIXED, "mb": samples, "most_mb": max(samples)}


def _ask_all(port: int, session: str, urls: list[str]) -> None:
    """By eight clients, who take from one list."""
    left: Iterator[str] = iter(urls)
    lock = threading.Lock()

    def ask() -> None:
        browser = Browser(port, session)
        while url := _next(left, lock):
            answer = browser.get(url)
            assert answer.status == 200, f"{url}: {answer.status}"

    _together(ask)


def _next(urls: Iterator[str], lock: Any) -> str | None:
    with lock:
        return next(urls, None)


def _together(ask: Any) -> None:
    clients = [threading.Thread(target=ask) for _n in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
