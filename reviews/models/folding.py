"""Folding in the database: `reviews.text.fold` of any column, for searches without a stored folded column."""

import sqlite3
from typing import TYPE_CHECKING, Any

from django.db.backends.signals import connection_created
from django.db.models import Func, TextField

from reviews.text import FILLERS, TYPOGRAPHY, fold

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

# The rule of `fold` in PostgreSQL's words. Signs that Unicode does not take apart are replaced one by one; marks on
# Latin letters, and signs that show nothing (Unicode's category Cf, and fillers), are taken out.
REPLACED = {**TYPOGRAPHY, ord("đ"): "d", ord("Đ"): "d"}
FORMAT_SIGNS = (
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
REMOVED = f"[\u0300-\u036f{FORMAT_SIGNS}{''.join(sorted(FILLERS))}]"
POSTGRESQL = (
    "replace(lower(regexp_replace(normalize(translate((%(expressions)s)::text, %%s::text, %%s::text), NFKD),"
    " %%s::text, '', 'g')), 'ß', 'ss')"
)


class Folded(Func):
    """A column as `fold` has it: on PostgreSQL an expression, on SQLite that function itself."""

    function = "reviews_fold"
    arity = 1
    output_field = TextField()

    def as_postgresql(
        self, compiler: "SQLCompiler", connection: "BaseDatabaseWrapper", **context: Any
    ) -> tuple[str, tuple[object, ...]]:
        sql, params = self.as_sql(compiler, connection, template=POSTGRESQL, **context)
        signs, replacements = "".join(map(chr, REPLACED)), "".join(REPLACED.values())
        return sql, (*params, signs, replacements, REMOVED)


def add_fold(connection: "BaseDatabaseWrapper", **_kwargs: object) -> None:
    """Make `fold` known to a new connection of SQLite."""
    if isinstance(connection.connection, sqlite3.Connection):
        connection.connection.create_function("reviews_fold", 1, _fold_value, deterministic=True)


def _fold_value(value: object) -> str | None:
    return None if value is None else fold(str(value))


connection_created.connect(add_fold)
