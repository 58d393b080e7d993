"""Consecutive numbers within a country, a cycle or a meeting; the column that lists are sorted by."""

from typing import Any

from django.db.models import CharField, Max, QuerySet

from reviews.text import SORT_KEY_LENGTH


def next_number(records: QuerySet[Any], column: str = "number") -> int:
    """The number after the highest one of these records: 1 for the first. The caller holds a lock against another."""
    return (records.aggregate(last=Max(column))["last"] or 0) + 1


def sort_key_column() -> "CharField[str, str]":
    """The column of `reviews.text.sort_key`, for a model that names the text in `sorted_by`."""
    return CharField(max_length=SORT_KEY_LENGTH, blank=True, editable=False, default="", db_default="")
