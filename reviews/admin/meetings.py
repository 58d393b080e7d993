"""Meetings, and what belongs to one."""

from typing import Any, ClassVar

from django.contrib import admin
from django.template.defaultfilters import truncatechars
from django.utils.translation import gettext_lazy as _

from reviews.admin.admin_site import site
from reviews.admin.base import MEETINGS, ReadOnlyInline, TrackedAdmin, confidence_mark, section
from reviews.admin.forms import Values
from reviews.models import ActionPoint, AgendaItem, Decision, Delegation, Meeting
from reviews.request_context import SignedInRequest


class AgendaInline(ReadOnlyInline):
    model = AgendaItem
    select_related = ("meeting",)
    fields = ("position", "title", "presenter", "status", "outcome")
    readonly_fields = ("position",)


class DelegationsInline(ReadOnlyInline):
    model = Delegation
    select_related = ("meeting", "organisation")
    fields = ("organisation", "present", "head", "size")


class DecisionsInline(ReadOnlyInline):
    model = Decision
    select_related = ("meeting",)
    fields = ("number", "text")


class ActionPointsInline(ReadOnlyInline):
    model = ActionPoint
    select_related = ("meeting", "owner", "owner_body")
    fields = ("number", "text", "owner", "owner_body", "due_on", "priority", "status")


@admin.register(Meeting, site=site)
class MeetingAdmin(TrackedAdmin[Meeting]):
    group = MEETINGS
    list_display = (
        "title",
        confidence_mark,
        "series",
        "number",
        "planned_from",
        "held_from",
        "status",
        "cycle",
    )
    list_filter = ("cycle", "series", "status", "mode", "confidence")
    list_select_related = ("cycle",)
    search_fields = ("title", "code", "place", "source")
    date_hierarchy = "planned_from"
    autocomplete_fields = ("cycle", "host", "disruption")
    readonly_fields = ("first_planned_from", "first_planned_to")
    set_once = ("cycle",)
    hidden_when_adding = ("status", "held_from", "held_to")
    inlines = (AgendaInline, DelegationsInline, DecisionsInline, ActionPointsInline)
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

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        return {"first_planned_from": values["planned_from"], "first_planned_to": values["planned_to"]}


class MeetingPartAdmin(TrackedAdmin):
    """What belongs to one meeting; new rows get its next number."""

    group = MEETINGS
    list_filter: ClassVar[Any] = ("meeting__cycle", "meeting")
    list_select_related: ClassVar[tuple[str, ...]] = ("meeting",)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("meeting",)
    readonly_fields: ClassVar[tuple[str, ...]] = ("number",)
    set_once: tuple[str, ...] = ("meeting",)

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        numbers: Values = self.model.numbers_for_new(values["meeting"])
        return numbers

    @admin.display(description=_("text"))
    def beginning(self, part: ActionPoint | Decision) -> str:
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
            _("Outcome"),
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
