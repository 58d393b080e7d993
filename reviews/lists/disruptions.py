"""Disruptions as a list: columns and filters."""

import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import CodeChoiceFilter, CycleFilterSet, choice_filter
from reviews.lists.columns import DayColumn, open_row
from reviews.models import Disruption, DisruptionKind, Organisation


class DisruptionFilter(CycleFilterSet):
    kind = choice_filter(_("Kind"), DisruptionKind.choices)
    concerning = CodeChoiceFilter("country", "countries", label=_("Concerns"), method="filter_concerning")

    class Meta:
        model = Disruption
        fields = ("kind", "concerning")

    def filter_concerning(self, rows: QuerySet[Disruption], name: str, value: str) -> QuerySet[Disruption]:
        concerning = Disruption.objects.concerning(Organisation.objects.get(code=value).pk)
        return rows.filter(pk__in=concerning.values("pk"))


class DisruptionTable(tables.Table):
    title = tables.Column(linkify=open_row, order_by="sort_key")
    starts_on = DayColumn()
    ends_on = DayColumn(default=_("it goes on"))
    countries = tables.Column(accessor="countries", orderable=False, empty_values=())

    class Meta:
        model = Disruption
        fields = ("number", "title", "kind", "starts_on", "ends_on", "countries", "effect")

    def render_countries(self, record: Disruption) -> str:
        return ", ".join(str(state) for state in record.countries.all()) or gettext("all members")
