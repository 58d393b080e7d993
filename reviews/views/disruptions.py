"""The register of disruptions: list, page with everything that cites it, forms of the Secretariat."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.forms.disruptions import DisruptionForm
from reviews.lists.disruptions import DisruptionFilter, DisruptionTable
from reviews.models import Disruption, ReviewCycle
from reviews.request_context import SignedInRequest
from reviews.views.base import AddButton, ListPage, cycle_or_404, history
from reviews.views.form_pages import AddPage, FormPage


def disruption_or_404(request: SignedInRequest, cycle: ReviewCycle, number: str) -> Disruption:
    """A disruption, if this person may read it."""
    disruptions = Disruption.objects.filter(cycle=cycle).visible_to(request.user)
    disruptions = disruptions.select_related("cycle").prefetch_related("countries")
    return get_object_or_404(disruptions, number=number)


class DisruptionList(ListPage):
    """What came from outside and delayed the work."""

    title, nav, permission = _("Disruptions"), "disruptions", "disruption.read"
    lead = _("What came from outside and delayed the work. Data gaps, extensions and meetings cite it.")
    model, table_class, filterset_class = Disruption, DisruptionTable, DisruptionFilter
    select_related, ordering = ("cycle",), ("starts_on", "number")
    empty_text = _("The Secretariat has not registered a disruption.")
    add_button = AddButton(_("Register a disruption"), "disruption-add", "disruption.edit")

    def get_queryset(self) -> QuerySet[Disruption]:
        return super().get_queryset().prefetch_related("countries")


def disruption_page(request: SignedInRequest, slug: str, number: str) -> HttpResponse:
    """One disruption, and what cites it as far as this person may read that."""
    cycle = cycle_or_404(request, slug)
    disruption = disruption_or_404(request, cycle, number)
    gaps = disruption.datagaps.visible_to(request.user)
    extensions = disruption.extensions.visible_to(request.user)
    context = {
        "cycle": cycle,
        "nav": "disruptions",
        "disruption": disruption,
        "title": disruption.title,
        "may_edit": policy.may(request.user, "disruption.edit") and not cycle.is_closed,
        "gaps": gaps.select_related("cycle", "member_state", "kind").order_by(
            "member_state__sort_key", "number"
        ),
        "extensions": extensions.select_related("deadline__cycle", "member_state"),
        "meetings": disruption.meetings.visible_to(request.user).select_related("cycle"),
        "history": history(request, disruption),
    }
    return render(request, "disruptions/disruption.html", context)


class AddDisruption(AddPage):
    model, verb, form_class, nav = Disruption, "register", DisruptionForm, "disruptions"
    permission, read_permission = "disruption.edit", "disruption.read"
    title, submit_label, success_message = (
        _("Register a disruption"),
        _("Save disruption"),
        _("The disruption is registered."),
    )


class EditDisruption(FormPage):
    record_or_404 = staticmethod(disruption_or_404)
    form_class, permission, nav, verb = DisruptionForm, "disruption.edit", "disruptions", "edit"
    title, success_message = _("Change the disruption"), _("The disruption is changed.")
