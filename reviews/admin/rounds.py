"""Country rounds: their turns, and what was frozen at their ends."""

from django.contrib import admin
from django.db.models import Model
from django.template.defaultfilters import truncatechars
from django.utils.translation import gettext_lazy as _

from reviews.admin.admin_site import site
from reviews.admin.base import MEETINGS, OCCURRING, ReadOnlyInline, TrackedAdmin, section
from reviews.admin.forms import TrackedForm, Values
from reviews.models import Round, StatusAtMeeting, Turn
from reviews.models.numbering import next_number
from reviews.request_context import SignedInRequest


class TurnsInline(ReadOnlyInline):
    model = Turn
    fields = ("position", "member_state", "status", "note")
    select_related = ("member_state", "round__meeting")


@admin.register(Round, site=site)
class RoundAdmin(TrackedAdmin[Round]):
    group = MEETINGS
    list_display = ("meeting", "order", "status", "opened_at", "frozen_at")
    list_filter = ("meeting__cycle", "status")
    list_select_related = ("meeting",)
    search_fields = ("meeting__title",)
    date_hierarchy = "opened_at"
    autocomplete_fields = ("meeting",)
    # It is closed on the meeting's pages: that freezes the status, and is never undone.
    readonly_fields = ("status", "opened_at", "frozen_at")
    set_once = ("meeting",)
    inlines = (TurnsInline,)
    fieldsets = [
        section(None, "meeting order", about=_("A new round gets a turn for every member of today.")),
        section(_("Status"), "status opened_at frozen_at"),
    ]

    def add(self, request: SignedInRequest, form: TrackedForm) -> Round:
        why = form.cleaned_data["why"]
        return Round.create_with_turns(by=request.user, why=why, **form.model_values())


@admin.register(Turn, site=site)
class TurnAdmin(TrackedAdmin[Turn]):
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
            _("Statement"),
            "status note",
            about=_("Figures are corrected on the national report: that adds a progress update."),
        ),
    ]

    def get_view_on_site_url(self, obj: Model | None = None) -> str | None:
        """Lead to the round: a turn's own page is for whoever runs the meeting."""
        return super().get_view_on_site_url(obj.round if isinstance(obj, Turn) else None)

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        """Last in its round."""
        return {"position": next_number(Turn.objects.filter(round=values["round"]), "position")}

    @admin.display(description=_("statement for the minutes"))
    def beginning(self, turn: Turn) -> str:
        return truncatechars(turn.note, 80)


@admin.register(StatusAtMeeting, site=site)
class StatusAtMeetingAdmin(TrackedAdmin[StatusAtMeeting]):
    group, immutable = MEETINGS, True
    list_display = (
        "member_state",
        "round",
        "at",
        "status",
        "data_collection",
        "analysis",
        "writing",
        "open_actions",
    )
    list_filter = ("round__meeting__cycle", "status", ("member_state", OCCURRING))
    list_select_related = ("member_state", "round__meeting")
    search_fields = ("member_state__name_en", "member_state__code", "round__meeting__title")
    date_hierarchy = "at"
    fieldsets = [
        section(None, "round member_state at", about=_("Frozen at the end of a round and never changed.")),
        section(_("Progress"), "status data_collection analysis writing"),
        section(_("Numbers"), "open_gaps findings recommendations open_actions"),
    ]
