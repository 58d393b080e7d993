"""The address of a list: what of it a saved view keeps, and what of an older one the list still knows."""

from collections.abc import Collection
from typing import NamedTuple

import django_tables2 as tables
from django.http import QueryDict

COLUMNS = "columns"  # those that are shown
VIEW, OPEN = "view", "open"  # which saved view was opened; which one to open
NOT_KEPT = ("page", "_export", VIEW, OPEN)


def kept_query(query: QueryDict) -> QueryDict:
    """The filters, the order and the columns of an address, without those that are empty."""
    kept = QueryDict(mutable=True)
    for name, values in query.lists():
        filled = [value for value in values if value]
        if filled and name not in NOT_KEPT:
            kept.setlist(name, filled)
    if COLUMNS in kept:
        kept[COLUMNS] = ",".join(names_in(kept, COLUMNS))
    return kept


def names_in(query: QueryDict, parameter: str) -> list[str]:
    """The names that a parameter has: of `columns=code,kind`, or of `columns=code&columns=kind`."""
    return [name for name in ",".join(query.getlist(parameter)).split(",") if name]


def is_known_order(table_class: type[tables.Table], order: str) -> bool:
    """Whether the list can be sorted by this column, or by it the other way round."""
    columns, name = table_class.base_columns, order.removeprefix("-")
    return (
        table_class._meta.orderable is not False and name in columns and columns[name].orderable is not False
    )


class KnownQuery(NamedTuple):
    """The part of a saved address that a list knows, and whether anything else was in it."""

    query: QueryDict
    filters_left_out: bool
    order_left_out: bool
    columns_left_out: bool


def known_query(saved: QueryDict, filters: Collection[str], table_class: type[tables.Table]) -> KnownQuery:
    """Leave out what the list does not have any more, or not for this reader. `filters`: those that it has."""
    query = QueryDict(mutable=True)
    for name, values in saved.lists():
        if name in filters:
            query.setlist(name, values)
    orders, columns = names_in(saved, "sort"), names_in(saved, COLUMNS)
    known_orders = [order for order in orders if is_known_order(table_class, order)]
    known_columns = [name for name in columns if name in table_class.base_columns]
    for name, known in (("sort", known_orders), (COLUMNS, known_columns)):
        if known:
            query[name] = ",".join(known)
    return KnownQuery(
        query,
        filters_left_out=bool({*saved} - {*filters, "sort", COLUMNS}),
        order_left_out=known_orders != orders,
        columns_left_out=known_columns != columns,
    )
