"""Looks up the records that a row of the demonstration names."""

from reviews.models import (
    ActionPoint,
    AgendaItem,
    DataGap,
    Deadline,
    Difficulty,
    Disruption,
    Extension,
    Finding,
    FrameworkNode,
    Meeting,
    Minutes,
    NationalReport,
    Organisation,
    ReceivedAdvice,
    ReviewCycle,
    Round,
    TimelineEvent,
    Turn,
    User,
)
from reviews.models.findings import KINDS
from reviews.operations.loading.rows import Row

SLUG = "ascc-2025-mtr"  # of the only cycle


def cycle() -> ReviewCycle:
    return ReviewCycle.objects.get(slug=SLUG)


def bodies(row: Row, column: str) -> list[Organisation]:
    return [Organisation.objects.get(code=code) for code in row.words(column)]


def optional_body(row: Row, column: str) -> Organisation | None:
    return next(iter(bodies(row, column)), None)


def optional_person(row: Row, column: str) -> User | None:
    username = row.text(column)
    return User.objects.get(username=username) if username else None


def event(row: Row) -> TimelineEvent:
    return TimelineEvent.objects.get(code=row.text("event"))


def meeting(row: Row) -> Meeting:
    return Meeting.objects.get(cycle__slug=SLUG, code=row.text("meeting"))


def optional_meeting(row: Row) -> Meeting | None:
    return meeting(row) if row.text("meeting") else None


def agenda_item(row: Row) -> AgendaItem:
    return AgendaItem.objects.get(meeting=meeting(row), number=row.text("number"))


def action_point(row: Row) -> ActionPoint:
    return ActionPoint.objects.get(meeting=meeting(row), number=row.text("number"))


def minutes(row: Row) -> Minutes:
    return Minutes.objects.get(meeting=meeting(row))


def country_round(row: Row) -> Round:
    return Round.objects.get(meeting=meeting(row))


def turn(row: Row) -> Turn:
    return Turn.objects.get(round=country_round(row), member_state__code=row.text("report"))


def deadline(row: Row) -> Deadline:
    return Deadline.objects.get(cycle__slug=SLUG, number=row.text("deadline"))


def extension(row: Row) -> Extension:
    """The country's request that waits for a decision."""
    return deadline(row).extensions.to_decide().get(member_state__code=row.text("report"))


def report(row: Row) -> NationalReport:
    return report_of(row.text("report"))


def report_of(state: str) -> NationalReport:
    return NationalReport.objects.get(cycle__slug=SLUG, member_state__code=state)


def area(row: Row, report: NationalReport) -> FrameworkNode | None:
    code = row.text("area")
    return FrameworkNode.objects.get(framework=report.cycle.framework_id, code=code) if code else None


def finding(row: Row) -> Finding:
    state, _, number = row.text("finding").partition("-")
    kind = KINDS[number[0]]
    return Finding.objects.get(cycle__slug=SLUG, member_state__code=state, kind=kind, number=number[1:])


def gap(row: Row) -> DataGap:
    return gap_of(row.text("gap"))


def gap_of(code: str) -> DataGap:
    state, _, number = code.partition("-")
    return DataGap.objects.get(cycle__slug=SLUG, member_state__code=state, number=number)


def disruption(row: Row) -> Disruption:
    return Disruption.objects.get(cycle__slug=SLUG, number=row.text("number"))


def advised(row: Row) -> tuple[DataGap | None, Difficulty | None]:
    """The gap, or the difficulty, that the advice of a row is on."""
    number = row.text("difficulty")
    return (None, cycle().difficulties.get(number=number)) if number else (gap(row), None)


def received_advice(row: Row) -> ReceivedAdvice:
    return gap(row).received.latest("received_at")
