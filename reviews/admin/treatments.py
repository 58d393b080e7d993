"""Treatments of data gaps, disruptions, and what countries say of their coverage."""

from typing import Any

from django.contrib import admin
from django.db.models import ManyToManyField, QuerySet
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reviews.admin.admin_site import site
from reviews.admin.base import CYCLES, OCCURRING, REPORTS, Fieldset, TrackedAdmin, section
from reviews.admin.forms import Values
from reviews.models import (
    Beneficiaries,
    CompletionLevel,
    CoverageStatement,
    Disruption,
    Organisation,
    OrganisationKind,
    SeriesBreak,
    StandIn,
)
from reviews.models.numbering import next_number
from reviews.request_context import SignedInRequest


class TreatmentAdmin(TrackedAdmin):
    """One kind of treatment; a gap has at most one in force."""

    group = REPORTS
    list_filter = ("in_force", "way", "gap__cycle", ("gap__member_state", OCCURRING))
    list_select_related = ("gap__member_state", "gap__cycle")
    search_fields = ("gap__search", "gap__member_state__name_en")
    folded = ("gap__search",)
    autocomplete_fields = ("gap",)
    set_once = ("gap",)


def treatment_fields(names: str) -> list[Fieldset]:
    return [section(None, f"gap way in_force {names}")]


@admin.register(StandIn, site=site)
class StandInAdmin(TreatmentAdmin):
    list_display = ("gap", "way", "in_force", "reliance", "value")
    fieldsets = treatment_fields("method reliance value")


@admin.register(SeriesBreak, site=site)
class SeriesBreakAdmin(TreatmentAdmin):
    list_display = ("gap", "way", "in_force", "broke_on")
    fieldsets = treatment_fields("broke_on reason")


@admin.register(Beneficiaries, site=site)
class BeneficiariesAdmin(TreatmentAdmin):
    list_display = ("gap", "way", "in_force", "basis", "low", "high")
    fieldsets = treatment_fields("basis low high overlap")


@admin.register(CompletionLevel, site=site)
class CompletionLevelAdmin(TreatmentAdmin):
    list_display = ("gap", "way", "in_force", "level", "rule", "agreed_by")
    fieldsets = treatment_fields("done ongoing not_started cannot_tell rule agreed_by")

    @admin.display(description=_("completion level"))
    def level(self, treatment: CompletionLevel) -> str:
        return treatment.level


@admin.register(Disruption, site=site)
class DisruptionAdmin(TrackedAdmin[Disruption]):
    group = CYCLES
    list_display = ("title", "cycle", "kind", "starts_on", "ends_on", "country_codes")
    list_filter = ("cycle", "kind")
    list_select_related = ("cycle",)
    search_fields = ("title", "effect")
    date_hierarchy = "starts_on"
    autocomplete_fields = ("cycle",)
    readonly_fields = ("number",)
    set_once = ("cycle",)
    fieldsets = [
        section(None, "cycle number title kind starts_on ends_on effect"),
        section(_("For whom"), "countries", about=_("Choose countries only if it is not for all members.")),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Disruption]:
        return super().get_queryset(request).prefetch_related("countries")

    def formfield_for_manytomany(
        self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField | None:
        kwargs["queryset"] = Organisation.objects.filter(kind=OrganisationKind.MEMBER_STATE)
        kwargs["widget"] = CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        return {"number": next_number(values["cycle"].disruptions.all())}

    @admin.display(description=_("countries"))
    def country_codes(self, disruption: Disruption) -> str:
        return ", ".join(state.code for state in disruption.countries.all())


@admin.register(CoverageStatement, site=site)
class CoverageStatementAdmin(TrackedAdmin[CoverageStatement]):
    group = REPORTS
    list_display = ("report", "key_result_area", "coverage", "note")
    list_filter = ("coverage", "report__cycle", ("report__member_state", OCCURRING))
    list_select_related = ("report__cycle", "report__member_state", "key_result_area")
    search_fields = (
        "key_result_area__code",
        "key_result_area__title",
        "report__member_state__name_en",
        "note",
    )
    autocomplete_fields = ("report", "key_result_area")
    set_once = ("report", "key_result_area")
    fieldsets = [section(None, "report key_result_area coverage note")]
