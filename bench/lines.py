"""`python -m bench.lines board [rows]`: where the time of a page goes, line by line of our own code."""

import signal
import sys
from tempfile import TemporaryDirectory

from bench.databases import databases
from bench.processes import result_of, start
from tests.support.databases import stop

ROWS = "10000"


def main(page: str, rows: str = ROWS) -> None:
    """Profile the page whose name in docs/performance.md begins so."""
    with databases() as made, TemporaryDirectory() as folder:
        result_of(start(folder, made.make("world"), "world"))
        seeded = made.make("rows", "world")
        result_of(start(folder, seeded, "seed", rows))
        print(result_of(start(folder, seeded, "lines", page))["text"])


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    main(*sys.argv[1:])
