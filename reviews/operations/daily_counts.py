"""What is counted day by day (reviews.models.daily_counts), made anew from the records, and compared with them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.apps import apps as present
from django.db import transaction

from reviews import clock
from reviews.models.workstreams import WORKSTREAMS

BATCH = 5_000
NAMES = "DailyOpenGaps", "DailyProgress"
GAP = ("object_id", "at", "after__status", "after__member_state_id", "after__kind_id")


def rebuild(apps: Any = present, names: tuple[str, str] = NAMES) -> None:
    """Count again, cycle by cycle. A migration gives its own `apps`, and the names that the two models have there.

    Whoever writes meanwhile waits for one cycle.
    """
    for cycle in _all(apps, "ReviewCycle").values_list("pk", flat=True):
        for name, rows in zip(names, (open_gaps, progress_days), strict=True):
            with transaction.atomic():
                _replace(_all(apps, name), cycle, rows(apps, cycle))


def differences(apps: Any = present) -> Iterator[str]:
    """What is counted otherwise than the records tell, in words for the log."""
    for cycle in _all(apps, "ReviewCycle").values_list("pk", flat=True):
        for name, rows in zip(NAMES, (open_gaps, progress_days), strict=True):
            kept = {_plain(row) for row in _all(apps, name).filter(cycle=cycle).values()}
            for row in sorted(kept ^ {_plain(row) for row in rows(apps, cycle)}, key=repr):
                yield f"{name} of cycle {cycle}: {'kept' if row in kept else 'missing'} {dict(row)}"


def open_gaps(apps: Any, cycle: int) -> Iterator[dict[str, Any]]:
    """The rows of DailyOpenGaps as the trace tells."""
    changed: Counter[tuple[Any, ...]] = Counter()
    told = _all(apps, "Trace").filter(model="reviews.datagap", cycle=cycle).order_by("object_id", "at", "id")
    for _gap, rows in groupby(told.values_list(*GAP).iterator(BATCH), itemgetter(0)):
        for place, day, step in _moves(rows):
            changed[*place, day] += step
    for place, days in groupby(sorted(changed), itemgetter(0, 1)):
        number = 0
        for *_place, day in days:
            number += changed[*place, day]
            yield {
                "cycle_id": cycle,
                "member_state_id": place[0],
                "kind_id": place[1],
                "on": day,
                "number": number,
            }


def _moves(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[tuple[int, int], Any, int]]:
    """Where one gap began or ceased to count as open, and when."""
    was = None
    for _gap, at, status, state, kind in rows:
        now = None if status == "closed" else (state, kind)
        for place, step in ((was, -1), (now, 1)) if was != now else ():
            if place:
                yield place, clock.day_of(at), step
        was = now


def progress_days(apps: Any, cycle: int) -> Iterator[dict[str, Any]]:
    """The rows of DailyProgress as the progress updates tell."""
    told = _all(apps, "ProgressUpdate").filter(report__cycle=cycle).order_by("report", "at", "id")
    columns = told.values_list("report", "at", *WORKSTREAMS).iterator(BATCH)
    for report, rows in groupby(columns, itemgetter(0)):
        was: dict[str, Any] = dict.fromkeys((f"{name}_was" for name in WORKSTREAMS), None) | {
            "is_first": True
        }
        for day, of_day in groupby(rows, lambda row: clock.day_of(row[1])):
            *_earlier, (_report, _at, *figures) = of_day
            yield {
                "report_id": report,
                "cycle_id": cycle,
                "on": day,
                **dict(zip(WORKSTREAMS, figures, strict=True)),
                **was,
            }
            was = {f"{name}_was": v for name, v in zip(WORKSTREAMS, figures, strict=True)} | {
                "is_first": False
            }


def _replace(rows: Any, cycle: int, found: Iterable[dict[str, Any]]) -> None:
    list(rows.filter(cycle=cycle).select_for_update().values_list("pk"))
    made = [rows.model(**values) for values in found]
    rows.filter(cycle=cycle).delete()
    rows.bulk_create(made, BATCH)


def _plain(row: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((name, value) for name, value in row.items() if name != "id"))


def _all(apps: Any, name: str) -> Any:
    return apps.get_model("reviews", name).objects.all()
