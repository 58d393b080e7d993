"""The annexes on limitations: of one country's report, and of all countries."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.lists.annex import AnnexFilter, AnnexTable, RegionalAnnexFilter
from reviews.models import DataGap, NationalReport
from reviews.queries import annex
from reviews.text import isolated
from reviews.views.base import ListPage
from reviews.views.reports import report_or_404


class AnnexPage(ListPage):
    """What was accepted as a limitation, by key result area; prints well."""

    report: NationalReport | None = None  # the only one that the page is about
    template_name, permission = "annex/annex.html", "datagap.read"
    table_class, table_pagination, offers_columns = AnnexTable, False, False
    lead = _(
        "Gaps that were accepted as a limitation of the evaluation, and how they were treated; "
        "and areas whose data are not collected, with the reason."
    )

    def get_queryset(self) -> QuerySet[DataGap]:
        return annex.limitations_of(self.cycle).visible_to(self.request.user)

    def get_table_data(self) -> list[annex.AnnexEntry]:
        statements = annex.statements_not_collected(self.cycle).visible_to(self.request.user)
        if self.report:
            statements = statements.filter(report=self.report)
        return annex.entries_of(self.object_list, self.filterset.among_statements(statements))

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"areas": annex.group_by_area(context["table"].data.data)}


class ReportAnnex(AnnexPage):
    """The limitations annex of one country's report."""

    report: NationalReport
    nav, filterset_class = "reports", AnnexFilter
    empty_text = _(
        "No gap of this country has been accepted as a limitation. It says of no area that data are not collected."
    )

    def get_queryset(self) -> QuerySet[DataGap]:
        self.report = report_or_404(self.request, self.cycle, self.kwargs["code"])
        return super().get_queryset().filter(member_state=self.report.member_state_id)

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        title = _now("%(country)s: annex on limitations") % {
            "country": isolated(str(self.report.member_state))
        }
        breadcrumbs = [(self.report.member_state, self.report.get_absolute_url())]
        return super().get_context_data(**kwargs) | {"title": title, "breadcrumbs": breadcrumbs}


class RegionalAnnex(AnnexPage):
    """The limitations of all countries: for those who read all reports."""

    title, nav, filterset_class = _("Annex on limitations, all countries"), "annex", RegionalAnnexFilter
    empty_text = _(
        "No gap has been accepted as a limitation yet, and no country says of an area that data are not collected."
    )

    def get_queryset(self) -> QuerySet[DataGap]:
        if policy.scope_of(self.request.user, "report.read") is not policy.Scope.EVERYWHERE:
            raise Http404
        return super().get_queryset()
