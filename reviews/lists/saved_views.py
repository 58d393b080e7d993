"""Saved views as a list: columns and filters."""

import django_filters as filters
import django_tables2 as tables
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import choice_filter
from reviews.lists.columns import open_row
from reviews.models import ListName, SavedView


class Ownership(models.TextChoices):
    """Whose views."""

    OWN = "own", _("mine")
    SHARED = "shared", _("shared by others")


class SavedViewFilter(filters.FilterSet):
    list_name = choice_filter(_("List"), ListName.choices)
    owner = filters.ChoiceFilter(
        label=_("Owner"), method="filter_owner", choices=Ownership.choices, empty_label=_("all")
    )

    class Meta:
        model = SavedView
        fields = ("list_name", "owner")

    def filter_owner(self, views: "QuerySet[SavedView]", name: str, value: str) -> "QuerySet[SavedView]":
        """The person's own views, or those of others."""
        own = {"person": self.request.user}
        return views.filter(**own) if value == Ownership.OWN else views.exclude(**own)


class SavedViewTable(tables.Table):
    name = tables.Column(linkify=open_row)
    list_name = tables.Column(_("List"))
    cycle = tables.Column(orderable=False)
    person = tables.Column(_("Owner"), order_by="person__name")
    shared = tables.Column(_("Shared with"), accessor="shared_text", orderable=False)
    is_default = tables.Column(_("My default"), orderable=False)

    class Meta:
        model = SavedView
        fields = ("name", "list_name", "cycle", "person", "shared", "is_default")

    def render_is_default(self, value: bool) -> str:
        return _now("yes") if value else "–"

    def value_is_default(self, value: bool) -> str:
        return _now("yes") if value else ""
