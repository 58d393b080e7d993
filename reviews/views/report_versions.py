"""Submitted versions of a report: the form with its checklist, "check your answers", receipt, file."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from reviews.accounts import mails
from reviews.actions.reports import submit_report
from reviews.forms.base import ReviewForm
from reviews.forms.reports import PastSubmissionForm, SubmitForm
from reviews.models import NotAllowedNow, ReportVersion, ReviewCycle
from reviews.queries import submission_checks
from reviews.queries.deadlines import statuses_today
from reviews.queries.report_versions import recalls_of
from reviews.request_context import SignedInRequest
from reviews.uploads.documents import CONTENT_TYPES
from reviews.views.base import cycle_or_404
from reviews.views.reports import ReportForm, report_or_404, tab_context

# Which button was pressed: on the form, and on the page with the answers.
STEP, CHANGE, SUBMIT = "step", "change", "submit"


def version_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str, number: str) -> ReportVersion:
    """A submitted version of a country's report, if this person may read the report."""
    report = report_or_404(request, cycle, code)
    related = ("report__member_state", "report__cycle", "submitted_by")
    versions = ReportVersion.objects.with_repetition().select_related(*related)
    return get_object_or_404(versions, report=report, number=number)


class SubmitReport(ReportForm):
    """Submission in two steps: the form beside its checklist, then the answers to check. The file is kept meanwhile."""

    form_class, template_name = SubmitForm, "reports/submit.html"
    permission, transition = "report.submit", "submit"
    title, submit_label = _("Submit the report"), _("Check your answers")
    success_message = _("The report is submitted. This is your receipt.")
    redirects_to_result = True

    def check_open(self) -> None:
        """As the base; and not once its last acceptable day has passed."""
        super().check_open()
        for status in statuses_today(self.object):
            if status.stops_submission:
                raise NotAllowedNow(status.deadline.lock_reason)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"needs_reason": not self.object.is_complete}

    def form_valid(self, form: ReviewForm) -> HttpResponse:
        assert isinstance(form, SubmitForm)
        step = self.request.POST.get(STEP)
        if step == SUBMIT:
            return super().form_valid(form)
        if step == CHANGE:
            return self.render_to_response(self.get_context_data(form=form))
        reason = self.get_refusal_reason()
        return self.render_refusal(form, reason) if reason else self.render_answers(form)

    def render_answers(self, form: SubmitForm) -> HttpResponse:
        """Show what was entered, to be checked; a file that could not be kept has to be chosen again first."""
        context = self.get_context_data(form=form)
        if not form.has_kept_files:
            form.refuse_lost_files()
            return self.form_invalid(form)
        return render(
            self.request, "reports/check_answers.html", context | {"title": _("Check your answers")}
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        checked = submission_checks.read(self.object, self.request.user)
        return super().get_context_data(**kwargs) | {
            "checks": submission_checks.run(checked),
            "breadcrumbs": [(self.object.member_state, self.object.get_absolute_url())],
        }

    def perform(self, form: SubmitForm, expected_version: int) -> ReportVersion:
        """Submit, and write the mail copy of the receipt in the same transaction; a test cycle sends none."""
        user = self.request.user
        version = submit_report(
            by=user, report=self.object, expected_version=expected_version, **form.values()
        )
        if self.cycle.sends_mail:
            url = self.request.build_absolute_uri(version.get_absolute_url())
            mails.send("reports/email/receipt", user.email, version=version, report=self.object, url=url)
        return version


class RecordPastSubmission(ReportForm):
    """An administrator records what was handed in on an earlier day by another way, such as by mail."""

    form_class, permission = PastSubmissionForm, "record.correct"
    verb, transition = "record_past_submission", "record_submission"
    title, submit_label = _("Record an earlier submission"), _("Save submission")
    success_message = _("The submission is recorded, with its day and your reason.")
    redirects_to_result = True


def report_files(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """What was submitted, newest version first, each with its receipt."""
    report = report_or_404(request, cycle_or_404(request, slug), code)
    versions: QuerySet[ReportVersion] = report.versions.with_repetition().order_by("-number")
    recalls = recalls_of(report)
    context = tab_context(report, "files") | {
        "transitions": report.transitions_for(request.user),
        "versions": [
            (version, recalls.get(version.pk)) for version in versions.select_related("submitted_by")
        ],
    }
    return render(request, "reports/files.html", context)


def version_page(request: SignedInRequest, slug: str, code: str, number: str) -> HttpResponse:
    """The receipt of a submitted version; it says so when the submission was recalled."""
    cycle = cycle_or_404(request, slug)
    version = version_or_404(request, cycle, code, number)
    report = version.report
    context = {
        "cycle": cycle,
        "nav": "reports",
        "version": version,
        "report": report,
        "title": version,
        "recalled_at": recalls_of(report).get(version.pk),
        "breadcrumbs": [(report.member_state, report.get_absolute_url())],
    }
    return render(request, "reports/version.html", context)


def version_file(request: SignedInRequest, slug: str, code: str, number: str) -> FileResponse:
    """The file itself, always as a download under our name."""
    version = version_or_404(request, cycle_or_404(request, slug), code, number)
    content_type = CONTENT_TYPES[version.extension]
    return FileResponse(
        version.file.open("rb"), as_attachment=True, filename=version.download_name, content_type=content_type
    )
