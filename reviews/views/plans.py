"""The backward plan of a cycle: its steps, every country's slack, and what if something is later."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.forms.plans import MAX_DAYS_LATER, NewStepForm, OutcomeForm, PlanStepForm, WhatIfForm
from reviews.lists.plans import PlanCountryTable, PlanStepTable
from reviews.models import PlanStep, ReviewCycle, Trace
from reviews.models.follow_ups import MARK
from reviews.models.numbering import next_number
from reviews.queries import plans
from reviews.rendering import board_charts, spreadsheets
from reviews.request_context import SignedInRequest
from reviews.views.base import cycle_or_404, page_of, parse_number, rows_chosen
from reviews.views.form_pages import AddPage, FormPage
from reviews.web.errors import BadAddress

HISTORY_ROWS = 30


def plan_page(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """The ladder with its latest dates; `?slip=LAO:21` supposes that something is later, and stores nothing."""
    cycle = cycle_or_404(request, slug)
    policy.require_reader(request.user, "plan.read")
    plan = plans.build(cycle, clock.today(), parse_slips(request.GET.getlist("slip")))
    countries = [row for row in plan.countries if policy.may(request.user, "plan.read", row.report)]

    shown = rows_chosen(request, "group", plans.SlackGroup, countries, lambda country: country.group)

    form = what_if_form(request, plan, countries)
    if form.is_valid():
        slip = {"slip": f"{form.cleaned_data['what']}:{form.cleaned_data['days']}"}
        return redirect(f"{reverse('plan', args=[cycle.slug])}?{urlencode(slip, safe=':')}")

    file_format = request.GET.get("_export")
    if file_format and request.GET.get("of") == "countries":
        return spreadsheets.response(file_format, PlanCountryTable(shown), "days-to-spare")
    if file_format:
        return spreadsheets.response(file_format, PlanStepTable(plan.lines), "plan")

    traces = Trace.objects.filter(cycle=cycle, model=PlanStep._meta.label_lower)
    traces = traces.readable_on_page_by(request.user).select_related("by").order_by("-id")
    context = {
        "cycle": cycle, "nav": "plan", "title": _("Backward plan"), "plan": plan, "countries": countries,
        "page": page_of(request, shown), "group": request.GET.get("group", ""), "totals": count_groups(countries),
        "form": form, "supposed": [(form.choices[code], days) for code, days in plan.slips.items()],
        "in_turn": {
            line.step.code
            for line in plan.lines
            if not any(line.step.waits_for(other.step) for other in plan.lines)
        },
        "may_edit": policy.may(request.user, "plan.edit") and not cycle.is_closed,
        "may_mark": policy.may(request.user, MARK) and not cycle.is_closed,
        "gantt": board_charts.gantt(plan), "history": traces[:HISTORY_ROWS],
    }  # fmt: skip
    return render(request, "plans/plan.html", context)


def count_groups(countries: list[plans.CountryPlan]) -> list[tuple[plans.SlackGroup, int]]:
    """Each group that has countries, and their number."""
    counted = Counter(country.group for country in countries)
    return [(group, counted[group]) for group in plans.SlackGroup if counted[group]]


def what_if_form(
    request: SignedInRequest, plan: plans.Plan, countries: list[plans.CountryPlan]
) -> WhatIfForm:
    """The form, sent or showing what is supposed at the moment. Raises BadAddress if that cannot be later.

    May be later: what has not happened yet, of what this person reads.
    """
    choices = {line.step.code: line.step.title for line in plan.lines if not line.scheduled.stage.done_on}
    choices |= {row.state.code: str(row.state) for row in countries if row.due_on and not row.is_handed_in}
    for code in plan.slips:
        if code not in choices:
            raise BadAddress(_now("Nothing called “%s” can be later here.") % code[:40])
    initial: dict[str, object] = {}
    if plan.slips:
        initial["what"], initial["days"] = next(iter(plan.slips.items()))
    return WhatIfForm(request.GET if "what" in request.GET else None, choices=choices, initial=initial)


def parse_slips(texts: list[str]) -> dict[str, int]:
    """How many days later, by the code of a step or country: {"LAO": 21} for "LAO:21". Raises BadAddress."""
    slips = {}
    for text in texts:
        code, _colon, number = text.rpartition(":")
        days = parse_number(number, 1, MAX_DAYS_LATER)
        if days is None:
            raise BadAddress(_now("Write what is later and by how many days (1 to 366), like LAO:21."))
        slips[code] = days
    return slips


def step_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str) -> PlanStep:
    """A step of the plan, if this person may read it."""
    steps = PlanStep.objects.visible_to(request.user).select_related("cycle", "meeting", "body")
    return get_object_or_404(steps, cycle=cycle, code=code)


class StepPage(FormPage):
    """A form about one step of the plan."""

    object: PlanStep
    record_or_404 = staticmethod(step_or_404)
    permission, nav = "plan.edit", "plan"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        breadcrumbs = [(_("Backward plan"), reverse("plan", args=[self.cycle.slug])), (self.object.title, "")]
        return super().get_context_data(**kwargs) | {"breadcrumbs": breadcrumbs, "lead": self.object.title}


class AddStep(AddPage):
    """A new step; those that come after it move one place on."""

    model, verb, form_class = PlanStep, "enter", NewStepForm
    permission, read_permission, nav = "plan.edit", "plan.read", "plan"
    title, submit_label, success_message = _("Enter a step"), _("Save step"), _("The step is entered.")

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"position": next_number(self.cycle.plan_steps.all(), "position")}

    def get_cancel_url(self) -> str:
        return reverse("plan", args=[self.cycle.slug])


class EditStep(StepPage):
    """Paper and dates of a step; the first date stays and is shown."""

    form_class, verb = PlanStepForm, "edit"
    title, success_message = _("Change the step"), _("The step is changed.")


class RecordOutcome(StepPage):
    """What became of the paper."""

    form_class, transition, verb = OutcomeForm, "outcome", "record_outcome"
    title, success_message = _("Record the outcome"), _("The outcome is recorded.")
    submit_label, initial_from = _("Save outcome"), {"actual_on": "took_place_on"}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"transitions": self.object.possible_outcomes}
