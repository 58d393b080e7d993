"""The pictures of a cycle."""

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from reviews import policy
from reviews.queries import board, progress
from reviews.rendering import board_charts
from reviews.request_context import SignedInRequest
from reviews.views.base import cycle_or_404, page_of
from reviews.views.board import parse_board_day


def pictures_page(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """The board in pictures, each with its table; `?as_of=2020-08-11` as on the board."""
    cycle, day = cycle_or_404(request, slug), parse_board_day(request)
    content = board.build(cycle, request.user, day.on, day.at, with_outlook=False)
    page = page_of(request, content.rows)
    reads_plan = bool(content.steps) and policy.scope_of(request.user, "plan.read") is policy.Scope.EVERYWHERE
    context = {
        "cycle": cycle,
        "nav": "pictures",
        "title": _("Pictures"),
        "board": content,
        "as_of": day.as_of,
        "day_form": day.form,
        "page": page,
        "heat_map_chart": board_charts.heat_map(cycle, page),
        "status_chart": board_charts.status_columns(content.rows),
        "received_chart": board_charts.received_chart(content),
        # Of its dates one country reads a part only: the whole is on the page of the plan.
        "gantt_chart": board_charts.gantt(content.plan) if reads_plan else None,
        "tile_chart": board_charts.tile_map(content.rows),
        "progress_chart": board_charts.progress_over_time(
            content, progress.averages([row.report for row in content.rows], day.on)
        ),
        "gaps_chart": board_charts.gaps_by_kind(cycle, content.kinds, page),
        "time_line_chart": board_charts.board_timeline(cycle, content),
    }
    return render(request, "pictures/pictures.html", context)
