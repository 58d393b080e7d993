"""Steps of the country rounds."""

from reviews import actions
from reviews.models import FindingKind, GapKind, Round, RoundOrder, Turn, User
from reviews.operations.loading.rows import Row
from reviews.operations.loading.steps import named
from reviews.operations.loading.steps.named import texts


def find_round(row: Row) -> Round:
    return Round.objects.get(meeting=named.meeting(row))


def find_turn(row: Row) -> Turn:
    return Turn.objects.get(round=find_round(row), member_state__code=row.text("report"))


def open_round(row: Row, by: User) -> None:
    first = named.bodies(row, "order")
    order = RoundOrder.OWN if first else RoundOrder.ALPHABETICAL
    Round.open_for(named.meeting(row), by=by, order=order, first=first)


def tell(row: Row, by: User) -> None:
    turn, report = find_turn(row), named.report(row)
    figures = {name: row.number(name) for name in ("data_collection", "analysis", "writing")}
    area = named.area(row, report)
    kinds = GapKind.objects.filter(code=row.text("kind"))
    gaps = [{"kind": kind, "key_result_area": area, **texts(row, "missing", "effect")} for kind in kinds]
    found = [{"kind": kind, "text": text} for kind in FindingKind.values if (text := row.text(kind))]
    actions.tell_turn(
        by=by, turn=turn, expected_version=turn.version, report=report, report_seen=report.version, note=row.text("note"),
        difficulties=gaps,
        findings=[finding | {"key_result_area": area} for finding in found], **figures,
    )  # fmt: skip


def close_round(row: Row, by: User) -> None:
    found = find_round(row)
    actions.close_round(by=by, country_round=found, expected_version=found.version)
