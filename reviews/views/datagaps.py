"""The register of data gaps: list, page, form, transitions, closing with a treatment."""

from typing import Any

from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.actions.datagaps import raise_gap
from reviews.forms.datagaps import AddDataGapForm, DataGapForm
from reviews.forms.treatments import CLOSING_FORMS, CloseGapForm, WayForm
from reviews.lists.datagaps import DataGapFilter, DataGapTable
from reviews.models import ClosingWay, DataGap, ReviewCycle, Verb
from reviews.models.datagaps import DataGapQuerySet
from reviews.models.follow_ups import with_mark
from reviews.models.treatments import treatment_for
from reviews.models.watches import with_watch
from reviews.queries import guidance
from reviews.request_context import SignedInRequest
from reviews.views.base import ListPage, cycles_named, history, remember_cycle
from reviews.views.form_pages import AddToReportPage, FormPage, TransitionPage
from reviews.web.errors import Text

# A disruption, or the advice that closed a gap, is fetched for the few gaps that have one.
RELATED = (
    "cycle__framework",
    "member_state",
    "kind",
    "key_result_area",
    "holder",
    "raised_by",
    "closed_with",
)


def gap_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str) -> DataGap:
    """A gap of a cycle by its code (VNM-3), if this person may read it."""
    return get_object_or_404(gaps_with_code(code).filter(cycle=cycle).visible_to(request.user))


def gaps_with_code(code: str) -> DataGapQuerySet:
    """The gaps with this code, one in each cycle at most, with what their pages show."""
    state, _dash, number = code.rpartition("-")
    return DataGap.objects.filter(member_state__code=state, number=number).select_related(*RELATED)


class DataGapList(ListPage):
    """The register: every gap that the person may read."""

    title, nav, permission = _("Data gaps"), "datagaps", "datagap.read"
    lead = _("Difficulties that the national teams met. The cause may be the method, not a failure.")
    table_class, filterset_class = DataGapTable, DataGapFilter
    empty_text = _("No data gap has been raised. National teams raise them from here or from their report.")

    def get_queryset(self) -> QuerySet[DataGap]:
        gaps = self.cycle.datagaps.visible_to(self.request.user)  # each knows this cycle
        related = ("member_state", "kind", "key_result_area", "holder")
        return gaps.select_related(*related).order_by("member_state__sort_key", "number")

    def get_actions(self) -> list[tuple[Text, str]]:
        raises_gaps = policy.scope_of(self.request.user, "datagap.edit") is policy.Scope.OWN
        if self.cycle.is_closed or not raises_gaps:
            return []
        return [(_("Add a data gap"), reverse("datagap-add", args=[self.cycle.slug]))]


def gap_page(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """One gap, what may be done with it, and its history."""
    gaps = gaps_with_code(code).filter(cycle__in=cycles_named(request, slug)).visible_to(request.user)
    gaps = with_mark(with_watch(gaps.with_guidance(), request.user), request.user)
    gap = get_object_or_404(gaps)
    remember_cycle(request, gap.cycle)
    transitions, rows = gap.transitions_for(request.user), history(request, gap)
    # Only a gap that was closed once has treatments: those of any other are not fetched.
    closed_once = any(row.verb == Verb.CLOSED for row in rows)
    context = {
        "cycle": gap.cycle,
        "nav": "datagaps",
        "gap": gap,
        "title": gap.code,
        "transitions": transitions,
        "treatments": gap.treatments() if closed_once or not gap.is_open else [],
        "history": rows,
        "held_days": clock.days_between(clock.today(), clock.day_of(gap.held_since)),
        "may_read_report": policy.may(request.user, "report.read", gap),
    }
    return render(request, "datagaps/datagap.html", context | guidance.guidance_on(request.user, gap))


class AddDataGap(AddToReportPage):
    """A new gap of the person's own country."""

    model, form_class, nav = DataGap, AddDataGapForm, "datagaps"
    permission, read_permission = "datagap.edit", "datagap.read"
    title, submit_label, success_message = _("Add a data gap"), _("Add gap"), _("The gap is added.")

    def perform(self, form: AddDataGapForm, expected_version: int) -> DataGap:
        return raise_gap(by=self.request.user, report=self.object, **form.values())


class EditDataGap(FormPage):
    record_or_404 = staticmethod(gap_or_404)
    form_class, permission, nav, verb, transition = DataGapForm, "datagap.edit", "datagaps", "edit", "edit"
    title, success_message = _("Edit the data gap"), _("The gap is changed.")


class CloseGap(FormPage):
    """Closing with a treatment: first the way, then the form that follows from it and from the kind of gap."""

    object: DataGap
    record_or_404 = staticmethod(gap_or_404)
    template_name, permission, nav = "datagaps/close.html", "datagap.edit", "datagaps"
    verb = transition = "close"
    title, submit_label, success_message = _("Close the gap"), _("Close the gap"), _("The gap is closed.")

    @property
    def way(self) -> str:
        """The way chosen so far; empty before that, or if there is no such way."""
        data = self.request.POST if self.request.method == "POST" else self.request.GET
        return data["way"] if data.get("way") in ClosingWay.values else ""

    def get_form_class(self) -> type[CloseGapForm]:
        return CLOSING_FORMS[treatment_for(self.way, self.object.kind.code)]

    def get_form_kwargs(self) -> dict[str, Any]:
        treatment = treatment_for(self.way, self.object.kind.code)
        return super().get_form_kwargs() | ({"instance": treatment(way=self.way)} if treatment else {})

    def get_form(self, form_class: type[BaseForm] | None = None) -> CloseGapForm:
        form: CloseGapForm = super().get_form(form_class)
        form.offer_advice(self.object)
        if self.way:
            form.fix_way(self.way)
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        label = self.way and ClosingWay(self.way).label
        return super().get_context_data(**kwargs) | {"way_form": WayForm(), "way": label}


class GapTransition(TransitionPage):
    """A transition of one gap."""

    record_or_404 = staticmethod(gap_or_404)
    nav = "datagaps"


class AskGuidance(GapTransition):
    verb, title = "ask_guidance", _("Ask for guidance")
    submit_label, success_message = _("Send question"), _("The regional consultants have your question.")


class TakeUp(GapTransition):
    verb, title, success_message = "take_up", _("Mark as in progress"), _("The gap is marked as in progress.")


class ReopenGap(GapTransition):
    verb, title, submit_label = "reopen", _("Reopen the gap"), _("Reopen")
    success_message = _("The gap is open again.")
