"""Deadlines: the list, each country's status, and extensions."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.forms.deadlines import DeadlineForm, DecideForm, ExtensionForm
from reviews.lists.deadlines import DeadlineFilter, DeadlineTable
from reviews.models import (
    Deadline,
    DeadlineStatus,
    Extension,
    ExtensionStatus,
    Meeting,
    NationalReport,
    ReviewCycle,
    User,
)
from reviews.models.extensions import STILL_WAITS
from reviews.queries.deadlines import deadline_statuses
from reviews.request_context import SignedInRequest
from reviews.views.base import FormPage, ListPage, cycle_or_404, history
from reviews.web.errors import conflict


def deadline_or_404(request: SignedInRequest, cycle: ReviewCycle, number: str) -> Deadline:
    """A deadline, if this person may read it."""
    deadlines = Deadline.objects.visible_to(request.user).select_related("cycle").prefetch_related("only_for")
    deadline: Deadline = get_object_or_404(deadlines, cycle=cycle, number=number)
    return deadline


class DeadlineList(ListPage):
    """The calendar of what is due."""

    title, nav, permission = _("Deadlines"), "deadlines", "deadline.read"
    lead = _("Days in Jakarta; “by” includes the day.")
    table_class, filterset_class = DeadlineTable, DeadlineFilter
    empty_text = _("The Secretariat has not set a deadline yet.")

    def get_queryset(self) -> Any:
        deadlines = Deadline.objects.filter(cycle=self.cycle).visible_to(self.request.user)
        return deadlines.select_related("cycle").order_by("due_on", "number")

    def get_actions(self) -> list[tuple[Any, str]]:
        if not policy.may(self.request.user, "deadline.set") or self.cycle.is_closed:
            return []
        return [(_("Set a deadline"), reverse("deadline-add", args=[self.cycle.slug]))]


def deadline_page(request: SignedInRequest, slug: str, number: str) -> HttpResponse:
    """One deadline: each country's status, requests and decisions, history."""
    cycle = cycle_or_404(request, slug)
    deadline = deadline_or_404(request, cycle, number)
    related = ("member_state", "asked_by", "decided_by", "disruption")
    extensions = list(deadline.extensions.select_related(*related).visible_to(request.user))
    context = {
        "cycle": cycle, "nav": "deadlines", "deadline": deadline, "title": deadline.title,
        "rows": _statuses_by_report(deadline), "extensions": extensions,
        "may_set": policy.may(request.user, "deadline.set") and not cycle.is_closed,
        "may_decide": policy.may(request.user, "extension.decide") and not cycle.is_closed,
        "may_ask": _may_ask(request.user, cycle, deadline, extensions), "history": history(request, deadline),
        **_anchor(request.user, deadline),
    }  # fmt: skip
    return render(request, "deadlines/deadline.html", context)


def _anchor(user: User, deadline: Deadline) -> dict[str, Any]:
    """The meeting that the deadline is anchored to, if this person may read that meeting."""
    if deadline.anchor_id is None:
        return {}
    meetings = Meeting.objects.visible_to(user).select_related("cycle")
    return {
        "anchor": meetings.filter(pk=deadline.anchor_id).first(),
        "days_before": -(deadline.offset_days or 0),
    }


def _statuses_by_report(deadline: Deadline) -> list[tuple[NationalReport, DeadlineStatus]]:
    reports = NationalReport.objects.filter(cycle=deadline.cycle_id).select_related("member_state")
    reports = reports.order_by("member_state__name_en")
    statuses = deadline_statuses(reports, [deadline], deadline.extensions.granted(), clock.today())
    return [(report, statuses[report.pk][0]) for report in reports if statuses[report.pk]]


def _may_ask(user: User, cycle: ReviewCycle, deadline: Deadline, extensions: list[Extension]) -> bool:
    """Whether the person may ask for more time now: for the own country, one request at a time."""
    own = policy.scope_of(user, "extension.ask") is policy.Scope.OWN
    waits = own and any(extension.status == ExtensionStatus.ASKED for extension in extensions)
    return own and not waits and not cycle.is_closed and deadline.concerns(user.organisation_id)


class AddDeadline(FormPage):
    form_class, permission, nav, is_new = DeadlineForm, "deadline.set", "deadlines", True
    title, submit_label, success_message = _("Set a deadline"), _("Set"), _("The deadline is set.")

    def get_instance(self) -> Deadline:
        return Deadline(cycle=self.cycle)

    def perform(self, form: Any, expected_version: int) -> Any:
        return Deadline.set_for(self.cycle, by=self.request.user, **form.values())

    def get_success_url(self) -> str:
        return self.result.get_absolute_url()


class EditDeadline(FormPage):
    """Reschedule or change a deadline; the first date stays and is shown."""

    form_class, permission, nav, verb = DeadlineForm, "deadline.set", "deadlines", "reschedule"
    title, success_message = _("Change the deadline"), _("The deadline is changed.")

    def get_object(self) -> Deadline:
        return deadline_or_404(self.request, self.cycle, self.kwargs["number"])


class AskExtension(FormPage):
    """A coordinator asks for a later date for the own country."""

    form_class, permission, nav, is_new = ExtensionForm, "extension.ask", "deadlines", True
    title, submit_label, success_message = (
        _("Ask for an extension"),
        _("Ask"),
        _("The Secretariat has your request."),
    )

    report: NationalReport

    def get_object(self) -> Deadline:
        return deadline_or_404(self.request, self.cycle, self.kwargs["number"])

    def check_permission(self) -> None:
        reports = NationalReport.objects.filter(cycle=self.cycle)
        own = reports.filter(member_state=self.request.user.organisation_id).first()
        policy.require(self.request.user, self.permission, own)
        assert own is not None  # nobody has the right without a report
        self.report = own

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """One request at a time: no form for a second."""
        if self.object.extensions.filter(member_state=self.report.member_state_id).to_decide().exists():
            return conflict(request, STILL_WAITS, self.get_cancel_url())
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = {"deadline": self.object, "day": date_format(self.object.due_on)}
        return super().get_context_data(**kwargs) | {"lead": _now("%(deadline)s · due %(day)s") % names}

    def get_instance(self) -> Extension:
        return Extension(deadline=self.object, member_state=self.report.member_state)

    def perform(self, form: Any, expected_version: int) -> Any:
        return Extension.ask_for(self.report, self.object, by=self.request.user, **form.values())


class DecideExtension(FormPage):
    """The Secretariat grants or refuses."""

    form_class, template_name = DecideForm, "deadlines/decide.html"
    permission, nav, transition = "extension.decide", "deadlines", "grant"
    title, submit_label, success_message = _("Decide a request"), _("Decide"), _("The request is decided.")

    def get_object(self) -> Extension:
        requests = Extension.objects.visible_to(self.request.user)
        requests = requests.select_related("deadline__cycle", "member_state", "asked_by")
        return get_object_or_404(requests, pk=self.kwargs["pk"], deadline__cycle=self.cycle)

    def get_initial(self) -> dict[str, Any]:
        return {"until": self.object.asked_until}

    def perform(self, form: Any, expected_version: int) -> Any:
        values = form.values()
        written = {"by": self.request.user, "expected_version": expected_version, "note": values["note"]}
        if values["decision"] == "refuse":
            return self.object.refuse(**written)
        return self.object.grant(until=values["until"], **written)
