"""The export of a long list: how much memory it takes from a worker, and how much it slows others down."""

import statistics
import threading
from typing import Any

from bench.servers import Browser, Server

IDLE = 40  # requests of the other page before


def measure(server: Server, session: str, url: str, other: str) -> dict[str, Any]:
    """For each format: MB that a worker grew by at most, and the median of another page before and meanwhile."""
    return {kind: _measure_one(server, session, f"{url}?_export={kind}", other) for kind in ("csv", "xlsx")}


def _measure_one(server: Server, session: str, url: str, other: str) -> dict[str, Any]:
    meanwhile: list[float] = []
    ended = threading.Event()

    def time_other() -> float:
        # On a connection of its own, which any of the workers may take.
        return Browser(server.port, session).get(other).seconds

    def time_other_until_ended() -> None:
        while not ended.is_set():
            meanwhile.append(time_other())

    idle = [time_other() for _n in range(IDLE)]
    before = server.memory()
    server.forget_peak()
    reader = threading.Thread(target=time_other_until_ended)
    reader.start()
    answer = Browser(server.port, session).get(url)
    ended.set()
    reader.join()
    grown = {pid: peak - before[pid] for pid, peak in server.peak().items()}
    return {
        "status": answer.status,
        "seconds": round(answer.seconds, 2),
        "bytes": answer.size,
        "grown_mb": round(max(grown.values()), 1),
        "idle_ms": _median_ms(idle),
        "meanwhile_ms": _median_ms(meanwhile),
        "rows": answer.body.count(b"\r\n") - 1 if "csv" in url else None,
    }


def _median_ms(seconds: list[float]) -> float:
    return round(1000 * statistics.median(seconds), 2)
