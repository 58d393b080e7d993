"""National reports as a list: columns and filters."""

import django_tables2 as tables
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
        )
