"""Closing a data gap with its treatment, and the annexes that name the limitations."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.forms.treatments import FORMS, WayForm
from reviews.lists.annex import AnnexFilter, AnnexTable, RegionalAnnexFilter
from reviews.models import ClosingWay, DataGap
from reviews.models.treatments import treatment_for
from reviews.queries import annex
from reviews.views.base import FormPage, ListPage
from reviews.views.datagaps import gap_or_404
from reviews.views.reports import report_or_404


class CloseGap(FormPage):
    """First the way, then the form that follows from it and from the kind of gap."""

    template_name, permission, nav, transition = "datagaps/close.html", "datagap.edit", "datagaps", "close"
    title, submit_label, success_message = _("Close the gap"), _("Close the gap"), _("The gap is closed.")

    def get_object(self) -> DataGap:
        return gap_or_404(self.request, self.cycle, self.kwargs["code"])

    @property
    def way(self) -> str:
        """The way chosen so far; empty if none, or none that there is."""
        sent = self.request.POST if self.request.method == "POST" else self.request.GET
        return sent["way"] if sent.get("way") in ClosingWay.values else ""

    def get_form_class(self) -> Any:
        return FORMS[treatment_for(self.way, self.object.kind.code)]

    def get_form_kwargs(self) -> dict[str, Any]:
        treatment = treatment_for(self.way, self.object.kind.code)
        return super().get_form_kwargs() | ({"instance": treatment(way=self.way)} if treatment else {})

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.offer_advice(self.object)
        if self.way:
            form.settle(self.way)
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chosen = self.way and ClosingWay(self.way).label
        return super().get_context_data(**kwargs) | {"way_form": WayForm(), "way": chosen}

    def perform(self, form: Any, expected_version: int) -> Any:
        return self.object.close(by=self.request.user, expected_version=expected_version, **form.values())


class AnnexPage(ListPage):
    """What was accepted as a limitation, by key result area; prints well."""

    template_name, permission = "reports/annex.html", "datagap.read"
    table_class, table_pagination = AnnexTable, False
    lead = _(
        "Gaps that were accepted as a limitation of the evaluation, and how they were treated; "
        "and areas whose data are not collected, with the reason."
    )

    def get_queryset(self) -> Any:
        return annex.limitations(self.cycle).visible_to(self.request.user)

    def get_table_data(self) -> Any:
        said = annex.not_collected(self.cycle).visible_to(self.request.user)
        return annex.entries(self.object_list, self.filterset.among_statements(self.narrow(said)))

    def narrow(self, statements: Any) -> Any:
        """The statements that belong on this page."""
        return statements

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"areas": annex.by_area(context["table"].data.data)}


class ReportAnnex(AnnexPage):
    """The limitations annex of one country's report."""

    nav, filterset_class = "reports", AnnexFilter
    empty_text = _(
        "No gap of this country has been accepted as a limitation. It says of no area that data are not collected."
    )

    def get_queryset(self) -> Any:
        self.report = report_or_404(self.request, self.cycle, self.kwargs["code"])
        return super().get_queryset().filter(member_state=self.report.member_state_id)

    def narrow(self, statements: Any) -> Any:
        return statements.filter(report=self.report)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        title = _now("%(country)s: annex on limitations") % {"country": self.report.member_state}
        crumbs = [(self.report.member_state, self.report.get_absolute_url())]
        return super().get_context_data(**kwargs) | {"title": title, "breadcrumbs": crumbs}


class RegionalAnnex(AnnexPage):
    """The limitations of all countries: for those who read all reports."""

    title, nav, filterset_class = _("Annex on limitations, all countries"), "datagaps", RegionalAnnexFilter
    empty_text = _(
        "No gap has been accepted as a limitation yet, and no country says of an area that data are not collected."
    )

    def get_queryset(self) -> Any:
        if policy.scope_of(self.request.user, "report.read") is not policy.Scope.EVERYWHERE:
            raise Http404
        return super().get_queryset()
