"""The board: its columns on the page and in exports, and its filters."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

import django_tables2 as tables
from django.db.models import TextChoices
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.lists.addresses import VIEW
from reviews.lists.columns import DayColumn, FigureColumn
from reviews.models import DeadlineState, ReportStatus, ReviewCycle
from reviews.queries.board import Board, BoardRow, HolderSide
from reviews.queries.outlook import OutlookWord
from reviews.rendering import fragments
from reviews.rendering.charts import Sparkline
from reviews.text import isolated, percent

Sparklines = Mapping[tuple[int, str], tuple[Sparkline, str]]  # by report and workstream; and in words


# --- Filters


class Overdue(TextChoices):
    YES = "yes", _("Overdue")


class NoFigures(TextChoices):
    NONE = "none", _("No figures")


class OpenGaps(TextChoices):
    OPEN = "open", _("Open gaps")


class Changed(TextChoices):
    YES = "yes", _("Changed since my last visit")


class RowFilter(NamedTuple):
    """One value of a row that the address may name: `?status=submitted`."""

    name: str
    label: Any  # empty: its values say what they are
    choices: type[TextChoices]
    value_of: Callable[[BoardRow], str]


STATUS = RowFilter("status", _("Status"), ReportStatus, lambda row: row.report.status)
OUTLOOK = RowFilter("outlook", _("Outlook"), OutlookWord, lambda row: row.outlook.word if row.outlook else "")
OVERDUE = RowFilter("overdue", "", Overdue, lambda row: Overdue.YES if is_overdue(row) else "")
FIGURES = RowFilter("figures", "", NoFigures, lambda row: "" if row.has_figures else NoFigures.NONE)
GAPS = RowFilter("gaps", "", OpenGaps, lambda row: OpenGaps.OPEN if row.open_gaps else "")
HOLDER = RowFilter("with", _("With"), HolderSide, lambda row: row.held_by)
CHANGED = RowFilter("changed", "", Changed, lambda row: Changed.YES if row.is_changed else "")


def is_overdue(row: BoardRow) -> bool:
    return row.next_due is not None and row.next_due.state == DeadlineState.OVERDUE


def filters_for(reads_all: bool) -> list[RowFilter]:
    """The filters of a board: the outlook of every country is for those who read all."""
    return [STATUS, OUTLOOK if reads_all else OVERDUE, FIGURES, GAPS, HOLDER, CHANGED]


class Chip(NamedTuple):
    """One value of a filter: how many countries have it, and the address that turns it on or off."""

    label: str
    number: int
    query: str
    is_on: bool


class ChipGroup(NamedTuple):
    label: Any
    chips: list[Chip]


def chip_groups(board: Board, query: QueryDict) -> list[ChipGroup]:
    """The values that occur, each counted among the countries that the other filters leave."""
    filters = filters_for(board.reads_all)
    groups = []
    for row_filter in filters:
        others = [other for other in filters if other is not row_filter and query.get(other.name)]
        rows = [row for row in board.rows if all(o.value_of(row) == query.get(o.name) for o in others)]
        occurring = {row_filter.value_of(row) for row in board.rows} | {query.get(row_filter.name)}
        values = [value for value in row_filter.choices if value in occurring]
        groups.append(
            ChipGroup(row_filter.label, [_chip(row_filter, value, rows, query) for value in values])
        )
    return [group for group in groups if group.chips]


def _chip(row_filter: RowFilter, value: Any, rows: Iterable[BoardRow], query: QueryDict) -> Chip:
    number = sum(row_filter.value_of(row) == value for row in rows)
    is_on = query.get(row_filter.name) == value
    other = query.copy()
    other.pop("page", None)
    other.setdefault(VIEW, "")  # an address without anything opens the person's default view
    if is_on:
        other.pop(row_filter.name)
    else:
        other[row_filter.name] = value
    label = str(value.label)
    return Chip(label[:1].upper() + label[1:], number, f"?{other.urlencode()}", is_on)


# --- Columns


def exported(
    header: Any, accessor: str, goes_with: str, kind: type[tables.Column] = tables.Column
) -> tables.Column:
    """A column that only exports have, wherever the page shows the column that it goes with."""
    column = kind(header, accessor=accessor, visible=False, orderable=False)
    column.goes_with = goes_with
    return column


def shown(header: Any, accessor: str, css_class: str = "", **options: Any) -> tables.Column:
    """A column that only the page has; also of an empty value it says something."""
    attributes = {"td": {"class": css_class}} if css_class else {}
    return tables.Column(
        header, accessor=accessor, empty_values=(), exclude_from_export=True, attrs=attributes, **options
    )


WORKSTREAM_COLUMNS = ("data", "analysis", "writing")


class BoardTable(tables.Table):
    """One row for each member state: the columns of the page, and after them those that only exports have."""

    state = tables.Column(_("Member state"), order_by="state__sort_key")
    status = tables.Column(
        _("Status"),
        accessor="report__get_status_display",
        order_by="status_position",
        attrs={"td": {"class": "status"}},
    )
    data = shown(_("Data"), "report__data_collection", "trend")
    analysis = shown(_("Analysis"), "report__analysis", "trend")
    writing = shown(_("Writing"), "report__writing", "trend")
    gaps = shown(_("Open gaps"), "open_gaps", "gaps")
    due = shown(_("Next deadline"), "next_due", "due", order_by="next_due__due_on")
    spare = shown(_("Must arrive by"), "plan", "spare", order_by="plan__slack")
    word = shown(_("Outlook"), "outlook", "outlook", order_by="outlook_position")
    update = shown(_("Latest update"), "updated_on", "update")
    side = shown(_("With"), "held_by", "side", order_by=("held_by", "held_since"))

    data_collection = exported(_("Data collection"), "report__data_collection", "data", FigureColumn)
    analysis_figure = exported(_("Analysis"), "report__analysis", "analysis", FigureColumn)
    writing_figure = exported(_("Writing"), "report__writing", "writing", FigureColumn)
    open_gaps = exported(_("Open gaps"), "open_gaps", "gaps")
    deadline = exported(_("Next deadline"), "next_due__deadline", "due")
    due_on = exported(_("Due by"), "next_due__due_on", "due", DayColumn)
    deadline_state = exported(_("State of the deadline"), "next_due__text", "due")
    latest_on = exported(_("Must arrive by"), "plan__latest_on", "spare", DayColumn)
    slack = exported(_("Days to spare"), "slack", "spare")
    outlook = exported(_("Outlook"), "outlook__word__label", "word")
    reason = exported(_("Reason"), "outlook__reason", "word")
    updated_on = exported(_("Last update"), "updated_on", "update", DayColumn)
    noted_on = exported(_("Day of the latest note"), "note__day", "update", DayColumn)
    note = exported(_("Latest note"), "note__text", "update")
    holder = exported(_("With"), "holder", "side")
    held_since = exported(_("Since"), "held_since", "side", DayColumn)

    def __init__(self, rows: list[BoardRow], board: Board, cycle: ReviewCycle, **options: Any) -> None:
        hidden = set() if board.reads_all else {"spare", "word"}
        if board.latest_on is None:
            hidden.add("spare")
        super().__init__(rows, exclude=[*hidden], **options)
        self.slug = cycle.slug
        self.sparklines: Sparklines = {}  # of the rows that are shown
        self.may_remind = False  # whether a late row leads to the page that reminds
        if board.latest_on and "spare" not in hidden:
            self.columns["spare"].column.verbose_name = gettext("Must arrive by %(day)s") % {
                "day": clock.short_day(board.latest_on)
            }

    def render_state(self, record: BoardRow) -> SafeString | str:
        name = isolated(str(record.state))
        if not record.is_read:
            return name
        return format_html(
            '<a href="{}">{}</a>', reverse("report", args=[self.slug, record.state.code]), name
        )

    def render_status(self, value: str, record: BoardRow) -> SafeString:
        return fragments.badge(value, record.report.tone)

    def value_state(self, record: BoardRow) -> str:
        return str(record.state)

    def value_status(self, value: str) -> str:
        return value

    def render_data(self, record: BoardRow) -> SafeString:
        return self._figure(record, "data_collection")

    def render_analysis(self, record: BoardRow) -> SafeString:
        return self._figure(record, "analysis")

    def render_writing(self, record: BoardRow) -> SafeString:
        return self._figure(record, "writing")

    def _figure(self, record: BoardRow, workstream: str) -> SafeString:
        """A figure with its sparkline; one that was never reported is not 0."""
        value = getattr(record.report, workstream)
        if value is None:
            return format_html('<span class="soft">{}</span>', gettext("no figure"))
        line = self.sparklines.get((record.report.pk, workstream))
        return format_html("{}<span>{}</span>", fragments.sparkline(*line) if line else "", percent(value))

    def render_gaps(self, record: BoardRow) -> SafeString:
        return fragments.included(
            "board/open_gaps.html", number=record.open_gaps, counted=record.gaps_by_kind
        )

    def render_due(self, record: BoardRow) -> SafeString:
        status = record.next_due
        if status is None:
            return format_html('<span class="soft">{}</span>', gettext("nothing is due"))
        return format_html(
            '<span class="due-day tone-{}">{} {}</span> <span class="second">{} · {}{}</span>',
            status.tone,
            fragments.symbol(status.tone),
            clock.short_day(status.due_on),
            status.text,
            isolated(status.deadline.title),
            self._remind_link(record) if self.may_remind and is_overdue(record) else "",
        )

    def _remind_link(self, record: BoardRow) -> SafeString:
        url = f"{reverse('remind', args=[self.slug])}?{urlencode({'country': record.state.code})}"
        return format_html(' · <a href="{}">{}</a>', url, gettext("Remind"))

    def render_spare(self, record: BoardRow) -> str:
        if record.slack is None:
            return gettext("cannot tell")
        days = ngettext("%(n)d day", "%(n)d days", abs(record.slack)) % {"n": abs(record.slack)}
        return f"−{days}" if record.slack < 0 else days

    def render_word(self, record: BoardRow) -> SafeString | str:
        return fragments.outlook(record.outlook.word, record.outlook.reason) if record.outlook else "–"

    def render_update(self, record: BoardRow) -> SafeString:
        if record.updated_on is None:
            return format_html('<span class="soft">{}</span>', gettext("none yet"))
        if record.note is None:
            return fragments.day(record.updated_on)
        day, note = fragments.day(record.updated_on), isolated(record.note.text)
        if record.note.day != record.updated_on:
            note = gettext("%(day)s: %(note)s") % {"day": clock.short_day(record.note.day), "note": note}
        return format_html('{} <span class="second">{}</span>', day, note)

    def render_side(self, record: BoardRow) -> SafeString | str:
        if not record.holder:
            return "–"
        since = gettext("since %(day)s") % {"day": clock.short_day(record.held_since)}
        return format_html('{} <span class="second">{}</span>', record.held_by.label, since)
