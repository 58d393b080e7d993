"""The floor: for each measured page the same rows and columns by one query and a plain template."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from reviews.models import DataGap, NationalReport

ROWS = 25
GAP = (
    "number", "member_state__code", "kind__label_en", "key_result_area__title", "missing", "status",
    "holder__name_en", "held_since", "raised_at",
)  # fmt: skip
FILTERS = {"kind": "kind__code", "status": "status"}
REPORT = (
    "status",
    "data_collection",
    "analysis",
    "writing",
    "progressed_at",
    "member_state__name_en",
    "holder__name_en",
)


def gaps(request: HttpRequest, slug: str) -> HttpResponse:
    rows = DataGap.objects.filter(cycle__slug=slug, **_asked(request))
    rows = rows.order_by(*request.GET.getlist("sort") or ("member_state__name_en", "number"))
    start = (int(request.GET.get("page", 1)) - 1) * ROWS
    return render(
        request, "list.html", {"columns": GAP, "rows": rows.values_list(*GAP)[start : start + ROWS]}
    )


def _asked(request: HttpRequest) -> dict[str, Any]:
    return {lookup: request.GET[name] for name, lookup in FILTERS.items() if name in request.GET}


def gap(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    state, number = code.rsplit("-", 1)
    one = DataGap.objects.filter(cycle__slug=slug, member_state__code=state, number=number).values(*GAP).get()
    return render(request, "record.html", {"record": one})


def report(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    one = NationalReport.objects.filter(cycle__slug=slug, member_state__code=code).values(*REPORT).get()
    return render(request, "record.html", {"record": one})


urlpatterns = [
    path("cycles/<slug>/datagaps/", gaps),
    path("cycles/<slug>/datagaps/<code>/", gap),
    path("cycles/<slug>/reports/<code>/", report),
]
