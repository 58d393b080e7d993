"""Mail on its way out: whether it left, never what it says."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reviews.admin.admin_site import site
from reviews.admin.base import HISTORY, TrackedAdmin, section
from reviews.models import OutgoingMail, Trace


@admin.register(OutgoingMail, site=site)
class OutgoingMailAdmin(TrackedAdmin[OutgoingMail]):
    # No text, no headers: a mail may hold the link that sets somebody's password.
    group, immutable = HISTORY, True
    list_display = ("created_at", "to_whom", "subject", "state", "tries", "next_try_at")
    list_filter = ("state",)
    search_fields = ("to", "subject")
    search_help_text = _("Address of the reader, or words of the subject")
    date_hierarchy = "created_at"
    fieldsets = [
        section(None, "created_at to_whom subject state"),
        section(_("On its way"), "tries next_try_at sent_at error"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutgoingMail]:
        return super().get_queryset(request).defer("body", "html", "headers")

    def history_of(self, record: OutgoingMail) -> QuerySet[Trace]:
        """None: sending changes nothing of the review."""
        return Trace.objects.none()

    @admin.display(description=pgettext_lazy("mail", "to"))
    def to_whom(self, row: OutgoingMail) -> str:
        return row.recipients
