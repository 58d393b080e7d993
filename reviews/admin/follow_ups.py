"""Marks for follow-up."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.admin.admin_site import site
from reviews.admin.base import CYCLES, TrackedAdmin, section
from reviews.admin.forms import Values
from reviews.models import FollowUp
from reviews.request_context import SignedInRequest


@admin.register(FollowUp, site=site)
class FollowUpAdmin(TrackedAdmin[FollowUp]):
    group = CYCLES
    list_display = ("label", "kind", "cycle", "due_on", "marked_by", "marked_at", "done_at")
    list_filter = ("cycle", "kind")
    list_select_related = ("cycle", "marked_by")
    search_fields = ("label", "note")
    date_hierarchy = "marked_at"
    autocomplete_fields = ("cycle",)
    readonly_fields = ("marked_by", "marked_at", "done_by", "done_at")
    set_once = ("cycle", "kind", "object_id")
    fieldsets = [
        section(None, "cycle kind object_id label note due_on"),
        section(_("Origin"), "marked_by marked_at done_by done_at"),
    ]

    view_on_site = False  # the page of marks is not for administrators

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        return {"marked_by": request.user, "marked_at": clock.now()}
