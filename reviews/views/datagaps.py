"""The register of data gaps: list, page, form, moves."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.forms.base import OptionalNoteForm, RequiredNoteForm
from reviews.forms.datagaps import DataGapForm
from reviews.lists.datagaps import DataGapFilter, DataGapTable
from reviews.models import DataGap, Verb
from reviews.queries import guidance
from reviews.request_context import SignedInRequest
from reviews.views.base import FormPage, ListPage, TransitionPage, cycles_named, history, own_report_or_refuse

# What few gaps have, a disruption or the advice that closed them, is asked for where there is one.
SHOWN = ("cycle", "member_state", "kind", "key_result_area", "holder", "raised_by")


def gap_or_404(request: HttpRequest, cycle: Any, code: str) -> DataGap:
    """A gap of a cycle by its code (VNM-3), if this person may read it."""
    return _gap_or_404(DataGap.objects.select_related(*SHOWN), request, code, cycle=cycle)


def _gap_or_404(gaps: Any, request: HttpRequest, code: str, **where: Any) -> DataGap:
    state, _dash, number = code.rpartition("-")
    where |= {"member_state__code": state, "number": number}
    gap: DataGap = get_object_or_404(gaps.visible_to(request.user), **where)
    return gap


@cache
def _of_a_page() -> Any:
    """Gaps with what their page shows: put together once."""
    return DataGap.objects.select_related(*SHOWN).with_guidance()


class DataGapList(ListPage):
    """The register: every gap that the person may read."""

    title, nav, permission = _("Data gaps"), "datagaps", "datagap.read"
    lead = _("Difficulties that the national teams met. The cause may be the method, not a failure.")
    table_class, filterset_class = DataGapTable, DataGapFilter
    empty_text = _("No data gap has been raised. National teams raise them from here or from their report.")

    def get_queryset(self) -> Any:
        gaps = self.cycle.datagaps.visible_to(self.request.user)  # each knows this cycle
        related = ("member_state", "kind", "key_result_area", "holder")
        return gaps.select_related(*related).order_by("member_state__name_en", "number")

    def get_actions(self) -> list[tuple[Any, str]]:
        user, slug, pages = self.request.user, self.cycle.slug, {}
        if policy.reach(user, "datagap.edit") is policy.Scope.OWN and not self.cycle.is_closed:
            pages[_("Raise a data gap")] = "datagap-add"
        if policy.may(user, "difficulty.read"):
            pages |= {_("Shared difficulties"): "difficulty-list", _("Annex on limitations"): "annex"}
        pages |= {
            _("Method notes"): "method-list",
            _("Coverage map"): "coverage",
            _("Disruptions"): "disruption-list",
        }
        return [(label, reverse(page, args=[slug])) for label, page in pages.items()]


def gap_page(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """One gap, what may be done with it, and its history."""
    gap = _gap_or_404(_of_a_page(), request, code, cycle__in=cycles_named(request, slug))
    moves, told = gap.transitions_for(request.user), history(request, gap)
    # Only a gap that was closed once has treatments: no need to ask for those of any other.
    closed_once = any(row.verb == Verb.CLOSED for row in told)
    context = {
        "cycle": gap.cycle, "nav": "datagaps", "gap": gap, "title": gap.code, "moves": moves,
        "treatments": gap.treatments() if closed_once or not gap.is_open else [], "history": told,
        "held_days": clock.days_between(clock.today(), clock.day_of(gap.held_since)),
        "may_read_report": policy.may(request.user, "report.read", gap),
    }  # fmt: skip
    return render(request, "datagaps/datagap.html", context | guidance.guidance_on(request.user, gap))


class AddDataGap(FormPage):
    """A new gap of the person's own country."""

    form_class, permission, nav, is_new = DataGapForm, "datagap.edit", "datagaps", True
    title, submit_label, success_message = _("Raise a data gap"), _("Raise"), _("The gap is on the register.")

    def get_object(self) -> Any:
        return own_report_or_refuse(self.request, self.cycle, "datagap.read", self.permission)

    def get_instance(self) -> DataGap:
        return DataGap(cycle=self.cycle, member_state=self.object.member_state)

    def perform(self, form: Any, expected_version: int) -> Any:
        return DataGap.raise_for(self.object, by=self.request.user, **form.values())

    def get_success_url(self) -> str:
        return self.result.get_absolute_url()


class EditDataGap(FormPage):
    form_class, permission, nav, transition = DataGapForm, "datagap.edit", "datagaps", "edit"
    title, success_message = _("Edit the data gap"), _("The gap is changed.")

    def get_object(self) -> DataGap:
        return gap_or_404(self.request, self.cycle, self.kwargs["code"])

    def perform(self, form: Any, expected_version: int) -> Any:
        return self.object.edit(by=self.request.user, expected_version=expected_version, **form.values())


class GapMove(TransitionPage):
    """A move of one gap: `verb` names the method of the model."""

    nav, verb = "datagaps", ""
    form_class: Any = OptionalNoteForm
    permission = "datagap.edit"

    def get_object(self) -> DataGap:
        return gap_or_404(self.request, self.cycle, self.kwargs["code"])

    def perform(self, form: Any, expected_version: int) -> Any:
        return getattr(self.object, self.verb)(
            by=self.request.user, expected_version=expected_version, **form.values()
        )


class AskGuidance(GapMove):
    verb, title = "ask_guidance", _("Ask for guidance")
    submit_label, success_message = _("Ask"), _("The regional consultants have your question.")


class TakeUp(GapMove):
    verb, title, success_message = "take_up", _("Start to resolve"), _("The gap is being resolved.")


class ReopenGap(GapMove):
    form_class, verb, title = RequiredNoteForm, "reopen", _("Reopen the gap")
    submit_label, success_message = _("Reopen"), _("The gap is open again.")
