"""Findings and recommendations."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.admin.admin_site import site
from reviews.admin.base import OCCURRING, REPORTS, TrackedAdmin, section
from reviews.admin.forms import Values
from reviews.models import Finding
from reviews.models.numbering import next_number
from reviews.request_context import SignedInRequest


@admin.register(Finding, site=site)
class FindingAdmin(TrackedAdmin[Finding]):
    group = REPORTS
    list_display = ("code", "kind", "status", "key_result_area", "meeting", "cycle")
    list_filter = ("cycle", "kind", "status", ("member_state", OCCURRING))
    list_select_related = ("cycle", "member_state", "key_result_area", "meeting")
    search_fields = ("search", "member_state__name_en")
    folded = ("search",)
    search_help_text = _("Country, or words of the text, with or without accents")
    date_hierarchy = "recorded_at"
    autocomplete_fields = ("cycle", "member_state", "key_result_area", "meeting")
    readonly_fields = ("number", "recorded_by", "recorded_at")
    set_once = ("cycle", "member_state", "kind")
    hidden_when_adding = ("status",)
    fieldsets = [
        section(None, "cycle member_state kind number key_result_area text status"),
        section(_("Origin"), "meeting recorded_by recorded_at"),
    ]

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        of_kind = {name: values[name] for name in ("cycle", "member_state", "kind")}
        number = next_number(Finding.objects.filter(**of_kind))
        return {"number": number, "recorded_by": request.user, "recorded_at": clock.now()}

    @admin.display(description=_("number"), ordering="member_state__code")
    def code(self, finding: Finding) -> str:
        return finding.code
