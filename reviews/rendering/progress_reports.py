"""The progress report as a Word document, and its picture: the same numbers as on its page."""

from django.utils.translation import gettext as _

from reviews import clock
from reviews.models import DeadlineOutput
from reviews.models.workstreams import WORKSTREAMS, workstream_label
from reviews.queries.progress_reports import ProgressReport
from reviews.rendering import charts, docx
from reviews.rendering.charts import Marker, ProgressPoint
from reviews.rendering.docx import Row


def progress_chart(report: ProgressReport) -> charts.ProgressChart:
    """Progress over time, towards the deadlines of the national reports."""
    members = len(report.countries)
    points = [
        ProgressPoint(day, values, reported, members, counts)
        for day, values, reported, counts in report.progress
    ]
    due = [deadline for deadline in report.deadlines if deadline.output == DeadlineOutput.NATIONAL_REPORT]
    return charts.progress_chart(
        points,
        series=[workstream_label(name).capitalize() for name in WORKSTREAMS],
        today=Marker(report.until, _("As of")),
        markers=[Marker(deadline.due_on, deadline.title) for deadline in due],
    )


def word_document(report: ProgressReport) -> bytes:
    """All countries, however many the page shows at once."""
    countries: list[Row] = [
        [country.state, country.report.get_status_display(), *(figure.text for figure in country.figures)]
        + [country.gaps_text, clock.short_day(country.next_due.due_on) if country.next_due else _("nothing")]
        for country in report.countries
    ]
    late: list[Row] = [
        [row.state, row.status.deadline, clock.short_day(row.status.due_on), row.status.text, row.why or "–"]
        for row in report.late
    ]
    gaps: list[Row] = [
        [country.state, ", ".join(country.new_gaps) or "–", ", ".join(country.closed_gaps) or "–"]
        for country in report.countries_with_gap_changes
    ]
    decisions: list[Row] = [
        [decision.meeting, decision.number, decision.text] for decision in report.decisions
    ]
    actions: list[Row] = [
        [point.code, point.text, point.holder_text, clock.short_day(point.due_on)] for point in report.actions
    ]
    figures = [_("Data collection"), _("Analysis"), _("Writing")]
    return docx.report(
        report.title,
        report.cycle,
        report.until,
        report.period_text,
        [
            (_("In numbers"), ["", ""], [[total.label, total.number] for total in report.totals]),
            (
                _("Countries"),
                [_("Member state"), _("Status"), *figures, _("Data gaps"), _("Next due")],
                countries,
            ),
            (
                _("What is late, and why"),
                [_("Member state"), _("Deadline"), _("Due"), _("State"), _("Why")],
                late,
            ),
            (_("Data gaps raised and closed"), [_("Member state"), _("Raised"), _("Closed")], gaps),
            (_("Decisions"), [_("Meeting"), _("Number"), _("Decision")], decisions),
            (_("Open action points"), [_("Action"), _("What"), _("With"), _("Due")], actions),
        ],
    )
