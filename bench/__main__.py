"""`python -m bench [rows ...]`: each size in a process of its own, then every goal beside what was measured."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench import report
from bench.servers import PRODUCTION
from tests.databases import postgres

RESULTS = Path("var/bench.json")
SIZES = (1_000, 10_000, 100_000, 1_000_000)
USUAL = 100_000  # the size of what is measured at one size alone
ROUNDS, FEWER = 40, 15  # fewer for a size that no goal names


def main(sizes: list[int]) -> None:
    began, found = time.time(), []
    with postgres() as url, TemporaryDirectory() as folder:
        _database(url, "world", "template1")
        run(["world"], url, "world", folder)
        for rows in sizes:
            _database(url, f"rows_{rows}", "world")
            found.append(run(_options(rows, sizes), url, f"rows_{rows}", folder))
            _drop(url, f"rows_{rows}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"sizes": found, "seconds": round(time.time() - began)}, indent=1))
    report.tell(json.loads(RESULTS.read_text()), " ".join(f"{rows}" for rows in sizes if sizes != [*SIZES]))


def _options(rows: int, sizes: list[int]) -> list[str]:
    usual = USUAL if USUAL in sizes else max(sizes)
    rounds = FEWER if rows not in (min(sizes), usual, max(sizes)) else ROUNDS
    more = [*(["extras"] if rows == usual else []), *(["exports"] if rows == max(sizes) else [])]
    return [str(rows), str(rounds), *more]


def run(options: list[str], url: str, name: str, folder: str) -> dict[str, Any]:
    print(f"... {' '.join(options)}", file=sys.stderr, flush=True)
    environment = {**os.environ, **PRODUCTION, "DATABASE_URL": _at(url, name), "STATIC_DIR": folder}
    command = [sys.executable, "-m", "bench.one", *options]
    done = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _database(url: str, name: str, template: str) -> None:
    _ask(
        url, sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
    )


def _drop(url: str, name: str) -> None:
    _ask(url, sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _ask(url: str, statement: sql.Composed) -> None:
    with psycopg.connect(_at(url, "postgres"), autocommit=True) as server:
        server.execute(statement)


def _at(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [*SIZES])
