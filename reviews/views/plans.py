"""The backward plan of a cycle: its steps, every country's slack, and what if something is later."""

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
from reviews.models import PlanStep, Trace
from reviews.queries import plans
from reviews.rendering import board_charts, spreadsheets
from reviews.views.base import FormPage, cycle_or_404
from reviews.web.errors import BadAddress

HISTORY_ROWS = 30


def plan_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The ladder with its latest dates; `?slip=LAO:21` supposes that something is later, and stores nothing."""
    cycle = cycle_or_404(request, slug)
    policy.require_reader(request.user, "plan.read")
    plan = plans.build(cycle, clock.today(), _slips(request))
    shown = [c for c in plan.countries if policy.may(request.user, "plan.read", c.report)]
    choices = _choices(plan, shown)
    _refuse_unknown(plan.slips, choices)
    form = _what_if(request, plan, choices)
    if form.is_valid():
        return redirect(_supposing(cycle, **form.cleaned_data))
    if kind := request.GET.get("_export"):
        return _export(request, kind, plan, shown)
    context = {
        "cycle": cycle, "nav": "plan", "title": _("Backward plan"), "plan": plan, "countries": shown,
        "form": form, "supposed": [(choices[what], days) for what, days in plan.slips.items()],
        "may_edit": policy.may(request.user, "plan.edit") and not cycle.is_closed,
        "line": board_charts.plan_line(plan), "history": _history(request, cycle),
    }  # fmt: skip
    return render(request, "plans/plan.html", context)


def _what_if(request: HttpRequest, plan: plans.Plan, choices: dict[str, str]) -> WhatIfForm:
    """The form, sent or showing what is supposed at the moment."""
    now = next(iter(plan.slips.items()), None)
    initial = {"what": now[0], "days": now[1]} if now else {}
    return WhatIfForm(request.GET if "what" in request.GET else None, choices=choices, initial=initial)


def _slips(request: HttpRequest) -> dict[str, int]:
    """Days by code, from `slip=LAO:21`, which may come several times."""
    pairs = (text.rpartition(":") for text in request.GET.getlist("slip"))
    return {what: _days(days) for what, _colon, days in pairs}


def _days(text: str) -> int:
    if text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MOST_SLIP:
        return int(text)
    raise BadAddress(_now("Write what is later and by how many days (1 to 366), like LAO:21."))


def _choices(plan: plans.Plan, shown: list[plans.Country]) -> dict[str, str]:
    """What may be supposed to be later: what has not happened yet, of what this person reads."""
    steps = {line.step.code: line.step.title for line in plan.lines if not line.leg.stage.done_on}
    return steps | {c.state.code: str(c.state) for c in shown if c.due_on and not c.is_in}


def _refuse_unknown(slips: Any, choices: dict[str, str]) -> None:
    for what in slips:
        if what not in choices:
            raise BadAddress(_now("Nothing called “%s” can be later here.") % what[:40])


def _supposing(cycle: Any, what: str, days: int) -> str:
    return f"{reverse('plan', args=[cycle.slug])}?{urlencode({'slip': f'{what}:{days}'}, safe=':')}"


def _export(
    request: HttpRequest, kind: str, plan: plans.Plan, shown: list[plans.Country]
) -> HttpResponseBase:
    if request.GET.get("of") == "countries":
        return spreadsheets.response(kind, PlanCountryTable(shown), "slack")
    return spreadsheets.response(kind, PlanStepTable(plan.lines), "plan")


def _history(request: HttpRequest, cycle: Any) -> Any:
    rows = Trace.objects.filter(cycle=cycle, model=PlanStep._meta.label_lower).readable_on_page_by(
        request.user
    )
    return rows.select_related("by").order_by("-id")[:HISTORY_ROWS]


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

    form_class, title, success_message = PlanStepForm, _("Change the step"), _("The step is changed.")

    def perform(self, form: Any, expected_version: int) -> Any:
        return self.object.edit(by=self.request.user, expected_version=expected_version, **form.values())


class RecordOutcome(StepPage):
    """What became of the paper."""

    form_class, title, success_message = OutcomeForm, _("Record the outcome"), _("The outcome is recorded.")
    submit_label, transition = _("Record"), "outcome"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"moves": self.object.moves}

    def get_initial(self) -> dict[str, Any]:
        return {"actual_on": self.object.took_place_on}

    def perform(self, form: Any, expected_version: int) -> Any:
        return self.object.record_outcome(
            by=self.request.user, expected_version=expected_version, **form.values()
        )
