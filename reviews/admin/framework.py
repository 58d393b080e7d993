"""The framework under review, and the kinds of data gap."""

from django.contrib import admin
from django.template.defaultfilters import linebreaksbr
from django.utils.translation import gettext_lazy as _

from reviews.admin.admin_site import site
from reviews.admin.base import REFERENCE, TRUST, ReadOnlyInline, TrackedAdmin, confidence_mark, section
from reviews.admin.forms import TrackedForm
from reviews.models import Framework, FrameworkNode, GapKind
from reviews.queries.framework import uses_of
from reviews.request_context import SignedInRequest


class NodesInline(ReadOnlyInline):
    model = FrameworkNode
    fields = ("code", "title", "level", "confidence")


@admin.register(Framework, site=site)
class FrameworkAdmin(TrackedAdmin[Framework]):
    group, reference = REFERENCE, True
    list_display = ("title", "code")
    search_fields = ("title", "title_vi", "code")
    fieldsets = [
        section(None, "code title title_vi"),
        section(
            _("What it calls its levels"),
            "characteristic_name key_result_area_name strategic_measure_name",
            about=_("Empty: the words of the ASCC Blueprint."),
        ),
    ]
    inlines = (NodesInline,)


@admin.register(FrameworkNode, site=site)
class FrameworkNodeAdmin(TrackedAdmin[FrameworkNode]):
    group, reference = REFERENCE, True
    list_display = ("code_in_order", "title", confidence_mark, "level", "parent", "framework")
    list_display_links = ("code_in_order", "title")
    list_filter = ("framework", "level", "confidence")
    list_select_related = ("parent", "framework")
    search_fields = ("code", "title", "title_vi")
    autocomplete_fields = ("framework", "parent")
    readonly_fields = ("what_it_affects",)
    fieldsets = [
        section(None, "framework level parent code title title_vi"),
        TRUST,
        section(_("What another wording changes"), "what_it_affects"),
    ]

    def add(self, request: SignedInRequest, form: TrackedForm) -> FrameworkNode:
        return FrameworkNode.add(by=request.user, why=form.cleaned_data["why"], **form.model_values())

    @admin.display(description=_("records that name it"))
    def what_it_affects(self, node: FrameworkNode) -> str:
        """In each cycle that was opened: a reader of a closed one sees the new wording too."""
        return linebreaksbr("\n".join(uses.text for uses in uses_of(node)) or str(_("none")))

    @admin.display(description=_("code"), ordering="sort_key")
    def code_in_order(self, entry: FrameworkNode) -> str:
        return entry.code


@admin.register(GapKind, site=site)
class GapKindAdmin(TrackedAdmin[GapKind]):
    group, reference = REFERENCE, True
    list_display = ("label_en", "label_vi", "code", "position", "source")
    search_fields = ("label_en", "label_vi", "code", "meaning")
    fieldsets = [
        section(None, "code position label_en label_vi meaning"),
        section(_("Where it comes from"), "source"),
    ]
