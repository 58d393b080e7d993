"""`python -m bench.lines board [rows]`: where the time of a page goes, line by line of our own code."""

import signal
import sys
from tempfile import TemporaryDirectory

from bench.databases import Databases
from bench.processes import start, told
from tests.databases import postgres, stop

ROWS = "10000"


def main(page: str, rows: str = ROWS) -> None:
    """The page whose name in docs/performance.md begins so."""
    with postgres() as url, TemporaryDirectory() as folder:
        databases = Databases(url)
        told(start(folder, databases.make("world"), "world"))
        seeded = databases.make("rows", "world")
        told(start(folder, seeded, "seed", rows))
        print(told(start(folder, seeded, "lines", page))["text"])


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    main(*sys.argv[1:])
