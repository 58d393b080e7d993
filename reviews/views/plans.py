"""The backward plan of a cycle: its steps, every country's slack, and what if something is later."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.forms.plans import MOST_SLIP, OutcomeForm, PlanStepForm, WhatIfForm
from reviews.lists.plans import PlanCountryTable, PlanStepTable
from reviews.models import PlanStep, ReviewCycle, Trace
from reviews.queries import plans
from reviews.rendering import board_charts, spreadsheets
from reviews.request_context import SignedInRequest
from reviews.views.base import FormPage, cycle_or_404
from reviews.web.errors import BadAddress

HISTORY_ROWS = 30


def plan_page(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """The ladder with its latest dates; `?slip=LAO:21` supposes that something is later, and stores nothing."""
    cycle = cycle_or_404(request, slug)
    policy.require_reader(request.user, "plan.read")
    plan = plans.build(cycle, clock.today(), _slips(request))
    readable = [c for c in plan.countries if policy.may(request.user, "plan.read", c.report)]
    choices = _choices(plan, readable)
    _refuse_unknown(plan.slips, choices)
    form = _what_if(request, plan, choices)
    if form.is_valid():
        return redirect(_url_with_slip(cycle, **form.cleaned_data))
    if kind := request.GET.get("_export"):
        return _export(request, kind, plan, readable)
    context = {
        "cycle": cycle, "nav": "plan", "title": _("Backward plan"), "plan": plan, "countries": readable,
        "form": form, "supposed": [(choices[what], days) for what, days in plan.slips.items()],
        "may_edit": policy.may(request.user, "plan.edit") and not cycle.is_closed,
        "line": board_charts.plan_line(plan), "history": _history(request, cycle),
    }  # fmt: skip
    return render(request, "plans/plan.html", context)


def _what_if(request: HttpRequest, plan: plans.Plan, choices: dict[str, str]) -> WhatIfForm:
    """The form, sent or showing what is supposed at the moment."""
    current = next(iter(plan.slips.items()), None)
    initial = {"what": current[0], "days": current[1]} if current else {}
    return WhatIfForm(request.GET if "what" in request.GET else None, choices=choices, initial=initial)


def _slips(request: HttpRequest) -> dict[str, int]:
    """Days by code, from `slip=LAO:21`, which may come several times."""
    pairs = (text.rpartition(":") for text in request.GET.getlist("slip"))
    return {what: _days(days) for what, _colon, days in pairs}


def _days(text: str) -> int:
    if text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MOST_SLIP:
        return int(text)
    raise BadAddress(_now("Write what is later and by how many days (1 to 366), like LAO:21."))


def _choices(plan: plans.Plan, readable: list[plans.CountryPlan]) -> dict[str, str]:
    """What may be supposed to be later: what has not happened yet, of what this person reads."""
    steps = {line.step.code: line.step.title for line in plan.lines if not line.leg.stage.done_on}
    return steps | {c.state.code: str(c.state) for c in readable if c.due_on and not c.is_in}


def _refuse_unknown(slips: Mapping[str, int], choices: dict[str, str]) -> None:
    for what in slips:
        if what not in choices:
            raise BadAddress(_now("Nothing called “%s” can be later here.") % what[:40])


def _url_with_slip(cycle: ReviewCycle, what: str, days: int) -> str:
    return f"{reverse('plan', args=[cycle.slug])}?{urlencode({'slip': f'{what}:{days}'}, safe=':')}"


def _export(
    request: HttpRequest, kind: str, plan: plans.Plan, readable: list[plans.CountryPlan]
) -> HttpResponseBase:
    if request.GET.get("of") == "countries":
        return spreadsheets.response(kind, PlanCountryTable(readable), "slack")
    return spreadsheets.response(kind, PlanStepTable(plan.lines), "plan")


def _history(request: SignedInRequest, cycle: ReviewCycle) -> Any:
    rows = Trace.objects.filter(cycle=cycle, model=PlanStep._meta.label_lower)
    return rows.readable_on_page_by(request.user).select_related("by").order_by("-id")[:HISTORY_ROWS]


class StepPage(FormPage):
    """A form about one step of the plan."""

    permission, nav = "plan.edit", "plan"

    def get_object(self) -> PlanStep:
        steps = PlanStep.objects.visible_to(self.request.user).select_related("cycle", "meeting", "body")
        return get_object_or_404(steps, cycle=self.cycle, code=self.kwargs["code"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [(_("Backward plan"), reverse("plan", args=[self.cycle.slug])), (self.object.title, "")]
        return super().get_context_data(**kwargs) | {"breadcrumbs": crumbs, "lead": self.object.title}


class EditStep(StepPage):
    """Paper and dates of a step; the first date stays and is shown."""

    form_class, verb = PlanStepForm, "edit"
    title, success_message = _("Change the step"), _("The step is changed.")


class RecordOutcome(StepPage):
    """What became of the paper."""

    form_class, transition, verb = OutcomeForm, "outcome", "record_outcome"
    title, success_message = _("Record the outcome"), _("The outcome is recorded.")
    submit_label = _("Record")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"transitions": self.object.possible_outcomes}

    def get_initial(self) -> dict[str, Any]:
        return {"actual_on": self.object.took_place_on}
