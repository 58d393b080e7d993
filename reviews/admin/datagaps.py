"""Data gaps."""

from django.contrib import admin
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.admin.admin_site import site
from reviews.admin.base import OCCURRING, REPORTS, TrackedAdmin, section
from reviews.admin.forms import Values
from reviews.models import DataGap
from reviews.models.numbering import next_number
from reviews.request_context import SignedInRequest


@admin.register(DataGap, site=site)
class DataGapAdmin(TrackedAdmin[DataGap]):
    group = REPORTS
    list_display = ("code", "kind", "status", "holder", "held_since", "key_result_area", "cycle")
    list_filter = ("cycle", "status", "kind", ("member_state", OCCURRING))
    list_select_related = ("cycle", "member_state", "kind", "key_result_area", "holder")
    search_fields = ("spoken", "search", "member_state__name_en")
    folded = ("search",)
    search_help_text = _("Number (such as VNM-3), country, or words of the text, with or without accents")
    date_hierarchy = "raised_at"
    autocomplete_fields = (
        "cycle",
        "member_state",
        "kind",
        "key_result_area",
        "holder",
        "disruption",
        "closed_with",
    )
    readonly_fields = ("number", "held_since", "raised_by", "raised_at", "meeting")
    set_once = ("cycle", "member_state")
    hidden_when_adding = ("status", "holder", "closing_way", "closing_note", "closed_with")
    resets_held_since = ("status", "holder")
    fieldsets = [
        section(None, "cycle member_state number kind key_result_area missing effect disruption"),
        section(
            _("With"),
            "status holder held_since",
            about=_("A corrected status does not choose the holder: give both. A closed gap has none."),
        ),
        section(
            _("Closing"),
            "closing_way closing_note closed_with",
            about=_("A closed gap says how it was closed; any other has nothing here."),
        ),
        section(_("Origin"), "raised_by raised_at meeting"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DataGap]:
        spoken = Concat("member_state__code", Value("-"), Cast("number", CharField()))
        return super().get_queryset(request).annotate(spoken=spoken)

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        country = {name: values[name] for name in ("cycle", "member_state")}
        return {
            "number": next_number(DataGap.objects.filter(**country)),
            "holder": values["member_state"],
            "held_since": clock.now(),
            "raised_by": request.user,
            "raised_at": clock.now(),
        }

    @admin.display(description=_("number"), ordering="member_state__code")
    def code(self, gap: DataGap) -> str:
        return gap.code
