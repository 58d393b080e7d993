"""Findings and recommendations as a list: columns and filters."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import CycleFilterSet, area_filter, choice_filter, country_filter, words_filter
from reviews.lists.columns import DayColumn, StatusColumn, open_row
from reviews.models import Finding, FindingKind, FindingStatus


class ReportFindingFilter(CycleFilterSet):
    """Filters of the findings of one country."""

    q = words_filter()
    kind = choice_filter(_("Kind"), FindingKind.choices)
    key_result_area = area_filter()
    status = choice_filter(_("Status"), FindingStatus.choices)

    class Meta:
        model = Finding
        fields = ("q", "kind", "key_result_area", "status")


class FindingFilter(ReportFindingFilter):
    member_state = country_filter()

    class Meta:
        model = Finding
        fields = ("q", "member_state", "kind", "key_result_area", "status")


class FindingTable(tables.Table):
    code = tables.Column(
        _("Number"), accessor="code", linkify=open_row, order_by=("member_state__sort_key", "kind", "number")
    )
    key_result_area = tables.Column(_("Key result area"), order_by="key_result_area__sort_key")
    status = StatusColumn()
    meeting = tables.Column(order_by="meeting__planned_from")
    recorded_at = DayColumn()

    class Meta:
        model = Finding
        fields = ("code", "kind", "key_result_area", "text", "status", "meeting", "recorded_at")
