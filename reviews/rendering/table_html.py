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
from django.utils.translation import gettext
from django_tables2 import Table, TemplateColumn
from django_tables2.columns import BoundColumn

from reviews.rendering import fragments
from reviews.rendering.direction import isolated_value

Getter = Callable[[Any], Any]  # of a record


class UnsupportedOption(TypeError):
    """A table or a column asks for something that this renderer does not do."""


def head(table: Table, query: QueryDict) -> SafeString:
    """The heads of the columns; a click on one sorts by it, and once more the other way round."""
    parameters = query.copy()
    for name in (table.prefixed_order_by_field, table.prefixed_page_field):  # another order begins on page 1
        parameters.pop(name, None)
    prefix = f"{parameters.urlencode()}&" if parameters else ""

    heads = []
    for column in table.columns:
        attributes, content = {"scope": "col", "role": "columnheader", **column.attrs["th"]}, column.header
        if column.orderable:
            order, shape = column.order_by_alias, "sort"
            if column.is_ordered:
                shape = "up" if order.is_ascending else "down"
                attributes["aria-sort"] = "ascending" if order.is_ascending else "descending"
            address = prefix + urlencode({table.prefixed_order_by_field: order.next})
            link = '<a href="?{}">{}{}</a>'
            content = format_html(link, address, column.header, fragments.symbol(shape))
        heads.append((flatatt(attributes), content))
    return format_html_join("\n", "<th{}>{}</th>", heads)


def body(table: Table) -> SafeString:
    """The rows of the page that is shown, escaped. Raises UnsupportedOption for what would be lost silently."""
    if table.has_footer():
        raise UnsupportedOption("Footers of columns are not rendered.")
    if any(isinstance(column.column, TemplateColumn) for column in table.columns):
        raise UnsupportedOption("A template for each cell is slow; give the column a render() method.")
    if table.row_attrs:
        raise UnsupportedOption("Attributes of rows (row_attrs) are not rendered.")
    if table.pinned_data["top"] is not None or table.pinned_data["bottom"] is not None:
        raise UnsupportedOption("Pinned rows are not rendered.")

    cells = [_element(column, is_row_header=number == 0) for number, column in enumerate(table.columns)]
    rows = table.page.object_list if hasattr(table, "page") else table.data
    rows = getattr(rows, "data", rows)
    html = [f'<tr role="row">{"".join([cell(record) for cell in cells])}</tr>' for record in rows]
    return mark_safe("\n".join(html))  # noqa: S308 - each cell is escaped


def values(table: Table) -> Iterator[list[Any]]:
    """What an export takes: the heads of the columns, then the values of every row."""
    columns = [column for column in table.columns.iterall() if not column.column.exclude_from_export]
    getters = [_value_of(column, column.value, None) for column in columns]
    yield [str(column.header) for column in columns]
    records = table.data.data
    if isinstance(
        records, QuerySet
    ):  # in portions, so that a long list needs no more memory than a short one
        records = records.iterator(chunk_size=2000)
    for record in records:
        yield [getter(record) for getter in getters]


def _element(column: BoundColumn, is_row_header: bool) -> Callable[[Any], str]:
    """The cell of a column in its element, with the column's own attributes (`attrs`, static or computed)."""
    tag, start, end = ("th", "", "") if is_row_header else ("td", "<div>", "</div>")
    attributes = {"scope": "row", "role": "rowheader"} if is_row_header else {"role": "cell"}
    attributes["data-label"] = str(column.header)
    attributes |= column.column.attrs.get("td", column.column.attrs.get("cell", {}))
    content = _with_changed_mark(_content(column)) if is_row_header else _content(column)

    computed = {name: _with_arguments(v, column) for name, v in attributes.items() if callable(v)}
    if not computed:
        opening, closing = f"<{tag}{flatatt(attributes)}>{start}", f"{end}</{tag}>"
        return lambda record: f"{opening}{content(record)}{closing}"

    def cell(record: Any) -> str:
        value = content(record)
        of_record = {name: compute(value, record) for name, compute in computed.items()}
        return f"<{tag}{flatatt(attributes | of_record)}>{start}{value}{end}</{tag}>"

    return cell


def _with_changed_mark(content: Getter) -> Getter:
    """The content of a row's head, with a mark on records that changed since the person's last visit."""

    def marked(record: Any) -> Any:
        html = content(record)
        if not getattr(record, "is_changed", False):
            return html
        return format_html("{} {}", html, fragments.badge(gettext("changed"), "info"))

    return marked


def _content(column: BoundColumn) -> Getter:
    """What is inside a column's cell, escaped: its value, as a link where the column has one."""
    value_of, link = _value_of(column, column.render, column.default), column.link
    content: Getter = {
        None: lambda record: isolated_value(value_of(record)),  # as the language has it
        True: lambda record: isolated_value(localize(value_of(record), use_l10n=True)),
        False: lambda record: isolated_value(str(value_of(record))),
    }[column.localize]
    if link is None:
        return lambda record: conditional_escape(content(record))

    if callable(link.url) and not link.attrs:
        url_of = _with_arguments(link.url, column)

        def linked(record: Any) -> SafeString:
            url = url_of(None, record)  # what has no page of its own stays as it is
            text = content(record)
            return format_html('<a href="{}">{}</a>', url, text) if url else conditional_escape(text)

        return linked

    arguments = _arguments_about(column)

    def linked_by_column(record: Any) -> SafeString:
        value = content(record)
        return conditional_escape(link(value, value=value, record=record, **arguments))

    return linked_by_column


def _value_of(column: BoundColumn, render: Callable[..., Any], default: Any) -> Getter:
    """A column's value of a record, rendered for the page or for exports; the default where it is empty."""
    find, empty, render_value = _getter(column), column.column.empty_values, _with_arguments(render, column)

    def value_of(record: Any) -> Any:
        value = find(record)
        return default if value in empty else render_value(value, record)

    return value_of


def _getter(column: BoundColumn) -> Getter:
    """Finds a column's value in a record: the label of a choice, None where a relation on the way is empty."""
    names = str(column.accessor).replace("__", ".").split(".")
    model = getattr(column._table._meta, "model", None)
    if model and len(names) == 1:
        name = names[0]
        try:
            labels = {value: str(label) for value, label in model._meta.get_field(name).flatchoices}
        except (FieldDoesNotExist, AttributeError):  # a property, or a relation, which has no choices
            labels = {}
        if labels:
            return lambda record: labels.get(value := getattr(record, name), value)

    def follow(record: Any) -> Any:
        for name in names:
            record = record.get(name) if isinstance(record, dict) else getattr(record, name, None)
            # A model or a manager is a value, though Python could call the latter.
            if callable(record) and not isinstance(record, Model) and not hasattr(record, "all"):
                record = record()
        return record

    return follow


def _arguments_about(column: BoundColumn) -> dict[str, Any]:
    """What a column's functions may ask for, besides the value and the record."""
    return {"column": column.column, "bound_column": column, "table": column._table}


def _with_arguments(function: Callable[..., Any], column: BoundColumn) -> Callable[[Any, Any], Any]:
    """The function of a value and its record, given those of its arguments that it names."""
    about, names = _arguments_about(column), _arguments(getattr(function, "__func__", function))
    unknown = {*(names or ())} - {"value", "record", *about}
    if unknown:
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
