"""What countries told of their progress: four questions, each answered by few rows however much was told."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, JSONObject

from reviews.models import DailyOpenGaps, DailyProgress, NationalReport
from reviews.models.daily_counts import WORKSTREAMS
from reviews.queries.schedule import Pace, pace

MOST_POINTS = 30


class Point(NamedTuple):
    """The averages by the end of a day; None: nobody had told that workstream."""

    day: date
    averages: tuple[float | None, ...]
    reported: int  # reports with any progress


def first_days(reports: Iterable[Any], opened: Mapping[int, date], on: date) -> dict[tuple[int, int], date]:
    """By report and key of `opened`: the first day from that one to `on` with progress, where there is one."""
    if not opened:
        return {}
    days = DailyProgress.objects.filter(report=OuterRef("pk"), on__lte=on).order_by("on").values("on")
    first = {f"after_{key}": Subquery(days.filter(on__gte=day)[:1]) for key, day in opened.items()}
    rows = _of(reports).annotate(**first).values_list("pk", *first)
    return {(pk, key): day for pk, *found in rows for key, day in zip(opened, found, strict=True) if day}


def paces(reports: Iterable[Any], on: date) -> dict[int, tuple[Pace, ...]]:
    """By report id: the pace of each workstream, as told up to a day."""
    unknown = {report.pk: (Pace(),) * len(WORKSTREAMS) for report in reports}
    return unknown | _paces(reports, on)


def _paces(reports: Iterable[Any], on: date) -> dict[int, tuple[Pace, ...]]:
    days = DailyProgress.objects.filter(report=OuterRef("pk"), on__lte=on).order_by("-on").values("pk")
    latest = _of(reports).annotate(latest=Subquery(days[:1])).values("latest")
    rows = _days_and_before().filter(pk__in=latest)
    return {row.report_id: tuple(_pace(row, name) for name in WORKSTREAMS) for row in rows}


@cache
def _days_and_before() -> QuerySet[DailyProgress]:
    """Days of progress, each with what was told before: put together once."""
    return DailyProgress.objects.annotate(**{f"{name}_before": _before(name) for name in WORKSTREAMS})


def _before(name: str) -> Subquery:
    """The figure told last on an earlier day, with its day."""
    days = DailyProgress.objects.filter(report=OuterRef("report"), on__lt=OuterRef("on")).exclude(
        **{name: None}
    )
    return Subquery(days.order_by("-on").values(told=JSONObject(on="on", value=name))[:1])


def _pace(row: Any, name: str) -> Pace:
    before = getattr(row, f"{name}_before")
    earlier = [(date.fromisoformat(before["on"]), before["value"])] if before else []
    return pace([*earlier, (row.on, getattr(row, name))])


def averages(cycle: Any, on: date) -> list[Point]:
    """The averages over a cycle's reports, day by day up to `on`; of a long time only some days."""
    changes: dict[str, Any] = {"joined": Count("pk", filter=Q(is_first=True))}
    for name in WORKSTREAMS:
        changes[f"{name}_sum"] = Sum(Coalesce(name, 0) - Coalesce(f"{name}_was", 0))
        changes[f"{name}_told"] = Count(name) - Count(f"{name}_was")
    days = DailyProgress.objects.filter(cycle=cycle, on__lte=on).order_by("on").values_list("on")
    return [_point(*told) for told in thinned(list(_added_up(days.annotate(**changes))))]


def _added_up(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """What the days changed, into what stood after them."""
    sums = None
    for day, *changes in rows:
        sums = changes if sums is None else [a + b for a, b in zip(sums, changes, strict=True)]
        yield day, *sums


def _point(day: date, reported: int, *sums: int) -> Point:
    return Point(
        day, tuple(s / n if n else None for s, n in zip(sums[::2], sums[1::2], strict=True)), reported
    )


def thinned(days: list[Any], most: int = MOST_POINTS) -> list[Any]:
    """Of rows that begin with their day the last one of each of at most so many equal spans of time."""
    if len(days) <= most:
        return days
    first, last = days[0][0], days[-1][0]
    span = -(-((last - first).days + 1) // most)
    return list({(last - row[0]).days // span: row for row in days}.values())


def open_gaps(reports: Iterable[Any], kinds: Iterable[Any], on: date) -> dict[tuple[int, int], int]:
    """How many open gaps by member state and kind, at the end of a day."""
    theirs = DailyOpenGaps.objects.filter(
        cycle=OuterRef("cycle"), member_state=OuterRef("member_state"), on__lte=on
    )
    newest = theirs.order_by("-on").values("number")
    counts = {f"of_kind_{kind.pk}": Subquery(newest.filter(kind=kind.pk)[:1]) for kind in kinds}
    rows = _of(reports).annotate(**counts).values_list("member_state", *counts)
    return {(state, kind.pk): n or 0 for state, *found in rows for kind, n in zip(kinds, found, strict=True)}


def _of(reports: Iterable[Any]) -> QuerySet[Any]:
    return NationalReport.objects.filter(pk__in=[report.pk for report in reports]).order_by()
