"""Mails on their way out, for the Secretariat: sent, waiting, failed with the reason, and sending one again."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.actions.mails import send_again
from reviews.forms.base import ConfirmForm
from reviews.lists.mails import MailFilter, MailTable
from reviews.models import OutgoingMail
from reviews.request_context import SignedInRequest
from reviews.views.base import SiteListPage
from reviews.views.people import PeoplePage


class MailList(SiteListPage):
    model, table_class, filterset_class = OutgoingMail, MailTable, MailFilter
    permission, nav, title = "mail.read", "mails", _("Mails")
    lead = _("Whether mails left and why not; never what they say.")
    select_related, ordering = ("person",), ("-id",)
    empty_text = _("No mail was written yet.")

    def get_queryset(self) -> QuerySet[OutgoingMail]:
        return super().get_queryset().defer("body", "html", "headers")


def mail_or_404(request: SignedInRequest, cycle: None, pk: str) -> OutgoingMail:
    policy.require_reader(request.user, "mail.read")
    return get_object_or_404(OutgoingMail.objects.select_related("person"), pk=pk)


class SendAgain(PeoplePage):
    """Send a mail of notifications again that failed for good."""

    object: OutgoingMail
    record_or_404 = staticmethod(mail_or_404)  # type: ignore[assignment]  # a mail leaves no trace
    form_class, permission, is_new, nav = ConfirmForm, "mail.read", True, "mails"
    title, submit_label, success_message = _("Send again"), _("Send again"), _("The next tick sends it.")

    def check_open(self) -> None:
        """Raise NotAllowedNow for a mail that did not fail, or whose text is gone."""
        self.object.require_failed()

    def perform(self, form: ConfirmForm, expected_version: int) -> OutgoingMail:
        return send_again(by=self.request.user, mail=self.object)

    def get_success_url(self) -> str:
        return reverse("mail-list")

    get_cancel_url = get_success_url
