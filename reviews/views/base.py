"""Base of the pages: the cycle of an address, a page of rows, lists. Forms are in form_pages."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, TypeVar

import django_tables2 as tables
from django.core.exceptions import ValidationError
from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import QuerySet, TextChoices
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django_filters import FilterSet
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from reviews import policy
from reviews.forms.fields import DayField
from reviews.lists.addresses import COLUMNS, OPEN, VIEW, KnownQuery, is_known_order, known_query, names_in
from reviews.lists.pagination import ListPaginator
from reviews.lists.shown_columns import hide_columns
from reviews.models import ListName, NationalReport, ReviewCycle, SeenUntil, Trace, Tracked, User
from reviews.models.changes import with_changes, with_seen
from reviews.models.follow_ups import MARK
from reviews.models.saved_views import with_saved_views
from reviews.rendering import spreadsheets
from reviews.request_context import SignedInRequest
from reviews.web.errors import BadAddress, Text
from reviews.web.saved_views import ListViews

Row = TypeVar("Row")

ROWS = 25
PAGE = re.compile("[1-9][0-9]{0,8}")


def cycle_or_404(request: SignedInRequest, slug: str) -> ReviewCycle:
    """A review cycle this person may open, with its framework."""
    cycle = get_object_or_404(cycles_named(request, slug))
    remember_cycle(request, cycle)
    return cycle


def visited_cycle_or_404(request: SignedInRequest, slug: str) -> ReviewCycle:
    """A review cycle with what changed in it since the person's last visit; the first one begins to count."""
    cycles = with_seen(cycles_named(request, slug), request.user)
    list_name = request.resolver_match.url_name if request.resolver_match else ""
    if list_name in ListName.values:
        cycles = with_saved_views(cycles, request.user, list_name)
    cycle = get_object_or_404(cycles)
    remember_cycle(request, cycle)
    if request.method == "GET":
        SeenUntil.begin(request.user, [cycle])
    return cycle


def remember_cycle(request: SignedInRequest, cycle: ReviewCycle) -> None:
    """Keep that the person opened this cycle last: the menu leads to it from pages that belong to none."""
    if request.method == "GET" and request.user.last_cycle_id != cycle.pk:
        request.user.last_cycle = cycle
        request.user.save(update_fields=["last_cycle"])


def cycles_named(request: SignedInRequest, slug: str) -> QuerySet[ReviewCycle]:
    """The cycle as a queryset, with its framework, for pages that fetch it together with their record."""
    cycles = ReviewCycle.objects.visible_to(request.user).filter(slug=slug)
    return cycles.select_related("framework")


def parse_day(text: str) -> date:
    """The day that an address names, such as 2020-08-11, or as it was typed into the page. Raises BadAddress."""
    try:
        return DayField().clean(text)
    except ValidationError:
        raise BadAddress(_("“%s” is not a day: write it like 2020-08-11.") % text[:40]) from None


def parse_number(text: str, least: int, most: int) -> int | None:
    """The number that an address names, in the digits 0 to 9; None for anything else, or one out of range."""
    number = int(text) if re.fullmatch("[0-9]{1,18}", text) else None
    return number if number is not None and least <= number <= most else None


def page_of(request: HttpRequest, rows: Sequence[Row], per_page: int = ROWS) -> Page[Row]:
    """The page of these rows that the address names. Raises BadAddress if there is none."""
    number = request.GET.get("page") or "1"
    try:
        return Paginator(rows, per_page).page(number)
    except InvalidPage:
        raise BadAddress(_("There is no page “%s”.") % number[:40]) from None


def rows_chosen(
    request: HttpRequest,
    name: str,
    choices: type[TextChoices],
    rows: Iterable[Row],
    value_of: Callable[[Row], str],
) -> list[Row]:
    """The rows with the value that the address names (`?status=submitted`), else all. Raises BadAddress if unknown."""
    chosen = request.GET.get(name, "")
    if chosen and chosen not in choices.values:
        raise BadAddress(_("There is nothing called “%s” here.") % chosen[:40])
    return [row for row in rows if not chosen or value_of(row) == chosen]


def require_known_order(request: HttpRequest, table_class: type[tables.Table]) -> None:
    """Raise BadAddress if the address sorts by something that is no column, or none to sort by."""
    for order in names_in(request.GET, "sort"):
        name = order.removeprefix("-")
        if name and not is_known_order(table_class, order):
            raise BadAddress(_("This list cannot be sorted by “%s”.") % name[:40])


def require_known_columns(request: HttpRequest, table_class: type[tables.Table]) -> list[str]:
    """The columns that the address shows; none named is all. Raise BadAddress for one that the list does not have."""
    names = names_in(request.GET, COLUMNS)
    for name in names:
        if name not in table_class.base_columns:
            raise BadAddress(_("This list has no column called “%s”.") % name[:40])
    return names


def own_report(user: User, cycle: ReviewCycle) -> NationalReport | None:
    """The report of the person's own country; None for staff."""
    reports = NationalReport.objects.filter(cycle=cycle).with_seat().select_related("cycle", "member_state")
    return reports.filter(member_state=user.organisation_id).first()


def history(request: SignedInRequest, record: Tracked, limit: int = 30) -> list[Trace]:
    """The history of a record's page, as this person may read it."""
    rows = Trace.objects.on_page(record).readable_on_page_by(request.user)[:limit]
    readable = (row.for_reader(request.user) for row in rows)
    return [row for row in readable if row is not None]


def history_pages(request: SignedInRequest, record: Tracked) -> tuple[Page[Trace], list[Trace]]:
    """One page of the whole history, and the rows on it that this person may read."""
    rows: Any = Trace.objects.on_page(record).readable_on_page_by(request.user)  # sliced by the paginator
    page: Page[Trace] = page_of(request, rows)
    readable = (row.for_reader(request.user) for row in page)
    return page, [row for row in readable if row is not None]


class AddButton(NamedTuple):
    """A link beside the title of a list, to the form for a new record."""

    label: Promise
    url_name: str
    permission: str


def name_area_column(table: tables.Table, cycle: ReviewCycle) -> None:
    """Head the column of key result areas, if there is one, by the framework's own word for them."""
    if "key_result_area" in table.columns:
        table.columns["key_result_area"].column.verbose_name = cycle.area_label


class ListPage(SingleTableMixin, FilterView):
    """List view: the subclass names its model, table and filterset."""

    template_name = "list.html"
    table_pagination: Mapping[str, object] | Literal[False] = {"per_page": ROWS, "silent": False}
    paginator_class = ListPaginator
    title: Text = ""
    lead: Text = ""
    empty_text: Text = ""
    nav = ""
    permission = ""  # who may not read any such record gets a 404
    model: Any  # a tracked model whose querysets have visible_to()
    select_related: tuple[str, ...] = ()
    add_button: AddButton | None = None
    offers_columns = True  # whether the page shows the table, so that its columns can be chosen
    shown_columns: Sequence[str] = ()  # those that the address names; none is all
    filterset_class: type[FilterSet]
    table_class: type[tables.Table]

    request: SignedInRequest
    cycle: ReviewCycle

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.cycle = self.get_cycle()
            policy.require_reader(request.user, self.permission)

    def get_cycle(self) -> Any:
        """Return the cycle of the address. Raises Http404 if the person may not open it."""
        return visited_cycle_or_404(self.request, self.kwargs["slug"])

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Raise BadAddress for a filter, sort column or page that does not exist."""
        self.views = ListViews(self.request, self.cycle)
        if opening := self.views.opening(self.known_query):
            return opening
        known = {*self.filterset_class.base_filters, "sort", "page", "_export", COLUMNS, VIEW, OPEN}
        for name in request.GET:
            if name not in known:
                raise BadAddress(_("This list has no filter called “%s”.") % name[:40])

        require_known_order(request, self.table_class)
        self.shown_columns = require_known_columns(request, self.table_class)

        if not PAGE.fullmatch(request.GET.get("page") or "1"):
            raise self.no_such_page()
        return super().get(request, *args, **kwargs)

    def get_table_kwargs(self) -> dict[str, Any]:
        """As the base; the column that marks rows for follow-up is for those who may."""
        kwargs = super().get_table_kwargs()
        is_closed = self.cycle is not None and self.cycle.is_closed
        if "follow_up" in self.table_class.base_columns and (
            is_closed or not policy.may(self.request.user, MARK)
        ):
            kwargs["exclude"] = ("follow_up",)
        return kwargs

    def known_query(self, saved: QueryDict) -> KnownQuery:
        """The part of a saved address that this list has for this reader: known filters with valid values."""
        kwargs = self.get_filterset_kwargs(self.filterset_class) | {"data": saved}
        filterset = self.filterset_class(**kwargs)
        known = {*filterset.filters} - {*filterset.form.errors}
        return known_query(saved, known, self.table_class)

    def shows(self, column: str) -> bool:
        """Whether a column is shown: what only a hidden one needs is not read."""
        return not self.shown_columns or column in self.shown_columns

    def get_table(self, **kwargs: object) -> tables.Table:
        try:
            table = super().get_table(**kwargs)
        except InvalidPage:
            raise self.no_such_page() from None
        name_area_column(table, self.cycle)
        self.column_choices = hide_columns(table, self.shown_columns) if self.offers_columns else []
        return table

    def get_table_data(self) -> Any:
        """The rows; on the page each says whether it changed since the person's last visit."""
        rows = super().get_table_data()
        if self.cycle is None or not isinstance(rows, QuerySet) or "_export" in self.request.GET:
            return rows
        return with_changes(rows, self.request.user, self.cycle)

    def no_such_page(self) -> BadAddress:
        return BadAddress(_("This list has no page “%s”.") % self.request.GET["page"][:40])

    def get_queryset(self) -> Any:
        """The records of the cycle that the person may read, in the order of `ordering`."""
        rows = self.model.objects.filter(cycle=self.cycle).visible_to(self.request.user)
        return rows.select_related(*self.select_related).order_by(*self.ordering)

    def get_filterset_kwargs(self, filterset_class: type[FilterSet]) -> dict[str, Any]:
        return super().get_filterset_kwargs(filterset_class) | {"cycle": self.cycle}

    def render_to_response(self, context: dict[str, Any], **kwargs: object) -> HttpResponseBase:
        file_format = self.request.GET.get("_export")
        if file_format:
            return spreadsheets.response(file_format, context["table"], self.nav or "list")
        return super().render_to_response(context, **kwargs)

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        query = self.request.GET.copy()
        query.pop("page", None)
        export_urls = {}
        for file_format in ("csv", "xlsx"):
            query["_export"] = file_format
            export_urls[f"export_{file_format}_url"] = f"?{query.urlencode()}"
        return (
            super().get_context_data(**kwargs)
            | {"title": self.title, "lead": self.lead, "nav": self.nav, "cycle": self.cycle}
            | {"empty_text": self.empty_text, "actions": self.get_actions()}
            | {"list_views": self.views, "column_choices": self.column_choices}
            | export_urls
        )

    def get_actions(self) -> list[tuple[Text, str]]:
        """Links beside the title: label and address."""
        button = self.add_button
        if button is None or self.cycle.is_closed:
            return []
        if policy.scope_of(self.request.user, button.permission) is policy.Scope.NOTHING:
            return []
        return [(button.label, reverse(button.url_name, args=[self.cycle.slug]))]


class SiteListPage(ListPage):
    """List view of records that belong to no cycle."""

    def get_cycle(self) -> None:
        return None

    def get_queryset(self) -> Any:
        rows = self.model.objects.visible_to(self.request.user)
        return rows.select_related(*self.select_related).order_by(*self.ordering)

    def get_filterset_kwargs(self, filterset_class: type[FilterSet]) -> dict[str, Any]:
        return FilterView.get_filterset_kwargs(self, filterset_class)

    def get_actions(self) -> list[tuple[Text, str]]:
        return []
