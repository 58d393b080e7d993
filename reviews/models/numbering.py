"""Consecutive numbers within a country, a cycle or a meeting."""

from typing import Any

from django.db.models import Max, QuerySet


def next_number(records: QuerySet[Any], column: str = "number") -> int:
    """The number after the highest one of these records: 1 for the first. The caller holds a lock against another."""
    return (records.aggregate(last=Max(column))["last"] or 0) + 1
