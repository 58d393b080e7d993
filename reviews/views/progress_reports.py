"""The progress report in one click: page and Word document, of all countries or of one."""

from datetime import date
from itertools import pairwise
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from reviews import clock, policy
from reviews.forms.days import PeriodForm
from reviews.models import Meeting, Organisation
from reviews.queries import progress_reports
from reviews.queries.progress_reports import ProgressReport
from reviews.rendering import progress_reports as rendering
from reviews.request_context import SignedInRequest
from reviews.views.base import cycle_or_404, page_of
from reviews.views.minutes import word_response
from reviews.web.errors import BadAddress

MOST_ROWS = 50  # of decisions and action points on the page; the Word document has all
MOST_PERIODS = 4


def report_or_404(request: SignedInRequest, slug: str, form: PeriodForm) -> ProgressReport:
    """The report of `?until=2020-08-11&since=2020-06-24&member_state=VNM`; 404 for what cannot be read.

    If one of the days is mistyped, which the form says, that of today.
    """
    cycle = cycle_or_404(request, slug)
    policy.require_reader(request.user, "report.read")
    until, since = form.day("until") or clock.today(), form.day("since")
    code = request.GET.get("member_state", "")
    try:
        return progress_reports.build(cycle, request.user, until, since, code)
    except Organisation.DoesNotExist:
        raise Http404 from None


def progress_report(request: SignedInRequest, slug: str) -> HttpResponse:
    """The report of today since the last meeting, or of any period."""
    form = PeriodForm(request.GET)
    report = report_or_404(request, slug, form)
    page = page_of(request, report.countries)
    shown = {country.report.pk for country in page}
    context = {
        "cycle": report.cycle,
        "nav": "progress-report",
        "title": report.title,
        "report": report,
        "as_of": report.until,
        "day_form": form.showing(since=report.since, until=report.until),
        "page": page,
        "late": [row for row in report.late if row.report.pk in shown],
        "gap_changes": [row for row in report.countries_with_gap_changes if row.report.pk in shown],
        "decisions": report.decisions[:MOST_ROWS],
        "actions": report.actions[:MOST_ROWS],
        "chart": rendering.progress_chart(report),
        "query": query_of(report.since, report.until, report.only),
        "periods": periods_between(report.meetings, report.only),
    }
    return render(request, "progress_reports/report.html", context)


def progress_report_docx(request: SignedInRequest, slug: str) -> HttpResponse:
    """The same as a Word document."""
    form = PeriodForm(request.GET)
    if form.is_mistyped:
        raise BadAddress(_("These are not two days between which there is a report."))
    report = report_or_404(request, slug, form)
    name = f"progress-report-{report.only.code}" if report.only else "progress-report"
    return word_response(rendering.word_document(report), name)


def query_of(since: date, until: date, only: Organisation | None) -> str:
    """The query string of the report of a period."""
    days = {"since": since.isoformat(), "until": until.isoformat()}
    return urlencode(days | ({"member_state": only.code} if only else {}))


def periods_between(meetings: list[Meeting], only: Organisation | None) -> list[tuple[str, str]]:
    """The newest periods between two meetings of one series that were held: label and query string."""
    periods = []
    for series in dict.fromkeys(meeting.series for meeting in meetings):
        held = [meeting for meeting in meetings if meeting.series == series]
        for first, last in pairwise(held):
            if first.ends_on < last.ends_on:
                label = f"{first} – {last}"
                periods.append((last.ends_on, label, query_of(first.ends_on, last.ends_on, only)))
    newest = sorted(periods, reverse=True)[:MOST_PERIODS]
    return [(label, query) for _day, label, query in newest]
