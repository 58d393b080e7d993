"""Deadlines as a list, and the countries of one deadline: columns and filters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reviews import clock
from reviews.lists.base import CycleFilterSet, HolderFilterSet, choice_filter
from reviews.lists.columns import DayColumn, open_row
from reviews.models import Deadline, DeadlineOutput, DeadlineState, DeadlineStatus, ReviewCycle
from reviews.models.reports import SILENT_DAYS
from reviews.queries.deadlines import CountryDeadline, Met, asked_of_countries, met_by_deadline
from reviews.queries.reminders import reminded_text
from reviews.rendering import fragments
from reviews.text import isolated


class DeadlineFilter(HolderFilterSet):
    """A deadline waits for each country that has not met it; for long, once it is overdue for long."""

    output = choice_filter(_("Requirement"), DeadlineOutput.choices)

    class Meta:
        model = Deadline
        fields = ("output", "holder", "mine", "waiting")

    def filter_queryset(self, rows: QuerySet[Deadline]) -> QuerySet[Deadline]:
        """As the base; whom a deadline waits for is derived, not stored, and all three filters mean one country."""
        rows = super().filter_queryset(rows)
        values = self.form.cleaned_data
        if not (values["holder"] or values["mine"] or values["waiting"]):
            return rows
        lines = asked_of_countries(self.cycle, rows, clock.today())
        return rows.filter(pk__in={line.status.deadline.pk for line in lines if self.is_chosen(line)})

    def is_chosen(self, line: CountryDeadline) -> bool:
        values = self.form.cleaned_data
        return (
            values["holder"] in ("", line.state.code)
            and (not values["mine"] or line.state.pk == self.request.user.organisation_id)
            and (not values["waiting"] or line.status.days < -SILENT_DAYS)
        )

    def filter_holder(self, rows: QuerySet[Deadline], name: str, value: str) -> QuerySet[Deadline]:
        return rows

    filter_mine = filter_waiting = filter_holder


class DeadlineTable(tables.Table):
    """Deadlines of a cycle, each with how many countries have met it today."""

    title = tables.Column(linkify=open_row, order_by="sort_key")
    output = tables.Column(_("Requirement"), accessor="output_text", order_by=("output", "output_name"))
    met = tables.Column(_("Met"), accessor="pk", orderable=False)
    opens_on = DayColumn()
    due_on = DayColumn()
    last_on = DayColumn()
    first_due_on = DayColumn()

    class Meta:
        model = Deadline
        fields = ("number", "title", "output", "met", "opens_on", "due_on", "last_on", "first_due_on")

    def __init__(self, *args: Any, cycle: ReviewCycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = cycle

    @cached_property
    def met_of(self) -> dict[int, Met]:
        """By the id of each deadline that is shown."""
        rows = self.page.object_list if hasattr(self, "page") else self.data.data
        return met_by_deadline(self.cycle, list(rows), clock.today())

    def render_met(self, value: int) -> SafeString:
        met = self.met_of[value]
        return format_html("{}{}", fragments.plain_bar(met.percent), met.text)

    def value_met(self, value: int) -> str:
        return self.met_of[value].text


class CountryDeadlineFilter(CycleFilterSet):
    """Which countries of a deadline: the page itself leaves out the others, since a state is derived, not stored."""

    state = choice_filter(_("State"), DeadlineState.choices)
    state.method = "keep_all_rows"

    def keep_all_rows(self, rows: QuerySet[Model], name: str, value: object) -> QuerySet[Model]:
        return rows


class DueColumn(DayColumn):
    """The day in force: how far it is while it is still to be met, and the common one if it is another."""

    # django-tables2 passes whatever the signature names.
    def render(self, value: date, record: CountryDeadline) -> SafeString:  # type: ignore[override]
        status = record.status
        due_on = fragments.age(value, status.days) if status.is_asked else fragments.day(value)
        if not status.is_extended:
            return due_on
        common = _now("(instead of %s)") % clock.short_day(status.deadline.due_on)
        return format_html('{} <span class="small soft">{}</span>', due_on, common)


@dataclass(frozen=True)
class Reminding:
    """What a reader of a deadline's page may know and do about countries that have not met it."""

    reminded: Mapping[int, date]  # by member state, the day of the last reminder
    may_remind: bool = False
    may_ask: bool = False


class CountryDeadlineTable(tables.Table):
    """A deadline: how each country has met it."""

    member_state = tables.Column(_("Member state"), accessor="state")
    state = tables.Column(_("State"), accessor="status", order_by=("status__days",))
    due_on = DueColumn(_("Due by"), accessor="status__due_on")
    met_on = DayColumn(_("Met on"), accessor="status__met_on")
    slip = tables.Column(_("Slip"), accessor="status__slip")
    another_day = tables.Column(
        _("Another day"), accessor="status", orderable=False, exclude_from_export=True
    )  # for those who may set one
    reminded = tables.Column(_("Reminded"), empty_values=(), orderable=False, exclude_from_export=True)

    class Meta:
        fields = ("member_state", "state", "due_on", "met_on", "slip", "reminded", "another_day")

    def __init__(self, *args: Any, reminding: Reminding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reminding = reminding

    def render_state(self, value: DeadlineStatus) -> SafeString:
        return fragments.badge(value.text, value.tone)

    def render_another_day(self, value: DeadlineStatus, record: CountryDeadline) -> str:
        if not value.is_asked:
            return "–"
        place = (value.deadline.cycle.slug, value.deadline.number, record.state.code)
        link = '<a href="{}">{}<span class="visually-hidden"> {}</span></a>'
        url, name = reverse("extension-set", args=place), isolated(str(record.state))
        return format_html(link, url, _("Another day for this country"), name)

    def value_state(self, value: DeadlineStatus) -> str:
        return value.text

    def render_slip(self, value: int) -> str:
        return ngettext("%(n)d day", "%(n)d days", value) % {"n": value} if value else "–"

    def value_slip(self, value: int) -> int:
        return value

    def render_reminded(self, record: CountryDeadline) -> SafeString | str:
        deadline, parts = record.status.deadline, [self.value_reminded(record)]
        if self.reminding.may_remind and record.status.is_asked:
            query = urlencode({"deadline": deadline.number, "country": record.state.code})
            url = f"{reverse('remind', args=[deadline.cycle.slug])}?{query}"
            parts.append(format_html('<a href="{}">{}</a>', url, _now("Remind")))
        if self.reminding.may_ask and record.status.state == DeadlineState.OVERDUE:
            url = reverse("explanation-ask", args=[deadline.cycle.slug, deadline.number, record.state.code])
            parts.append(format_html('<a href="{}">{}</a>', url, _now("Request to explain")))
        return format_html_join(" · ", "{}", ((part,) for part in parts if part)) or "–"

    def value_reminded(self, record: CountryDeadline) -> str:
        return reminded_text(self.reminding.reminded.get(record.report.member_state_id))
