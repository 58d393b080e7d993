"""The floor: what bare Django needs to show the same facts from the same tables.

Each view asks by `.values()` with joins and fills a plain template; no sign-in, no policy, no middleware, no pictures.

- list: the rows and columns of ours with the link of each row, by one query; filtered and sorted by the address.
- gap: its fields, its history.
- report: its figures and deadlines, as the first of our tabs shows.
- meeting: its fields, agenda, decisions, action points, delegations, deadlines anchored to it, history.
- update form: the figures in a form.
- board (`floor_boards`): a row for every member with its figures, open gaps by kind and next deadline; the means after
  every day of progress, the meetings and deadlines. All counted live; of a past day from the trace.
- country round (`floor_boards`): a row for every member with its turn and figures, history.
- search: the newest entries that contain the words, of all readers, by one query.
- coverage map (`floor_boards`): a cell for every area and country, with statement, kinds of gap and link.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from bench import floor_boards
from reviews.models import (
    ActionPoint,
    AgendaItem,
    DataGap,
    Deadline,
    Decision,
    Delegation,
    Meeting,
    NationalReport,
    SearchEntry,
)
from reviews.models.workstreams import WORKSTREAMS
from reviews.text import fold

ROWS = 25
GAP = (
    "member_state__code",
    "number",
    "kind__label_en",
    "key_result_area__code",
    "key_result_area__title",
    "missing",
    "status",
    "holder__name_en",
    "held_since",
    "raised_at",
)
FILTERS = {"kind": "kind__code", "status": "status", "member_state": "member_state__code"}
REPORT = (
    "status",
    *WORKSTREAMS,
    "progressed_at",
    "held_since",
    "authors",
    "return_note",
    "member_state__name_en",
    "holder__name_en",
    "reader__name",
    "lead_author__name",
    "cycle__name_en",
    "pk",
)
MEETING = (
    "title",
    "status",
    "series",
    "planned_from",
    "planned_to",
    "first_planned_from",
    "first_planned_to",
    "held_from",
    "held_to",
    "mode",
    "place",
    "host__name_en",
    "time_zone",
    "cycle__name_en",
    "pk",
)
ENTRY = ("code", "id", "kind", "title", "text", "member_state__name_en", "cycle__name_en")
Part = dict[str, Any]


def gaps(request: HttpRequest, slug: str) -> HttpResponse:
    filters = {lookup: request.GET[name] for name, lookup in FILTERS.items() if name in request.GET}
    if "q" in request.GET:
        filters["search__contains"] = fold(request.GET["q"])
    rows = DataGap.objects.filter(cycle__slug=slug, **filters)
    rows = rows.order_by(*request.GET.getlist("sort") or ("member_state__sort_key", "number"))
    start = (int(request.GET.get("page", 1)) - 1) * ROWS
    page = rows.values_list(*GAP)[start : start + ROWS]
    return render(request, "list.html", {"columns": GAP, "rows": page})


def gap(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    state, number = code.rsplit("-", 1)
    gaps = DataGap.objects.filter(cycle__slug=slug, member_state__code=state, number=number)
    record = gaps.values(*GAP, "effect", "closing_way", "closing_note", "raised_by__name", "pk").get()
    return _record(request, code, record, [floor_boards.history("reviews.datagap", record["pk"])])


def report(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    record = NationalReport.objects.filter(cycle__slug=slug, member_state__code=code).values(*REPORT).get()
    deadlines = Deadline.objects.filter(cycle__slug=slug).values_list("number", "title", "due_on", "last_on")
    parts = [_part("Deadlines", deadlines, "../../deadlines/")]
    return _record(request, code, record, parts)


def meeting(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    record = Meeting.objects.filter(cycle__slug=slug, code=code).values(*MEETING).get()
    of_meeting = {"meeting": record["pk"]}
    items = AgendaItem.objects.filter(**of_meeting).values_list(
        "position", "title", "presenter", "duration", "status"
    )
    points = ActionPoint.objects.filter(**of_meeting)
    delegations = Delegation.objects.filter(**of_meeting)
    deadlines = Deadline.objects.filter(anchor=record["pk"]).values_list("number", "title", "due_on")
    parts = [
        _part("Agenda", items),
        _part("Decisions", Decision.objects.filter(**of_meeting).values_list("number", "text")),
        _part("Actions", points.values_list("number", "text", "owner_body__name_en", "due_on", "status")),
        _part("Delegations", delegations.values_list("organisation__name_en", "head", "size", "present")),
        _part("Deadlines", deadlines, "../../deadlines/"),
        floor_boards.history("reviews.meeting", record["pk"]),
    ]
    return _record(request, record["title"], record, parts)


def update(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    report = NationalReport.objects.filter(cycle__slug=slug, member_state__code=code)
    return render(request, "form.html", {"record": report.values(*WORKSTREAMS, "version").get()})


def search(request: HttpRequest) -> HttpResponse:
    entries = SearchEntry.objects.all()
    for word in fold(request.GET["q"]).split():
        entries = entries.filter(search__contains=word)
    rows = entries.order_by("-id").values_list(*ENTRY)[:ROWS]
    return render(request, "list.html", {"columns": ENTRY, "rows": rows})


def _part(title: str, rows: Any, link: str = "") -> Part:
    """Rows under a heading; with `link` their first cell leads there."""
    return {"title": title, "rows": rows, "link": link}


def _record(request: HttpRequest, title: str, record: dict[str, Any], parts: list[Part]) -> HttpResponse:
    return render(request, "record.html", {"title": title, "record": record, "parts": parts})


urlpatterns = [
    path("search/", search),
    path("cycles/<slug>/", floor_boards.board),
    path("cycles/<slug>/coverage/", floor_boards.coverage),
    path("cycles/<slug>/datagaps/", gaps),
    path("cycles/<slug>/datagaps/<code>/", gap),
    path("cycles/<slug>/reports/<code>/", report),
    path("cycles/<slug>/reports/<code>/update/", update),
    path("cycles/<slug>/meetings/<code>/", meeting),
    path("cycles/<slug>/meetings/<code>/round/", floor_boards.country_round),
]
