"""Extension requests as a list: columns and filters."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import HolderFilterSet, choice_filter, country_filter
from reviews.lists.columns import DayColumn, StatusColumn, open_row
from reviews.lists.follow_ups import MarkColumn
from reviews.models import Extension, ExtensionStatus


class ExtensionFilter(HolderFilterSet):
    member_state = country_filter()
    status = choice_filter(_("Status"), ExtensionStatus.choices)

    class Meta:
        model = Extension
        fields = ("member_state", "status", "holder", "mine", "waiting")


class ExtensionTable(tables.Table):
    member_state = tables.Column(linkify=open_row, order_by="member_state__sort_key")
    deadline = tables.Column(order_by=("deadline__due_on", "deadline__number"))
    asked_at = DayColumn(_("Asked or set"))
    due_when_asked = DayColumn(_("Due when asked"))
    asked_until = DayColumn()
    status = StatusColumn(accessor="status_text", order_by="status")
    granted_until = DayColumn()
    reason = tables.Column(orderable=False)
    decided_by = tables.Column(orderable=False)
    decision_note = tables.Column(orderable=False)
    follow_up = MarkColumn()

    class Meta:
        model = Extension
        fields = (
            "member_state",
            "deadline",
            "asked_at",
            "due_when_asked",
            "asked_until",
            "status",
            "granted_until",
            "reason",
            "decided_by",
            "decision_note",
            "follow_up",
        )
