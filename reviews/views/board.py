"""The board of a cycle."""

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from reviews import clock, policy
from reviews.lists.board import BoardTable
from reviews.models import ReportStatus
from reviews.queries import board
from reviews.rendering import board_charts, spreadsheets
from reviews.request_context import SignedInRequest
from reviews.views.base import cycle_or_404, page_of, parse_day, rows_chosen
from reviews.web.errors import BadAddress


def board_page(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Every member state at a glance; `?as_of=2020-08-11` shows it as it was at the end of that day."""
    cycle = cycle_or_404(request, slug)
    as_of = parse_day(request.GET["as_of"]) if request.GET.get("as_of") else None
    if as_of and as_of > clock.today():
        raise BadAddress(_("That day has not come yet."))
    content = board.build(cycle, request.user, as_of or clock.today(), clock.end_of(as_of) if as_of else None)

    rows = rows_chosen(request, "status", ReportStatus, content.rows, lambda row: row.report.status)
    file_format = request.GET.get("_export")
    if file_format:
        return spreadsheets.response(file_format, BoardTable(rows), "board")
    page = page_of(request, rows)  # the figures above it are of all members

    readable = {row.report.pk for row in page if policy.may(request.user, "report.read", row.report)}
    context = {
        "cycle": cycle,
        "nav": "board",
        "title": cycle.name,
        "board": content,
        "as_of": as_of,
        "page": page,
        "status": request.GET.get("status", ""),
        "readable": readable,
        "progress_chart": board_charts.progress_over_time(content),
        "gaps_chart": board_charts.gaps_by_kind(cycle, content.kinds, page),
        "hides_kinds": any(row.gaps is None for row in page),
        "time_line_chart": board_charts.board_timeline(cycle, content),
    }
    return render(request, "board/board.html", context)
