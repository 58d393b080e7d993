"""The floor of the pages that show a whole cycle: `bench.floor` says what each of them shows."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from reviews import clock
from reviews.models import (
    CoverageStatement,
    DataGap,
    Deadline,
    FrameworkNode,
    GapKind,
    Meeting,
    NationalReport,
    ProgressUpdate,
    Trace,
    Turn,
)
from reviews.models.workstreams import WORKSTREAMS

HISTORY_ROWS = 30
TODAY = date(2020, 8, 20)
STATES = ("member_state__code", "member_state__name_en")
COLUMNS = ("status", *WORKSTREAMS, "progressed_at", "held_since", "holder__name_en")


def history(model: str, pk: int) -> dict[str, Any]:
    trace = Trace.objects.filter(page_model=model, page_id=pk).order_by("-id")
    columns = trace.values_list("by__name", "verb", "model", "label", "at", "before", "after", "why")
    rows = []
    for *head, before, after, why in columns[:HISTORY_ROWS]:
        changes = [f"{name}: {old} → {after.get(name)}" for name, old in (before or {}).items()]
        rows.append((*head, ", ".join(changes), why))
    return {"title": "History", "rows": rows, "link": ""}


def board(request: HttpRequest, slug: str) -> HttpResponse:
    day = request.GET.get("as_of")
    on = date.fromisoformat(day) if day else TODAY
    at = clock.end_of(on) if day else None
    deadlines = list(
        Deadline.objects.filter(cycle__slug=slug).values_list("due_on", "number", "title", "opens_on")
    )
    next_deadline = min((deadline for deadline in deadlines if deadline[0] >= on), default=())
    kinds = list(GapKind.objects.values_list("pk", "label_en"))
    gaps = _open_gaps(slug, at)
    rows = []
    for state, *cells in _reports(slug, at):
        counts = (f"{label}: {gaps[state, kind]}" for kind, label in kinds)
        rows.append((*cells, *counts, *next_deadline))
    meetings = Meeting.objects.filter(cycle__slug=slug).values_list("code", "title", "planned_from", "status")
    due_days = [(number, title, due, opens) for due, number, title, opens in deadlines]
    parts = [
        {"title": "Members", "rows": rows, "link": "reports/"},
        {"title": "Progress over time", "rows": list(_days(slug, at or clock.end_of(on)))},
        {"title": "Meetings", "rows": meetings, "link": "meetings/"},
        {"title": "Deadlines", "rows": due_days, "link": "deadlines/"},
    ]
    record = {"open gaps": sum(gaps.values()), **Counter(row[2] for row in rows)}
    return render(request, "record.html", {"title": slug, "record": record, "parts": parts})


def _reports(slug: str, at: datetime | None) -> list[tuple[Any, ...]]:
    """The reports now, or as of an instant, from the last trace row of each."""
    if at is None:
        reports = NationalReport.objects.filter(cycle__slug=slug).order_by("member_state__sort_key")
        return list(reports.values_list("member_state", *STATES, *COLUMNS))
    trace = Trace.objects.filter(model="reviews.nationalreport", cycle__slug=slug, at__lte=at)
    last = trace.order_by("object_id", "-at", "-id").distinct("object_id")
    rows = last.values_list("member_state", *STATES, "after")
    names = ("status", *WORKSTREAMS, "progressed_at", "held_since", "holder_id")
    return [(*state, *(after[name] for name in names)) for *state, after in rows]


def _open_gaps(slug: str, at: datetime | None) -> Counter[tuple[int, int]]:
    """Open gaps by country and kind, now or as of an instant."""
    if at is None:
        gaps = DataGap.objects.filter(cycle__slug=slug).exclude(status="closed").order_by()
        counted = gaps.values_list("member_state", "kind").annotate(n=Count("pk"))
        return Counter({(state, kind): n for state, kind, n in counted})
    trace = Trace.objects.filter(model="reviews.datagap", cycle__slug=slug, at__lte=at)
    last = trace.order_by("object_id", "-at", "-id").distinct("object_id")
    rows = last.values_list("member_state", "after__kind_id", "after__status")
    return Counter((state, kind) for state, kind, status in rows if status != "closed")


def _days(slug: str, until: datetime) -> Iterable[Any]:
    """The mean of each workstream after every day of progress, and how many have reported."""
    updates = ProgressUpdate.objects.filter(report__cycle__slug=slug, at__lte=until)
    updates = updates.annotate(day=TruncDate("at", tzinfo=timezone.get_current_timezone()))
    last = updates.order_by("report", "day", "-at", "-id").distinct("report", "day")
    days: dict[date, dict[int, Any]] = defaultdict(dict)
    for day, report, *figures in last.values_list("day", "report", *WORKSTREAMS):
        days[day][report] = figures
    latest: dict[int, Any] = {}
    for day, figures_by_report in sorted(days.items()):
        latest |= figures_by_report
        yield day, *(_mean(column) for column in zip(*latest.values(), strict=True)), len(latest)


def _mean(values: Iterable[int | None]) -> str:
    reported = [value for value in values if value is not None]
    return f"{sum(reported) / len(reported):.0f} %" if reported else "–"


def country_round(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    turns = Turn.objects.filter(
        round__meeting__cycle__slug=slug, round__meeting__code=code, member_state__reports__cycle__slug=slug
    )
    figures = (f"member_state__reports__{name}" for name in ("status", *WORKSTREAMS))
    rows = list(
        turns.order_by("position").values_list(*STATES, "position", "status", *figures, "note", "round")
    )
    parts = [{"title": "Members", "rows": [row[:-1] for row in rows]}, history("reviews.round", rows[0][-1])]
    return render(request, "record.html", {"title": code, "record": {}, "parts": parts})


def coverage(request: HttpRequest, slug: str) -> HttpResponse:
    codes = list(
        NationalReport.objects.filter(cycle__slug=slug)
        .order_by("member_state__sort_key")
        .values_list(STATES[0], flat=True)
    )
    areas = FrameworkNode.objects.filter(framework__cycles__slug=slug, level="key_result_area").order_by(
        "code"
    )
    statements = CoverageStatement.objects.filter(report__cycle__slug=slug)
    columns = statements.values_list("key_result_area", "report__member_state__code", "coverage")
    stated = {(area, code): coverage for area, code, coverage in columns}
    limitations = DataGap.objects.filter(cycle__slug=slug, key_result_area__isnull=False).order_by()
    limitations = limitations.exclude(status="closed") | limitations.filter(closing_way="limitation")
    kinds: dict[Any, list[str]] = defaultdict(list)
    for area, code, kind in limitations.values_list(
        "key_result_area", STATES[0], "kind__label_en"
    ).distinct():
        kinds[area, code].append(kind)
    rows = [
        (code, title, [(c, stated.get((area, c), "–"), kinds[area, c]) for c in codes])
        for area, code, title in areas.values_list("pk", "code", "title")
    ]
    return render(request, "coverage.html", {"codes": codes, "rows": rows})
