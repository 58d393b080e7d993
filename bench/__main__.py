"""`python -m bench [rows ...]`: each size in a process of its own, then one table of ratios."""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench.servers import PRODUCTION
from tests.databases import postgres

RESULTS = Path("var/bench.json")
SIZES = (1_000, 100_000)


def main(sizes: list[int]) -> None:
    with postgres() as url, TemporaryDirectory() as folder:
        found = [run(size, url, folder) for size in sizes]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1))
    for one in found:
        show(one)


def run(rows: int, url: str, folder: str) -> dict[str, Any]:
    name = f"bench_{rows}"
    with psycopg.connect(of_database(url, "postgres"), autocommit=True) as server:
        server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    environment = {**os.environ, **PRODUCTION, "DATABASE_URL": of_database(url, name), "STATIC_DIR": folder}
    command = [sys.executable, "-m", "bench.one", str(rows)]
    done = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def of_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def show(one: dict[str, Any]) -> None:
    print(f"\n{one['rows']:,} rows                       ms  x floor  x admin  queries     kB")
    for name, page in one["pages"].items():
        ours, floor, admin = (page[whose]["ms"] for whose in ("ours", "floor", "admin"))
        size, queries = page["ours"]["bytes"] / 1000, page["ours"]["queries"]
        print(f"{name:28} {ours:7.1f} {ours / floor:8.2f} {ours / admin:8.2f} {queries:8} {size:6.0f}")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or list(SIZES))
