"""Difficulties (data gaps of several countries that are one) as a list: columns and filters."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import CycleFilterSet, gap_kind_filter
from reviews.lists.columns import open_row
from reviews.models import Difficulty


class DifficultyFilter(CycleFilterSet):
    kind = gap_kind_filter()

    class Meta:
        model = Difficulty
        fields = ("kind",)


class DifficultyTable(tables.Table):
    code = tables.Column(_("Difficulty"), accessor="code", linkify=open_row, order_by="number")
    kind = tables.Column(order_by="kind__position")
    gap_count = tables.Column(_("Data gaps"))
    received_count = tables.Column(_("Received advice"))
    adopted_count = tables.Column(_("Adopted it"))
    closed_count = tables.Column(_("Closed with it"))

    class Meta:
        model = Difficulty
        fields = ("code", "title", "kind", "gap_count", "received_count", "adopted_count", "closed_count")
