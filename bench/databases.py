"""The databases of one server: one for each size, from the one that holds their common world."""

from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


class Databases:
    def __init__(self, url: str) -> None:
        self.server = url

    def url(self, name: str) -> str:
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))

    def make(self, name: str, template: str = "template1") -> str:
        """The URL of a new database, a copy of another one."""
        copied = sql.Identifier(name), sql.Identifier(template)
        self._ask(sql.SQL("create database {} template {}").format(*copied))
        return self.url(name)

    def drop(self, name: str) -> None:
        self._ask(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))

    def _ask(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as server:
            server.execute(statement)
