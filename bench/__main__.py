"""`python -m bench [rows ...]`: each size in processes of its own, then every goal beside what was measured."""

import json
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from bench import report
from bench.databases import Databases, databases
from bench.processes import Process, result_of, start
from tests.support.databases import stop

RESULTS = Path("var/bench.json")
SIZES = (1_000, 10_000, 100_000, 1_000_000)
USUAL = 100_000  # the size of what is measured at one size alone
ROUNDS, FEWER = 24, 6  # fewer at a size that no goal names


class Plan(NamedTuple):
    """Which sizes; what is measured at one of them only is so at `usual` and at the largest."""

    sizes: list[int]

    @property
    def usual(self) -> int:
        return USUAL if USUAL in self.sizes else max(self.sizes)

    def pages_of(self, rows: int) -> list[str]:
        rounds = ROUNDS if rows in (min(self.sizes), self.usual, max(self.sizes)) else FEWER
        more = [
            *(["extras"] if rows == self.usual else []),
            *(["exports"] if rows == max(self.sizes) else []),
        ]
        return ["pages", str(rounds), *more]


def main(sizes: list[int]) -> None:
    start_time, plan = time.time(), Plan(sizes)
    results: dict[str, Any] = {"sizes": [], "memory": {}}
    with databases() as made, TemporaryDirectory() as folder, ExitStack() as ends:
        measure(plan, made, folder, results, ends)
    results["seconds"] = round(time.time() - start_time)
    store(results)
    report.write(results, "" if tuple(sizes) == SIZES else " ".join(map(str, sizes)))


def measure(plan: Plan, made: Databases, folder: str, results: dict[str, Any], ends: ExitStack) -> None:
    """The long test of a worker's memory has one processor while the next size is seeded by the other."""
    result_of(start(folder, made.make("world"), "world"))
    memory: list[Process] = []  # while it is measured
    for rows in plan.sizes:
        url = made.make(f"rows_{rows}", "world")
        seeded = result_of(start(folder, url, "seed", str(rows)))
        results["memory"] |= result_of(memory.pop()) if memory else {}
        results["sizes"].append(
            {"rows": rows, **seeded, **result_of(start(folder, url, *plan.pages_of(rows)))}
        )
        store(results)
        if rows == plan.usual:
            memory.append(start(folder, url, "memory"))
            ends.callback(memory[0].terminate)  # also if another step fails
        else:
            made.drop(f"rows_{rows}")
    results["memory"] |= result_of(memory.pop()) if memory else {}


def store(results: dict[str, Any]) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    # By default this signal ends Python on the spot, and the servers would stay.
    signal.signal(signal.SIGTERM, stop)
    main([int(word) for word in sys.argv[1:]] or [*SIZES])
