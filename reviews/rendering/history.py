"""The changed fields of a trace row, in words."""

from datetime import date, datetime
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reviews import clock
from reviews.models.trace import Trace, columns_by_name

# Columns derived from another one, or without meaning for a reader.
HIDDEN_FIELDS = {"version", "search", "held_since", "progressed_at", "last_login"}
# Name, storage and size of a document: only for those who may open it.
HIDDEN_FIELDS |= {"file", "original_name", "size", "sha256", "pages", "repeats_document"}
SUMMARISED = 3  # changed fields in one line of news
# Columns in which empty means “not yet reported”.
FIGURES = {"data_collection", "analysis", "writing"}


class FieldChange(NamedTuple):
    """One changed field, in words: label, value before, value after."""

    label: str
    before: str
    after: str


def field_changes(row: Trace) -> list[FieldChange]:
    """The changed fields of a trace row, in words; none for a new record.

    Left out is a field from which a reader learns nothing, or that is in the note already.
    """
    fields = columns_by_name(apps.get_model(row.model))
    changes = []
    for name, old in (row.before or {}).items():
        new, field = row.after.get(name), fields.get(name)
        if field and name not in HIDDEN_FIELDS and not (new and new == row.why):
            before, after = row.names.get(name, ["", ""])
            before, after = before or _in_words(field, old), after or _in_words(field, new)
            changes.append(FieldChange(str(field.verbose_name), before, after))
    return changes


def change_summary(row: Trace) -> str:
    """The first changed fields of a trace row in one line: "analysis 40 → 45, writing 15 → 20"."""
    changes = field_changes(row)[:SUMMARISED]
    return ", ".join(
        f"{label} {before} → {after}" for label, before, after in changes if len(before + after) < 80
    )


def _in_words(field: models.Field, value: Any) -> str:
    """A column's value as a reader expects it: labels, dates, yes and no."""
    if value is None or value in ("", []):
        return _("not yet reported") if field.name in FIGURES else _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    value = field.to_python(value)
    if isinstance(value, datetime):
        return date_format(value.astimezone(), "SHORT_DATETIME_FORMAT")
    return clock.short_day(value) if isinstance(value, date) else str(value)
