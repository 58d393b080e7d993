"""National reports: the list, the tabs of a country's report, the update form, transitions."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.forms.base import ConfirmForm
from reviews.forms.reports import AppointForm, ProgressForm, ReturnForm
from reviews.lists.datagaps import DataGapTable, ReportGapFilter
from reviews.lists.findings import FindingTable, ReportFindingFilter
from reviews.lists.progress import ProgressFilter, ProgressTable
from reviews.lists.reports import ReportFilter, ReportTable
from reviews.models import (
    DataGap,
    Finding,
    GapStatus,
    NationalReport,
    ProgressUpdate,
    ReportStatus,
    ReviewCycle,
)
from reviews.models.follow_ups import with_mark
from reviews.models.reports import NationalReportQuerySet
from reviews.models.watches import with_watch
from reviews.models.workstreams import WORKSTREAMS
from reviews.queries import plans, submission_checks
from reviews.queries.timeliness import READ as TIMELINESS
from reviews.queries.timeliness import timeliness_of
from reviews.request_context import SignedInRequest
from reviews.views.base import ListPage, cycle_or_404, cycles_named, history_pages, remember_cycle
from reviews.views.form_pages import FormPage, TransitionPage
from reviews.web.errors import Text


def readable_reports(request: SignedInRequest) -> QuerySet[NationalReport]:
    """The reports that this person may read, with what their pages show."""
    related = ("cycle", "member_state", "holder", "reader", "lead_author")
    return NationalReport.objects.visible_to(request.user).with_seat().select_related(*related)


def report_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str) -> NationalReport:
    """A country's report, if this person may read it."""
    return get_object_or_404(readable_reports(request), cycle=cycle, member_state__code=code)


class ReportList(ListPage):
    """National reports that the person may read."""

    title, nav, permission = _("National reports"), "reports", "report.read"
    model, table_class, filterset_class = NationalReport, ReportTable, ReportFilter
    select_related, ordering = ("cycle", "member_state", "holder"), ("member_state__sort_key",)
    empty_text = _("There is no report here: reports are made when the cycle opens.")

    def get_queryset(self) -> QuerySet[NationalReport]:
        """Of the members that are counted today."""
        reports: NationalReportQuerySet = super().get_queryset()
        return reports.seated(clock.today())

    def get_table_kwargs(self) -> dict[str, Any]:
        may_remind = policy.may(self.request.user, "reminder.send") and not self.cycle.is_closed
        return super().get_table_kwargs() | {"may_remind": may_remind}


TABS = (
    ("overview", _("Overview"), "report"),
    ("progress", _("Progress"), "progress-list"),
    ("gaps", _("Gaps"), "report-gaps"),
    ("findings", _("Findings"), "report-findings"),
    ("files", _("Files"), "report-files"),
    ("history", _("History"), "report-history"),
)


def tab_context(report: NationalReport, tab: str) -> dict[str, Any]:
    """What every tab of a report shows; `tab` is the current one."""
    address = (report.cycle.slug, report.code)
    return {
        "cycle": report.cycle,
        "nav": "reports",
        "report": report,
        "title": report.member_state,
        "tab": tab,
        "tabs": [(name, label, reverse(url, args=address)) for name, label, url in TABS],
    }


def report_page(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """The overview: next step, figures, deadlines, and the checklist before submission."""
    cycles = cycles_named(request, slug)
    reports = with_mark(with_watch(readable_reports(request), request.user), request.user)
    report = get_object_or_404(reports, cycle__in=cycles, member_state__code=code)
    remember_cycle(request, report.cycle)
    checked = submission_checks.read(report, request.user)
    checks = submission_checks.run(checked) if report.is_editable else []
    gaps, is_open = checked.gaps, not report.cycle.is_closed
    context = tab_context(report, "overview") | {
        "transitions": report.transitions_for(request.user),
        "deadline_statuses": checked.deadline_statuses,
        "updates": report.progress_updates.select_related("author").prefetch_related("meeting")[:3],
        "timeliness": timeliness_of(checked.deadline_statuses)
        if policy.may(request.user, TIMELINESS, report)
        else None,
        "country": plans.country_plan_today(report, checked.deadline_statuses),
        "gaps_in_all": sum(count.number for count in gaps),
        "open_gaps": sum(count.number for count in gaps if count.status != GapStatus.CLOSED),
        "findings": checked.findings,
        "checks": checks,
        "must_fix": sum(result.severity == submission_checks.Severity.MUST_FIX for result in checks),
        "tips": sum(result.severity == submission_checks.Severity.TIP for result in checks),
        "may_ask": is_open and policy.may(request.user, "extension.ask", report),
        "may_appoint": is_open and report.is_editable and policy.may(request.user, "report.appoint", report),
        "return_form": ReturnForm(auto_id="return_%s"),
        "held_days": clock.days_between(clock.today(), clock.day_of(report.held_since)),
    }
    return render(request, "reports/report.html", context)


class ReportRows(ListPage):
    """Base of the tabs that are lists: the records of one report."""

    template_name, nav, permission = "reports/rows.html", "reports", "report.read"
    tab = ""
    report: NationalReport

    def get_queryset(self) -> QuerySet[Any]:
        self.report = report_or_404(self.request, self.cycle, self.kwargs["code"])
        return self.get_rows()

    def get_rows(self) -> QuerySet[Any]:
        """The records of `self.report` that the person may read."""
        raise NotImplementedError

    def get_links(self) -> list[tuple[Text, str]]:
        """Related pages of the report: label and address."""
        return []

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        context = tab_context(self.report, self.tab) | super().get_context_data(**kwargs)
        return context | {"links": self.get_links()}

    def address(self, name: str) -> str:
        """The address of another page of the report."""
        return reverse(name, args=[self.cycle.slug, self.report.code])


class ProgressList(ReportRows):
    """All progress updates of a national team."""

    title, tab = _("Progress updates"), "progress"
    table_class, filterset_class = ProgressTable, ProgressFilter
    empty_text = _(
        "The team has not posted progress yet. It does so from its desk, or from its report's page."
    )

    def get_rows(self) -> QuerySet[ProgressUpdate]:
        return self.report.progress_updates.select_related("author", "meeting")


class ReportGaps(ReportRows):
    """The data gaps of a country."""

    title, tab, permission = _("Data gaps"), "gaps", "datagap.read"
    table_class, filterset_class = DataGapTable, ReportGapFilter
    empty_text = _("No data gap has been raised.")

    def get_rows(self) -> QuerySet[DataGap]:
        gaps = self.cycle.datagaps.filter(member_state=self.report.member_state_id)
        related = ("member_state", "kind", "key_result_area", "holder")
        return gaps.visible_to(self.request.user).select_related(*related).order_by("number")

    def get_actions(self) -> list[tuple[Text, str]]:
        if self.cycle.is_closed or not policy.may(self.request.user, "datagap.edit", self.report):
            return []
        return [(_("Add a data gap"), reverse("datagap-add", args=[self.cycle.slug]))]

    def get_links(self) -> list[tuple[Text, str]]:
        return [
            (_("Annex on limitations"), self.address("report-annex")),
            (_("Coverage of the framework"), self.address("report-coverage")),
        ]


class ReportFindings(ReportRows):
    """The findings and recommendations of a country."""

    title, tab, permission = _("Findings and recommendations"), "findings", "finding.read"
    table_class, filterset_class = FindingTable, ReportFindingFilter
    empty_text = _("Nothing has been recorded yet.")

    def get_rows(self) -> QuerySet[Finding]:
        findings = Finding.objects.filter(cycle=self.cycle, member_state=self.report.member_state_id)
        related = ("cycle", "member_state", "key_result_area", "meeting")
        return findings.visible_to(self.request.user).select_related(*related).order_by("kind", "number")

    def get_actions(self) -> list[tuple[Text, str]]:
        is_locked = self.cycle.is_closed or self.report.status == ReportStatus.ACCEPTED
        if is_locked or not policy.may(self.request.user, "finding.edit", self.report):
            return []
        return [(_("Record a finding"), reverse("finding-add", args=[self.cycle.slug]))]


def report_history(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """Who did what, newest first, page by page."""
    report = report_or_404(request, cycle_or_404(request, slug), code)
    page, rows = history_pages(request, report)
    context = tab_context(report, "history") | {"page": page, "history": rows}
    return render(request, "reports/history.html", context)


class ReportForm(FormPage):
    """A form about one national report."""

    object: NationalReport
    record_or_404 = staticmethod(report_or_404)
    nav = "reports"


class UpdateReport(ReportForm):
    """The one-screen form: three figures and a note."""

    form_class, template_name = ProgressForm, "reports/update.html"
    permission, verb, transition = "report.update", "post_progress", "update"
    title, submit_label = _("Update progress"), _("Post progress")
    success_message = _("Your progress is posted.")
    initial_from = {name: name for name in WORKSTREAMS}


class AppointAuthors(ReportForm):
    """Who writes the report."""

    form_class, permission, verb, transition = AppointForm, "report.appoint", "appoint", "appoint"
    title, success_message = _("Authors of the report"), _("The authors are recorded.")


class ReportTransition(TransitionPage):
    """A transition of one national report."""

    object: NationalReport
    record_or_404 = staticmethod(report_or_404)
    nav = "reports"


class RecallReport(ReportTransition):
    verb, title, submit_label = "recall", _("Recall the report"), _("Recall")
    success_message = _("The report is back with you; the submitted version stays on record.")


class StartReading(ReportTransition):
    form_class, verb, title = ConfirmForm, "start_reading", _("Start reading")
    success_message = _("You are reading this report.")


class ReturnReport(ReportTransition):
    form_class, verb, transition = ReturnForm, "return_for_revision", "return"
    title, submit_label = _("Return for revision"), _("Return")
    success_message = _("The report is returned with your note.")


class AcceptReport(ReportTransition):
    verb, title, submit_label = "accept", _("Accept the report"), _("Accept")
    success_message = _("The report is accepted.")
