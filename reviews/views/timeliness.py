"""Timeliness and completeness of the countries, for the Secretariat; a country sees its own."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import EmptyFilterSet
from reviews.lists.timeliness import TimelinessTable
from reviews.models import NationalReport
from reviews.queries.timeliness import READ, CountryTimeliness, timeliness_by_country
from reviews.views.base import ListPage


class TimelinessList(ListPage):
    """What each country met of the deadlines that were due, by name of country."""

    title, nav, permission = _("Timeliness"), "timeliness", READ
    lead = _(
        "Of the deadlines that were asked of a country and were due: met on time, and met at all. Dates are those in"
        " force, with extensions. Countries are in alphabetical order; this is no ranking."
    )
    table_class, filterset_class = TimelinessTable, EmptyFilterSet
    empty_text = _("The review cycle has no members yet.")

    def get_queryset(self) -> QuerySet[NationalReport]:
        """No rows: those of the page are computed."""
        return NationalReport.objects.none()

    def get_table_data(self) -> list[CountryTimeliness]:
        return timeliness_by_country(self.cycle, self.request.user)
