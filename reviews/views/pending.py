"""Pending items: what waits for whom, since when, and why."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from reviews.lists.pending import PendingFilter, PendingTable
from reviews.models import NationalReport
from reviews.queries.pending import READ, PendingItem, pending_items
from reviews.views.base import ListPage


class PendingList(ListPage):
    """What waits for somebody in the cycle, longest first."""

    title, nav, permission = _("Pending items"), "pending", READ
    lead = _("What waits for somebody, longest first. Days count from the day on which it came to them.")
    table_class, filterset_class = PendingTable, PendingFilter
    empty_text = _("Nothing is waiting.")

    def get_queryset(self) -> QuerySet[NationalReport]:
        """No rows: those of the page are of several models."""
        return NationalReport.objects.none()

    def get_table_data(self) -> list[PendingItem]:
        return pending_items(self.filterset.search())
