"""National reports: the list, a country's page, the update form, transitions, submitted versions."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.actions.reports import submit_report
from reviews.forms.base import ConfirmForm
from reviews.forms.reports import AppointForm, PastSubmissionForm, ProgressForm, ReturnForm, SubmitForm
from reviews.lists.progress import ProgressFilter, ProgressTable
from reviews.lists.reports import ReportFilter, ReportTable
from reviews.models import (
    Deadline,
    DeadlineStatus,
    Extension,
    NationalReport,
    ProgressUpdate,
    ReportStatus,
    ReportVersion,
    ReviewCycle,
)
from reviews.models.reports import NationalReportQuerySet
from reviews.models.workstreams import WORKSTREAMS
from reviews.queries import coverage, plans, submission_checks
from reviews.queries.deadlines import by_deadline_and_state, first_progress, statuses_of_report
from reviews.request_context import SignedInRequest
from reviews.uploads.documents import CONTENT_TYPES
from reviews.views.base import ListPage, cycle_or_404, cycles_named, history
from reviews.views.form_pages import FormPage, TransitionPage
from reviews.web.errors import Text

GAPS_SHOWN = 20


def readable_reports(request: SignedInRequest) -> QuerySet[NationalReport]:
    """The reports that this person may read, with what their pages show."""
    related = ("cycle", "member_state", "holder", "reader", "lead_author")
    return NationalReport.objects.visible_to(request.user).with_seat().select_related(*related)


def report_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str) -> NationalReport:
    """A country's report, if this person may read it."""
    return get_object_or_404(readable_reports(request), cycle=cycle, member_state__code=code)


def version_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str, number: str) -> ReportVersion:
    """A submitted version of a country's report, if this person may read the report."""
    report = report_or_404(request, cycle, code)
    related = ("report__member_state", "report__cycle", "submitted_by")
    versions = ReportVersion.objects.with_repetition().select_related(*related)
    return get_object_or_404(versions, report=report, number=number)


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

    def get_actions(self) -> list[tuple[Text, str]]:
        return [(_("Findings and recommendations"), reverse("finding-list", args=[self.cycle.slug]))]


class ProgressList(ListPage):
    """All progress updates of a national team."""

    title, nav, permission = _("Progress updates"), "reports", "report.read"
    table_class, filterset_class = ProgressTable, ProgressFilter
    empty_text = _(
        "The team has not posted progress yet. It does so from its desk, or from its report's page."
    )

    def get_queryset(self) -> QuerySet[ProgressUpdate]:
        self.report = report_or_404(self.request, self.cycle, self.kwargs["code"])
        return self.report.progress_updates.select_related("author", "meeting")

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        breadcrumbs = [(self.report.member_state, self.report.get_absolute_url())]
        return super().get_context_data(**kwargs) | {"breadcrumbs": breadcrumbs}


def report_page(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """A country's report: figures, transitions, deadlines, versions, gaps, history."""
    cycles = cycles_named(request, slug)
    report = get_object_or_404(readable_reports(request), cycle__in=cycles, member_state__code=code)
    cycle = report.cycle
    gaps = report.member_state.datagaps.filter(cycle=cycle).visible_to(request.user).select_related("kind")
    gap_counts = gaps.counted()
    findings = report.member_state.findings.filter(cycle=cycle).visible_to(request.user).not_withdrawn()
    findings = findings.select_related("key_result_area").order_by("kind", "number")
    statuses, locked = deadline_statuses_of(report)
    may_appoint = policy.may(request.user, "report.appoint", report)
    context: dict[str, Any] = {
        "cycle": cycle, "nav": "reports", "report": report, "title": report.member_state,
        "transitions": report.transitions_for(request.user), "deadline_statuses": statuses,
        "updates": report.progress_updates.select_related("author").prefetch_related("meeting")[:5],
        "country": plans.country_plan_today(report, statuses),
        "versions": report.versions.with_repetition().select_related("submitted_by"),
        "gaps": gaps.open_first()[:GAPS_SHOWN], "gaps_in_all": sum(count.number for count in gap_counts),
        "findings": findings, "checks": [],
        "may_record": policy.may(request.user, "finding.edit", report)
        and not (cycle.is_closed or report.status == ReportStatus.ACCEPTED),
        "may_raise": policy.may(request.user, "datagap.edit", report) and not cycle.is_closed,
        "may_ask": policy.may(request.user, "extension.ask", report) and not cycle.is_closed,
        "may_appoint": may_appoint and report.is_editable and not cycle.is_closed,
        "submit_form": SubmitForm(auto_id="submit_%s"), "return_form": ReturnForm(auto_id="return_%s"),
        "history": history(request, report),
        "held_days": clock.days_between(clock.today(), clock.day_of(report.held_since)),
    }  # fmt: skip
    if report.is_editable:
        areas = coverage.area_statements(report)  # fetched for the checks alone
        context["checks"] = submission_checks.run(
            submission_checks.CheckInput(report, gap_counts, list(findings), statuses, locked, areas)
        )
    return render(request, "reports/report.html", context)


def deadline_statuses_of(report: NationalReport) -> tuple[list[DeadlineStatus], list[Deadline]]:
    """The status of each of its deadlines, and those that are locked for it."""
    extensions = Extension.objects.filter(
        deadline__cycle=report.cycle_id, member_state=report.member_state_id
    )
    deadlines, today = report.cycle.deadlines.concerning(report.member_state_id), clock.today()
    granted = by_deadline_and_state(extensions.granted())
    progress_days = first_progress([report], deadlines, today)
    statuses = statuses_of_report(report, deadlines, granted, progress_days, today)
    locked = [status.deadline for status in statuses if status.deadline.locked_on(status.due_on, today)]
    return statuses, locked


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


class SubmitReport(ReportTransition):
    form_class, verb = SubmitForm, "submit"
    title, submit_label = _("Submit the report"), _("Submit")
    success_message = _("The report is submitted. This is the receipt.")
    redirects_to_result = True

    def perform(self, form: SubmitForm, expected_version: int) -> ReportVersion:
        return submit_report(
            by=self.request.user, report=self.object, expected_version=expected_version, **form.values()
        )


class RecordPastSubmission(ReportForm):
    """An administrator records what was handed in on an earlier day by another way, such as by mail."""

    form_class, permission = PastSubmissionForm, "record.correct"
    verb, transition = "record_past_submission", "record_submission"
    title, submit_label = _("Record an earlier submission"), _("Save submission")
    success_message = _("The submission is recorded, with its day and your reason.")
    redirects_to_result = True


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


def version_page(request: SignedInRequest, slug: str, code: str, number: str) -> HttpResponse:
    """A submitted version and its receipt."""
    cycle = cycle_or_404(request, slug)
    version = version_or_404(request, cycle, code, number)
    context = {
        "cycle": cycle,
        "nav": "reports",
        "version": version,
        "report": version.report,
        "title": version,
    }
    return render(request, "reports/version.html", context)


def version_file(request: SignedInRequest, slug: str, code: str, number: str) -> FileResponse:
    """The file itself, always as a download under our name."""
    version = version_or_404(request, cycle_or_404(request, slug), code, number)
    content_type = CONTENT_TYPES[version.extension]
    return FileResponse(
        version.file.open("rb"), as_attachment=True, filename=version.download_name, content_type=content_type
    )
