"""Deadlines as a list: columns and filters."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import CycleFilterSet, choice_filter
from reviews.lists.columns import DayColumn, open_row
from reviews.models import Deadline, DeadlineOutput


class DeadlineFilter(CycleFilterSet):
    output = choice_filter(_("Met when a country"), DeadlineOutput.choices)

    class Meta:
        model = Deadline
        fields = ("output",)


class DeadlineTable(tables.Table):
    title = tables.Column(linkify=open_row)
    opens_on = DayColumn()
    due_on = DayColumn()
    last_on = DayColumn()
    first_due_on = DayColumn()
    output = tables.Column()

    class Meta:
        model = Deadline
        fields = ("number", "title", "opens_on", "due_on", "last_on", "first_due_on", "output")
