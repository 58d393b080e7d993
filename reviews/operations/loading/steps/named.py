"""What a row of the demonstration names, and the step of a move that asks for nothing but a note."""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from reviews.models import (
    DataGap,
    Deadline,
    Disruption,
    FrameworkNode,
    Meeting,
    NationalReport,
    Organisation,
    ReviewCycle,
    TimelineEvent,
    User,
)
from reviews.operations.loading import pdf
from reviews.operations.loading.rows import Row

SLUG = "ascc-2025-mtr"

Step = Callable[[Row, User], Any]


def cycle() -> ReviewCycle:
    return ReviewCycle.objects.get(slug=SLUG)


def body(code: str) -> Organisation:
    return Organisation.objects.get(code=code)


def bodies(row: Row, column: str) -> list[Organisation]:
    return [body(code) for code in row.words(column)]


def person(username: str) -> User | None:
    return User.objects.get(username=username) if username else None


def event(row: Row) -> TimelineEvent:
    return TimelineEvent.objects.get(code=row.text("event"))


def meeting(row: Row) -> Meeting:
    return Meeting.objects.get(cycle__slug=SLUG, code=row.text("meeting"))


def deadline(row: Row) -> Deadline:
    return Deadline.objects.get(cycle__slug=SLUG, number=row.text("deadline"))


def report(row: Row) -> NationalReport:
    return report_of(row.text("report"))


def report_of(state: str) -> NationalReport:
    return NationalReport.objects.get(cycle__slug=SLUG, member_state__code=state)


def gap(row: Row) -> DataGap:
    return gap_of(row.text("gap"))


def gap_of(code: str) -> DataGap:
    state, _, number = code.partition("-")
    return DataGap.objects.get(cycle__slug=SLUG, member_state__code=state, number=number)


def disruption(row: Row) -> Disruption:
    return Disruption.objects.get(cycle__slug=SLUG, number=row.text("number"))


def area(row: Row, report: NationalReport) -> FrameworkNode | None:
    code = row.text("area")
    return FrameworkNode.objects.get(framework=report.cycle.framework_id, code=code) if code else None


def texts(row: Row, *columns: str) -> dict[str, Any]:
    return {column: row.text(column) for column in columns}


def noted(find: Callable[[Row], Any], move: Callable[..., Any]) -> Step:
    """The step of a move that asks for nothing but a note."""

    def step(row: Row, by: User) -> None:
        record = find(row)
        move(record, by=by, expected_version=record.version, note=row.text("note"))

    return step


def invented(what: str, name: str) -> SimpleUploadedFile:
    content = pdf.page("Demonstration: invented content", what)
    return SimpleUploadedFile(f"{name}.pdf", content, "application/pdf")
