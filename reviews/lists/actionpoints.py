"""Action points as a list: columns and filters."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import HolderFilterSet, choice_filter
from reviews.lists.columns import DayColumn, StatusColumn, open_row
from reviews.lists.follow_ups import MarkColumn
from reviews.models import ActionPoint, ActionStatus, Priority


class ActionPointFilter(HolderFilterSet):
    status = choice_filter(_("Status"), ActionStatus.choices)
    priority = choice_filter(_("Priority"), Priority.choices)

    class Meta:
        model = ActionPoint
        fields = ("status", "priority", "holder", "mine", "waiting")


class ActionPointTable(tables.Table):
    code = tables.Column(
        _("Action point"), accessor="code", linkify=open_row, order_by=("meeting__planned_from", "number")
    )
    status = StatusColumn(accessor="status_text", order_by="status")
    due_on = DayColumn()
    holder = tables.Column(_("Owner"), accessor="holder_text", orderable=False)

    follow_up = MarkColumn()

    class Meta:
        model = ActionPoint
        fields = ("code", "text", "holder", "due_on", "priority", "status", "closing_note", "follow_up")
