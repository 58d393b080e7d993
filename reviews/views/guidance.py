"""Guidance: what is said in a gap's thread, and advice from its draft to its use."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.actions import guidance
from reviews.forms.base import NoteForm, OwedNoteForm, PlainMoveForm
from reviews.forms.guidance import AdviceForm, SayForm
from reviews.models import Advice, ReceivedAdvice, ThreadEntry
from reviews.views.base import FormPage, MovePage
from reviews.views.datagaps import GapMove, gap_or_404

ON = ("gap__cycle", "gap__member_state", "difficulty__cycle")  # what a piece of advice is on


class AskBack(GapMove):
    """A question of the consultants, sent at once."""

    form_class, verb, right = SayForm, "question", "guidance.write"
    title, submit_label, done = _("Ask the country"), _("Send"), _("The country has your question.")


class Answer(GapMove):
    form_class, verb = SayForm, "answer"
    title, submit_label, done = _("Answer the consultants"), _("Send"), _("The consultants have your answer.")


class EitherSide(GapMove):
    """What the country and the consultants may do alike; the Secretariat reads along."""

    form_class = SayForm

    def check_right(self) -> None:
        if policy.side_of(self.request.user, self.subject) is None:
            raise PermissionDenied(_("Only the country and the regional consultants discuss a gap."))


class AddPrivateNote(EitherSide):
    title, done = _("Private note"), _("Your side can read the note, nobody else.")

    def write(self, form: Any, seen: int) -> Any:
        return ThreadEntry.note(self.subject, by=self.request.user, **form.values())


class Conclude(EitherSide):
    title, done = _("Write a conclusion"), _("The conclusion stands in the thread.")

    def write(self, form: Any, seen: int) -> Any:
        return ThreadEntry.conclude(self.subject, by=self.request.user, **form.values())


class Advise(FormPage):
    """Draft advice on a gap."""

    form_class, right, nav, creates, step = AdviceForm, "guidance.write", "datagaps", True, "advice"
    title, submit_label = _("Draft advice"), _("Keep the draft")
    done = _("The draft waits for a lead consultant.")

    def get_subject(self) -> Any:
        return gap_or_404(self.request, self.cycle, self.kwargs["code"])

    def get_instance(self) -> Advice:
        return Advice(gap=self.subject)

    def write(self, form: Any, seen: int) -> Any:
        return Advice.draft(by=self.request.user, gap=self.subject, **form.values())


class AdvicePage(FormPage):
    """What the pages about one piece of advice share."""

    right, nav = "guidance.write", "datagaps"

    def get_subject(self) -> Advice:
        found = Advice.objects.visible_to(self.request.user).in_cycles([self.cycle])
        advice: Advice = get_object_or_404(found.select_related(*ON), pk=self.kwargs["pk"])
        return advice


class EditAdvice(AdvicePage):
    form_class, step = AdviceForm, "edit"
    title, done = _("Edit the draft"), _("The draft is changed.")

    def write(self, form: Any, seen: int) -> Any:
        return self.subject.edit(by=self.request.user, seen=seen, **form.values())


class AdviceMove(AdvicePage, MovePage):
    form_class: Any = PlainMoveForm


class ApproveAdvice(AdviceMove):
    right, title, submit_label = "guidance.approve", _("Approve the advice"), _("Approve and send")
    done = _("The advice is approved, and every open gap that it is for has received it.")

    def write(self, form: Any, seen: int) -> Any:
        return guidance.approve_advice(by=self.request.user, advice=self.subject, seen=seen)


class SendAdvice(AdviceMove):
    right, title, submit_label = "guidance.approve", _("Send the advice"), _("Send")
    done = _("The gaps that were added have received the advice.")

    def write(self, form: Any, seen: int) -> Any:
        return guidance.send_advice(by=self.request.user, advice=self.subject, seen=seen)


class DropAdvice(AdviceMove):
    form_class = OwedNoteForm
    title, submit_label, done = _("Drop the draft"), _("Drop"), _("The draft is dropped.")

    def write(self, form: Any, seen: int) -> Any:
        return self.subject.drop(by=self.request.user, seen=seen, **form.values())


class ReceivedMove(MovePage):
    """What the country says of advice that its gap received: `verb` names the method of the model."""

    right, nav, verb = "datagap.edit", "datagaps", ""

    def get_subject(self) -> ReceivedAdvice:
        found = ReceivedAdvice.objects.select_related("gap__cycle", "gap__member_state")
        gap = gap_or_404(self.request, self.cycle, self.kwargs["code"])
        received: ReceivedAdvice = get_object_or_404(found, gap=gap, pk=self.kwargs["pk"])
        return received

    def write(self, form: Any, seen: int) -> Any:
        return getattr(self.subject, self.verb)(by=self.request.user, seen=seen, **form.values())


class AdoptAdvice(ReceivedMove):
    form_class, verb = NoteForm, "adopt"
    title, submit_label = _("We use this advice"), _("We use it")
    done = _("Everybody concerned reads that you use the advice.")


class SetAsideAdvice(ReceivedMove):
    form_class, verb = OwedNoteForm, "set_aside"
    title, submit_label = _("We do not use this advice"), _("We do not use it")
    done = _("Everybody concerned reads that you do not use the advice, and why.")
