"""The databases of one server: one for each size, copied from the one with their common world."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.support.databases import postgres


class Databases:
    """Each has a name of its own, also on a server that is not ours alone (TEST_DATABASE_URL)."""

    def __init__(self, server: str) -> None:
        self.server, self.names = server, set[str]()

    def make(self, name: str, template: str = "") -> str:
        """Create a database, a copy of `template` if that is given, and return its URL."""
        self.drop(name)
        self.names.add(name)
        source = sql.Identifier(_full_name(template)) if template else sql.Identifier("template1")
        self._execute("create database {} template {}", sql.Identifier(_full_name(name)), source)
        return self._url(_full_name(name))

    def drop(self, name: str) -> None:
        self.names.discard(name)
        self._execute("drop database if exists {} with (force)", sql.Identifier(_full_name(name)))

    def _url(self, name: str) -> str:
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))

    def _execute(self, statement: LiteralString, *names: sql.Identifier) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as server:
            server.execute(sql.SQL(statement).format(*names))


def _full_name(name: str) -> str:
    return f"reviewtracker_bench_{name}"


@contextmanager
def databases() -> Iterator[Databases]:
    """Give databases until the block ends, and drop them then."""
    with postgres() as url:
        made = Databases(url)
        try:
            yield made
        finally:
            for name in list(made.names):
                made.drop(name)
