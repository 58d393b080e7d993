"""Steps of the country rounds."""

from reviews.actions.rounds import TurnFinding, record_turn
from reviews.actions.rounds import close_round as close_country_round
from reviews.models import FindingKind, GapKind, Round, RoundOrder, Turn, User
from reviews.models.datagaps import GapFields
from reviews.operations.loading.rows import Row
from reviews.operations.loading.steps import named


def find_round(row: Row) -> Round:
    return Round.objects.get(meeting=named.meeting(row))


def find_turn(row: Row) -> Turn:
    return Turn.objects.get(round=find_round(row), member_state__code=row.text("report"))


def open_round(row: Row, by: User) -> None:
    first = named.bodies(row, "order")
    order = RoundOrder.OWN if first else RoundOrder.ALPHABETICAL
    Round.open_for(named.meeting(row), by=by, order=order, first=first)


def record(row: Row, by: User) -> None:
    turn, report = find_turn(row), named.report(row)
    figures = {name: row.number(name) for name in ("data_collection", "analysis", "writing")}
    area = named.area(row, report)
    kinds = GapKind.objects.filter(code=row.text("kind"))
    gaps: list[GapFields] = [
        {
            "kind": kind,
            "key_result_area": area,
            "missing": row.text("missing"),
            "effect": row.text("effect"),
        }
        for kind in kinds
    ]
    findings: list[TurnFinding] = [
        {"kind": kind, "text": text, "key_result_area": area}
        for kind in FindingKind.values
        if (text := row.text(kind))
    ]
    record_turn(
        by=by,
        turn=turn,
        expected_version=turn.version,
        report=report,
        report_seen=report.version,
        note=row.text("note"),
        difficulties=gaps,
        findings=findings,
        **figures,
    )


def close_round(row: Row, by: User) -> None:
    country_round = find_round(row)
    close_country_round(by=by, country_round=country_round, expected_version=country_round.version)
