"""Guidance: entries in a gap's thread, and advice from its draft to its use."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.actions import guidance
from reviews.forms.base import ConfirmForm
from reviews.forms.guidance import AdviceForm, EntryForm
from reviews.models import Advice, DataGap, Difficulty, ReceivedAdvice, ReviewCycle, ThreadEntry
from reviews.request_context import SignedInRequest
from reviews.views.datagaps import GapTransition, gap_or_404
from reviews.views.form_pages import FormPage, TransitionPage


def advice_or_404(request: SignedInRequest, cycle: ReviewCycle, pk: int) -> Advice:
    """A piece of advice of a cycle, if this person may read it."""
    readable = Advice.objects.visible_to(request.user).in_cycles([cycle])
    related = readable.select_related("gap__cycle", "gap__member_state", "difficulty__cycle")
    return get_object_or_404(related, pk=pk)


def received_advice_or_404(
    request: SignedInRequest, cycle: ReviewCycle, code: str, pk: int
) -> ReceivedAdvice:
    """Advice as the gap with this code received it, if this person may read the gap."""
    gap = gap_or_404(request, cycle, code)
    related = ReceivedAdvice.objects.select_related("gap__cycle", "gap__member_state")
    return get_object_or_404(related, gap=gap, pk=pk)


class Remark(GapTransition):
    """An entry in a gap's thread."""

    asks_before_repeating = True


class AskBack(Remark):
    """A question of the consultants, sent at once."""

    form_class, verb, permission = EntryForm, "question", "guidance.write"
    title, submit_label, success_message = (
        _("Ask the country"),
        _("Send"),
        _("The country has your question."),
    )


class Answer(Remark):
    form_class, verb, permission = EntryForm, "answer", "datagap.edit"
    title, submit_label, success_message = (
        _("Answer the consultants"),
        _("Send"),
        _("The consultants have your answer."),
    )


class AddEntry(Remark):
    """An entry of the country or of the consultants; the Secretariat only reads."""

    form_class = EntryForm

    def check_permission(self) -> None:
        if policy.side_of(self.request.user, self.object) is None:
            raise PermissionDenied(_("Only the country and the regional consultants discuss a gap."))

    def perform(self, form: EntryForm, expected_version: int) -> ThreadEntry:
        verb = getattr(ThreadEntry, self.verb)
        return verb(self.object, by=self.request.user, **form.values())


class AddPrivateNote(AddEntry):
    verb, title = "note", _("Private note")
    success_message = _("Your side can read the note.")


class Conclude(AddEntry):
    verb, title = "conclude", _("Write a conclusion")
    success_message = _("The conclusion is added.")


class DraftAdvice(FormPage):
    """A draft of advice on a gap, or on a difficulty."""

    object: DataGap | Difficulty
    form_class, permission, nav, is_new, transition = AdviceForm, "guidance.write", "datagaps", True, "edit"
    title, submit_label = _("Draft advice"), _("Submit for approval")
    success_message = _("The draft waits for a lead consultant.")
    asks_before_repeating = True
    subject_field: str  # of Advice

    def get_instance(self) -> Advice:
        return Advice(**{self.subject_field: self.object})

    def perform(self, form: AdviceForm, expected_version: int) -> Advice:
        subject: dict[str, Any] = {self.subject_field: self.object}
        return Advice.draft(by=self.request.user, **subject, **form.values())


class AdviseOnGap(DraftAdvice):
    record_or_404 = staticmethod(gap_or_404)
    subject_field = "gap"


class EditAdvice(FormPage):
    record_or_404 = staticmethod(advice_or_404)
    form_class, permission, nav, verb, transition = AdviceForm, "guidance.write", "datagaps", "edit", "edit"
    title, success_message = _("Edit the draft"), _("The draft is changed.")


class AdviceTransition(TransitionPage):
    """A transition of one piece of advice."""

    object: Advice
    record_or_404 = staticmethod(advice_or_404)
    nav = "datagaps"


class ApproveAdvice(AdviceTransition):
    form_class, verb, title = ConfirmForm, "approve", _("Approve the advice")
    submit_label = _("Approve and send")
    success_message = _("The advice is approved, and every open gap that it is for has received it.")

    def perform(self, form: ConfirmForm, expected_version: int) -> Advice:
        return guidance.approve_advice(
            by=self.request.user, advice=self.object, expected_version=expected_version
        )


class SendAdvice(AdviceTransition):
    form_class, verb = ConfirmForm, "send"
    title, submit_label = _("Send the advice"), _("Send")
    success_message = _("The gaps that were added have received the advice.")

    def perform(self, form: ConfirmForm, expected_version: int) -> Advice:
        return guidance.send_advice(
            by=self.request.user, advice=self.object, expected_version=expected_version
        )


class DropAdvice(AdviceTransition):
    verb, title, submit_label = "drop", _("Drop the draft"), _("Drop")
    success_message = _("The draft is dropped.")


class UseTransition(TransitionPage):
    """What the country says of advice that its gap received."""

    record_or_404 = staticmethod(received_advice_or_404)
    nav = "datagaps"


class AdoptAdvice(UseTransition):
    verb, title, submit_label = "adopt", _("Accept the advice"), _("Accept")
    success_message = _("Everybody concerned reads that you use the advice.")


class SetAsideAdvice(UseTransition):
    verb, title = "set_aside", _("Decline the advice")
    submit_label = _("Decline")
    success_message = _("Everybody concerned reads that you do not use the advice, and why.")
