"""Timeliness and completeness of the countries as a list: never sorted by its figures."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reviews.lists.columns import open_row
from reviews.queries.timeliness import Measure, Share
from reviews.rendering.spreadsheets import Percentage


class ShareColumn(tables.Column):
    """A share in words; exported as a percentage, or as "N/A"."""

    def render(self, value: Share) -> str:
        return value.text

    def value(self, value: Share) -> Percentage | str:
        return value.text if value.percent is None else Percentage(value.percent)


class TimelinessTable(tables.Table):
    """One row for each country, by name."""

    state = tables.Column(_("Member state"), linkify=open_row)
    number_due = tables.Column(_("Deadlines due"))
    on_time = ShareColumn(_("Met on time"), accessor="timeliness__on_time__today")
    on_time_trend = tables.Column(
        _("Since the last deadline"), accessor="timeliness__on_time", empty_values=()
    )
    complete = ShareColumn(_("Met at all"), accessor="timeliness__complete__today")
    complete_trend = tables.Column(
        _("Since the last deadline"), accessor="timeliness__complete", empty_values=()
    )

    class Meta:
        orderable = False
        fields = ("state", "number_due", "on_time", "on_time_trend", "complete", "complete_trend")

    def render_on_time_trend(self, value: Measure) -> str:
        return value.trend or "–"

    def value_on_time_trend(self, value: Measure) -> str:
        return value.trend

    def render_complete_trend(self, value: Measure) -> str:
        return value.trend or "–"

    def value_complete_trend(self, value: Measure) -> str:
        return value.trend
