"""The columns of a list that its reader chose to see, on the page and in exports."""

from collections.abc import Collection
from typing import NamedTuple

import django_tables2 as tables
from django_tables2.columns import BoundColumn


class ColumnChoice(NamedTuple):
    """A column that a reader may hide, or one that always stays."""

    name: str
    label: str
    is_shown: bool
    always_stays: bool
    is_ordered: bool  # whether the list is sorted by it


def always_shown(table: tables.Table) -> set[str]:
    """The names of the columns that identify a row: the first one, and the first that leads to its page."""
    columns = list(table.columns)
    linked = [column.name for column in columns if column.link is not None]
    return {*(column.name for column in columns[:1]), *linked[:1]}


def hide_columns(table: tables.Table, chosen: Collection[str]) -> list[ColumnChoice]:
    """Hide the columns that were not chosen; nothing chosen is all of them. Return the choices in their order.

    A hidden column can still be sorted by. What only exports have goes with the column of the page that it belongs to.
    """
    always, columns = always_shown(table), list(table.columns)
    shown = {column.name for column in columns if not chosen or column.name in chosen} | always
    if chosen:
        for column in table.columns.iterall():
            if _page_column(column) not in shown:
                column.column.visible, column.column.exclude_from_export = False, True
    return [
        ColumnChoice(
            column.name,
            str(column.header),
            is_shown=column.name in shown,
            always_stays=column.name in always,
            is_ordered=column.is_ordered,
        )
        for column in columns
    ]


def _page_column(column: BoundColumn) -> str:
    """The name of the column on the page that a column belongs to, which may be itself."""
    return str(getattr(column.column, "goes_with", column.name))
