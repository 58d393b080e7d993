"""Mails of notifications as a list: columns and filters."""

from datetime import datetime

import django_filters as filters
import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import choice_filter
from reviews.lists.columns import StatusColumn
from reviews.models import MailState, OutgoingMail
from reviews.rendering import fragments


class MailFilter(filters.FilterSet):
    state = choice_filter(_("Status"), MailState.choices)

    class Meta:
        model = OutgoingMail
        fields = ("state",)


class MailTable(tables.Table):
    created_at = tables.Column(_("Written"))
    recipients = tables.Column(_("To"), orderable=False)
    subject = tables.Column(_("Subject"), orderable=False)
    state = StatusColumn()
    sent_at = tables.Column(_("Sent"))
    tries = tables.Column(_("Failed tries"))
    error = tables.Column(_("Reason"), orderable=False)
    again = tables.Column(_("Again"), accessor="pk", orderable=False, exclude_from_export=True)

    class Meta:
        model = OutgoingMail
        fields = ("created_at", "recipients", "subject", "state", "sent_at", "tries", "error", "again")

    def render_created_at(self, value: datetime) -> SafeString:
        return fragments.moment(value)

    def render_sent_at(self, value: datetime) -> SafeString:
        return fragments.moment(value)

    def render_again(self, value: int, record: OutgoingMail) -> SafeString | str:
        if not record.can_be_sent_again:
            return "–"
        return format_html('<a href="{}">{}</a>', reverse("mail-again", args=[value]), _now("Send again"))
