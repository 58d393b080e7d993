"""Data gaps as a list: columns and filters."""

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import (
    HolderFilterSet,
    area_filter,
    choice_filter,
    country_filter,
    gap_kind_filter,
    words_filter,
)
from reviews.lists.columns import AgeColumn, DayColumn, StatusColumn, open_row
from reviews.models import Confidence, DataGap, FrameworkNode, GapStatus
from reviews.rendering import fragments

MISSING_LENGTH = 160  # characters that the page shows of what is missing; an export has all


class ReportGapFilter(HolderFilterSet):
    """Filters of the gaps of one country."""

    q = words_filter()
    kind = gap_kind_filter()
    key_result_area = area_filter()
    status = choice_filter(_("Status"), GapStatus.choices)

    class Meta:
        model = DataGap
        fields = ("q", "kind", "key_result_area", "status", "holder", "mine", "waiting")


class DataGapFilter(ReportGapFilter):
    member_state = country_filter()

    class Meta:
        model = DataGap
        fields = ("q", "member_state", "kind", "key_result_area", "status", "holder", "mine", "waiting")


class DataGapTable(tables.Table):
    code = tables.Column(
        _("Gap"), accessor="code", linkify=open_row, order_by=("member_state__sort_key", "number")
    )
    kind = tables.Column(order_by="kind__position")
    key_result_area = tables.Column(_("Key result area"), order_by="key_result_area__sort_key")
    status = StatusColumn()
    holder = tables.Column(_("With"), order_by="holder__sort_key")
    held_since = AgeColumn()
    raised_at = DayColumn()

    class Meta:
        model = DataGap
        fields = ("code", "kind", "key_result_area", "missing", "status", "holder", "held_since", "raised_at")

    def render_missing(self, value: str) -> str:
        return value if len(value) <= MISSING_LENGTH else f"{value[: MISSING_LENGTH - 3]}…"

    def value_missing(self, value: str) -> str:
        return value

    def render_key_result_area(self, value: FrameworkNode) -> FrameworkNode | SafeString:
        if value.confidence != Confidence.CHECK:
            return value
        return format_html("{} {}", value, fragments.included("includes/check_mark.html"))

    def value_key_result_area(self, value: FrameworkNode) -> str:
        return str(value)
