"""Tags and filters of the site's look: fields, marks, navigation, relative days."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms, template
from django.forms import BoundField
from django.http import QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reviews.rendering import fragments, table_html
from reviews.rendering.history import field_changes

register = template.Library()


@register.filter
def styled(field: BoundField) -> SafeString:
    """The field's widget with our classes; the form's first wrong field takes the focus."""
    attrs: dict[str, Any] = {"class": css_classes(field)}
    if field.errors and first_wrong(field.form) == field.name and not field.use_fieldset:
        attrs["autofocus"] = True
    return field.as_widget(attrs=attrs)


def css_classes(field: BoundField) -> str:
    own = field.field.widget.attrs.get("class", "")
    wrong = "is-invalid" if field.errors else ""
    return " ".join(filter(None, (own, widget_class(field.field.widget), wrong)))


def widget_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    if isinstance(widget, forms.RadioSelect):  # also several check boxes; see .choices in site.css
        return ""
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"


def first_wrong(form: forms.BaseForm) -> str | None:
    """Name of the first field on the page that has an error (errors come in the order they were found)."""
    return next((name for name in form.fields if name in form.errors), None)


@register.filter
def bare(form: forms.BaseForm) -> forms.BaseForm:
    """The form without the labels that allauth writes into the boxes as well."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
    return form


@register.filter
def owes_something(form: forms.BaseForm) -> bool:
    """Whether the form has a field that must be filled in."""
    return any(field.field.required for field in form.visible_fields())


@register.filter
def is_checkbox(field: BoundField) -> bool:
    return isinstance(field.field.widget, forms.CheckboxInput)


class ActiveFilter(NamedTuple):
    """One filter in use; `query` is the page's query string without it."""

    label: str
    text: str
    query: str


@register.simple_tag(takes_context=True)
def active_filters(context: template.Context, filterset: Any) -> list[ActiveFilter]:
    """The filters in use, each with the query string that takes it away."""
    if not filterset or not filterset.form.is_bound:
        return []
    query = context["request"].GET
    return list(filters_in_use(filterset.form, query))


def filters_in_use(form: forms.BaseForm, query: QueryDict) -> Iterator[ActiveFilter]:
    for field in form.visible_fields():
        names = [key for key in query if key == field.html_name or key.startswith(f"{field.html_name}_")]
        text = shown_value(field) if names else ""
        if text:
            yield ActiveFilter(str(field.label), text, without(query, [*names, "page"]))


def shown_value(field: BoundField) -> str:
    """What was chosen, in words: the labels of choices, else the text as typed."""
    value = field.value()
    values = [
        str(item)
        for item in (value if isinstance(value, list | tuple) else [value])
        if item not in (None, "")
    ]
    if not hasattr(field.field, "choices"):
        return " – ".join(values)
    return ", ".join(str(label) for key, label in field.field.choices if str(key) in values)


def without(query: QueryDict, names: list[str]) -> str:
    rest = query.copy()
    for name in names:
        rest.pop(name, None)
    return f"?{rest.urlencode()}"


@register.simple_tag(takes_context=True)
def nav_link(context: template.Context, label: str, key: str, url_name: str, *args: str) -> SafeString:
    """One entry of the navigation, marked if it is the current one; nothing if the page does not exist."""
    try:
        url = reverse(url_name, args=args)
    except NoReverseMatch:
        return SafeString("")
    if context.get("nav") != key:
        return format_html('<li><a href="{}">{}</a></li>', url, label)
    here = "page" if getattr(context.get("request"), "path", None) == url else "true"
    return format_html('<li><a href="{}" aria-current="{}">{}</a></li>', url, here, label)


register.simple_tag(fragments.badge, name="status_badge")
register.simple_tag(fragments.bar)
register.simple_tag(fragments.symbol)
register.simple_tag(fragments.moment)
register.simple_tag(fragments.changes)
register.simple_tag(fragments.included, name="piece")
register.filter(field_changes)


@register.filter
def days(number: int | None) -> str:
    """A distance in days from today in words: "in 3 days", "today", "2 days ago"; nothing for None."""
    if number is None:
        return ""
    if number in NEAR:
        return str(NEAR[number])
    if number > 0:
        return ngettext("in %(n)d day", "in %(n)d days", number) % {"n": number}
    return ngettext("%(n)d day ago", "%(n)d days ago", -number) % {"n": -number}


NEAR = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}


@register.simple_tag(takes_context=True)
def table_head(context: template.Context, table: Any) -> SafeString:
    """The heads of a list's columns, which sort it."""
    return table_html.head(table, context["request"].GET)


@register.simple_tag
def table_body(table: Any) -> SafeString:
    """The rows of a list."""
    return table_html.body(table)


@register.filter
def drawing(svg: str) -> SafeString:
    """A drawing that our own code made, to stand in the page: the policy takes no data: address."""
    return mark_safe(svg[svg.index("<svg") :])  # noqa: S308 - never what somebody typed
