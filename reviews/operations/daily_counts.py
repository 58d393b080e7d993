"""The daily counts (reviews.models.daily_counts): counted again from the records, and compared with them."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.apps import apps as current_apps
from django.apps.registry import Apps
from django.db import models, transaction

from reviews import clock
from reviews.models.workstreams import WORKSTREAMS

BATCH = 5_000
NAMES = ("DailyOpenGaps", "DailyProgress")
Values = dict[str, Any]  # of one row, by column


def rebuild(apps: Apps = current_apps, names: tuple[str, str] = NAMES) -> None:
    """Count everything again, one cycle in one transaction; whoever counts in that cycle meanwhile waits.

    A migration gives its own `apps`, and the names that the two models have there.
    """
    for cycle in _rows(apps, "ReviewCycle").values_list("pk", flat=True):
        for name, count in zip(names, (count_open_gaps, count_progress), strict=True):
            with transaction.atomic():
                old = _rows(apps, name).filter(cycle=cycle)
                list(old.select_for_update().values_list("pk"))
                new = [old.model(**values) for values in count(apps, cycle)]
                old.delete()
                _rows(apps, name).bulk_create(new, BATCH)


def differences() -> Iterator[str]:
    """Yield, in words for the log, each row that is stored and should not be, or the other way round."""
    for cycle in _rows(current_apps, "ReviewCycle").values_list("pk", flat=True):
        for name, count in zip(NAMES, (count_open_gaps, count_progress), strict=True):
            stored = {_comparable(row) for row in _rows(current_apps, name).filter(cycle=cycle).values()}
            counted = {_comparable(row) for row in count(current_apps, cycle)}
            for row in sorted(stored ^ counted, key=repr):
                yield f"{name} of cycle {cycle}: {'kept' if row in stored else 'missing'} {dict(row)}"


def count_open_gaps(apps: Apps, cycle: int) -> Iterator[Values]:
    """Yield the rows of DailyOpenGaps that follow from the trace."""
    trace = (
        _rows(apps, "Trace").filter(model="reviews.datagap", cycle=cycle).order_by("object_id", "at", "id")
    )
    columns = ("object_id", "at", "after__status", "after__member_state_id", "after__kind_id")
    changes: Counter[tuple[int, int, date]] = Counter()  # by country, kind and day
    last_gap = before = None
    for gap, at, status, state, kind in trace.values_list(*columns).iterator(BATCH):
        if gap != last_gap:
            last_gap, before = gap, None
        after = None if status == "closed" else (state, kind)
        if before != after:
            if before:
                changes[*before, clock.day_of(at)] -= 1
            if after:
                changes[*after, clock.day_of(at)] += 1
        before = after
    for (state, kind), days in groupby(sorted(changes), itemgetter(0, 1)):
        number = 0
        for *_country_and_kind, day in days:
            number += changes[state, kind, day]
            yield {"cycle_id": cycle, "member_state_id": state, "kind_id": kind, "on": day, "number": number}


def count_progress(apps: Apps, cycle: int) -> Iterator[Values]:
    """Yield the rows of DailyProgress that follow from the progress updates: the last ones of each day."""
    updates = _rows(apps, "ProgressUpdate").filter(report__cycle=cycle).order_by("report", "at", "id")
    rows = updates.values_list("report", "at", *WORKSTREAMS).iterator(BATCH)
    for report, updates_of_report in groupby(rows, itemgetter(0)):
        before: Values = {f"{name}_was": None for name in WORKSTREAMS} | {"is_first": True}
        for day, updates_of_day in groupby(updates_of_report, lambda row: clock.day_of(row[1])):
            *_earlier, (_report, _at, *last) = updates_of_day
            figures = dict(zip(WORKSTREAMS, last, strict=True))
            yield {"report_id": report, "cycle_id": cycle, "on": day, **figures, **before}
            before = {f"{name}_was": figure for name, figure in figures.items()} | {"is_first": False}


def _comparable(row: Values) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((name, value) for name, value in row.items() if name != "id"))


def _rows(apps: Apps, name: str) -> models.QuerySet[Any]:
    return apps.get_model("reviews", name)._default_manager.all()
