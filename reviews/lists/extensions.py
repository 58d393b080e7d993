"""Extension requests as a list: columns and filters."""

from typing import Any

import django_tables2 as tables
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import HolderFilterSet, choice_filter, country_filter
from reviews.lists.columns import DayColumn, StatusColumn, open_row
from reviews.lists.follow_ups import MarkColumn
from reviews.models import Extension, ExtensionStatus
from reviews.rendering import fragments


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

    def __init__(self, *args: Any, undecided: list[Extension], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.undecided = {request.pk: request for request in undecided}

    def render_status(self, record: Extension) -> SafeString:
        """With whether a request that was not decided is still needed."""
        request = self.undecided.get(record.pk, record)
        return fragments.badge(request.status_text, request.tone)

    def value_status(self, record: Extension) -> str:
        return self.undecided.get(record.pk, record).status_text
