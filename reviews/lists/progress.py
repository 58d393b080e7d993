"""Progress updates of one country as a list: columns and filters."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import CycleFilterSet, DayFilter
from reviews.lists.columns import DayColumn, FigureColumn
from reviews.models import ProgressUpdate


class ProgressFilter(CycleFilterSet):
    since = DayFilter(label=_("Since"), field_name="at", lookup_expr="date__gte")

    class Meta:
        model = ProgressUpdate
        fields = ("since",)


class ProgressTable(tables.Table):
    at = DayColumn()
    data_collection = FigureColumn()
    analysis = FigureColumn()
    writing = FigureColumn()
    note = tables.Column(accessor="note_text", orderable=False)

    class Meta:
        model = ProgressUpdate
        fields = ("at", "data_collection", "analysis", "writing", "note", "author", "meeting")
