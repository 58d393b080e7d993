"""Review cycles: the list, one cycle with its members, and the Secretariat's forms: prepare, open, close, seat."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.actions.cycles import open_cycle, seat_member
from reviews.forms.base import ConfirmForm, ReasonForm, ReviewForm
from reviews.forms.bodies import BodyRoleForm
from reviews.forms.cycles import CycleForm, SeatForm
from reviews.models import BodyRole, CycleMembership, Deadline, ReviewCycle
from reviews.queries.cycles import unfinished_in
from reviews.queries.deadlines import Met, met_by_deadline
from reviews.request_context import SignedInRequest
from reviews.views.base import cycle_or_404, history
from reviews.views.form_pages import AddPage, FormPage


def cycle_list(request: SignedInRequest) -> HttpResponse:
    """The cycles that this person may open."""
    context = {
        "nav": "cycles",
        "title": _("Review cycles"),
        "cycles": ReviewCycle.objects.visible_to(request.user).select_related("framework").distinct(),
        "may_run": policy.may(request.user, "cycle.run"),
    }
    return render(request, "cycles/list.html", context)


def cycle_page(request: SignedInRequest, slug: str) -> HttpResponse:
    """One cycle: days, status, members with the day from which they count, history."""
    cycle = cycle_or_404(request, slug)
    context = {
        "cycle": cycle,
        "nav": "cycle",
        "title": cycle.name,
        "transitions": cycle.transitions_for(request.user),
        "may_run": policy.may(request.user, "cycle.run"),
        "seats": cycle.memberships.counted()
        .select_related("member_state")
        .order_by("joined_on", "member_state__sort_key"),
        "bodies": cycle.body_roles.counted().select_related("body").in_order(),
        "outputs": outputs_of(request, cycle),
        # Why an administrator corrected it is for those who run cycles.
        "history": history(request, cycle) if policy.may(request.user, "cycle.run") else [],
    }
    return render(request, "cycles/cycle.html", context)


def outputs_of(request: SignedInRequest, cycle: ReviewCycle) -> list[tuple[Deadline, Met]]:
    """The deadlines of a cycle, with how many countries have met each: its phases and outputs in order of time."""
    deadlines = cycle.deadlines.visible_to(request.user).prefetch_related("only_for").select_related("cycle")
    in_order = list(deadlines.order_by("due_on", "number"))
    met = met_by_deadline(cycle, in_order, clock.today())
    return [(deadline, met[deadline.pk]) for deadline in in_order]


class CycleFormPage(FormPage):
    """A form about the cycle itself, which leads back to its page."""

    object: ReviewCycle
    permission, nav = "cycle.run", "cycle"

    def get_success_url(self) -> str:
        return reverse("cycle", args=[self.cycle.slug])

    get_cancel_url = get_success_url


class EditCycle(CycleFormPage):
    form_class, transition, verb = CycleForm, "edit", "edit"
    title, success_message = _("Change the cycle"), _("The cycle is changed.")


class OpenCycle(CycleFormPage):
    """Asks first, and says who gets a report."""

    form_class, transition, template_name = ConfirmForm, "open", "cycles/open.html"
    title, submit_label, success_message = _("Open the cycle"), _("Open the cycle"), _("The cycle is open.")

    def perform(self, form: ReviewForm, expected_version: int) -> ReviewCycle:
        return open_cycle(by=self.request.user, cycle=self.object, expected_version=expected_version)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        members = self.object.members(self.object.ends_on)
        return super().get_context_data(**kwargs) | {"members": members}


class CloseCycle(CycleFormPage):
    """Asks first, and says what cannot be finished any more."""

    form_class, transition, verb, template_name = ReasonForm, "close", "close", "cycles/close.html"
    title, submit_label = _("Close the cycle"), _("Close the cycle")
    success_message = _("The cycle is closed: everything in it can only be read.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "unfinished": unfinished_in(self.object, self.request.user)
        }


class ReopenCycle(CycleFormPage):
    form_class, transition, verb = ReasonForm, "reopen", "reopen"
    title, submit_label = _("Open the cycle again"), _("Open again")
    success_message = _("The cycle is open again.")


class SeatMember(AddPage):
    """A member state gets its seat; in an open cycle its report with it."""

    object: ReviewCycle
    model, form_class, permission, nav = CycleMembership, SeatForm, "cycle.run", "cycle"
    transition = "edit"
    title, submit_label, success_message = _("Add a member"), _("Add member"), _("The member is added.")

    def perform(self, form: ReviewForm, expected_version: int) -> CycleMembership:
        return seat_member(by=self.request.user, cycle=self.object, **form.values())

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"joined_on": self.object.starts_on}

    def get_success_url(self) -> str:
        return reverse("cycle", args=[self.cycle.slug])

    get_cancel_url = get_success_url


def body_role_or_404(request: SignedInRequest, cycle: ReviewCycle, pk: str) -> BodyRole:
    """The role of a body in a cycle that this person may open."""
    return get_object_or_404(cycle.body_roles.counted().select_related("cycle", "body"), pk=pk)


class AddBodyRole(AddPage):
    """A body gets a role; also in an open cycle, where a chair changes with the year."""

    object: ReviewCycle
    model, verb, form_class, permission, nav = BodyRole, "assign", BodyRoleForm, "cycle.run", "cycle"
    transition = "edit"
    title, submit_label, success_message = (
        _("Add the role of a body"),
        _("Save role"),
        _("The role is saved."),
    )

    def check_open(self) -> None:
        self.object.require_open_for(self.transition)

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"from_on": self.object.starts_on}

    def get_cancel_url(self) -> str:
        return reverse("cycle", args=[self.cycle.slug])


class EditBodyRole(FormPage):
    record_or_404 = staticmethod(body_role_or_404)
    form_class, verb, permission, nav = BodyRoleForm, "edit", "cycle.run", "cycle"
    title, submit_label, success_message = (
        _("Change the role of a body"),
        _("Save role"),
        _("The role is changed."),
    )


class TakeOutBodyRole(FormPage):
    """A role that was entered by mistake: asks first."""

    record_or_404 = staticmethod(body_role_or_404)
    form_class, verb, permission, nav = ConfirmForm, "take_out", "cycle.run", "cycle"
    title, submit_label = _("Take out the role of a body"), _("Take out")
    success_message = _("The role is taken out.")
