"""The time line of the review."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from reviews.admin.admin_site import site
from reviews.admin.base import REFERENCE, TrackedAdmin, confidence_mark, section
from reviews.models import TimelineEvent


@admin.register(TimelineEvent, site=site)
class TimelineEventAdmin(TrackedAdmin[TimelineEvent]):
    group, reference = REFERENCE, True
    list_display = ("title", confidence_mark, "kind", "planned_from", "held_from", "place")
    list_filter = ("kind", "mode", "confidence")
    search_fields = ("title", "code", "place", "source")
    date_hierarchy = "planned_from"
    fieldsets = [
        section(None, "code kind title"),
        section(
            _("Dates"),
            "planned_from planned_to held_from held_to",
            about=_("The planned dates stay when an event moves; leave empty what is not known."),
        ),
        section(_("Place"), "place mode"),
        section(_("Where it comes from"), "source confidence"),
    ]
