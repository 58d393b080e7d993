"""The body of every list as one string, and its values for an export.

django-tables2 looks each column up anew for every cell: its accessor, whether a choice stands behind it, which
arguments its `render` takes. Here all that is asked once for a table (`make bench` tells what it saves). What
columns declare stays theirs: accessor, default, empty_values, linkify, render and value methods.
"""

import inspect
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from reviews import pieces

Getter = Callable[[Any], Any]
Cell = Callable[[Any], Any]  # of a record

HEAD = '<th scope="row" role="rowheader" data-label="{}">', "</th>"
DATA = '<td role="cell" data-label="{}"><div>', "</div></td>"


def head(table: Any, query: QueryDict) -> SafeString:
    """The heads of the columns; a click on one sorts by it, and once more the other way round."""
    kept = query.copy()
    for name in (table.prefixed_order_by_field, table.prefixed_page_field):  # in another order it begins anew
        kept.pop(name, None)
    asked = f"{kept.urlencode()}&" if kept else ""
    return format_html_join("\n", "<th {}{}>{}</th>", (_head(c, asked) for c in table.columns))


def _head(column: Any, asked: str) -> tuple[Any, Any, Any]:
    attributes = {"scope": "col", "role": "columnheader", **column.attrs["th"]}
    if not column.orderable:
        return flatatt(attributes), "", column.header
    order = column.order_by_alias
    way = ("up", "ascending") if order.is_ascending else ("down", "descending")
    shape, told = way if column.is_ordered else ("sort", "")
    asked += urlencode({column._table.prefixed_order_by_field: order.next})
    link = format_html('<a href="?{}">{}{}</a>', asked, column.header, pieces.symbol(shape))
    return flatatt(attributes), format_html(' aria-sort="{}"', told) if told else "", link


def body(table: Any) -> SafeString:
    """The rows of the page that is shown, escaped."""
    cells = [_framed(column, first=not n) for n, column in enumerate(table.columns)]
    rows = table.page.object_list if hasattr(table, "page") else table.data
    rows = getattr(rows, "data", rows)
    return mark_safe("\n".join(_row(cells, record) for record in rows))  # noqa: S308 - each cell is escaped


def values(table: Any) -> Iterator[list[Any]]:
    """What an export takes: the heads of the columns, then the values of every row."""
    columns = [c for c in table.columns.iterall() if not c.column.exclude_from_export]
    cells = [_cell(column, column.value, None) for column in columns]
    yield [str(column.header) for column in columns]
    for record in _all(table.data):
        yield [cell(record) for cell in cells]


def _all(data: Any) -> Any:
    """Every record, of a queryset in portions, so that a long list needs no more memory than a short one."""
    records = data.data
    return records.iterator(chunk_size=2000) if isinstance(records, QuerySet) else records


def _row(cells: list[Cell], record: Any) -> str:
    return f'<tr role="row">{"".join([cell(record) for cell in cells])}</tr>'


def _framed(column: Any, first: bool) -> Cell:
    """The cell of a column between its tags."""
    opens, closes = HEAD if first else DATA
    opened, content = format_html(opens, column.header), _cell(column, column.render, column.default)
    if column.link is None:
        return lambda record: f"{opened}{conditional_escape(content(record))}{closes}"
    url = _with_arguments(column.link.url, {"table": column._table})
    return lambda record: f"{opened}{_linked(url(None, record), content(record))}{closes}"


def _linked(url: str, content: Any) -> SafeString:
    """The content as a link; what has no page of its own stays as it is."""
    return format_html('<a href="{}">{}</a>', url, content) if url else conditional_escape(content)


def _cell(column: Any, shown: Callable[..., Any], default: Any) -> Cell:
    about = {"column": column.column, "bound_column": column, "table": column._table}
    find, empty, show = _getter(column), column.column.empty_values, _with_arguments(shown, about)

    def cell(record: Any) -> Any:
        value = find(record)
        return default if value in empty else show(value, record)

    return cell


def _getter(column: Any) -> Getter:
    """Finds a column's value in a record; the word of a choice, and None where the way ends early."""
    names = str(column.accessor).replace("__", ".").split(".")
    model = getattr(column._table._meta, "model", None)
    if len(names) == 1 and (words := _words(model, names[0])):
        return lambda record: words.get(value := getattr(record, names[0]), value)
    return lambda record: _follow(record, names)


def _follow(record: Any, names: list[str]) -> Any:
    for name in names:
        record = getattr(record, name, None)
        # A model or a manager is a value, though Python could call the latter.
        if callable(record) and not isinstance(record, Model) and not hasattr(record, "all"):
            record = record()
    return record


def _words(model: Any, name: str) -> dict[Any, str]:
    """What the choices of a field are called in the present language; empty if it has none."""
    try:
        choices = model._meta.get_field(name).flatchoices if model else ()
    except (FieldDoesNotExist, AttributeError):
        return {}
    return {value: str(label) for value, label in choices}


def _with_arguments(function: Callable[..., Any], about: dict[str, Any]) -> Callable[[Any, Any], Any]:
    """The function of a value and its record, given those of its arguments that it names."""
    names = _arguments(getattr(function, "__func__", function))
    fixed = about if names is None else {name: about[name] for name in names if name in about}
    if names is None or {"value", "record"} <= set(names):
        return lambda value, record: function(value=value, record=record, **fixed)
    if "record" in names:
        return lambda value, record: function(record=record, **fixed)
    if "value" in names:
        return lambda value, record: function(value=value, **fixed)
    return lambda value, record: function(**fixed)


@lru_cache(maxsize=500)  # of functions in our code: few, and never more
def _arguments(function: Callable[..., Any]) -> tuple[str, ...] | None:
    """The names of a function's arguments; None if it takes them all."""
    parameters = inspect.signature(function).parameters.values()
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return tuple(p.name for p in parameters if p.name != "self")
