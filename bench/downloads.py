"""A long list taken away: how much memory it takes from a worker, and what others notice of it."""

import statistics
import threading
from typing import Any

from bench.servers import Browser, Server

IDLE = 40  # requests of the other page before


def measure(server: Server, session: str, url: str, other: str) -> dict[str, Any]:
    """For each format: MB that a worker grew by at most, and the median of another page before and meanwhile."""
    return {kind: _one(server, session, f"{url}?_export={kind}", other) for kind in ("csv", "xlsx")}


def _one(server: Server, session: str, url: str, other: str) -> dict[str, Any]:
    ended = threading.Event()
    taken: list[float] = []
    idle = [_seconds(Browser(server.port, session), other) for _n in range(IDLE)]
    before = server.memory()
    server.forget_peak()
    reader = threading.Thread(target=_read, args=(server.port, session, other, ended, taken))
    reader.start()
    answer = Browser(server.port, session).get(url)
    ended.set()
    reader.join()
    grown = {pid: most - before[pid] for pid, most in server.peak().items()}
    return {
        "status": answer.status, "seconds": round(answer.seconds, 2), "bytes": answer.size,
        "grown_mb": round(max(grown.values()), 1), "idle_ms": _median(idle), "meanwhile_ms": _median(taken),
        "rows": answer.body.count(b"\r\n") - 1 if "csv" in url else None,
    }  # fmt: skip


def _read(port: int, session: str, url: str, ended: threading.Event, taken: list[float]) -> None:
    while not ended.is_set():
        taken.append(_seconds(Browser(port, session), url))


def _seconds(browser: Browser, url: str) -> float:
    """On a connection of its own, which any of the workers may take."""
    return browser.get(url).seconds


def _median(seconds: list[float]) -> float:
    return round(1000 * statistics.median(seconds), 2)
