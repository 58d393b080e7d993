"""The board of a cycle."""

from datetime import date, datetime
from typing import Any, NamedTuple

from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews import clock, policy
from reviews.forms.base import ReviewForm
from reviews.forms.board import SavedViewForm
from reviews.lists.board import BoardTable, chip_groups, filters_of
from reviews.models import ReviewCycle, SavedView
from reviews.queries import board, progress
from reviews.rendering import board_charts, spreadsheets
from reviews.request_context import SignedInRequest
from reviews.views.base import page_of, parse_day, require_known_order, rows_chosen, visited_cycle_or_404
from reviews.views.form_pages import FormPage, TransitionPage
from reviews.web.errors import BadAddress

NOT_KEPT = ("page", "_export")  # of an address, in a saved view


class BoardDay(NamedTuple):
    """The day that the address names, or today. `as_of`, `at`: None today, the records are as they are."""

    on: date
    as_of: date | None
    at: datetime | None


def board_page(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Every member state at a glance; `?as_of=2020-08-11` shows it as it was at the end of that day."""
    cycle, day = visited_cycle_or_404(request, slug), parse_board_day(request)
    require_known_order(request, BoardTable)
    content = board.build(cycle, request.user, day.on, day.at)
    rows, filters = content.rows, filters_of(content)
    for row_filter in filters:
        rows = rows_chosen(request, row_filter.name, row_filter.choices, rows, row_filter.value_of)

    table = board_table(request, cycle, content, rows)
    file_format = request.GET.get("_export")
    if file_format:
        return spreadsheets.response(file_format, table, "board")
    table.page = page_of(request, list(table.data))
    reports = [row.report for row in table.page]
    since, meetings = board_charts.trend_since(cycle, content), [row.ends_on for row in content.last_meetings]
    trends = progress.trends(reports, since, day.on)
    table.sparklines = board_charts.sparklines(trends, meetings=meetings, since=since, until=day.on)
    table.may_remind = policy.may(request.user, "reminder.send") and not cycle.is_closed and day.as_of is None
    context = {
        "cycle": cycle,
        "nav": "board",
        "title": cycle.name,
        "board": content,
        "as_of": day.as_of,
        "table": table,
        "page": table.page,
        "chip_groups": chip_groups(content, request.GET),
        "saved_views": SavedView.objects.filter(person=request.user, cycle=cycle),
        "query": kept_query(request.GET).urlencode(),
        "kept": [(name, value) for name, value in kept_query(request.GET).items() if name != "as_of"],
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
    """The day of the board. Raises BadAddress for one that has not come yet."""
    as_of = parse_day(request.GET["as_of"]) if request.GET.get("as_of") else None
    if as_of and as_of > clock.today():
        raise BadAddress(_("That day has not come yet."))
    return BoardDay(as_of or clock.today(), as_of, clock.end_of(as_of) if as_of else None)


def kept_query(query: QueryDict) -> QueryDict:
    """The filters, the order and the day of an address."""
    kept = query.copy()
    for name in NOT_KEPT:
        kept.pop(name, None)
    return kept


class SaveView(FormPage):
    """A name for the address of the board that the person comes from; for whoever reads the board."""

    form_class, is_new, nav = SavedViewForm, True, "board"
    title, submit_label = gettext_lazy("Save this view of the board"), gettext_lazy("Save view")
    success_message = gettext_lazy("Saved. The view is listed above the board.")

    def check_permission(self) -> None:
        """Whoever may open the board."""

    def check_open(self) -> None:
        """Also of a closed cycle: a view is no record of it."""

    def perform(self, form: SavedViewForm, expected_version: int) -> SavedView:
        query = kept_query(self.request.GET).urlencode()
        return SavedView.save_for(self.request.user, self.cycle, query=query, **form.values())

    def get_success_url(self) -> str:
        return str(self.result.get_absolute_url())

    def get_cancel_url(self) -> str:
        return f"{reverse('board', args=[self.cycle.slug])}?{kept_query(self.request.GET).urlencode()}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"lead": ""}


class RemoveView(TransitionPage):
    """Remove one of the person's own views, with a button."""

    form_class, is_new = ReviewForm, True
    success_message = gettext_lazy("The view is removed.")

    def get_object(self) -> SavedView:
        views = SavedView.objects.select_related("cycle").filter(person=self.request.user, cycle=self.cycle)
        return get_object_or_404(views, pk=self.kwargs["pk"])

    def check_permission(self) -> None:
        """Nobody else finds it."""

    def check_open(self) -> None:
        """Also of a closed cycle: a view is no record of it."""

    def perform(self, form: ReviewForm, expected_version: int) -> None:
        self.object.delete()

    def get_success_url(self) -> str:
        return reverse("board", args=[self.cycle.slug])
