"""Findings and recommendations: list, page, form, transitions."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from reviews.forms.findings import FindingForm
from reviews.lists.findings import FindingFilter, FindingTable
from reviews.models import Finding, ReviewCycle
from reviews.models.findings import KINDS
from reviews.request_context import SignedInRequest
from reviews.views.base import AddButton, ListPage, cycle_or_404, history
from reviews.views.form_pages import AddToReportPage, FormPage, TransitionPage


def finding_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str) -> Finding:
    """A finding (VNM-F2) or recommendation (VNM-R1), if this person may read it."""
    state, _dash, number = code.rpartition("-")
    findings = Finding.objects.visible_to(request.user).select_related(
        "cycle", "member_state", "key_result_area", "recorded_by", "meeting__cycle"
    )
    kind = KINDS[number[0]]
    return get_object_or_404(findings, cycle=cycle, member_state__code=state, kind=kind, number=number[1:])


class FindingList(ListPage):
    """Everything the national teams found and recommend, as far as the person may read it."""

    title, nav, permission = _("Findings and recommendations"), "findings", "finding.read"
    lead = _("Preliminary until the national team makes them final.")
    model, table_class, filterset_class = Finding, FindingTable, FindingFilter
    select_related = ("cycle", "member_state", "key_result_area", "meeting")
    ordering = ("member_state__sort_key", "kind", "number")
    empty_text = _("Nothing has been recorded. National teams record findings here, or in the country round.")
    add_button = AddButton(_("Record a finding"), "finding-add", "finding.edit")


def finding_page(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """One finding or recommendation, what may be done with it, and its history."""
    cycle = cycle_or_404(request, slug)
    finding = finding_or_404(request, cycle, code)
    context = {
        "cycle": cycle,
        "nav": "findings",
        "finding": finding,
        "title": finding.code,
        "transitions": finding.transitions_for(request.user),
        "history": history(request, finding),
    }
    return render(request, "findings/finding.html", context)


class AddFinding(AddToReportPage):
    """A new finding or recommendation of the person's own country."""

    model, verb, form_class, nav = Finding, "record_for", FindingForm, "findings"
    permission, read_permission = "finding.edit", "finding.read"
    title, submit_label, success_message = (
        _("Record a finding"),
        _("Save finding"),
        _("The finding is saved as preliminary."),
    )


class EditFinding(FormPage):
    form_class, permission, nav, verb, transition = FindingForm, "finding.edit", "findings", "edit", "edit"
    record_or_404 = staticmethod(finding_or_404)
    title, success_message = _("Edit"), _("It is changed.")


class FindingTransition(TransitionPage):
    """A transition of one finding."""

    record_or_404 = staticmethod(finding_or_404)
    nav = "findings"


class FinaliseFinding(FindingTransition):
    verb, title, submit_label = "finalise", _("Make final"), _("Make final")
    success_message = _("It is final.")


class WithdrawFinding(FindingTransition):
    verb, title, success_message = "withdraw", _("Withdraw"), _("It is withdrawn; the history keeps it.")


class ReopenFinding(FindingTransition):
    verb, title, success_message = "reopen", _("Back to preliminary"), _("It is preliminary again.")
