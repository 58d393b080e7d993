"""The progress report as a Word document, and its picture: the same numbers as on its page."""

from django.utils.translation import gettext as _

from reviews import clock
from reviews.models import DeadlineOutput
from reviews.models.workstreams import WORKSTREAMS, workstream_label
from reviews.queries import progress
from reviews.queries.progress_reports import ProgressReport
from reviews.rendering import charts, docx
from reviews.rendering.charts import Marker, ProgressPoint
from reviews.rendering.charts.heatmap import key_of_shades, shade_of
from reviews.rendering.docx import Part, Row, Shaded

MOST_DAYS = 12  # of progress over time


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


def heat_map_rows(report: ProgressReport) -> list[Row]:
    """The countries by workstreams, each figure on its shade."""
    return [
        [country.state, *(shaded(figure.now) for figure in country.figures)] for country in report.countries
    ]


def progress_rows(report: ProgressReport) -> list[Row]:
    """The chart of progress over time as rows: the figures by the end of each of some days."""
    return [
        [clock.short_day(point.day), *(shaded(value) for value in point.averages)]
        for point in progress.thinned(report.progress, MOST_DAYS)
    ]


def shaded(value: float | None) -> Shaded:
    """A figure on its shade; a mark where there is none."""
    if value is None:
        return Shaded("–", None)
    figure = round(value)
    return Shaded(f"{figure} %", shade_of(figure))


def key_cells() -> tuple[Shaded, ...]:
    """What each shade stands for, and the mark."""
    shades = [Shaded(f"{figures} %", shade) for shade, figures in key_of_shades()]
    return (*shades, Shaded(_("– not yet reported"), None))


def word_document(report: ProgressReport) -> bytes:
    """All countries, however many the page shows at once; its pictures as tables with shaded cells."""
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
    figures, key = [_("Data collection"), _("Analysis"), _("Writing")], key_cells()
    return docx.report(
        report.title,
        report.cycle,
        report.until,
        report.period_text,
        [
            Part(_("In numbers"), ["", ""], [[total.label, total.number] for total in report.totals]),
            Part(_("Progress of each country"), [_("Member state"), *figures], heat_map_rows(report), key),
            Part(
                _("Progress over time") if report.only else _("Average progress over time"),
                [_("Day"), *figures],
                progress_rows(report),
                key,
            ),
            Part(
                _("Countries"),
                [_("Member state"), _("Status"), *figures, _("Data gaps"), _("Next due")],
                countries,
            ),
            Part(
                _("What is late, and why"),
                [_("Member state"), _("Deadline"), _("Due"), _("State"), _("Why")],
                late,
            ),
            Part(_("Data gaps raised and closed"), [_("Member state"), _("Raised"), _("Closed")], gaps),
            Part(_("Decisions"), [_("Meeting"), _("Number"), _("Decision")], decisions),
            Part(_("Open action points"), [_("Action"), _("What"), _("With"), _("Due")], actions),
        ],
    )
