"""National reports as a list: columns and filters."""

from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import HolderFilterSet, choice_filter, country_filter
from reviews.lists.columns import AgeColumn, DayColumn, FigureColumn, StatusColumn, open_row
from reviews.models import NationalReport, ReportStatus


class ReportFilter(HolderFilterSet):
    member_state = country_filter()
    status = choice_filter(_("Status"), ReportStatus.choices)

    class Meta:
        model = NationalReport
        fields = ("member_state", "status", "holder", "mine", "waiting")


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
    remind = tables.Column(_("Remind"), empty_values=(), orderable=False, exclude_from_export=True)

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
            "remind",
        )

    def __init__(self, *args: Any, may_remind: bool, **kwargs: Any) -> None:
        super().__init__(*args, exclude=[] if may_remind else ["remind"], **kwargs)

    def render_remind(self, record: NationalReport) -> SafeString | str:
        """A link to what the country still has to meet, while the report is with it."""
        if not record.is_editable:
            return "–"
        url = f"{reverse('remind', args=[record.cycle.slug])}?{urlencode({'country': record.member_state.code})}"
        return format_html('<a href="{}">{}</a>', url, _now("Remind"))
