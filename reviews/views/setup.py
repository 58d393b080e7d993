"""Set-up: its first page, and the steps in which the Secretariat sets up a cycle before it opens it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.actions.bodies import set_body_roles
from reviews.actions.cycles import choose_members, import_members, prepare_cycle
from reviews.actions.setup import (
    copy_cycle,
    copy_deadlines,
    copy_ladder,
    empty_test_cycle,
    set_ladder,
    set_phases,
)
from reviews.forms.base import ReasonForm, ReviewForm
from reviews.forms.bodies import BodyRolesForm
from reviews.forms.cycles import CopyCycleForm, NewCycleForm
from reviews.forms.setup import CopyFromForm, LadderForm, MembersForm, MembersImportForm, PhasesForm
from reviews.models import NotAllowedNow, ReviewCycle
from reviews.models.deadlines import PHASE_OUTPUTS
from reviews.queries.cycles import unfinished_in
from reviews.queries.setup import setup_steps
from reviews.request_context import SignedInRequest
from reviews.views.base import cycle_or_404
from reviews.views.form_pages import FormPage
from reviews.views.sheets import ImportPage


def setup_page(request: SignedInRequest) -> HttpResponse:
    """What the Secretariat and administrators set up: cycles, people, reference data."""
    may_run, may_read = (policy.may(request.user, right) for right in ("cycle.run", "people.read"))
    if not (may_run or may_read):
        raise PermissionDenied(_("Your role does not include this step."))
    cycles = ReviewCycle.objects.visible_to(request.user).select_related("framework")
    context = {
        "nav": "setup",
        "title": _("Set-up"),
        "cycles": cycles if may_run else [],
        "may_run": may_run,
        "may_read": may_read,
        "may_invite": policy.may(request.user, "account.invite"),
    }
    return render(request, "setup/setup.html", context)


def cycle_setup(request: SignedInRequest, slug: str) -> HttpResponse:
    """The steps of one cycle as a checklist."""
    cycle = cycle_or_404(request, slug)
    policy.require(request.user, "cycle.run")
    steps = setup_steps(cycle, request.user)
    context = {
        "cycle": cycle,
        "nav": "setup",
        "title": _("Set up the cycle"),
        "lead": cycle,
        "steps": steps,
        "missing": [step.title for step in steps if step.is_required and not step.is_done],
        "transitions": cycle.transitions_for(request.user),
    }
    return render(request, "setup/steps.html", context)


class NewCyclePage(FormPage):
    """A new cycle. It belongs to no other, so its address names none."""

    permission, nav, is_new = "cycle.run", "setup", True

    def get_cycle(self) -> None:
        return None

    def get_object(self) -> ReviewCycle:
        return ReviewCycle()

    def get_cancel_url(self) -> str:
        return reverse("setup")

    def get_success_url(self) -> str:
        return reverse("cycle-setup", args=[self.result.slug])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"lead": ""}


class AddCycle(NewCyclePage):
    form_class = NewCycleForm
    title, submit_label = _("New review cycle"), _("Save cycle")
    success_message = _("The cycle is saved as a draft. These are the next steps.")

    def perform(self, form: ReviewForm, expected_version: int) -> ReviewCycle:
        return prepare_cycle(by=self.request.user, **form.values())


class CopyCycle(NewCyclePage):
    form_class, template_name = CopyCycleForm, "setup/copy.html"
    title, submit_label = _("Copy a review cycle"), _("Create the copy")
    success_message = _("The copy is saved as a draft. Check its steps, then open it.")

    def get_form_kwargs(self) -> dict[str, Any]:
        cycles = ReviewCycle.objects.visible_to(self.request.user)
        return super().get_form_kwargs() | {"cycles": cycles, "user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        """The cycle that the address names, else the newest that was opened."""
        cycles = ReviewCycle.objects.visible_to(self.request.user)
        named = [cycle for cycle in cycles if cycle.slug == self.request.GET.get("from")]
        source = named[0] if named else cycles.begun().first() or cycles.first()
        return super().get_initial() | {"source": source}

    def perform(self, form: ReviewForm, expected_version: int) -> ReviewCycle:
        return copy_cycle(by=self.request.user, **form.values())


class SetupStepPage(FormPage):
    """A step in which a draft is set up. It leads back to the checklist."""

    object: ReviewCycle
    permission, nav, transition = "cycle.run", "setup", "set_up"

    def get_success_url(self) -> str:
        return reverse("cycle-setup", args=[self.cycle.slug])

    get_cancel_url = get_success_url

    def other_cycles(self) -> "QuerySet[ReviewCycle]":
        """Those from which something can be copied, the newest first."""
        return ReviewCycle.objects.visible_to(self.request.user).exclude(pk=self.object.pk)


class ChooseMembers(SetupStepPage):
    form_class = MembersForm
    title, submit_label, success_message = _("Members"), _("Save members"), _("The members are saved.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"cycle": self.object}

    def get_initial(self) -> dict[str, Any]:
        seated = list(self.object.memberships.counted().values_list("member_state", flat=True))
        return super().get_initial() | {"joined_on": self.object.starts_on, "members": seated}

    def perform(self, form: ReviewForm, expected_version: int) -> ReviewCycle:
        return choose_members(by=self.request.user, cycle=self.object, **form.values())


class ImportMembers(SetupStepPage, ImportPage):
    form_class, help_template = MembersImportForm, "setup/members_help.html"
    title, submit_label = _("Members from a sheet"), _("Import members")
    success_message = _("The members are imported.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"cycle": self.object}

    def perform(self, form: ReviewForm, expected_version: int) -> ReviewCycle:
        return import_members(by=self.request.user, cycle=self.object, **form.values())


class EnterBodies(SetupStepPage):
    form_class = BodyRolesForm
    title, submit_label = _("Roles of bodies"), _("Save roles")
    success_message = _("The roles of the bodies are saved.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"cycle": self.object}

    def perform(self, form: ReviewForm, expected_version: int) -> ReviewCycle:
        return set_body_roles(by=self.request.user, cycle=self.object, **form.values())


class CopyDeadlines(SetupStepPage):
    form_class, permission = CopyFromForm, "deadline.set"
    title, submit_label = _("Deadlines of another cycle"), _("Copy deadlines")
    success_message = _("The deadlines are copied. Each can be changed before the cycle opens.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"cycles": self.other_cycles()}

    def perform(self, form: ReviewForm, expected_version: int) -> ReviewCycle:
        return copy_deadlines(by=self.request.user, cycle=self.object, **form.values())


class SetPhases(SetupStepPage):
    form_class, permission = PhasesForm, "deadline.set"
    title, submit_label = _("Deadlines of the phases"), _("Save phases")
    success_message = _("The deadlines of the phases are saved. Each can have another day for a country.")

    def check_open(self) -> None:
        super().check_open()
        there = {*self.object.deadlines.values_list("output", flat=True)}
        if all(output in there for output in PHASE_OUTPUTS):
            raise NotAllowedNow(
                str(_("Each phase has its deadline already; change them on the list of deadlines."))
            )

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"cycle": self.object}

    def perform(self, form: ReviewForm, expected_version: int) -> ReviewCycle:
        return set_phases(by=self.request.user, cycle=self.object, **form.values())


class CopyLadder(CopyDeadlines):
    permission = "plan.edit"
    title, submit_label = _("Plan of another cycle"), _("Copy steps")
    success_message = _("The steps are copied. Each can be changed on the plan.")

    def perform(self, form: ReviewForm, expected_version: int) -> ReviewCycle:
        return copy_ladder(by=self.request.user, cycle=self.object, **form.values())


class EnterLadder(SetupStepPage):
    form_class, permission = LadderForm, "plan.edit"
    title, submit_label, success_message = _("Approval ladder"), _("Save ladder"), _("The ladder is saved.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"cycle": self.object}

    def perform(self, form: ReviewForm, expected_version: int) -> ReviewCycle:
        return set_ladder(by=self.request.user, cycle=self.object, **form.values())


class EmptyCycle(SetupStepPage):
    """Asks first, and says what goes off the pages."""

    form_class, transition, template_name = ReasonForm, "empty", "setup/empty.html"
    title, submit_label = _("Empty the test cycle"), _("Empty the test cycle")
    success_message = _("The test cycle is empty again.")

    def perform(self, form: ReviewForm, expected_version: int) -> ReviewCycle:
        return empty_test_cycle(
            by=self.request.user, cycle=self.object, expected_version=expected_version, **form.values()
        )

    def get_success_url(self) -> str:
        return reverse("cycle-setup", args=[self.result.slug])

    def get_cancel_url(self) -> str:
        return reverse("cycle", args=[self.cycle.slug])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = unfinished_in(self.object, self.request.user)
        return super().get_context_data(**kwargs) | {"unfinished": found}
