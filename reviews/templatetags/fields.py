"""Filters for form fields: their widgets with our classes."""

import secrets

from django import forms, template
from django.forms import BoundField
from django.template import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reviews.models.sent_forms import FIELD, new_key
from reviews.rendering.direction import AsTyped

register = template.Library()

MOST_BOXES = 20  # that are shown at once


@register.simple_tag(takes_context=True)
def form_key(context: RequestContext) -> SafeString:
    """The key of a form that saves something, beside its {% csrf_token %}: saved once, however often it is sent."""
    user = context["request"].user
    if not user.is_authenticated:
        return SafeString()  # forms about signing in make no records
    fields = format_html('<input type="hidden" name="{}" value="{}">', FIELD, new_key(user))
    if context.get("sent_before"):  # sent once more, it differs from what was saved before
        fields += format_html('<input type="hidden" name="again" value="{}">', secrets.token_urlsafe(6))
    return fields


@register.filter
def styled(field: BoundField) -> SafeString:
    """The field's widget with our classes; the first field on the page with an error takes the focus."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        widget_class = "form-check-input"
    elif isinstance(widget, forms.RadioSelect):  # also several check boxes; see .choices in site.css
        widget_class = ""
    elif isinstance(widget, forms.Select):
        widget_class = "form-select"
    else:
        widget_class = "form-control"
    classes = (widget.attrs.get("class"), widget_class, "is-invalid" if field.errors else "")
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, classes))}

    # The form's errors are in the order they were found, its fields in that of the page.
    first_invalid = next((name for name in field.form.fields if name in field.form.errors), None)
    if field.name == first_invalid and not field.use_fieldset:
        attrs["autofocus"] = True
    return field.as_widget(attrs=attrs)


@register.filter
def in_row(field: BoundField) -> SafeString:
    """The widget of a field in a row of a table, where its label is not shown."""
    classes = (
        field.field.widget.attrs.get("class"),
        "form-control form-control-sm",
        "is-invalid" if field.errors else "",
    )
    return field.as_widget(attrs={"class": " ".join(filter(None, classes)), "aria-label": str(field.label)})


@register.filter
def without_placeholders(form: forms.BaseForm) -> forms.BaseForm:
    """The form without the labels that allauth writes into the boxes as well."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
    return form


@register.filter
def has_required_field(form: forms.BaseForm) -> bool:
    return any(field.field.required for field in form.visible_fields())


@register.filter
def as_typed(text: str) -> AsTyped:
    """What somebody typed, for a field that nobody sees and that is sent again."""
    return AsTyped(text)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_long_choice(field: BoundField) -> bool:
    """Whether so many boxes can be ticked that they are folded away until they are needed."""
    several = field.field
    offered = several.queryset if isinstance(several, forms.ModelMultipleChoiceField) else None
    return offered is not None and offered.count() > MOST_BOXES
