"""The steps of the backward plan: where an administrator enters them, and how many days each needs."""

from typing import cast

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from reviews.admin.admin_site import site
from reviews.admin.base import CYCLES, TrackedAdmin, section
from reviews.admin.forms import Values
from reviews.models import PlanStep
from reviews.models.plans import PlanStepFields, first_day_of
from reviews.request_context import SignedInRequest


@admin.register(PlanStep, site=site)
class PlanStepAdmin(TrackedAdmin[PlanStep]):
    group = CYCLES
    list_display = ("title", "cycle", "position", "kind", "body", "days", "planned_on", "meeting", "status")
    list_filter = ("cycle", "kind", "status")
    list_select_related = ("cycle", "body", "meeting")
    search_fields = ("title", "code", "paper", "note")
    autocomplete_fields = ("cycle", "body", "meeting")
    readonly_fields = ("first_planned_on",)
    set_once = ("cycle",)
    hidden_when_adding = ("status", "actual_on")
    fieldsets = [
        section(None, "cycle position code kind title body paper"),
        section(
            _("Dates"),
            "days meeting planned_on first_planned_on note",
            about=_(
                "“Must arrive by” is counted back from the days of meetings and of the ladder: each step needs its"
                " days after the step before. With a meeting its days count; leave empty what is not known."
            ),
        ),
        section(_("Outcome"), "status actual_on"),
    ]

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        return {"first_planned_on": first_day_of(cast(PlanStepFields, values))}
