"""Findings and recommendations: list, page, form, moves."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.forms.findings import FindingForm
from reviews.lists.findings import FindingFilter, FindingTable
from reviews.models import Finding
from reviews.models.findings import KINDS
from reviews.request_context import SignedInRequest
from reviews.views.base import FormPage, ListPage, TransitionPage, cycle_or_404, history, own_report_or_refuse


def finding_or_404(request: SignedInRequest, cycle: Any, code: str) -> Finding:
    """A finding (VNM-F2) or recommendation (VNM-R1), if this person may read it."""
    state, _dash, number = code.rpartition("-")
    findings = Finding.objects.visible_to(request.user).select_related(
        "cycle", "member_state", "key_result_area", "recorded_by", "meeting__cycle"
    )
    which = {"member_state__code": state, "kind": KINDS[number[0]], "number": number[1:]}
    finding: Finding = get_object_or_404(findings, cycle=cycle, **which)
    return finding


class FindingList(ListPage):
    """Everything the national teams found and recommend, as far as the person may read it."""

    title, nav, permission = _("Findings and recommendations"), "reports", "finding.read"
    lead = _("Preliminary until the national team makes them final.")
    table_class, filterset_class = FindingTable, FindingFilter
    empty_text = _("Nothing has been recorded. National teams record findings here, or in the country round.")

    def get_queryset(self) -> Any:
        findings = Finding.objects.filter(cycle=self.cycle).visible_to(self.request.user)
        related = ("cycle", "member_state", "key_result_area", "meeting")
        return findings.select_related(*related).order_by("member_state__name_en", "kind", "number")

    def get_actions(self) -> list[tuple[Any, str]]:
        reach = policy.scope_of(self.request.user, "finding.edit")
        if reach is policy.Scope.NOTHING or self.cycle.is_closed:
            return []
        return [(_("Record a finding"), reverse("finding-add", args=[self.cycle.slug]))]


def finding_page(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """One finding or recommendation, what may be done with it, and its history."""
    cycle = cycle_or_404(request, slug)
    finding = finding_or_404(request, cycle, code)
    context = {
        "cycle": cycle, "nav": "reports", "finding": finding, "title": finding.code,
        "moves": finding.transitions_for(request.user), "history": history(request, finding),
    }  # fmt: skip
    return render(request, "findings/finding.html", context)


class AddFinding(FormPage):
    """A new finding or recommendation of the person's own country."""

    form_class, permission, nav, is_new = FindingForm, "finding.edit", "reports", True
    title, submit_label, success_message = (
        _("Record a finding"),
        _("Record"),
        _("It is recorded as preliminary."),
    )

    def get_object(self) -> Any:
        return own_report_or_refuse(self.request, self.cycle, "finding.read", self.permission)

    def get_instance(self) -> Finding:
        return Finding(cycle=self.cycle, member_state=self.object.member_state)

    def perform(self, form: Any, expected_version: int) -> Any:
        return Finding.record_for(self.object, by=self.request.user, **form.values())

    def get_success_url(self) -> str:
        return self.result.get_absolute_url()


class EditFinding(FormPage):
    form_class, permission, nav, verb, transition = FindingForm, "finding.edit", "reports", "edit", "edit"
    title, success_message = _("Edit"), _("It is changed.")

    def get_object(self) -> Finding:
        return finding_or_404(self.request, self.cycle, self.kwargs["code"])


class FindingTransition(TransitionPage):
    """A transition of one finding."""

    nav = "reports"

    def get_object(self) -> Finding:
        return finding_or_404(self.request, self.cycle, self.kwargs["code"])


class FinaliseFinding(FindingTransition):
    verb, title, submit_label = "finalise", _("Make final"), _("Make final")
    success_message = _("It is final.")


class WithdrawFinding(FindingTransition):
    verb, title, success_message = "withdraw", _("Withdraw"), _("It is withdrawn; the history keeps it.")


class ReopenFinding(FindingTransition):
    verb, title, success_message = "reopen", _("Back to preliminary"), _("It is preliminary again.")
