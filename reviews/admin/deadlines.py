"""Deadlines and their extensions."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import ManyToManyField, QuerySet
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reviews import clock
from reviews.admin.admin_site import site
from reviews.admin.base import CYCLES, OCCURRING, ReadOnlyInline, TrackedAdmin, section
from reviews.admin.forms import Values
from reviews.models import (
    Deadline,
    Delivery,
    Extension,
    ExtensionStatus,
    NationalReport,
    Organisation,
    OrganisationKind,
)
from reviews.models.numbering import next_number
from reviews.queries.deadlines import status_of
from reviews.request_context import SignedInRequest


class ExtensionsInline(ReadOnlyInline):
    model = Extension
    fields = ("member_state", "asked_until", "status", "granted_until", "asked_at", "decided_at")
    select_related = ("deadline", "member_state")


@admin.register(Deadline, site=site)
class DeadlineAdmin(TrackedAdmin[Deadline]):
    group = CYCLES
    list_display = (
        "title",
        "cycle",
        "output",
        "opens_on",
        "due_on",
        "first_due_on",
        "last_on",
        "countries",
        "shared",
    )
    list_filter = ("cycle", "output", "shared")
    list_select_related = ("cycle",)
    search_fields = ("title", "cycle__name_en", "cycle__slug", "confidence_note")
    date_hierarchy = "due_on"
    autocomplete_fields = ("cycle", "anchor")
    readonly_fields = ("number", "first_due_on")
    set_once = ("cycle",)
    inlines = (ExtensionsInline,)
    fieldsets = [
        section(None, "cycle number title output output_name"),
        section(
            _("Dates"),
            "opens_on due_on last_on first_due_on anchor offset_days confidence_note",
            about=_(
                "Days in Jakarta; a deadline includes its day. The first due date stays and is shown when"
                " the deadline moves. Without a closing day nothing is locked."
            ),
        ),
        section(
            _("For whom"),
            "only_for shared",
            about=_("Choose countries only if it is not for all members of the cycle."),
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Deadline]:
        return super().get_queryset(request).prefetch_related("only_for")

    def formfield_for_manytomany(
        self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField | None:
        kwargs["queryset"] = Organisation.objects.filter(kind=OrganisationKind.MEMBER_STATE)
        kwargs["widget"] = CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        return {"number": next_number(values["cycle"].deadlines.all()), "first_due_on": values["due_on"]}

    @admin.display(description=_("only for"))
    def countries(self, deadline: Deadline) -> str:
        return ", ".join(state.code for state in deadline.only_for.all())


@admin.register(Extension, site=site)
class ExtensionAdmin(TrackedAdmin[Extension]):
    group = CYCLES
    list_display = ("deadline", "member_state", "due_when_asked", "asked_until", "status", "granted_until")
    list_filter = ("status", "deadline__cycle", ("member_state", OCCURRING))
    list_select_related = ("deadline", "member_state")
    search_fields = ("deadline__title", "member_state__name_en", "member_state__code", "reason")
    date_hierarchy = "asked_at"
    autocomplete_fields = ("deadline", "member_state", "disruption")
    readonly_fields = ("due_when_asked", "asked_by", "asked_at", "decided_by", "decided_at")
    set_once = ("deadline", "member_state")
    hidden_when_adding = ("status", "granted_until", "decision_note")
    fieldsets = [
        section(None, "deadline member_state due_when_asked asked_until reason disruption"),
        section(
            pgettext_lazy("extension", "Decision"),
            "status granted_until decision_note decided_by decided_at",
            about=_("A granted extension has its day, and no other has one."),
        ),
        section(_("Origin"), "asked_by asked_at"),
    ]

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        deadline: Deadline = values["deadline"]
        reports = NationalReport.objects.filter(cycle=deadline.cycle, member_state=values["member_state"])
        report = reports.first()
        status = status_of(report, deadline, deadline.extensions.granted(), clock.today()) if report else None
        if status is None:
            raise ValidationError({"member_state": _("This deadline asks nothing of that country.")})
        if not values["asked_until"]:
            raise ValidationError({"asked_until": _("Give the day until which it is asked.")})
        if values["asked_until"] <= status.due_on:
            raise ValidationError({"asked_until": _("This is not later than the date in force.")})
        return {"due_when_asked": status.due_on, "asked_by": request.user, "asked_at": clock.now()}

    def derived_values(self, request: SignedInRequest, record: Extension, values: Values) -> Values:
        """A corrected status is a decision of whoever corrects it; "asked" is none yet."""
        if "status" not in values:
            return {}
        decided = values["status"] != ExtensionStatus.ASKED
        return {
            "decided_by": request.user if decided else None,
            "decided_at": clock.now() if decided else None,
        }


@admin.register(Delivery, site=site)
class DeliveryAdmin(TrackedAdmin[Delivery]):
    group = CYCLES
    list_display = ("deadline", "member_state", "met_on", "recorded_by", "recorded_at")
    list_filter = ("deadline__cycle", ("member_state", OCCURRING))
    list_select_related = ("deadline", "member_state", "recorded_by")
    search_fields = ("deadline__title", "member_state__name_en", "member_state__code", "note")
    date_hierarchy = "met_on"
    autocomplete_fields = ("deadline", "member_state")
    readonly_fields = ("recorded_by", "recorded_at")
    set_once = ("deadline", "member_state")
    fieldsets = [
        section(
            None,
            "deadline member_state met_on note",
            about=_("Without a day it is not met, or was taken back."),
        ),
        section(_("Origin"), "recorded_by recorded_at"),
    ]

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        return {"recorded_by": request.user, "recorded_at": clock.now()}
