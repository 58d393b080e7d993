"""The history of everything: to read and to search, never to change."""

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
from reviews.admin.base import HISTORY, TrackedAdmin, section
from reviews.models import Trace
from reviews.operations.trace_verification import tracked_models
from reviews.rendering.history import field_changes


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
    search_fields = ("label", "why")
    search_help_text = _("Name of the record, or words of the reason")
    date_hierarchy = "at"
    fieldsets = [
        section(None, "at who verb kind record request_id"),
        section(_("What changed"), "changes why"),
    ]

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

    @admin.display(description=_("why"), ordering="why")
    def beginning(self, row: Trace) -> str:
        return truncatechars(row.why, 80)


def _name_of(model: type[Model]) -> str:
    return str(capfirst(model._meta.verbose_name))
