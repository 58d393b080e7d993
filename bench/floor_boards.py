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

LINES = 30
TODAY = date(2020, 8, 20)
STATES = ("member_state__code", "member_state__name_en")
COLUMNS = ("status", *WORKSTREAMS, "progressed_at", "held_since", "holder__name_en")


def history(model: str, pk: int) -> dict[str, Any]:
    lines = Trace.objects.filter(page_model=model, page_id=pk).order_by("-id")
    told = lines.values_list("by__name", "verb", "model", "label", "at", "before", "after", "why")
    return {"title": "History", "rows": [_line(*line) for line in told[:LINES]], "link": ""}


def _line(by: str, verb: str, model: str, label: str, at: datetime, before: Any, after: Any, why: str) -> Any:
    changes = [f"{name}: {old} → {after.get(name)}" for name, old in (before or {}).items()]
    return by, verb, model, label, at, ", ".join(changes), why


def board(request: HttpRequest, slug: str) -> HttpResponse:
    day = request.GET.get("as_of")
    at = clock.end_of(date.fromisoformat(day)) if day else None
    on = date.fromisoformat(day) if day else TODAY
    deadlines = list(
        Deadline.objects.filter(cycle__slug=slug).values_list("due_on", "number", "title", "opens_on")
    )
    kinds = list(GapKind.objects.values_list("pk", "label_en"))
    gaps = _open_gaps_then(slug, at) if at else _open_gaps(slug)
    reports = _reports_then(slug, at) if at else _reports(slug)
    rows = [
        _member(row, gaps, kinds, min((d for d in deadlines if d[0] >= on), default=())) for row in reports
    ]
    meetings = Meeting.objects.filter(cycle__slug=slug).values_list("code", "title", "planned_from", "status")
    parts = [
        {"title": "Members", "rows": rows, "link": "reports/"},
        {"title": "Progress over time", "rows": list(_days(slug, at or clock.end_of(on)))},
        {"title": "Meetings", "rows": meetings, "link": "meetings/"},
        {"title": "Deadlines", "rows": [(n, title, due, opens) for due, n, title, opens in deadlines],
         "link": "deadlines/"},
    ]  # fmt: skip
    record = {"open gaps": sum(gaps.values()), **Counter(row[2] for row in rows)}
    return render(request, "record.html", {"title": slug, "record": record, "parts": parts})


def _member(row: Any, gaps: Counter[tuple[int, int]], kinds: list[Any], due: Any) -> tuple[Any, ...]:
    state, *shown = row
    return *shown, *(f"{label}: {gaps[state, kind]}" for kind, label in kinds), *due


def _reports(slug: str) -> Any:
    rows = NationalReport.objects.filter(cycle__slug=slug).order_by("member_state__name_en")
    return rows.values_list("member_state", *STATES, *COLUMNS)


def _reports_then(slug: str, at: datetime) -> list[Any]:
    """The last that the trace tells of each report by then."""
    told = Trace.objects.filter(model="reviews.nationalreport", cycle__slug=slug, at__lte=at)
    told = told.order_by("object_id", "-at", "-id").distinct("object_id")
    rows = told.values_list("member_state", *STATES, "after")
    names = ("status", *WORKSTREAMS, "progressed_at", "held_since", "holder_id")
    return [(*state, *(after[name] for name in names)) for *state, after in rows]


def _open_gaps(slug: str) -> Counter[tuple[int, int]]:
    counted = DataGap.objects.filter(cycle__slug=slug).exclude(status="closed").order_by()
    rows = counted.values_list("member_state", "kind").annotate(n=Count("pk"))
    return Counter({(state, kind): n for state, kind, n in rows})


def _open_gaps_then(slug: str, at: datetime) -> Counter[tuple[int, int]]:
    told = Trace.objects.filter(model="reviews.datagap", cycle__slug=slug, at__lte=at)
    last = told.order_by("object_id", "-at", "-id").distinct("object_id")
    rows = last.values_list("member_state", "after__kind_id", "after__status")
    return Counter((state, kind) for state, kind, status in rows if status != "closed")


def _days(slug: str, until: datetime) -> Iterable[Any]:
    """The mean of each workstream after every day of progress, and how many have told."""
    told = ProgressUpdate.objects.filter(report__cycle__slug=slug, at__lte=until)
    told = told.annotate(day=TruncDate("at", tzinfo=timezone.get_current_timezone()))
    last = told.order_by("report", "day", "-at", "-id").distinct("report", "day")
    days: dict[date, dict[int, Any]] = defaultdict(dict)
    for day, report, *figures in last.values_list("day", "report", *WORKSTREAMS):
        days[day][report] = figures
    latest: dict[int, Any] = {}
    for day, theirs in sorted(days.items()):
        latest |= theirs
        yield day, *(_mean(column) for column in zip(*latest.values(), strict=True)), len(latest)


def _mean(values: Iterable[int | None]) -> str:
    told = [value for value in values if value is not None]
    return f"{sum(told) / len(told):.0f} %" if told else "–"


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
        .order_by("member_state__name_en")
        .values_list(STATES[0], flat=True)
    )
    areas = FrameworkNode.objects.filter(framework__cycles__slug=slug, level="key_result_area").order_by(
        "code"
    )
    said = CoverageStatement.objects.filter(report__cycle__slug=slug)
    told = {(area, code): word for area, code, word in said.values_list(
        "key_result_area", "report__member_state__code", "coverage")}  # fmt: skip
    stays = DataGap.objects.filter(cycle__slug=slug, key_result_area__isnull=False).order_by()
    stays = stays.exclude(status="closed") | stays.filter(closing_way="limitation")
    kinds: dict[Any, list[str]] = defaultdict(list)
    for area, code, kind in stays.values_list("key_result_area", STATES[0], "kind__label_en").distinct():
        kinds[area, code].append(kind)
    rows = [
        (code, title, [(c, told.get((area, c), "–"), kinds[area, c]) for c in codes])
        for area, code, title in areas.values_list("pk", "code", "title")
    ]
    return render(request, "coverage.html", {"codes": codes, "rows": rows})
