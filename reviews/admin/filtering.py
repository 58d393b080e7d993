"""Which rows a list of the administration shows: what its address may filter by, and the search."""

from collections.abc import Container, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import get_fields_from_path
from django.db.models import Q, QuerySet
from django.utils.text import smart_split, unescape_string_literal

from reviews.models.folding import Folded
from reviews.text import fold


def lookups_of(model_admin: "ModelAdmin[Any]") -> set[str]:
    """Return the lookups in the links of a list: those of its filters and of its days."""
    lookups: set[str] = set()
    for item in model_admin.list_filter:
        path: Any = item[0] if isinstance(item, tuple) else item
        if not isinstance(path, str):
            lookups.add(path.parameter_name)  # a filter of our own
            continue
        field: Any = get_fields_from_path(model_admin.model, path)[-1]
        column = f"{path}__{field.target_field.name}" if field.is_relation else path
        lookups |= {column, f"{column}__exact", f"{path}__isnull"}
    if model_admin.date_hierarchy:
        lookups |= {f"{model_admin.date_hierarchy}__{part}" for part in ("year", "month", "day")}
    return lookups


def rows_with_words(
    rows: "QuerySet[Any]", columns: Sequence[str], folded: Container[str], text: str
) -> "QuerySet[Any]":
    """Return the rows that have each word in one of the columns, whatever its capitals and diacritics.

    Of the columns, those in `folded` are stored folded. Words in quotation marks are one.
    """
    names = {column: column if column in folded else f"folded_{n}" for n, column in enumerate(columns)}
    expressions = {name: Folded(column) for column, name in names.items() if name != column}
    rows = rows.alias(**expressions) if expressions else rows
    for word in smart_split(fold(text)):
        is_quoted = word[0] in "\"'" and word[0] == word[-1]
        word = unescape_string_literal(word) if is_quoted else word
        rows = rows.filter(reduce(or_, (Q(**{f"{name}__contains": word}) for name in names.values())))
    return rows
