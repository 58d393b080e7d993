"""The daily counts (reviews.models.daily_counts): counted again from the records, and compared with them."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from django.apps import apps as current_apps
from django.apps.registry import Apps
from django.db import models, transaction

from reviews import clock
from reviews.models.daily_counts import NO_FIGURES, is_country_report
from reviews.models.workstreams import WORKSTREAMS, figures_of

BATCH = 5_000
MARKED_AT_ONCE = 500  # SQLite takes so many ids in one statement, and more
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


def mark_country_reports(apps: Apps) -> None:
    """Mark the days on which a country itself reported, in rows that were written before this was kept."""
    for cycle in _rows(apps, "ReviewCycle").values_list("pk", flat=True):
        reported = {
            (row["report_id"], row["on"]) for row in count_progress(apps, cycle) if row["country_reported"]
        }
        days = _rows(apps, "DailyProgress").filter(cycle=cycle)
        marked = [pk for pk, *day in days.values_list("pk", "report", "on") if tuple(day) in reported]
        for start in range(0, len(marked), MARKED_AT_ONCE):
            days.filter(pk__in=marked[start : start + MARKED_AT_ONCE]).update(country_reported=True)


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
    # A migration may come before the columns.
    marks = [name for name in ("no_change", "by_country") if _has_column(apps, "ProgressUpdate", name)]
    rows = updates.values_list("report", "at", *WORKSTREAMS, *marks, named=True).iterator(BATCH)
    for report, updates_of_report in groupby(rows, attrgetter("report")):
        before: Values = {f"{name}_was": None for name in WORKSTREAMS} | {"is_first": True}
        last_figures: tuple[int | None, ...] = NO_FIGURES
        for day, updates_of_day in groupby(updates_of_report, lambda row: clock.day_of(row.at)):
            reported = False
            for update in updates_of_day:
                reported = reported or (bool(marks) and is_country_report(update, last_figures))
                last_figures = figures_of(update)
            figures = dict(zip(WORKSTREAMS, last_figures, strict=True))
            row = {"report_id": report, "cycle_id": cycle, "on": day, **figures, **before}
            yield row | ({"country_reported": reported} if marks else {})
            before = {f"{name}_was": figure for name, figure in figures.items()} | {"is_first": False}


def _has_column(apps: Apps, model: str, name: str) -> bool:
    return any(field.name == name for field in apps.get_model("reviews", model)._meta.fields)


def _comparable(row: Values) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((name, value) for name, value in row.items() if name != "id"))


def _rows(apps: Apps, name: str) -> models.QuerySet[Any]:
    return apps.get_model("reviews", name)._default_manager.all()
