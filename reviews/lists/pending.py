"""Pending items as a list: columns and filters."""

from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import CodeChoiceFilter, HolderFilterSet, choice_filter
from reviews.lists.columns import AgeColumn, open_row
from reviews.lists.follow_ups import MarkColumn
from reviews.models import NationalReport, Organisation, User
from reviews.queries.pending import PendingKind, PendingSearch


class PendingFilter(HolderFilterSet):
    """What is looked for. The page itself finds it: the items are of several models."""

    kind = choice_filter(_("Kind"), PendingKind.choices)
    person = CodeChoiceFilter("person", "person", label=_("Person"))

    class Meta:
        model = NationalReport
        fields = ("kind", "holder", "person", "mine", "waiting")

    def filter_queryset(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows

    def search(self) -> PendingSearch:
        """What the reader of the page looks for."""
        user = self.request.user
        values = self.form.cleaned_data if self.form.is_valid() else {}
        return PendingSearch(
            self.cycle,
            user,
            kind=values.get("kind", ""),
            holder=Organisation.objects.filter(code=values["holder"]).first()
            if values.get("holder")
            else None,
            person=User.objects.filter(pk=values["person"]).first() if values.get("person") else None,
            mine=bool(values.get("mine")),
            over=bool(values.get("waiting")),
        )


class PendingTable(tables.Table):
    """One row for each record that waits."""

    what = tables.Column(_("Item"), linkify=open_row, attrs={"td": {"class": "with-words"}})
    kind = tables.Column(_("Kind"), accessor="kind__label", order_by="kind")
    reason = tables.Column(_("What is to be done"))
    holder = tables.Column(_("With"), order_by=("holder_key", "since"))
    person = tables.Column(_("Person"), order_by=("person", "since"))
    since = AgeColumn(_("Waiting since"))
    follow_up = MarkColumn()

    class Meta:
        fields = ("what", "kind", "reason", "holder", "person", "since", "follow_up")
