"""Reminders, explanations, and the settings of both: for corrections."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.admin.admin_site import site
from reviews.admin.base import CYCLES, OCCURRING, PEOPLE, TrackedAdmin, section
from reviews.admin.forms import Values
from reviews.models import Explanation, NotificationSettings, Reminder, ReminderSchedule, Topic
from reviews.request_context import SignedInRequest


@admin.register(Reminder, site=site)
class ReminderAdmin(TrackedAdmin[Reminder]):
    group, immutable = CYCLES, True
    list_display = ("deadline", "member_state", "role", "days", "on", "sent_by")
    list_filter = ("deadline__cycle", ("member_state", OCCURRING), "role")
    list_select_related = ("deadline", "member_state", "sent_by")
    search_fields = ("deadline__title", "member_state__name_en", "member_state__code", "text")
    date_hierarchy = "on"
    fieldsets = [section(None, "deadline member_state role due_on days on text sent_by")]


@admin.register(Explanation, site=site)
class ExplanationAdmin(TrackedAdmin[Explanation]):
    group = CYCLES
    list_display = ("deadline", "member_state", "asked_by", "asked_at", "answered_at")
    list_filter = ("deadline__cycle", ("member_state", OCCURRING))
    list_select_related = ("deadline", "member_state", "asked_by")
    search_fields = ("deadline__title", "member_state__name_en", "member_state__code", "question", "answer")
    date_hierarchy = "asked_at"
    autocomplete_fields = ("deadline", "member_state")
    readonly_fields = ("asked_by", "asked_at", "answered_by", "answered_at")
    set_once = ("deadline", "member_state")
    hidden_when_adding = ("answer",)
    fieldsets = [
        section(None, "deadline member_state question answer"),
        section(_("Origin"), "asked_by asked_at answered_by answered_at"),
    ]

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        return {"asked_by": request.user, "asked_at": clock.now()}


@admin.register(ReminderSchedule, site=site)
class ReminderScheduleAdmin(TrackedAdmin[ReminderSchedule]):
    group, immutable = CYCLES, True
    list_display = ("cycle",)
    list_select_related = ("cycle",)
    search_fields = ("cycle__name_en", "cycle__slug")
    fieldsets = [section(None, "cycle days")]


@admin.register(NotificationSettings, site=site)
class NotificationSettingsAdmin(TrackedAdmin[NotificationSettings]):
    group, immutable = PEOPLE, True
    list_display = ("person",)
    list_select_related = ("person",)
    search_fields = ("person__name", "person__username")
    fieldsets = [section(None, " ".join(["person", *Topic.values]))]
