"""What a row of the trace says to a reader: its changed fields, in words."""

from datetime import date, datetime
from typing import Any, NamedTuple

from django.apps import apps
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reviews.models.trace import Trace, columns_by_name

# Columns that follow from another one, or that tell a reader nothing.
HIDDEN_FIELDS = {"version", "search", "held_since", "progressed_at", "last_login"}
# How a document is kept, and what its owner called it: only for those who may open it.
HIDDEN_FIELDS |= {"file", "original_name", "size", "sha256"}
# Columns in which an empty value means something else than nothing.
FIGURES = {"data_collection", "analysis", "writing"}


class FieldChange(NamedTuple):
    """One changed field, in words: label, value before, value after."""

    label: str
    before: str
    after: str


def field_changes(row: Trace) -> list[FieldChange]:
    """The changed fields of a trace row, in words; none for a new record."""
    changes = (_field_change(row, name, old) for name, old in (row.before or {}).items())
    return [change for change in changes if change]


def _field_change(row: Trace, name: str, old: Any) -> FieldChange | None:
    """None where a reader learns nothing from the field, or reads it in the note already."""
    fields, new = columns_by_name(apps.get_model(row.model)), row.after.get(name)
    if name in HIDDEN_FIELDS or name not in fields or (new and new == row.why):
        return None
    before, after = row.names.get(name, ["", ""])
    field = fields[name]
    return FieldChange(
        str(field.verbose_name), before or _in_words(field, old), after or _in_words(field, new)
    )


def _in_words(field: Any, value: Any) -> str:
    """A column's value as a reader expects it: labels, dates, yes and no."""
    if value is None or value in ("", []):
        return _("not yet reported") if field.name in FIGURES else _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    value = field.to_python(value)
    if isinstance(value, datetime):
        return date_format(value.astimezone(), "DATETIME_FORMAT")
    return date_format(value) if isinstance(value, date) else str(value)
