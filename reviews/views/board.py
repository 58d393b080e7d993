"""The board of a cycle."""

from datetime import date, datetime
from typing import NamedTuple

from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from reviews import clock, policy
from reviews.forms.days import AsOfForm, DaysForm
from reviews.lists.addresses import KnownQuery, known_query
from reviews.lists.board import WORKSTREAM_COLUMNS, BoardTable, chip_groups, filters_for
from reviews.lists.shown_columns import hide_columns
from reviews.models import ReviewCycle, User
from reviews.queries import board, progress
from reviews.rendering import board_charts, spreadsheets
from reviews.request_context import SignedInRequest
from reviews.views.base import (
    page_of,
    parse_day,
    require_known_columns,
    require_known_order,
    rows_chosen,
    visited_cycle_or_404,
)
from reviews.web.errors import BadAddress
from reviews.web.saved_views import ListViews


class BoardDay(NamedTuple):
    """The day that the address names, or today; also today if it is mistyped, which the form says.

    `as_of`, `at`: None today, the records are as they are.
    """

    on: date
    as_of: date | None
    at: datetime | None
    form: DaysForm


def board_page(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Every member state at a glance; `?as_of=2020-08-11` shows it as it was at the end of that day."""
    cycle, day = visited_cycle_or_404(request, slug), parse_board_day(request)
    views = ListViews(request, cycle)
    opening = views.opening(lambda saved: known_board_query(request.user, saved))
    if opening:
        return opening
    require_known_order(request, BoardTable)
    shown_columns = require_known_columns(request, BoardTable)
    content = board.build(cycle, request.user, day.on, day.at)
    rows, filters = content.rows, filters_for(content.reads_all)
    for row_filter in filters:
        rows = rows_chosen(request, row_filter.name, row_filter.choices, rows, row_filter.value_of)

    table = board_table(request, cycle, content, rows)
    column_choices = hide_columns(table, shown_columns)
    file_format = request.GET.get("_export")
    if file_format and day.form.is_mistyped:
        raise BadAddress(_("That is not a day for which there is a board."))
    if file_format:
        return spreadsheets.response(file_format, table, "board")
    table.page = page_of(request, list(table.data))
    reports = [row.report for row in table.page]
    if not shown_columns or {*WORKSTREAM_COLUMNS} & {*shown_columns}:  # nobody else needs the query
        since, meetings = (
            board_charts.trend_since(cycle, content),
            [row.ends_on for row in content.last_meetings],
        )
        trends = progress.trends(reports, since, day.on)
        table.sparklines = board_charts.sparklines(trends, meetings=meetings, since=since, until=day.on)
    table.may_remind = policy.may(request.user, "reminder.send") and not cycle.is_closed and day.as_of is None
    context = {
        "cycle": cycle,
        "nav": "board",
        "title": cycle.name,
        "board": content,
        "as_of": day.as_of,
        "day_form": day.form,
        "table": table,
        "page": table.page,
        "chip_groups": chip_groups(content, request.GET),
        "list_views": views,
        "column_choices": column_choices,
        "kept": [(name, value) for name, value in request.GET.items() if name not in ("as_of", "page")],
        "is_filtered": any(request.GET.get(row_filter.name) for row_filter in filters),
    }
    return render(request, "board/board.html", context)


def board_table(
    request: SignedInRequest, cycle: ReviewCycle, content: board.Board, rows: list[board.BoardRow]
) -> BoardTable:
    """The rows as a table, in the order that the address names."""
    order = [name for name in ",".join(request.GET.getlist("sort")).split(",") if name]
    return BoardTable(rows, content, cycle, order_by=order)


def parse_board_day(request: SignedInRequest) -> BoardDay:
    """The day of the board."""
    form = AsOfForm(request.GET)
    as_of = form.day("as_of")
    shown = form.showing(as_of=as_of)
    return BoardDay(as_of or clock.today(), as_of, clock.end_of(as_of) if as_of else None, shown)


def known_board_query(user: User, saved: QueryDict) -> KnownQuery:
    """The part of a saved address that the board of this person knows."""
    filters = {
        row_filter.name: row_filter.choices.values for row_filter in filters_for(board.reads_all(user))
    }
    known = {name for name, values in filters.items() if saved.get(name) in values}
    if is_day_of_board(saved.get("as_of", "")):
        known.add("as_of")
    return known_query(saved, known, BoardTable)


def is_day_of_board(text: str) -> bool:
    """Whether a board can be shown as it was on this day."""
    try:
        return parse_day(text) <= clock.today()
    except BadAddress:
        return False
