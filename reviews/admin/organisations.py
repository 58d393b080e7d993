"""Organisations: member states, bodies, partners."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from reviews.admin.admin_site import site
from reviews.admin.base import REFERENCE, TRUST, TrackedAdmin, confidence_mark, section
from reviews.models import Organisation

NOT_A_MEMBER = _("A member state needs the day on which it joined; no other organisation has one.")


@admin.register(Organisation, site=site)
class OrganisationAdmin(TrackedAdmin[Organisation]):
    group, reference = REFERENCE, True
    list_display = ("name", confidence_mark, "code", "kind", "joined_on")
    list_filter = ("kind", "confidence")
    search_fields = ("name_en", "name_vi", "code", "iso2")
    fieldsets = [
        section(None, "code kind name_en name_vi"),
        section(_("Member states"), "iso2 joined_on groups", about=NOT_A_MEMBER),
        TRUST,
    ]

    @admin.display(description=_("name"), ordering="sort_key")
    def name(self, organisation: Organisation) -> str:
        return organisation.name_en
