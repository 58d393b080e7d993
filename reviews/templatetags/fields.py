"""Filters for form fields: their widgets with our classes."""

from django import forms, template
from django.forms import BoundField
from django.utils.safestring import SafeString

from reviews.rendering.direction import AsTyped

register = template.Library()


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
