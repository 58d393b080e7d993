"""Country rounds: their turns, and what was frozen at their ends."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import truncatechars
from django.utils.translation import gettext_lazy as _

from reviews.admin.admin_site import site
from reviews.admin.base import MEETINGS, OCCURRING, ReadOnlyInline, TrackedAdmin, section
from reviews.models import Round, StatusAtMeeting, Turn
from reviews.models.numbering import next_number


class TurnsShown(ReadOnlyInline):
    model = Turn
    fields = ("position", "member_state", "status", "note")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("member_state", "round__meeting")


@admin.register(Round, site=site)
class RoundAdmin(TrackedAdmin):
    group = MEETINGS
    list_display = ("meeting", "order", "status", "opened_at", "frozen_at")
    list_filter = ("meeting__cycle", "status")
    list_select_related = ("meeting",)
    search_fields = ("meeting__title",)
    date_hierarchy = "opened_at"
    autocomplete_fields = ("meeting",)
    # Its end is a step of the meeting: it freezes the status, and that is never taken back.
    readonly_fields = ("status", "opened_at", "frozen_at")
    set_once = ("meeting",)
    inlines = (TurnsShown,)
    fieldsets = [
        section(None, "meeting order", about=_("A new round gets a turn for every member of today.")),
        section(_("Status"), "status opened_at frozen_at"),
    ]

    def add(self, request: HttpRequest, form: Any) -> Any:
        user: Any = request.user  # signed in
        return Round.create_with_turns(by=user, why=form.cleaned_data["why"], **form.typed())


@admin.register(Turn, site=site)
class TurnAdmin(TrackedAdmin):
    group = MEETINGS
    list_display = ("member_state", "round", "position", "status", "beginning")
    list_filter = ("round__meeting__cycle", "status", ("member_state", OCCURRING))
    list_select_related = ("member_state", "round__meeting")
    search_fields = ("note", "member_state__name_en", "member_state__code", "round__meeting__title")
    autocomplete_fields = ("round", "member_state")
    readonly_fields = ("position",)
    set_once = ("round", "member_state")
    hidden_when_adding = ("status", "note")
    fieldsets = [
        section(None, "round member_state position"),
        section(
            _("What was told"),
            "status note",
            about=_("Figures are corrected on the national report: that adds a progress update."),
        ),
    ]

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """The round: a turn's own page is for whoever runs the meeting."""
        return super().get_view_on_site_url(obj and obj.round)

    def defaults_for_new(self, request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
        """The last place of its round."""
        turns = Turn.objects.filter(round=values["round"])
        return {"position": next_number(turns, "position")}

    @admin.display(description=_("what was told, in words"))
    def beginning(self, turn: Turn) -> str:
        return truncatechars(turn.note, 80)


@admin.register(StatusAtMeeting, site=site)
class StatusAtMeetingAdmin(TrackedAdmin):
    group, immutable = MEETINGS, True
    list_display = (
        "member_state", "round", "at", "status", "data_collection", "analysis", "writing", "open_actions"
    )  # fmt: skip
    list_filter = ("round__meeting__cycle", "status", ("member_state", OCCURRING))
    list_select_related = ("member_state", "round__meeting")
    search_fields = ("member_state__name_en", "member_state__code", "round__meeting__title")
    date_hierarchy = "at"
    fieldsets = [
        section(None, "round member_state at", about=_("Frozen at the end of a round and never changed.")),
        section(_("Progress"), "status data_collection analysis writing"),
        section(_("Numbers"), "open_gaps findings recommendations open_actions"),
    ]
