"""Meetings as a list: columns and filters."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import CycleFilterSet, choice_filter
from reviews.lists.columns import DayColumn, HeldColumn, StatusColumn, open_row
from reviews.models import Meeting, MeetingSeries, MeetingStatus


class MeetingFilter(CycleFilterSet):
    series = choice_filter(_("Series"), MeetingSeries.choices)
    status = choice_filter(_("Status"), MeetingStatus.choices)

    class Meta:
        model = Meeting
        fields = ("series", "status")


class MeetingTable(tables.Table):
    title = tables.Column(linkify=open_row, order_by="sort_key")
    status = StatusColumn()
    planned_from = DayColumn(_("Planned"))
    held_from = HeldColumn(_("Held"), empty_values=())
    host = tables.Column(order_by="host__sort_key")

    class Meta:
        model = Meeting
        fields = ("title", "series", "planned_from", "held_from", "status", "host", "mode", "place")
