"""The databases of one server: one for each size, from the one that holds their common world."""

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
        """The URL of a new database, a copy of another one of these if that is named."""
        self.drop(name)
        self.names.add(name)
        copied = sql.Identifier(_named(template)) if template else sql.Identifier("template1")
        self._ask("create database {} template {}", sql.Identifier(_named(name)), copied)
        return self._url(_named(name))

    def drop(self, name: str) -> None:
        self.names.discard(name)
        self._ask("drop database if exists {} with (force)", sql.Identifier(_named(name)))

    def _url(self, name: str) -> str:
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))

    def _ask(self, statement: LiteralString, *names: sql.Identifier) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as server:
            server.execute(sql.SQL(statement).format(*names))


def _named(name: str) -> str:
    return f"reviewtracker_bench_{name}"


@contextmanager
def databases() -> Iterator[Databases]:
    """Until the block ends; then nothing of them is left."""
    with postgres() as url:
        made = Databases(url)
        try:
            yield made
        finally:
            for name in list(made.names):
                made.drop(name)
