"""The history of everything: to read and to search, never to change."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import truncatechars
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from reviews.admin.admin_site import site
from reviews.admin.base import HISTORY, PRIVATE, TrackedAdmin, section, shared_text
from reviews.models import Channel, PrivateReading, Trace
from reviews.operations.trace_verification import tracked_models
from reviews.rendering.history import field_changes
from reviews.request_context import SignedInRequest


class KindFilter(admin.SimpleListFilter):
    """Kinds of record by their names; the column holds labels of models."""

    title, parameter_name = _("kind of record"), "kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        kinds = [(model._meta.label_lower, _name_of(model)) for model in tracked_models()]
        return sorted(kinds, key=lambda kind: kind[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Trace]) -> QuerySet[Trace]:
        return queryset.filter(model=self.value()) if self.value() else queryset


@admin.register(Trace, site=site)
class TraceAdmin(TrackedAdmin[Trace]):
    group, immutable = HISTORY, True
    list_display = ("at", "who", "verb", "kind", "label", "beginning")
    list_filter = ("verb", KindFilter, ("by", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("by",)
    search_fields = ("label", "shared_why")
    search_help_text = _("Name of the record, or words of the reason")
    date_hierarchy = "at"
    fieldsets = [
        section(None, "at who verb kind record request_id"),
        section(_("What changed"), "changes why"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Trace]:
        """With the reasons that may be searched: private ones only open on their own page, which leaves a line."""
        return super().get_queryset(request).annotate(shared_why=shared_text("why", audience=Channel.SHARED))

    def record_reading(self, request: SignedInRequest, record: Trace) -> None:
        # Who read something is not what was read.
        is_private = record.audience != Channel.SHARED and record.model != PrivateReading._meta.label_lower
        if is_private:
            subject: Any = apps.get_model(record.page_model)._default_manager.get(pk=record.page_id)
            PrivateReading.record(subject, channel=record.audience, by=request.user)

    def history_of(self, record: Trace) -> QuerySet[Trace]:
        """The history that this row is part of."""
        return Trace.objects.filter(model=record.model, object_id=record.object_id)

    @admin.display(description=_("who"), ordering="by__name")
    def who(self, row: Trace) -> str:
        return str(row.by or _("The system"))

    @admin.display(description=_("kind of record"), ordering="model")
    def kind(self, row: Trace) -> str:
        return _name_of(apps.get_model(row.model))

    @admin.display(description=_("record"))
    def record(self, row: Trace) -> SafeString:
        try:
            url = reverse(f"admin:{row.model.replace('.', '_')}_change", args=[row.object_id])
        except NoReverseMatch:
            return format_html("{}", row.label)
        return format_html('<a href="{}">{}</a>', url, row.label)

    @admin.display(description=_("what changed"))
    def changes(self, row: Trace) -> str:
        return render_to_string("admin/differences.html", {"differences": field_changes(row)})

    @admin.display(description=_("why"), ordering="shared_why")
    def beginning(self, row: Trace) -> str:
        return truncatechars(row.why_text, 80) if row.audience == Channel.SHARED else str(PRIVATE)


def _name_of(model: type[Model]) -> str:
    return str(capfirst(model._meta.verbose_name))
