"""Marks for follow-up as a list: columns and filters, and the column that marks a row of another list."""

from typing import Any

import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import CycleFilterSet, choice_filter
from reviews.lists.columns import AgeColumn, DayColumn
from reviews.models import FollowUp, FollowUpKind
from reviews.queries.follow_ups import mark_url
from reviews.queries.pending import PendingItem
from reviews.text import isolated


class FollowUpFilter(CycleFilterSet):
    kind = choice_filter(_("Kind"), FollowUpKind.choices)
    mine = choice_filter(_("Marked by"), [("yes", _("me"))])
    mine.method = "filter_mine"
    done = choice_filter(_("Done"), [("yes", _("done")), ("no", _("not yet"))])
    done.method = "filter_done"

    class Meta:
        model = FollowUp
        fields = ("kind", "mine", "done")

    def filter_mine(self, rows: QuerySet[FollowUp], name: str, value: str) -> QuerySet[FollowUp]:
        return rows.filter(marked_by=self.request.user)

    def filter_done(self, rows: QuerySet[FollowUp], name: str, value: str) -> QuerySet[FollowUp]:
        return rows.filter(Q(done_at=None) if value == "no" else ~Q(done_at=None))


def open_record(record: FollowUp) -> str:
    return reverse("follow-up", args=[record.cycle.slug, record.pk])


class FollowUpTable(tables.Table):
    label = tables.Column(_("Record"), linkify=open_record, orderable=False)
    note = tables.Column(orderable=False)
    due_on = DayColumn(_("Day"))
    marked_at = AgeColumn(_("Marked"))
    done_at = DayColumn(_("Done"))
    remove = tables.Column(_("Remove"), accessor="pk", orderable=False, exclude_from_export=True)

    class Meta:
        model = FollowUp
        fields = ("label", "kind", "note", "due_on", "marked_by", "marked_at", "done_by", "done_at", "remove")

    def render_remove(self, record: FollowUp) -> SafeString | str:
        if record.is_done or record.cycle.is_closed:
            return "–"
        url = reverse("follow-up-remove", args=[record.cycle.slug, record.pk])
        link = '<a href="{}">{}<span class="visually-hidden"> {}</span></a>'
        return format_html(link, url, _now("Done"), isolated(record.label))


class MarkColumn(tables.Column):
    """A link to mark the record of a row, for those who may."""

    def __init__(self) -> None:
        super().__init__(_("Follow-up"), empty_values=(), orderable=False, exclude_from_export=True)

    def render(self, record: Any) -> SafeString:
        if isinstance(record, PendingItem):
            record = record.record
        link = '<a href="{}">{}<span class="visually-hidden"> {}</span></a>'
        return format_html(link, mark_url(record), _now("Mark"), isolated(str(record)))
