"""The board of a cycle."""

from datetime import date, datetime

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from reviews import clock, policy
from reviews.queries import board
from reviews.rendering import board_charts
from reviews.request_context import SignedInRequest
from reviews.views.base import ROWS, cycle_or_404
from reviews.web.errors import BadAddress


def board_page(request: SignedInRequest, slug: str) -> HttpResponse:
    """Every member state at a glance; `?as_of=2020-08-11` shows it as it stood at the end of that day."""
    cycle = cycle_or_404(request, slug)
    on, at = _day(request)
    shown = board.build(cycle, request.user, on, at)
    page = _page(request, shown.rows)
    readable = {row.report.pk for row in page if policy.may(request.user, "report.read", row.report)}
    context = {
        "cycle": cycle, "nav": "board", "title": cycle.name, "board": shown, "as_of": at and on, "page": page,
        "readable": readable, "progress_chart": board_charts.progress(cycle, shown),
        "gaps_chart": board_charts.gaps(cycle, shown.kinds, page, readable),
        "time_line_chart": board_charts.time_line(cycle, shown),
    }  # fmt: skip
    return render(request, "board/board.html", context)


def _page(request: HttpRequest, rows: list[board.Row]) -> Page[board.Row]:
    """As many members as a list has rows; the figures above them are of all."""
    number = request.GET.get("page") or "1"
    try:
        return Paginator(rows, ROWS).page(number)
    except InvalidPage:
        raise BadAddress(_("The board has no page “%s”.") % number[:40]) from None


def _day(request: HttpRequest) -> tuple[date, datetime | None]:
    """The day asked for, and its last instant if it lies behind us."""
    text = request.GET.get("as_of")
    if not text:
        return clock.today(), None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadAddress(_("“%s” is not a day: write it like 2020-08-11.") % text[:40]) from None
    if day > clock.today():
        raise BadAddress(_("That day has not come yet."))
    return day, clock.end_of(day)
