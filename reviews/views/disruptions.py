"""The register of disruptions: list, page with everything that cites it, forms of the Secretariat."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.forms.disruptions import DisruptionForm
from reviews.lists.disruptions import DisruptionFilter, DisruptionTable
from reviews.models import Disruption
from reviews.request_context import SignedInRequest
from reviews.views.base import FormPage, ListPage, cycle_or_404, history


def disruption_or_404(request: SignedInRequest, cycle: Any, number: str) -> Disruption:
    """A disruption, if this person may read it."""
    disruptions = Disruption.objects.filter(cycle=cycle).visible_to(request.user)
    disruptions = disruptions.select_related("cycle").prefetch_related("countries")
    disruption: Disruption = get_object_or_404(disruptions, number=number)
    return disruption


class DisruptionList(ListPage):
    """What came from outside and delayed the work."""

    title, nav, permission = _("Disruptions"), "datagaps", "disruption.read"
    lead = _("What came from outside and delayed the work. Data gaps, extensions and meetings cite it.")
    table_class, filterset_class = DisruptionTable, DisruptionFilter
    empty_text = _("The Secretariat has not registered a disruption.")

    def get_queryset(self) -> Any:
        disruptions = Disruption.objects.filter(cycle=self.cycle).visible_to(self.request.user)
        related = disruptions.select_related("cycle").prefetch_related("countries")
        return related.order_by("starts_on", "number")

    def get_actions(self) -> list[tuple[Any, str]]:
        if not policy.may(self.request.user, "disruption.edit") or self.cycle.is_closed:
            return []
        return [(_("Register a disruption"), reverse("disruption-add", args=[self.cycle.slug]))]


def disruption_page(request: SignedInRequest, slug: str, number: str) -> HttpResponse:
    """One disruption, and what cites it as far as this person may read that."""
    cycle = cycle_or_404(request, slug)
    disruption = disruption_or_404(request, cycle, number)
    gaps = disruption.datagaps.visible_to(request.user)
    extensions = disruption.extensions.visible_to(request.user)
    context = {
        "cycle": cycle, "nav": "datagaps", "disruption": disruption, "title": disruption.title,
        "may_edit": policy.may(request.user, "disruption.edit") and not cycle.is_closed,
        "gaps": gaps.select_related("cycle", "member_state", "kind").order_by("member_state__name_en", "number"),
        "extensions": extensions.select_related("deadline__cycle", "member_state"),
        "meetings": disruption.meetings.visible_to(request.user).select_related("cycle"),
        "history": history(request, disruption),
    }  # fmt: skip
    return render(request, "disruptions/disruption.html", context)


class AddDisruption(FormPage):
    form_class, permission, nav, is_new = DisruptionForm, "disruption.edit", "datagaps", True
    title, submit_label, success_message = (
        _("Register a disruption"),
        _("Register"),
        _("The disruption is registered."),
    )

    def check_permission(self) -> None:
        policy.require_reader(self.request.user, "disruption.read")
        super().check_permission()

    def get_instance(self) -> Disruption:
        return Disruption(cycle=self.cycle)

    def perform(self, form: Any, expected_version: int) -> Any:
        return Disruption.register(self.cycle, by=self.request.user, **form.values())

    def get_success_url(self) -> str:
        return self.result.get_absolute_url()


class EditDisruption(FormPage):
    form_class, permission, nav, verb = DisruptionForm, "disruption.edit", "datagaps", "edit"
    title, success_message = _("Change the disruption"), _("The disruption is changed.")

    def get_object(self) -> Disruption:
        return disruption_or_404(self.request, self.cycle, self.kwargs["number"])
