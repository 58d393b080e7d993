"""Action points of meetings."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from reviews.admin.admin_site import site
from reviews.admin.base import OCCURRING, section
from reviews.admin.forms import Values
from reviews.admin.meetings import MeetingPartAdmin
from reviews.models import ActionPoint, ActionStatus
from reviews.request_context import SignedInRequest


@admin.register(ActionPoint, site=site)
class ActionPointAdmin(MeetingPartAdmin):
    list_display = ("beginning", "code", "meeting", "owner", "owner_body", "due_on", "priority", "status")
    list_filter = ("meeting__cycle", "meeting", "status", "priority", ("responsible_body", OCCURRING))
    list_select_related = ("meeting", "owner", "owner_body")
    search_fields = ("text", "owner__name", "owner_body__name_en", "meeting__title")
    date_hierarchy = "due_on"
    autocomplete_fields = ("meeting", "owner", "owner_body")
    readonly_fields = (
        "number",
        "responsible_body",
        "held_since",
        "finished_by",
        "verified_by",
        "original_name",
        "size",
        "pages",
        "sha256",
    )
    hidden_when_adding = ("status", "closing_note")
    resets_held_since = ("status", "owner", "owner_body")
    fieldsets = [
        section(None, "meeting number text due_on priority"),
        section(
            _("Owner"),
            "owner owner_body responsible_body held_since",
            about=_("One of the two: a person or a body."),
        ),
        section(_("Status"), "status closing_note", about=_("Done or dropped only with a closing note.")),
        section(
            _("Evidence"),
            "finished_by verified_by original_name size pages sha256",
            about=_("One of high priority is done with a document, and verified by a second person."),
        ),
    ]

    def derived_values(self, request: SignedInRequest, record: ActionPoint, values: Values) -> Values:
        """With a corrected status: who finished it, if that is not known, is whoever corrects it."""
        derived = super().derived_values(request, record, values)
        if "status" not in values:
            return derived
        done = values["status"] in (ActionStatus.DONE, ActionStatus.VERIFIED)
        finished = (record.finished_by or request.user) if done else None
        verified = request.user if values["status"] == ActionStatus.VERIFIED else None
        return derived | {"finished_by": finished, "verified_by": verified}

    @admin.display(description=_("number"), ordering="number")
    def code(self, action: ActionPoint) -> str:
        return action.code
