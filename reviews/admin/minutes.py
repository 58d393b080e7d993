"""The minutes of meetings. An administrator can correct them even when they are adopted and locked."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import truncatechars
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.admin.admin_site import site
from reviews.admin.base import MEETINGS, ReadOnlyInline, TrackedAdmin, section
from reviews.admin.forms import Values
from reviews.models import Minutes, MinutesSection, MinutesStatus
from reviews.models.numbering import next_number
from reviews.request_context import SignedInRequest


class SectionsInline(ReadOnlyInline):
    model = MinutesSection
    fields = ("kind", "text")


@admin.register(Minutes, site=site)
class MinutesAdmin(TrackedAdmin[Minutes]):
    group = MEETINGS
    list_display = ("meeting", "status", "circulated_at", "adopted_at", "adopted_by")
    list_filter = ("meeting__cycle", "status")
    list_select_related = ("meeting", "adopted_by")
    search_fields = ("meeting__title", "meeting__code")
    autocomplete_fields = ("meeting",)
    readonly_fields = ("circulated_at", "adopted_at", "adopted_by")
    set_once = ("meeting",)
    hidden_when_adding = ("status",)
    inlines = (SectionsInline,)
    fieldsets = [
        section(
            None,
            "meeting status circulated_at adopted_at adopted_by",
            about=_("Setting the status back unlocks adopted minutes for the Secretariat."),
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Minutes]:
        return super().get_queryset(request).select_related("meeting__cycle")

    def derived_values(self, request: SignedInRequest, record: Minutes, values: Values) -> Values:
        """The days belong to the status."""
        if "status" not in values:
            return {}
        status = values["status"]
        adopted = status == MinutesStatus.ADOPTED
        return {
            "circulated_at": None if status == MinutesStatus.DRAFT else record.circulated_at or clock.now(),
            "adopted_at": clock.now() if adopted else None,
            "adopted_by": request.user if adopted else None,
        }


@admin.register(MinutesSection, site=site)
class MinutesSectionAdmin(TrackedAdmin[MinutesSection]):
    group = MEETINGS
    list_display = ("kind", "minutes", "beginning")
    list_filter = ("minutes__meeting__cycle", "kind")
    list_select_related = ("minutes__meeting",)
    search_fields = ("text", "minutes__meeting__title")
    autocomplete_fields = ("minutes",)
    readonly_fields = ("position",)
    set_once = ("minutes", "kind")
    fieldsets = [section(None, "minutes kind position text")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MinutesSection]:
        return super().get_queryset(request).select_related("minutes__meeting__cycle")

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        return {"position": next_number(values["minutes"].sections.all(), "position")}

    @admin.display(description=_("text"))
    def beginning(self, part: MinutesSection) -> str:
        return truncatechars(part.text, 100)
