"""Difficulties that several states share: the list, one of them with what became of its advice."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.forms.guidance import DifficultyForm
from reviews.lists.difficulties import DifficultyFilter, DifficultyTable
from reviews.models import Difficulty, ReviewCycle
from reviews.queries import guidance
from reviews.request_context import SignedInRequest
from reviews.views.base import AddButton, ListPage, cycle_or_404, history
from reviews.views.form_pages import AddPage, FormPage
from reviews.views.guidance import DraftAdvice


def difficulty_or_404(request: SignedInRequest, cycle: ReviewCycle, number: str) -> Difficulty:
    """A difficulty, if this person may read it."""
    readable = Difficulty.objects.visible_to(request.user).select_related("cycle", "kind")
    return get_object_or_404(readable, cycle=cycle, number=number)


class DifficultyList(ListPage):
    """What the gaps of several states have in common."""

    title, nav, permission = _("Shared difficulties"), "difficulties", "difficulty.read"
    lead = _("Data gaps of several states under one heading, so that one piece of advice answers them all.")
    model, table_class, filterset_class = Difficulty, DifficultyTable, DifficultyFilter
    select_related, ordering = ("cycle", "kind"), ("number",)
    empty_text = _("No data gaps have been grouped yet. The regional consultants do that from here.")
    add_button = AddButton(_("Group data gaps"), "difficulty-add", "guidance.write")

    def get_queryset(self) -> QuerySet[Difficulty]:
        return super().get_queryset().with_counts()


def difficulty_page(request: SignedInRequest, slug: str, number: str) -> HttpResponse:
    """One difficulty: its advice, and for each gap who uses it, who closed with it, who does not."""
    cycle = cycle_or_404(request, slug)
    difficulty = difficulty_or_404(request, cycle, number)
    advice = difficulty.advice.approved().select_related("approved_by").prefetch_related("notes")
    approved = guidance.with_subjects(advice, [difficulty])
    rows = guidance.outcomes_by_gap(difficulty, approved)
    incomplete = guidance.not_sent_to_all(rows)
    context = {
        "cycle": cycle,
        "nav": "difficulties",
        "difficulty": difficulty,
        "rows": rows,
        "title": f"{difficulty.code} · {difficulty.title}",
        "history": history(request, difficulty),
        "drafts": guidance.drafts_on(request.user, difficulty),
        "approved": [
            (advice, advice.transitions_for(request.user) if advice in incomplete else set())
            for advice in approved
        ],
        "may_edit": policy.may(request.user, "guidance.write") and not cycle.is_closed,
    }
    return render(request, "guidance/difficulty.html", context)


class AddDifficulty(AddPage):
    model, verb, form_class, nav = Difficulty, "group", DifficultyForm, "difficulties"
    permission, read_permission = "guidance.write", "difficulty.read"
    title, submit_label, success_message = _("Group data gaps"), _("Save group"), _("The gaps are grouped.")


class EditDifficulty(FormPage):
    record_or_404 = staticmethod(difficulty_or_404)
    form_class, permission, nav, verb = DifficultyForm, "guidance.write", "difficulties", "edit"
    title, success_message = _("Change the difficulty"), _("The difficulty is changed.")


class AdviseOnDifficulty(DraftAdvice):
    """A draft of advice for all gaps of a difficulty."""

    record_or_404 = staticmethod(difficulty_or_404)
    subject_field = "difficulty"
