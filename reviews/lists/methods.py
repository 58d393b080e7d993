"""Method notes as a list: columns and filters."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import CycleFilterSet, gap_kind_filter
from reviews.models import MethodNote, ReviewCycle


class MethodFilter(CycleFilterSet):
    changed = None  # notes on methods belong to no cycle
    kind = gap_kind_filter()

    class Meta:
        model = MethodNote
        fields = ("kind",)


class MethodTable(tables.Table):
    title = tables.Column(linkify=lambda record, table: record.address(table.cycle), order_by="sort_key")
    kind = tables.Column(order_by="kind__position")
    uses = tables.Column(_("Cited in advice"))
    confidence = tables.Column(accessor="confidence_text", order_by="confidence")

    class Meta:
        model = MethodNote
        fields = ("title", "kind", "uses", "confidence")

    def __init__(self, *args: Any, cycle: ReviewCycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = cycle
