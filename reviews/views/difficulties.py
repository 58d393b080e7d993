"""Difficulties that several states share: the list, one of them with what became of its advice."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.forms.guidance import DifficultyForm
from reviews.lists.difficulties import DifficultyFilter, DifficultyTable
from reviews.models import Advice, Difficulty, ReceivedAdvice
from reviews.queries import guidance
from reviews.views.base import FormPage, ListPage, cycle_or_404, history
from reviews.views.guidance import Advise


def difficulty_or_404(request: HttpRequest, cycle: Any, number: str) -> Difficulty:
    """A difficulty, if this person may read it."""
    found = Difficulty.objects.visible_to(request.user).select_related("cycle", "kind")
    difficulty: Difficulty = get_object_or_404(found, cycle=cycle, number=number)
    return difficulty


class DifficultyList(ListPage):
    """What the gaps of several states have in common."""

    title, nav, permission = _("Shared difficulties"), "datagaps", "difficulty.read"
    lead = _("Data gaps of several states under one heading, so that one piece of advice answers them all.")
    table_class, filterset_class = DifficultyTable, DifficultyFilter
    empty_text = _("No data gaps have been grouped yet. The regional consultants do that from here.")

    def get_queryset(self) -> Any:
        found = Difficulty.objects.filter(cycle=self.cycle).visible_to(self.request.user)
        return found.with_counts().select_related("cycle", "kind").order_by("number")

    def get_actions(self) -> list[tuple[Any, str]]:
        if not policy.may(self.request.user, "guidance.write") or self.cycle.is_closed:
            return []
        return [(_("Group data gaps"), reverse("difficulty-add", args=[self.cycle.slug]))]


@dataclass(frozen=True)
class Outcome:
    """What became of one piece of advice in one gap."""

    advice: Advice
    received: ReceivedAdvice | None  # None: it has not been sent to this gap
    closed_with: bool

    @property
    def tone(self) -> str:
        return "good" if self.closed_with else self.received.tone if self.received else "neutral"

    @property
    def text(self) -> str:
        if self.closed_with:
            return _now("closed with it")
        return self.received.get_use_display() if self.received else _now("not sent")


def difficulty_page(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """One difficulty: its advice, and for each gap who uses it, who closed with it, who does not."""
    cycle = cycle_or_404(request, slug)
    difficulty = difficulty_or_404(request, cycle, number)
    found = difficulty.advice.approved().select_related("approved_by").prefetch_related("notes")
    approved = guidance.known(found, [difficulty])
    rows = _rows(difficulty, approved)
    context = {
        "cycle": cycle, "nav": "datagaps", "difficulty": difficulty, "rows": rows,
        "title": f"{difficulty.code} · {difficulty.title}", "history": history(request, difficulty),
        "drafts": guidance.drafts(request.user, difficulty),
        "approved": [(a, a.transitions_for(request.user) & _missing(rows, a)) for a in approved],
        "may_edit": policy.may(request.user, "guidance.write") and not cycle.is_closed,
    }  # fmt: skip
    return render(request, "guidance/difficulty.html", context)


def _rows(difficulty: Difficulty, approved: list[Advice]) -> list[tuple[Any, list[Outcome]]]:
    gaps = difficulty.gaps.select_related("cycle", "member_state", "kind")
    found = ReceivedAdvice.objects.filter(advice__in=approved).select_related("said_by")
    received = {(r.gap_id, r.advice_id): r for r in found}
    return [
        (gap, [_outcome(gap, a, received.get((gap.pk, a.pk))) for a in approved])
        for gap in gaps.order_by("member_state__name_en", "number")
    ]


def _outcome(gap: Any, advice: Advice, received: ReceivedAdvice | None) -> Outcome:
    return Outcome(advice, received, received is not None and gap.closed_with_id == received.pk)


def _missing(rows: list[Any], advice: Advice) -> set[str]:
    """ "send" while an open gap has not received the advice."""
    lacking = any(
        gap.is_open and outcome.received is None and outcome.advice == advice
        for gap, outcomes in rows
        for outcome in outcomes
    )
    return {"send"} if lacking else set()


class AddDifficulty(FormPage):
    form_class, permission, nav, is_new = DifficultyForm, "guidance.write", "datagaps", True
    title, submit_label, success_message = _("Group data gaps"), _("Group"), _("The gaps are grouped.")

    def get_object(self) -> Any:
        policy.require_reader(self.request.user, "difficulty.read")
        return self.cycle

    def get_instance(self) -> Difficulty:
        return Difficulty(cycle=self.cycle)

    def perform(self, form: Any, expected_version: int) -> Any:
        return Difficulty.group(self.cycle, by=self.request.user, **form.values())

    def get_success_url(self) -> str:
        return str(self.result.get_absolute_url())


class EditDifficulty(FormPage):
    form_class, permission, nav = DifficultyForm, "guidance.write", "datagaps"
    title, success_message = _("Change the difficulty"), _("The difficulty is changed.")

    def get_object(self) -> Difficulty:
        return difficulty_or_404(self.request, self.cycle, self.kwargs["number"])

    def perform(self, form: Any, expected_version: int) -> Any:
        return self.object.edit(by=self.request.user, expected_version=expected_version, **form.values())


class AdviseOnDifficulty(Advise):
    """Draft advice for all gaps of a difficulty."""

    def get_object(self) -> Any:
        return difficulty_or_404(self.request, self.cycle, self.kwargs["number"])

    def get_instance(self) -> Advice:
        return Advice(difficulty=self.object)

    def perform(self, form: Any, expected_version: int) -> Any:
        return Advice.draft(by=self.request.user, difficulty=self.object, **form.values())
