"""The HTML of every list's head and body, and the values of its export.

django-tables2 resolves each column again for every cell: its accessor, whether the field has choices, which arguments
its `render` takes. Here that is resolved once per table (`make bench` measures the gain). Every documented option
of a column is honoured; what this renderer does not support (footers, attributes of rows, pinned rows, `bound_row`)
raises UnsupportedOption, so that no option is silently without effect.
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
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django_tables2 import TemplateColumn

from reviews.rendering import fragments

Getter = Callable[[Any], Any]
Cell = Callable[[Any], Any]  # of a record


class UnsupportedOption(TypeError):
    """A table or a column asks for something that this renderer does not do."""


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
    link = format_html('<a href="?{}">{}{}</a>', asked, column.header, fragments.symbol(shape))
    return flatatt(attributes), format_html(' aria-sort="{}"', told) if told else "", link


def body(table: Any) -> SafeString:
    """The rows of the page that is shown, escaped. Raises UnsupportedOption."""
    _require_supported(table)
    cells = [_td(column) if n else _row_header(column) for n, column in enumerate(table.columns)]
    rows = table.page.object_list if hasattr(table, "page") else table.data
    rows = getattr(rows, "data", rows)
    return mark_safe("\n".join(_row(cells, record) for record in rows))  # noqa: S308 - each cell is escaped


def _require_supported(table: Any) -> None:
    """Raise UnsupportedOption for what would be lost silently: footers, attributes of rows, pinned rows."""
    if table.has_footer():
        raise UnsupportedOption("Footers of columns are not rendered.")
    if any(isinstance(column.column, TemplateColumn) for column in table.columns):
        raise UnsupportedOption("A template for each cell is slow; give the column a render() method.")
    if table.row_attrs:
        raise UnsupportedOption("Attributes of rows (row_attrs) are not rendered.")
    if table.pinned_data["top"] is not None or table.pinned_data["bottom"] is not None:
        raise UnsupportedOption("Pinned rows are not rendered.")


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


def _row_header(column: Any) -> Cell:
    return _element("th", column, {"scope": "row", "role": "rowheader"}, "", "")


def _td(column: Any) -> Cell:
    return _element("td", column, {"role": "cell"}, "<div>", "</div>")


def _element(tag: str, column: Any, attributes: dict[str, str], opens: str, closes: str) -> Cell:
    """The cell of a column in its element, with the column's own attributes (`attrs`, static or computed)."""
    attributes |= {"data-label": str(column.header)}
    own = column.column.attrs.get("td", column.column.attrs.get("cell", {}))
    content = _content(column)
    if any(callable(value) for value in own.values()):
        compute = {name: _computed(value, column) for name, value in own.items()}

        def cell(record: Any) -> str:
            value = content(record)
            theirs = {name: compute[name](value, record) for name in compute}
            return f"<{tag}{flatatt(attributes | theirs)}>{opens}{value}{closes}</{tag}>"

        return cell
    start, end = f"<{tag}{flatatt(attributes | own)}>{opens}", f"{closes}</{tag}>"
    return lambda record: f"{start}{content(record)}{end}"


def _computed(value: Any, column: Any) -> Callable[[Any, Any], Any]:
    """The value of an attribute, as a function of the cell's value and its record."""
    return _with_arguments(value, _about(column)) if callable(value) else lambda _value, _record: value


def _content(column: Any) -> Cell:
    """What is inside a column's cell, escaped: its value, as a link where the column has one."""
    content = _localized(column, _cell(column, column.render, column.default))
    link = column.link
    if link is None:
        return lambda record: conditional_escape(content(record))
    if callable(link.url) and not link.attrs:
        url = _with_arguments(link.url, _about(column))
        return lambda record: _linked(url(None, record), content(record))
    about = _about(column)
    return lambda record: conditional_escape(
        link(value := content(record), value=value, record=record, **about)
    )


def _localized(column: Any, content: Cell) -> Cell:
    """The cell's value in the format that the column's `localize` asks for: the language's, or none."""
    forced = column.localize
    if forced is None:
        return content
    return lambda record: localize(content(record), use_l10n=forced) if forced else str(content(record))


def _linked(url: str, content: Any) -> SafeString:
    """The content as a link; what has no page of its own stays as it is."""
    return format_html('<a href="{}">{}</a>', url, content) if url else conditional_escape(content)


def _about(column: Any) -> dict[str, Any]:
    """What a column's functions may ask for, besides the value and the record."""
    return {"column": column.column, "bound_column": column, "table": column._table}


def _cell(column: Any, shown: Callable[..., Any], default: Any) -> Cell:
    find, empty, show = _getter(column), column.column.empty_values, _with_arguments(shown, _about(column))

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
        record = record.get(name) if isinstance(record, dict) else getattr(record, name, None)
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
    if names and (unknown := {*names} - {"value", "record", *about}):
        raise UnsupportedOption(f"{function} asks for {', '.join(sorted(unknown))}, which no cell is given.")
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
