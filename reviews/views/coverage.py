"""The coverage map, and what a country says of its own report."""

from collections import defaultdict
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.actions.coverage import state_coverage
from reviews.forms.coverage import CoverageForm
from reviews.lists.coverage import CoverageTable
from reviews.models import CoverageStatement, DataGap, EditConflict, NationalReport, Trace
from reviews.queries import coverage
from reviews.rendering import spreadsheets
from reviews.request_context import SignedInRequest
from reviews.views.base import cycle_or_404, name_area_column, page_of
from reviews.views.reports import ReportForm, report_or_404

HISTORY_ROWS = 30


def coverage_map(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Every member state on every key result area; `?_export=csv` takes it away."""
    cycle = cycle_or_404(request, slug)
    policy.require_reader(request.user, "report.read")
    coverage_of_cycle = coverage.build(cycle, request.user)
    file_format = request.GET.get("_export")
    if file_format:
        table = CoverageTable(list(coverage_of_cycle.cells()))
        name_area_column(table, cycle)
        return spreadsheets.response(file_format, table, "coverage")
    page = page_of(request, coverage_of_cycle.reports)  # as many columns as a list has rows
    shown = coverage_of_cycle.of_reports(list(page))
    sign, letter, tone = coverage.GAP_MARK
    context = {
        "cycle": cycle,
        "nav": "coverage",
        "title": _("Coverage map"),
        "map": shown,
        "rows": [(*row, total) for row, total in zip(shown.rows, coverage_of_cycle.totals, strict=True)],
        "page": page,
        "legend": [(*mark, value.label) for value, mark in coverage.MARKS.items()],
        "gap_mark": (sign, str(letter), tone),
    }
    return render(request, "coverage/map.html", context)


def report_coverage(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """What a country says of each area, beside the gaps on its register."""
    cycle = cycle_or_404(request, slug)
    report = report_or_404(request, cycle, code)

    gaps = coverage.gaps_on_areas(cycle).filter(member_state=report.member_state_id)
    gaps_by_area: dict[int | None, list[DataGap]] = defaultdict(list)
    for gap in gaps.select_related("cycle", "member_state", "kind").order_by("number"):
        gaps_by_area[gap.key_result_area_id].append(gap)
    statements = statements_by_area(report)
    areas = coverage.key_result_areas(cycle)

    traces = Trace.objects.filter(model=CoverageStatement._meta.label_lower)
    traces = traces.filter(object_id__in=report.coverage.values("pk"))
    context = {
        "cycle": cycle,
        "nav": "reports",
        "report": report,
        "title": report.member_state,
        "may_state": policy.may(request.user, "report.update", report)
        and not CoverageStatement(report=report).governors_refusal(),
        "rows": [(area, statements.get(area.pk), gaps_by_area[area.pk]) for area in areas],
        "history": traces.select_related("by").order_by("-id")[:HISTORY_ROWS],
        "breadcrumbs": [(report.member_state, report.get_absolute_url())],
    }
    return render(request, "coverage/report.html", context)


def statements_by_area(report: NationalReport) -> dict[int, CoverageStatement]:
    """A country's statements, by the id of the key result area."""
    return {statement.key_result_area_id: statement for statement in report.coverage.all()}


class StateCoverage(ReportForm):
    """The country's people say how far their report covers each area: all on one page, row by row conditional."""

    form_class, template_name, permission = CoverageForm, "coverage/state.html", "report.update"
    is_new = True  # each row has its own version
    title, success_message = _("Coverage of the report"), _("What you say of the areas is recorded.")

    def get_instance(self) -> CoverageStatement:
        return CoverageStatement(report=self.object)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "areas": list(coverage.key_result_areas(self.cycle)),
            "statements": statements_by_area(self.object),
        }

    def perform(self, form: CoverageForm, expected_version: int) -> None:
        state_coverage(by=self.request.user, report=self.object, rows=form.changed_rows())

    def get_success_url(self) -> str:
        return f"{self.object.get_absolute_url()}coverage/"

    def render_conflict(self, form: CoverageForm, conflict: EditConflict) -> HttpResponse:
        """Others changed rows that this person changed too: show what is newer on all of them at once."""
        statements = statements_by_area(self.object)
        newer, since = [], Q()
        for area, row in form.changed_rows():
            statement = statements.get(area.pk)
            if statement and statement.version != row["expected_version"]:
                newer.append(statement)
                since |= Q(object_id=statement.pk, version__gt=row["expected_version"])
        form.accept_versions({statement.key_result_area_id: statement.version for statement in newer})

        traces = Trace.objects.filter(model=CoverageStatement._meta.label_lower)
        traces = traces.filter(since, object_id__in=[statement.pk for statement in newer])
        changes = list(traces.select_related("by").order_by("id"))
        return self.render_newer(form, changes, feed=True)
