"""Steps of the national reports: progress, versions, what they cover, findings and recommendations."""

from reviews.actions import coverage
from reviews.actions.reports import submit_report
from reviews.models import Coverage, Finding, FrameworkNode, User
from reviews.models.coverage import NOTE_REQUIRED, StatementFields
from reviews.models.findings import KINDS
from reviews.operations.loading.rows import Row
from reviews.operations.loading.steps import find
from reviews.operations.loading.steps.base import invented_file


def post_progress(row: Row, by: User) -> None:
    report = find.report(row)
    report.post_progress(
        by=by,
        expected_version=report.version,
        note=row.text("note"),
        meeting=find.optional_meeting(row),
        data_collection=row.optional_number("data_collection"),
        analysis=row.optional_number("analysis"),
        writing=row.optional_number("writing"),
    )


def appoint(row: Row, by: User) -> None:
    report, author = find.report(row), find.optional_person(row, "lead_author")
    report.appoint(by=by, expected_version=report.version, lead_author=author, authors=row.text("authors"))


def submit(row: Row, by: User) -> None:
    report = find.report(row)
    number = report.versions.count() + 1
    submit_report(
        by=by,
        report=report,
        expected_version=report.version,
        file=invented_file(f"{report.code}, version {number}", f"{report.code}-demonstration-{number}"),
        reason=row.text("note"),
        on_behalf_of=row.text("on_behalf_of"),
        cleared_by=row.text("cleared_by"),
        cleared_on=row.optional_day("cleared_on"),
    )


def start_reading(row: Row, by: User) -> None:
    report = find.report(row)
    report.start_reading(by=by, expected_version=report.version)


def return_for_revision(row: Row, by: User) -> None:
    report = find.report(row)
    report.return_for_revision(
        by=by, expected_version=report.version, note=row.text("note"), revise_by=row.day("revise_by")
    )


def state_coverage(row: Row, by: User) -> None:
    """What a country states on its key result areas, for the first time."""
    report = find.report(row)
    areas = {a.code: a for a in FrameworkNode.objects.filter(framework=report.cycle.framework_id)}
    statements = []
    for kind in Coverage.values:
        if kind != Coverage.NOTHING:
            note = row.text(f"why_{kind}") if kind in NOTE_REQUIRED else ""
            statement: StatementFields = {"coverage": kind, "note": note, "expected_version": 0}
            statements += [(areas[code], statement) for code in row.words(kind)]
    coverage.state_coverage(by=by, report=report, rows=statements)


def record_finding(row: Row, by: User) -> None:
    state, _, number = row.text("finding").partition("-")
    report = find.report_of(state)
    finding = Finding.record_for(
        report,
        by=by,
        meeting=find.optional_meeting(row),
        kind=KINDS[number[0]],
        key_result_area=find.area(row, report),
        text=row.text("text"),
    )
    if finding.code != row.text("finding"):
        raise row.error(f"this one got the number {finding.code}.")
