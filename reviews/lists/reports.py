"""National reports as a list: columns and filters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import CycleFilterSet, choice_filter, country_filter
from reviews.lists.columns import AgeColumn, DayColumn, FigureColumn, StatusColumn, open_row
from reviews.models import NationalReport, ReportStatus


class ReportFilter(CycleFilterSet):
    member_state = country_filter()
    status = choice_filter(_("Status"), ReportStatus.choices)

    class Meta:
        model = NationalReport
        fields = ("member_state", "status")


@dataclass(frozen=True)
class LateReports:
    """By report, how late its country is with the deadline that it is latest with; and whether one may remind it."""

    texts: Mapping[int, str]
    may_remind: bool


class ReportTable(tables.Table):
    member_state = tables.Column(linkify=open_row, order_by="member_state__sort_key")
    status = StatusColumn()
    data_collection = FigureColumn()
    analysis = FigureColumn()
    writing = FigureColumn()
    progressed_at = AgeColumn()
    holder = tables.Column(_("With"), order_by="holder__sort_key")
    held_since = DayColumn()
    revision_due_on = DayColumn(_("Revise by"), orderable=False)
    late = tables.Column(_("Late"), accessor="pk", orderable=False)

    class Meta:
        model = NationalReport
        fields = (
            "member_state",
            "status",
            "data_collection",
            "analysis",
            "writing",
            "progressed_at",
            "holder",
            "held_since",
            "revision_due_on",
            "late",
        )

    def __init__(self, *args: Any, late: LateReports, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.late_reports = late

    def render_late(self, value: int, record: NationalReport) -> SafeString | str:
        late = self.late_reports.texts.get(value)
        if not late:
            return "–"
        if not self.late_reports.may_remind:
            return late
        query = urlencode({"country": record.member_state.code})
        url = f"{reverse('remind', args=[record.cycle.slug])}?{query}"
        return format_html('{} · <a href="{}">{}</a>', late, url, _now("Remind"))

    def value_late(self, value: int) -> str:
        return self.late_reports.texts.get(value, "")
