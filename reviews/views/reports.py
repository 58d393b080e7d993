"""National reports: the list, a country's page, the update form, the moves, submitted versions."""

from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.actions.reports import submit_report
from reviews.forms.base import ConfirmForm
from reviews.forms.reports import AppointForm, ProgressForm, SubmitForm
from reviews.lists.progress import ProgressFilter, ProgressTable
from reviews.lists.reports import ReportFilter, ReportTable
from reviews.models import Deadline, DeadlineStatus, Extension, NationalReport, ReportVersion
from reviews.models.reports import WORKSTREAMS
from reviews.queries import coverage, plans, submission_checks
from reviews.queries.deadlines import first_progress, latest_extensions, statuses_of_report
from reviews.request_context import SignedInRequest
from reviews.uploads.storage import CONTENT_TYPES
from reviews.views.base import FormPage, ListPage, TransitionPage, cycle_or_404, cycles_named, history

GAPS_SHOWN = 20


def _readable(request: SignedInRequest) -> Any:
    """The reports that this person may read, with what their pages show."""
    related = ("cycle", "member_state", "holder", "reader", "lead_author")
    return NationalReport.objects.visible_to(request.user).select_related(*related)


def report_or_404(request: SignedInRequest, cycle: Any, code: str) -> NationalReport:
    """A country's report, if this person may read it."""
    report: NationalReport = get_object_or_404(_readable(request), cycle=cycle, member_state__code=code)
    return report


class ReportList(ListPage):
    """National reports that the person may read."""

    title, nav, permission = _("National reports"), "reports", "report.read"
    table_class, filterset_class = ReportTable, ReportFilter
    empty_text = _("There is no report here: reports are made when the cycle opens.")

    def get_actions(self) -> list[tuple[Any, str]]:
        return [(_("Findings and recommendations"), reverse("finding-list", args=[self.cycle.slug]))]

    def get_queryset(self) -> Any:
        reports = NationalReport.objects.filter(cycle=self.cycle).visible_to(self.request.user)
        return reports.select_related("cycle", "member_state", "holder").order_by("member_state__name_en")


class ProgressList(ListPage):
    """Everything a national team has told so far."""

    title, nav, permission = _("Progress updates"), "reports", "report.read"
    table_class, filterset_class = ProgressTable, ProgressFilter
    empty_text = _(
        "The team has not posted progress yet. It does so from its desk, or from its report's page."
    )

    def get_queryset(self) -> Any:
        self.report = report_or_404(self.request, self.cycle, self.kwargs["code"])
        return self.report.progress_updates.select_related("author", "meeting")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [(self.report.member_state, self.report.get_absolute_url())]
        return super().get_context_data(**kwargs) | {"breadcrumbs": crumbs}


def report_page(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """A country's report: figures, transitions, deadlines, versions, gaps, history."""
    cycles = cycles_named(request, slug)
    report = get_object_or_404(_readable(request), cycle__in=cycles, member_state__code=code)
    cycle = report.cycle
    gaps, findings = _gaps(request.user, report), list(_findings(request.user, report))
    counted = gaps.counted()
    statuses, locked = _deadline_statuses(report)
    context = {
        "cycle": cycle, "nav": "reports", "report": report, "title": report.member_state,
        "moves": report.transitions_for(request.user), "standings": statuses,
        "updates": report.progress_updates.select_related("author").prefetch_related("meeting")[:5],
        "country": plans.country_of(report, statuses),
        "versions": report.versions.select_related("submitted_by"),
        "gaps": gaps.open_first()[:GAPS_SHOWN], "gaps_in_all": sum(c.number for c in counted), "findings": findings,
        "checks": report.is_editable and submission_checks.run(_material(report, counted, findings, statuses, locked)),
        "may_record": policy.may(request.user, "finding.edit", report) and not cycle.is_closed,
        "may_raise": policy.may(request.user, "datagap.edit", report) and not cycle.is_closed,
        "may_ask": policy.may(request.user, "extension.ask", report) and not cycle.is_closed,
        "may_appoint": policy.may(request.user, "report.appoint", report)
        and report.is_editable
        and not cycle.is_closed,
        "submit_form": SubmitForm(auto_id="submit_%s"), "history": history(request, report),
        "held_days": clock.days_between(clock.today(), clock.day_of(report.held_since)),
    }  # fmt: skip
    return render(request, "reports/report.html", context)


def _material(
    report: NationalReport, gaps: Any, findings: Any, theirs: Any, locked: Any
) -> submission_checks.Material:
    """What the check reads; coverage is fetched for it alone."""
    return submission_checks.Material(
        report, gaps, findings, theirs, locked, list(coverage.areas_told(report))
    )


def _gaps(user: Any, report: NationalReport) -> Any:
    theirs = report.member_state.datagaps.filter(cycle=report.cycle_id).visible_to(user)
    return theirs.select_related("kind")


def _findings(user: Any, report: NationalReport) -> Any:
    theirs = report.member_state.findings.filter(cycle=report.cycle_id).visible_to(user)
    return theirs.not_withdrawn().select_related("key_result_area").order_by("kind", "number")


def _deadline_statuses(report: NationalReport) -> tuple[list[DeadlineStatus], list[Deadline]]:
    """The status of each of its deadlines, and those that are locked for it."""
    extensions = Extension.objects.filter(
        deadline__cycle=report.cycle_id, member_state=report.member_state_id
    )
    deadlines, today = report.cycle.deadlines.concerning(report.member_state_id), clock.today()
    granted = latest_extensions(extensions.granted())
    progress_days = first_progress([report], deadlines, today)
    statuses = statuses_of_report(report, deadlines, granted, progress_days, today)
    locked = [
        s.deadline for s in statuses if s.deadline.locked_on(s.due_on if s.is_extended else None, today)
    ]
    return statuses, locked


class ReportForm(FormPage):
    """A form about one national report."""

    nav = "reports"

    def get_object(self) -> NationalReport:
        return report_or_404(self.request, self.cycle, self.kwargs["code"])


class UpdateReport(ReportForm):
    """The one-screen form: three figures and a note."""

    form_class, template_name = ProgressForm, "reports/update.html"
    permission, verb, transition = "report.update", "post_progress", "update"
    title, submit_label = _("Update progress"), _("Post progress")
    success_message = _("Your progress is posted.")

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.object, name) for name in WORKSTREAMS}


class AppointAuthors(ReportForm):
    """Who writes the report."""

    form_class, permission, verb, transition = AppointForm, "report.appoint", "appoint", "appoint"
    title, success_message = _("Authors of the report"), _("The authors are recorded.")


class ReportTransition(TransitionPage):
    """A transition of one national report."""

    nav = "reports"

    def get_object(self) -> NationalReport:
        return report_or_404(self.request, self.cycle, self.kwargs["code"])


class SubmitReport(ReportTransition):
    form_class, verb = SubmitForm, "submit"
    title, submit_label = _("Submit the report"), _("Submit")
    success_message = _("The report is submitted. This is the receipt.")

    def perform(self, form: Any, expected_version: int) -> ReportVersion:
        return submit_report(
            by=self.request.user, report=self.object, expected_version=expected_version, **form.values()
        )

    def get_success_url(self) -> str:
        return self.result.get_absolute_url()


class RecallReport(ReportTransition):
    verb, title, submit_label = "recall", _("Recall the report"), _("Recall")
    success_message = _("The report is back with you; the submitted version stays on record.")


class StartReading(ReportTransition):
    form_class, verb, title = ConfirmForm, "start_reading", _("Start reading")
    success_message = _("You are reading this report.")


class ReturnReport(ReportTransition):
    verb, transition, title = "return_for_revision", "return", _("Return for revision")
    submit_label, success_message = _("Return"), _("The report is returned with your note.")


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
    kind = CONTENT_TYPES[version.extension]
    return FileResponse(
        version.file.open("rb"), as_attachment=True, filename=version.download_name, content_type=kind
    )


def version_or_404(request: SignedInRequest, cycle: Any, code: str, number: str) -> ReportVersion:
    report = report_or_404(request, cycle, code)
    versions = ReportVersion.objects.select_related("report__member_state", "report__cycle", "submitted_by")
    version: ReportVersion = get_object_or_404(versions, report=report, number=number)
    return version
