"""The coverage map, and what a country says of its own report."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.actions.coverage import state_coverage
from reviews.forms.coverage import CoverageForm
from reviews.lists.coverage import CoverageTable
from reviews.models import CoverageStatement, EditConflict, Trace
from reviews.queries import coverage
from reviews.rendering import spreadsheets
from reviews.request_context import SignedInRequest
from reviews.views.base import cycle_or_404
from reviews.views.reports import ReportForm, report_or_404


def coverage_map(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Every member state on every key result area; `?_export=csv` takes it away."""
    cycle = cycle_or_404(request, slug)
    policy.require_reader(request.user, "report.read")
    shown = coverage.build(cycle, request.user)
    if kind := request.GET.get("_export"):
        return spreadsheets.response(kind, CoverageTable(list(shown.cells())), "coverage")
    sign, letter, tone = coverage.GAP_MARK
    context = {
        "cycle": cycle, "nav": "datagaps", "title": _("Coverage map"), "map": shown,
        "legend": [(*mark, value.label) for value, mark in coverage.MARKS.items()],
        "gap_mark": (sign, str(letter), tone),
    }  # fmt: skip
    return render(request, "coverage/map.html", context)


def report_coverage(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """What a country says of each area, beside the gaps on its register."""
    cycle = cycle_or_404(request, slug)
    report = report_or_404(request, cycle, code)
    may_state = policy.may(request.user, "report.update", report) and not cycle.is_closed
    context = {
        "cycle": cycle, "nav": "reports", "report": report, "title": report.member_state, "may_state": may_state,
        "rows": _rows(report), "history": _history(report),
        "breadcrumbs": [(report.member_state, report.get_absolute_url())],
    }  # fmt: skip
    return render(request, "coverage/report.html", context)


def said_by(report: Any) -> dict[int, CoverageStatement]:
    """A country's statements, by area."""
    return {said.key_result_area_id: said for said in report.coverage.all()}


def _rows(report: Any) -> list[tuple[Any, Any, list[Any]]]:
    """Each area with what is said of it (None: nothing) and its gaps."""
    said, gaps = (
        said_by(report),
        coverage.gaps_on_areas(report.cycle).filter(member_state=report.member_state_id),
    )
    gaps = list(gaps.select_related("cycle", "member_state", "kind").order_by("number"))
    areas = coverage.areas_of(report.cycle)
    return [(a, said.get(a.pk), [g for g in gaps if g.key_result_area_id == a.pk]) for a in areas]


def _history(report: Any, most: int = 30) -> Any:
    return _traces(report.coverage.values("pk")).select_related("by").order_by("-id")[:most]


def _traces(ids: Any) -> Any:
    return Trace.objects.filter(model=CoverageStatement._meta.label_lower, object_id__in=ids)


class StateCoverage(ReportForm):
    """The country's people say how far their report covers each area: all on one page, row by row conditional."""

    form_class, template_name, permission = CoverageForm, "coverage/state.html", "report.update"
    is_new = True  # each row has its own version
    title, success_message = _("Coverage of the report"), _("What you say of the areas is recorded.")

    def get_form_kwargs(self) -> dict[str, Any]:
        rows = {"areas": list(coverage.areas_of(self.cycle)), "said": said_by(self.object)}
        return super().get_form_kwargs() | rows

    def perform(self, form: Any, expected_version: int) -> Any:
        return state_coverage(by=self.request.user, report=self.object, rows=form.changed())

    def get_success_url(self) -> str:
        return f"{self.object.get_absolute_url()}coverage/"

    def render_conflict(self, form: Any, stale: EditConflict) -> HttpResponse:
        """Others stated something newer on rows that this person changed too: tell of all of them at once."""
        said = said_by(self.object)
        late = [(said[a.pk], row["expected_version"]) for a, row in form.changed() if a.pk in said]
        newer = [
            (record, expected_version)
            for record, expected_version in late
            if record.version != expected_version
        ]
        form.show_seen({record.key_result_area_id: record.version for record, _seen in newer})
        changes = self._since(newer)
        told = {"by": changes[-1].by if changes else None, "changes": changes, "feed": True}
        return self.render_to_response(self.get_context_data(form=form, stale=told), status=409)

    def _since(self, newer: list[tuple[CoverageStatement, int]]) -> list[Trace]:
        after = Q()
        for record, expected_version in newer:
            after |= Q(object_id=record.pk, version__gt=expected_version)
        return list(_traces([r.pk for r, _seen in newer]).filter(after).select_related("by").order_by("id"))
