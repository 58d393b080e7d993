"""Keys-first pagination that reads rows and a capped count in one query.

Counting every row of a long list costs more than showing a page of it, and nobody turns eighty pages: later rows
are reached by the filters or exported.

The keys of a page are found first, and only then its rows are read: so sorting a long list by a name carries two
narrow columns, not all that a page shows.
"""

from collections.abc import Sequence

from django.core.paginator import Page, Paginator
from django.db.models import IntegerField, Model, QuerySet, Subquery, Value
from django.utils.functional import cached_property

MOST = 2_000  # rows that are counted


class CappedCount(Subquery):
    """How many rows a query finds, up to one more than `MOST`."""

    template = '(SELECT COUNT(*) FROM (%(subquery)s) "counted")'
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Model]) -> None:
        # Of no column, so that an index alone answers it.
        super().__init__(rows.order_by().values_list(Value(1))[: MOST + 1])


class ListPaginator(Paginator):
    """Reads the page of a table's queryset, and from its first row how many rows there are in all."""

    counted: int | None = None  # rows counted, once a page was read

    def page(self, number: int | str) -> Page:
        rows = self.object_list.data.data  # type: ignore[attr-defined] # the table's rows, their data, its queryset
        if not isinstance(rows, QuerySet):
            return super().page(number)
        # An order that leaves no two rows equal: else one may be on two pages, and another on none.
        rows = rows.order_by(*(rows.query.order_by or rows.model._meta.ordering or ()), "pk")
        start = (int(number) - 1) * self.per_page
        page_rows: Sequence[Model] = []
        if start < MOST:
            keys = rows.values("pk")[start : start + self.per_page]
            page_rows = list(rows.annotate(counted=CappedCount(rows)).filter(pk__in=keys))
        self.counted = page_rows[0].counted if page_rows else rows.order_by()[: MOST + 1].count()  # type: ignore[attr-defined] # annotated
        return Page(page_rows, self.validate_number(number), self)

    @cached_property
    def count(self) -> int:
        """Rows that can be paged through."""
        return super().count if self.counted is None else min(self.counted, MOST)

    @property
    def has_more(self) -> bool:
        """Whether there are more rows than the pages show."""
        return (self.counted or 0) > MOST
