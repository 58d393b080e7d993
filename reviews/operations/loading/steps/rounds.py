"""Steps of the country rounds."""

from reviews.actions.rounds import TurnFinding
from reviews.actions.rounds import close_round as close_country_round
from reviews.actions.rounds import record_turn as record_country_turn
from reviews.models import FindingKind, GapKind, Round, RoundOrder, User
from reviews.models.datagaps import GapFields
from reviews.operations.loading.rows import Row
from reviews.operations.loading.steps import find


def open_round(row: Row, by: User) -> None:
    first = find.bodies(row, "order")
    order = RoundOrder.OWN if first else RoundOrder.ALPHABETICAL
    Round.open_for(find.meeting(row), by=by, order=order, first=first)


def record_turn(row: Row, by: User) -> None:
    turn, report = find.turn(row), find.report(row)
    area = find.area(row, report)
    missing, effect = row.text("missing"), row.text("effect")
    difficulties: list[GapFields] = [
        {"kind": kind, "key_result_area": area, "missing": missing, "effect": effect}
        for kind in GapKind.objects.filter(code=row.text("kind"))
    ]
    findings: list[TurnFinding] = [
        {"kind": kind, "text": row.text(kind), "key_result_area": area}
        for kind in FindingKind.values
        if row.text(kind)
    ]
    record_country_turn(
        by=by,
        turn=turn,
        expected_version=turn.version,
        report=report,
        report_seen=report.version,
        note=row.text("note"),
        difficulties=difficulties,
        findings=findings,
        data_collection=row.optional_number("data_collection"),
        analysis=row.optional_number("analysis"),
        writing=row.optional_number("writing"),
    )


def close_round(row: Row, by: User) -> None:
    country_round = find.country_round(row)
    close_country_round(by=by, country_round=country_round, expected_version=country_round.version)
