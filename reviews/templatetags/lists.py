"""Tags of the list pages: the filters in use, head and body of a table."""

from typing import NamedTuple

import django_tables2 as tables
from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

from reviews.lists.addresses import VIEW
from reviews.lists.base import CycleFilterSet
from reviews.rendering import table_html

register = template.Library()


class ActiveFilter(NamedTuple):
    """One filter in use; `query` is the page's query string without it."""

    label: str
    text: str
    query: str


@register.simple_tag(takes_context=True)
def active_filters(context: template.Context, filterset: CycleFilterSet | None) -> list[ActiveFilter]:
    """The filters in use, each with the query string that takes it away."""
    if not filterset or not filterset.form.is_bound:
        return []
    query = context["request"].GET
    active = []
    for field in filterset.form.visible_fields():
        names = [key for key in query if key == field.html_name or key.startswith(f"{field.html_name}_")]
        text = value_text(field) if names else ""
        if text:
            without = query.copy()
            for name in (*names, "page"):
                without.pop(name, None)
            without.setdefault(VIEW, "")  # an address without anything opens the person's default view
            active.append(ActiveFilter(str(field.label), text, f"?{without.urlencode()}"))
    return active


def value_text(field: BoundField) -> str:
    """What was chosen, in words: the labels of choices, else the text as typed."""
    value = field.value()
    items = value if isinstance(value, list | tuple) else [value]
    values = [str(item) for item in items if item not in (None, "")]
    if not hasattr(field.field, "choices"):
        return " – ".join(values)
    return ", ".join(str(label) for key, label in field.field.choices if str(key) in values)


@register.simple_tag(takes_context=True)
def table_head(context: template.Context, table: tables.Table) -> SafeString:
    """The heads of a list's columns, which sort it."""
    return table_html.head(table, context["request"].GET)


@register.simple_tag
def table_body(table: tables.Table) -> SafeString:
    """The rows of a list."""
    return table_html.body(table)
