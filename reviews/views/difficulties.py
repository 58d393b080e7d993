"""Difficulties that several states share: the list, one of them with what became of its advice."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.forms.guidance import DifficultyForm
from reviews.lists.difficulties import DifficultyFilter, DifficultyTable
from reviews.models import Difficulty, ReviewCycle
from reviews.queries import guidance
from reviews.request_context import SignedInRequest
from reviews.views.base import FormPage, ListPage, cycle_or_404, history
from reviews.views.guidance import Advise


def difficulty_or_404(request: SignedInRequest, cycle: ReviewCycle, number: str) -> Difficulty:
    """A difficulty, if this person may read it."""
    readable = Difficulty.objects.visible_to(request.user).select_related("cycle", "kind")
    difficulty: Difficulty = get_object_or_404(readable, cycle=cycle, number=number)
    return difficulty


class DifficultyList(ListPage):
    """What the gaps of several states have in common."""

    title, nav, permission = _("Shared difficulties"), "datagaps", "difficulty.read"
    lead = _("Data gaps of several states under one heading, so that one piece of advice answers them all.")
    table_class, filterset_class = DifficultyTable, DifficultyFilter
    empty_text = _("No data gaps have been grouped yet. The regional consultants do that from here.")

    def get_queryset(self) -> Any:
        readable = Difficulty.objects.filter(cycle=self.cycle).visible_to(self.request.user)
        return readable.with_counts().select_related("cycle", "kind").order_by("number")

    def get_actions(self) -> list[tuple[Any, str]]:
        if not policy.may(self.request.user, "guidance.write") or self.cycle.is_closed:
            return []
        return [(_("Group data gaps"), reverse("difficulty-add", args=[self.cycle.slug]))]


def difficulty_page(request: SignedInRequest, slug: str, number: str) -> HttpResponse:
    """One difficulty: its advice, and for each gap who uses it, who closed with it, who does not."""
    cycle = cycle_or_404(request, slug)
    difficulty = difficulty_or_404(request, cycle, number)
    advice = difficulty.advice.approved().select_related("approved_by").prefetch_related("notes")
    approved = guidance.with_subjects(advice, [difficulty])
    rows = guidance.outcomes_by_gap(difficulty, approved)
    incomplete = guidance.not_sent_to_all(rows)
    context = {
        "cycle": cycle, "nav": "datagaps", "difficulty": difficulty, "rows": rows,
        "title": f"{difficulty.code} · {difficulty.title}", "history": history(request, difficulty),
        "drafts": guidance.drafts_on(request.user, difficulty),
        "approved": [
            (advice, advice.transitions_for(request.user) if advice in incomplete else set()) for advice in approved
        ],
        "may_edit": policy.may(request.user, "guidance.write") and not cycle.is_closed,
    }  # fmt: skip
    return render(request, "guidance/difficulty.html", context)


class AddDifficulty(FormPage):
    form_class, permission, nav, is_new = DifficultyForm, "guidance.write", "datagaps", True
    title, submit_label, success_message = _("Group data gaps"), _("Group"), _("The gaps are grouped.")

    def get_object(self) -> ReviewCycle:
        policy.require_reader(self.request.user, "difficulty.read")
        return self.cycle

    def get_instance(self) -> Difficulty:
        return Difficulty(cycle=self.cycle)

    def perform(self, form: Any, expected_version: int) -> Difficulty:
        return Difficulty.group(self.cycle, by=self.request.user, **form.values())

    def get_success_url(self) -> str:
        return str(self.result.get_absolute_url())


class EditDifficulty(FormPage):
    form_class, permission, nav, verb = DifficultyForm, "guidance.write", "datagaps", "edit"
    title, success_message = _("Change the difficulty"), _("The difficulty is changed.")

    def get_object(self) -> Difficulty:
        return difficulty_or_404(self.request, self.cycle, self.kwargs["number"])


class AdviseOnDifficulty(Advise):
    """A draft of advice for all gaps of a difficulty."""

    subject_field = "difficulty"

    def get_object(self) -> Difficulty:
        return difficulty_or_404(self.request, self.cycle, self.kwargs["number"])
