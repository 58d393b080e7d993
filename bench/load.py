"""Many at once: how many pages a second, and what ten thousand of them leave in a worker's memory."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from typing import Any

from bench.servers import Browser, Server

CLIENTS = 8
SLICE = 3.0  # seconds of a turn
TURNS = 3
MIXED = 10_000
SAMPLES = 40
LONGEST = 400  # seconds


def throughput(ours: Server, floor: Server, session: str, url: str) -> dict[str, float]:
    """Pages a second to eight clients, in turns."""
    answered = {"ours": 0, "floor": 0}
    for _turn in range(TURNS):
        answered["ours"] += _answered(ours.port, session, url)
        answered["floor"] += _answered(floor.port, "", url)
    return {whose: round(n / (TURNS * SLICE), 1) for whose, n in answered.items()}


def _answered(port: int, session: str, url: str) -> int:
    until = time.monotonic() + SLICE

    def ask() -> int:
        browser, n = Browser(port, session), 0
        while time.monotonic() < until:
            n += browser.get(url).status == 200
        return n

    return sum(_together(ask))


def memory(server: Server, session: str, urls: list[str]) -> dict[str, Any]:
    """MB of the only worker, again and again during ten thousand requests of all kinds, as time allows."""
    samples: list[float] = []
    until, pages = time.monotonic() + LONGEST, cycle(urls)
    while len(samples) < SAMPLES and time.monotonic() < until:
        _ask_all(server.port, session, list(islice(pages, MIXED // SAMPLES)))
        samples.append(round(max(server.memory().values()), 1))
    requests = MIXED // SAMPLES * len(samples)
    return {"requests": requests, "mb": samples, "most_mb": max(samples)}


def _ask_all(port: int, session: str, urls: list[str]) -> None:
    """By eight clients, who take from one list."""
    left: Iterator[str] = iter(urls)
    lock = threading.Lock()

    def ask() -> int:
        browser = Browser(port, session)
        while url := _next(left, lock):
            if (status := browser.get(url).status) != 200:
                raise RuntimeError(f"{url}: {status}")
        return 0

    _together(ask)


def _next(urls: Iterator[str], lock: Any) -> str | None:
    with lock:
        return next(urls, None)


def _together(ask: Callable[[], int]) -> list[int]:
    """What each of the clients brings back; raises what went wrong for one of them."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        return [client.result() for client in [clients.submit(ask) for _n in range(CLIENTS)]]
