"""Guidance: what is said in a gap's thread, and advice from its draft to its use."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.actions import guidance
from reviews.forms.base import ConfirmForm, OptionalNoteForm, RequiredNoteForm
from reviews.forms.guidance import AdviceForm, SayForm
from reviews.models import Advice, ReceivedAdvice, ThreadEntry
from reviews.views.base import FormPage, TransitionPage
from reviews.views.datagaps import GapTransition, gap_or_404

ON = ("gap__cycle", "gap__member_state", "difficulty__cycle")  # what a piece of advice is on


class AskBack(GapTransition):
    """A question of the consultants, sent at once."""

    form_class, verb, permission = SayForm, "question", "guidance.write"
    title, submit_label, success_message = (
        _("Ask the country"),
        _("Send"),
        _("The country has your question."),
    )


class Answer(GapTransition):
    form_class, verb, permission = SayForm, "answer", "datagap.edit"
    title, submit_label, success_message = (
        _("Answer the consultants"),
        _("Send"),
        _("The consultants have your answer."),
    )


class EitherSide(GapTransition):
    """What the country and the consultants may do alike; the Secretariat reads along."""

    form_class = SayForm

    def check_permission(self) -> None:
        if policy.side_of(self.request.user, self.object) is None:
            raise PermissionDenied(_("Only the country and the regional consultants discuss a gap."))


class AddPrivateNote(EitherSide):
    title, success_message = _("Private note"), _("Your side can read the note, nobody else.")

    def perform(self, form: Any, expected_version: int) -> Any:
        return ThreadEntry.note(self.object, by=self.request.user, **form.values())


class Conclude(EitherSide):
    title, success_message = _("Write a conclusion"), _("The conclusion stands in the thread.")

    def perform(self, form: Any, expected_version: int) -> Any:
        return ThreadEntry.conclude(self.object, by=self.request.user, **form.values())


class Advise(FormPage):
    """Draft advice on a gap."""

    form_class, permission, nav, is_new, transition = AdviceForm, "guidance.write", "datagaps", True, "edit"
    title, submit_label = _("Draft advice"), _("Keep the draft")
    success_message = _("The draft waits for a lead consultant.")

    def get_object(self) -> Any:
        return gap_or_404(self.request, self.cycle, self.kwargs["code"])

    def get_instance(self) -> Advice:
        return Advice(gap=self.object)

    def perform(self, form: Any, expected_version: int) -> Any:
        return Advice.draft(by=self.request.user, gap=self.object, **form.values())


class AdvicePage(FormPage):
    """What the pages about one piece of advice share."""

    permission, nav = "guidance.write", "datagaps"

    def get_object(self) -> Advice:
        found = Advice.objects.visible_to(self.request.user).in_cycles([self.cycle])
        advice: Advice = get_object_or_404(found.select_related(*ON), pk=self.kwargs["pk"])
        return advice


class EditAdvice(AdvicePage):
    form_class, transition = AdviceForm, "edit"
    title, success_message = _("Edit the draft"), _("The draft is changed.")

    def perform(self, form: Any, expected_version: int) -> Any:
        return self.object.edit(by=self.request.user, expected_version=expected_version, **form.values())


class AdviceMove(AdvicePage, TransitionPage):
    form_class: Any = ConfirmForm


class ApproveAdvice(AdviceMove):
    permission, title, submit_label = "guidance.approve", _("Approve the advice"), _("Approve and send")
    success_message = _("The advice is approved, and every open gap that it is for has received it.")

    def perform(self, form: Any, expected_version: int) -> Any:
        return guidance.approve_advice(
            by=self.request.user, advice=self.object, expected_version=expected_version
        )


class SendAdvice(AdviceMove):
    permission, title, submit_label = "guidance.approve", _("Send the advice"), _("Send")
    success_message = _("The gaps that were added have received the advice.")

    def perform(self, form: Any, expected_version: int) -> Any:
        return guidance.send_advice(
            by=self.request.user, advice=self.object, expected_version=expected_version
        )


class DropAdvice(AdviceMove):
    form_class = RequiredNoteForm
    title, submit_label, success_message = _("Drop the draft"), _("Drop"), _("The draft is dropped.")

    def perform(self, form: Any, expected_version: int) -> Any:
        return self.object.drop(by=self.request.user, expected_version=expected_version, **form.values())


class ReceivedMove(TransitionPage):
    """What the country says of advice that its gap received: `verb` names the method of the model."""

    permission, nav, verb = "datagap.edit", "datagaps", ""

    def get_object(self) -> ReceivedAdvice:
        found = ReceivedAdvice.objects.select_related("gap__cycle", "gap__member_state")
        gap = gap_or_404(self.request, self.cycle, self.kwargs["code"])
        received: ReceivedAdvice = get_object_or_404(found, gap=gap, pk=self.kwargs["pk"])
        return received

    def perform(self, form: Any, expected_version: int) -> Any:
        return getattr(self.object, self.verb)(
            by=self.request.user, expected_version=expected_version, **form.values()
        )


class AdoptAdvice(ReceivedMove):
    form_class, verb = OptionalNoteForm, "adopt"
    title, submit_label = _("We use this advice"), _("We use it")
    success_message = _("Everybody concerned reads that you use the advice.")


class SetAsideAdvice(ReceivedMove):
    form_class, verb = RequiredNoteForm, "set_aside"
    title, submit_label = _("We do not use this advice"), _("We do not use it")
    success_message = _("Everybody concerned reads that you do not use the advice, and why.")
