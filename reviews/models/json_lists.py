"""A list of rows inside another row, as JSON: related rows in the query that reads a record."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import JSONField, Subquery
from django.db.models.sql.compiler import SQLCompiler


class JSONListSubquery(Subquery):
    """The rows of a queryset, each one JSON object named `item`, as one list; NULL if there are none.

    Django has the like for PostgreSQL alone (ArraySubquery).
    """

    template = "(SELECT JSONB_AGG(items.item) FROM (%(subquery)s) items)"
    output_field = JSONField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        # A subquery has lost that its values are JSON: JSON() says so again.
        template = "(SELECT JSON_GROUP_ARRAY(JSON(items.item)) FROM (%(subquery)s) items)"
        return self.as_sql(compiler, connection, template=template, **context)  # type: ignore[call-arg]  # stubs
