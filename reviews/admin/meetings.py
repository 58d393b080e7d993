"""Meetings, and what belongs to one."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import truncatechars
from django.utils.translation import gettext_lazy as _

from reviews.admin.admin_site import site
from reviews.admin.base import MEETINGS, OCCURRING, ReadOnlyInline, TrackedAdmin, confidence_mark, section
from reviews.models import ActionPoint, ActionStatus, AgendaItem, Decision, Delegation, Meeting


class PartShown(ReadOnlyInline):
    """Rows of one kind on their meeting."""

    beside: tuple[str, ...] = ()  # what the rows name

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("meeting", *self.beside)


class AgendaShown(PartShown):
    model = AgendaItem
    fields = ("position", "title", "presenter", "status", "outcome")
    readonly_fields = ("position",)


class DelegationsShown(PartShown):
    model = Delegation
    fields = ("organisation", "present", "head", "size")
    beside = ("organisation",)


class DecisionsShown(PartShown):
    model = Decision
    fields = ("number", "text")


class ActionsShown(PartShown):
    model = ActionPoint
    fields = ("number", "text", "owner", "owner_body", "due_on", "priority", "status")
    beside = ("owner", "owner_body")


@admin.register(Meeting, site=site)
class MeetingAdmin(TrackedAdmin):
    group = MEETINGS
    list_display = (
        "title", confidence_mark, "series", "number", "planned_from", "held_from", "status", "cycle"
    )  # fmt: skip
    list_filter = ("cycle", "series", "status", "mode", "confidence")
    list_select_related = ("cycle",)
    search_fields = ("title", "code", "place", "source")
    date_hierarchy = "planned_from"
    autocomplete_fields = ("cycle", "host", "disruption")
    readonly_fields = ("first_planned_from", "first_planned_to")
    set_once = ("cycle",)
    hidden_when_adding = ("status", "held_from", "held_to")
    inlines = (AgendaShown, DelegationsShown, DecisionsShown, ActionsShown)
    fieldsets = [
        section(None, "cycle series number code title status"),
        section(
            _("Dates"),
            "planned_from planned_to held_from held_to first_planned_from first_planned_to disruption",
            about=_("The first plan stays and is shown when a meeting moves. Give both days, or neither."),
        ),
        section(_("Place"), "host mode place time_zone"),
        section(_("Who may look at it"), "shared"),
        section(_("Where it comes from"), "source confidence"),
    ]

    def defaults_for_new(self, request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
        return {"first_planned_from": values["planned_from"], "first_planned_to": values["planned_to"]}


class MeetingPartAdmin(TrackedAdmin):
    """What belongs to one meeting; new rows get its next number."""

    group = MEETINGS
    list_filter: ClassVar[Any] = ("meeting__cycle", "meeting")
    list_select_related: ClassVar[Any] = ("meeting",)
    autocomplete_fields: ClassVar[Any] = ("meeting",)
    readonly_fields: ClassVar[Any] = ("number",)
    set_once: Any = ("meeting",)

    def defaults_for_new(self, request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
        numbers: dict[str, Any] = self.model.numbers_for_new(values["meeting"])
        return numbers

    @admin.display(description=_("text"))
    def beginning(self, part: Any) -> str:
        return truncatechars(part.text, 100)


@admin.register(AgendaItem, site=site)
class AgendaItemAdmin(MeetingPartAdmin):
    list_display = ("title", "position", "meeting", "presenter", "status", "outcome")
    list_filter = ("meeting__cycle", "meeting", "status", "outcome")
    search_fields = ("title", "presenter", "meeting__title")
    readonly_fields = ("number", "position", "carried_from")
    hidden_when_adding = ("status", "outcome", "outcome_text")
    fieldsets = [
        section(None, "meeting number position title presenter paper duration"),
        section(
            _("What came of it"),
            "status outcome outcome_text carried_from",
            about=_("A concluded item has its outcome, and no other has one."),
        ),
    ]


@admin.register(Delegation, site=site)
class DelegationAdmin(MeetingPartAdmin):
    list_display = ("organisation", "meeting", "present", "head", "size")
    list_filter = ("meeting__cycle", "meeting", "present")
    list_select_related = ("meeting", "organisation")
    search_fields = ("organisation__name_en", "organisation__code", "head", "meeting__title")
    autocomplete_fields = ("meeting", "organisation")
    readonly_fields = ()
    set_once = ("meeting", "organisation")
    fieldsets = [
        section(None, "meeting organisation present head size"),
    ]


@admin.register(Decision, site=site)
class DecisionAdmin(MeetingPartAdmin):
    list_display = ("beginning", "number", "meeting")
    search_fields = ("text", "meeting__title")
    fieldsets = [
        section(None, "meeting number text"),
    ]


@admin.register(ActionPoint, site=site)
class ActionPointAdmin(MeetingPartAdmin):
    list_display = ("beginning", "code", "meeting", "owner", "owner_body", "due_on", "priority", "status")
    list_filter = ("meeting__cycle", "meeting", "status", "priority", ("owner_body", OCCURRING))
    list_select_related = ("meeting", "owner", "owner_body")
    search_fields = ("text", "owner__name", "owner_body__name_en", "meeting__title")
    date_hierarchy = "due_on"
    autocomplete_fields = ("meeting", "owner", "owner_body")
    readonly_fields = (
        "number",
        "held_since",
        "finished_by",
        "verified_by",
        "original_name",
        "size",
        "sha256",
    )
    hidden_when_adding = ("status", "closing_note")
    resets_held_since = ("status", "owner", "owner_body")
    fieldsets = [
        section(None, "meeting number text due_on priority"),
        section(_("Owner"), "owner owner_body held_since", about=_("One of the two: a person or a body.")),
        section(_("Status"), "status closing_note", about=_("Done or dropped only with a closing note.")),
        section(
            _("Evidence"),
            "finished_by verified_by original_name size sha256",
            about=_("One of high priority is done with a document, and verified by a second person."),
        ),
    ]

    def derived_values(self, request: HttpRequest, record: Any, values: dict[str, Any]) -> dict[str, Any]:
        """A corrected status: who finished it, if that is not known, is whoever corrects it."""
        follows = super().derived_values(request, record, values)
        if "status" not in values:
            return follows
        done = values["status"] in (ActionStatus.DONE, ActionStatus.VERIFIED)
        finished = (record.finished_by or request.user) if done else None
        verified = request.user if values["status"] == ActionStatus.VERIFIED else None
        return follows | {"finished_by": finished, "verified_by": verified}

    @admin.display(description=_("number"), ordering="number")
    def code(self, action: ActionPoint) -> str:
        return action.code
