"""Progress of national reports: averages over time, pace, trend, first days and open gaps, each in one query.

Read from the daily counts, so the rows stay few however many updates were posted.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Case, Count, DateField, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest, JSONObject, Left

from reviews import clock
from reviews.models import (
    DailyOpenGaps,
    DailyProgress,
    GapKind,
    NationalReport,
    ProgressUpdate,
)
from reviews.models.workstreams import WORKSTREAMS, figures_of
from reviews.queries.schedule import Pace, pace

MOST_POINTS = 30
NOTE_LENGTH = 200  # characters of a note that are read for one line of a board

Columns = dict[str, Subquery]


class Point(NamedTuple):
    """The averages by the end of a day; None: nobody had reported that workstream."""

    day: date
    averages: tuple[float | None, ...]
    reported: int  # reports with any progress
    counts: tuple[int, ...]  # of how many reports each average is


@dataclass(frozen=True)
class Note:
    """The beginning of the latest note of a country's progress."""

    text: str
    at: datetime

    @property
    def day(self) -> date:
        return clock.day_of(self.at)


class MemberCounts(NamedTuple):
    """What a board counts of each member at the end of a day."""

    open_gaps: dict[tuple[int, int], int]  # by member state and kind
    days_met: dict[tuple[int, int], date]  # by report and key of `met`
    notes: dict[int, Note]  # by report


def count_members(
    reports: Iterable[NationalReport], kinds: Collection[GapKind], met: Mapping[int, Subquery], on: date
) -> MemberCounts:
    """Return open gaps, the days of each of `met`, and latest notes of all members, in one query."""
    of_gaps, of_notes = _gap_columns(kinds, on), _note_columns(on)
    of_days = {f"met_{key}": column for key, column in met.items()}
    rows = _rows_of(reports).annotate(**of_gaps, **of_days, **of_notes)
    counts = MemberCounts({}, {}, {})
    for row in rows.values("pk", "member_state", *of_gaps, *of_days, *of_notes):
        for kind, name in zip(kinds, of_gaps, strict=True):
            counts.open_gaps[row["member_state"], kind.pk] = row[name] or 0
        for key, name in zip(met, of_days, strict=True):
            if row[name]:
                counts.days_met[row["pk"], key] = row[name]
        if row["noted_at"]:
            counts.notes[row["pk"]] = Note(" ".join(row["note"].split()), row["noted_at"])
    return counts


def first_day(opened: date, on: date) -> Subquery:
    """Return, of a query of reports, the first day from `opened` to `on` on which the country reported."""
    reported = DailyProgress.objects.filter(report=OuterRef("pk"), on__lte=on, country_reported=True)
    return Subquery(reported.filter(on__gte=opened).order_by("on").values("on")[:1])


def day_finished(workstream: str, on: date) -> Subquery:
    """Return, of a query of reports, the day since which a workstream has been at 100 without a break up to `on`."""
    days = DailyProgress.objects.filter(on__lte=on)
    later_below = days.filter(report=OuterRef("report"), on__gt=OuterRef("on")).exclude(**{workstream: 100})
    at_100 = days.filter(~Exists(later_below), report=OuterRef("pk"), **{workstream: 100})
    return Subquery(at_100.order_by("on").values("on")[:1])


def _gap_columns(kinds: Iterable[GapKind], on: date) -> Columns:
    counts = DailyOpenGaps.objects.filter(
        cycle=OuterRef("cycle"), member_state=OuterRef("member_state"), on__lte=on
    )
    newest = counts.order_by("-on").values("number")
    return {f"of_kind_{kind.pk}": Subquery(newest.filter(kind=kind.pk)[:1]) for kind in kinds}


def _note_columns(on: date) -> Columns:
    noted = ProgressUpdate.objects.filter(report=OuterRef("pk"), at__lte=clock.end_of(on)).exclude(note="")
    latest = noted.order_by("-at", "-id")[:1]
    return {
        "note": Subquery(latest.annotate(start=Left("note", NOTE_LENGTH)).values("start")),
        "noted_at": Subquery(latest.values("at")),
    }


class DailyFigures(NamedTuple):
    """The three figures of a country at the end of a day on which it posted progress."""

    day: date
    figures: tuple[int | None, ...]


def trends(reports: Collection[NationalReport], since: date, on: date) -> dict[int, list[DailyFigures]]:
    """Return, by report, its figures at the start of a day and after each day on which they were posted, up to `on`."""
    rows = DailyProgress.objects.filter(report__in=[report.pk for report in reports], on__range=(since, on))
    by_report: dict[int, list[DailyFigures]] = {}
    for row in rows.order_by("on"):
        before = DailyFigures(since, (row.data_collection_was, row.analysis_was, row.writing_was))
        by_report.setdefault(row.report_id, [before]).append(DailyFigures(row.on, figures_of(row)))
    unchanged = {report.pk: [DailyFigures(since, report.figures)] for report in reports}
    return unchanged | by_report


def paces(reports: Collection[NationalReport], on: date) -> dict[int, tuple[Pace, ...]]:
    """Return, by report, the pace of each workstream up to a day."""
    days = DailyProgress.objects.filter(report=OuterRef("pk"), on__lte=on).order_by("-on").values("pk")
    latest = _rows_of(reports).annotate(latest=Subquery(days[:1])).values("latest")

    # The last figure of an earlier day, with its day.
    earlier_days = DailyProgress.objects.filter(report=OuterRef("report"), on__lt=OuterRef("on"))
    earlier_figures = {}
    for name in WORKSTREAMS:
        figures = earlier_days.exclude(**{name: None}).order_by("-on")
        earlier_figures[f"{name}_before"] = Subquery(
            figures.values(of_day=JSONObject(on="on", value=name))[:1]
        )

    by_report = {report.pk: (Pace(),) * len(WORKSTREAMS) for report in reports}
    for row in DailyProgress.objects.annotate(**earlier_figures).filter(pk__in=latest):
        of_report = []
        for name in WORKSTREAMS:
            before = getattr(row, f"{name}_before")
            updates = [(date.fromisoformat(before["on"]), before["value"])] if before else []
            of_report.append(pace([*updates, (row.on, getattr(row, name))]))
        by_report[row.report_id] = tuple(of_report)
    return by_report


def averages(reports: Sequence[NationalReport], on: date) -> list[Point]:
    """Return the averages over the reports of a cycle's members, day by day up to `on`; of a long time some days only.

    The reports know from which day their member is counted (`seated_on`): what it posted before counts from that day.
    """
    changes: dict[str, Any] = {"first_reports": Count("pk", filter=Q(is_first=True))}
    for name in WORKSTREAMS:
        changes[f"{name}_sum"] = Sum(Coalesce(name, 0) - Coalesce(f"{name}_was", 0))
        changes[f"{name}_reports"] = Count(name) - Count(f"{name}_was")
    rows = DailyProgress.objects.filter(report__in=[report.pk for report in reports], on__lte=on)
    days = rows.annotate(counted_on=_counted_on(reports)).order_by("counted_on").values_list("counted_on")

    # What each day changed adds up to the totals after it.
    totals, totals_by_day = [0] * len(changes), []
    for day, *daily in days.annotate(**changes):
        totals = [total + change for total, change in zip(totals, daily, strict=True)]
        totals_by_day.append((day, *totals))

    points = []
    for day, reported, *sums in thinned(totals_by_day):
        counts = tuple(sums[1::2])
        means = (total / count if count else None for total, count in zip(sums[::2], counts, strict=True))
        points.append(Point(day, tuple(means), reported, counts))
    return points


def _counted_on(reports: Iterable[NationalReport]) -> Case:
    """The day of a row, or that from which its member is counted; almost all members are from the first day."""
    seats = {report.pk: report.seated_on for report in reports if report.seated_on}
    first = min(seats.values(), default=None)
    late = [When(report=pk, then=Greatest("on", Value(day))) for pk, day in seats.items() if day != first]
    return Case(*late, default="on", output_field=DateField())


def figures_by_day(report: NationalReport, on: date) -> list[Point]:
    """Return the figures of one report, day by day up to `on`; of a long time only some days."""
    days = DailyProgress.objects.filter(report=report.pk, on__lte=on).order_by("on")
    rows = thinned(list(days.values_list("on", *WORKSTREAMS)))
    return [
        Point(day, tuple(figures), 1, tuple(int(figure is not None) for figure in figures))
        for day, *figures in rows
    ]


def thinned(days: list[Any], most: int = MOST_POINTS) -> list[Any]:
    """Return, of rows that begin with their day, the last of each of at most so many equal spans of time."""
    if len(days) <= most:
        return days
    first, last = days[0][0], days[-1][0]
    span = -(-((last - first).days + 1) // most)
    return list({(last - row[0]).days // span: row for row in days}.values())


def _rows_of(reports: Iterable[NationalReport]) -> QuerySet[NationalReport]:
    return NationalReport.objects.filter(pk__in=[report.pk for report in reports]).order_by()
