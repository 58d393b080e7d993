"""Pages of a list whose rows come with their number: one query for both, and never a count of everything.

Counting every row of a long list costs more than showing a page of it, and nobody turns eighty pages: what
lies behind them is reached by the filters or taken away whole.

The rows of a page are found by their keys alone, and only then read: sorting a register by a name carries two
narrow columns about and not all that a page shows.
"""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import IntegerField, QuerySet, Subquery, Value
from django.utils.functional import cached_property

MOST = 2_000  # rows that are counted


class Counted(Subquery):
    """How many rows a query finds, up to one more than `MOST`."""

    template = '(SELECT COUNT(*) FROM (%(subquery)s) "counted")'
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any]) -> None:
        # Of no column, so that an index alone can tell.
        super().__init__(rows.order_by().values_list(Value(1))[: MOST + 1])


class ListPaginator(Paginator):
    """Reads the page of a table's queryset, and from its first row how many there are in all."""

    found: int | None = None  # rows counted, once a page was read

    def page(self, number: Any) -> Page:
        rows = self.object_list.data.data  # type: ignore[attr-defined] # the table's rows, their data, its queryset
        if not isinstance(rows, QuerySet):
            return super().page(number)
        start = (int(number) - 1) * self.per_page
        shown: Sequence[Any] = [] if start >= MOST else self._read(rows, start)
        self.found = shown[0].counted if shown else rows.order_by()[: MOST + 1].count()
        return Page(shown, self.validate_number(number), self)

    def _read(self, rows: QuerySet[Any], start: int) -> Sequence[Any]:
        rows = _settled(rows)
        shown, end = rows.annotate(counted=Counted(rows)), start + self.per_page
        return list(shown.filter(pk__in=rows.values("pk")[start:end]))

    @cached_property
    def count(self) -> int:
        """Rows that can be paged through."""
        return super().count if self.found is None else min(self.found, MOST)

    @property
    def has_more(self) -> bool:
        """Whether there are more rows than the pages show."""
        return (self.found or 0) > MOST


def _settled(rows: QuerySet[Any]) -> QuerySet[Any]:
    """In an order that leaves no two rows equal: else one may stand on two pages, and another on none."""
    return rows.order_by(*(rows.query.order_by or rows.model._meta.ordering), "pk")
