"""Steps of the national reports: progress, versions, what they cover, findings and recommendations."""

from django.core.files.uploadedfile import SimpleUploadedFile

from reviews.actions import coverage
from reviews.actions.reports import submit_report
from reviews.models import Coverage, Finding, FrameworkNode, NationalReport, User
from reviews.models.coverage import NOTE_REQUIRED, StatementFields
from reviews.models.findings import KINDS
from reviews.operations.loading.rows import Row
from reviews.operations.loading.steps import named


def post(row: Row, by: User) -> None:
    report, meeting = named.report(row), named.meeting(row) if row.text("meeting") else None
    figures = {name: row.number(name) for name in ("data_collection", "analysis", "writing")}
    report.post_progress(
        by=by, expected_version=report.version, note=row.text("note"), meeting=meeting, **figures
    )


def appoint(row: Row, by: User) -> None:
    report, author = named.report(row), named.person(row.text("lead_author"))
    report.appoint(by=by, expected_version=report.version, lead_author=author, authors=row.text("authors"))


def submit(row: Row, by: User) -> None:
    report = named.report(row)
    submit_report(
        by=by,
        report=report,
        expected_version=report.version,
        file=_paper(report),
        reason=row.text("note"),
        on_behalf_of=row.text("on_behalf_of"),
        cleared_by=row.text("cleared_by"),
        cleared_on=row.day("cleared_on"),
    )


def _paper(report: NationalReport) -> SimpleUploadedFile:
    number = report.versions.count() + 1
    return named.invented(f"{report.code}, version {number}", f"{report.code}-demonstration-{number}")


def start_reading(row: Row, by: User) -> None:
    report = named.report(row)
    report.start_reading(by=by, expected_version=report.version)


def state_coverage(row: Row, by: User) -> None:
    """What a country says of its areas, for the first time."""
    report = named.report(row)
    kinds = [kind for kind in Coverage.values if kind != Coverage.NOTHING]
    said = [(code, kind) for kind in kinds for code in row.words(kind)]
    areas = {a.code: a for a in FrameworkNode.objects.filter(framework=report.cycle.framework_id)}
    notes = {kind: row.text(f"why_{kind}") for kind in NOTE_REQUIRED}
    rows: list[tuple[FrameworkNode, StatementFields]] = [
        (areas[c], {"coverage": kind, "note": notes.get(kind, ""), "expected_version": 0}) for c, kind in said
    ]
    coverage.state_coverage(by=by, report=report, rows=rows)


def find_finding(row: Row) -> Finding:
    state, _, number = row.text("finding").partition("-")
    kind = KINDS[number[0]]
    return Finding.objects.get(cycle__slug=named.SLUG, member_state__code=state, kind=kind, number=number[1:])


def record(row: Row, by: User) -> None:
    state, _, number = row.text("finding").partition("-")
    report, meeting = named.report_of(state), named.meeting(row) if row.text("meeting") else None
    area = named.area(row, report)
    finding = Finding.record_for(
        report, by=by, meeting=meeting, kind=KINDS[number[0]], key_result_area=area, text=row.text("text")
    )
    if finding.code != row.text("finding"):
        raise row.wrong(f"this one got the number {finding.code}.")
