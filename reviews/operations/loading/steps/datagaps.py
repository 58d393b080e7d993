"""Steps of the data gaps: raised, talked about, guided, closed with a treatment."""

from collections.abc import Callable
from typing import Any

from reviews.actions import guidance
from reviews.models import Advice, DataGap, Difficulty, GapKind, MethodNote, ReceivedAdvice, User
from reviews.models.treatments import treatment_for
from reviews.operations.loading.rows import Row
from reviews.operations.loading.steps import named
from reviews.operations.loading.steps.named import Step


def raise_gap(row: Row, by: User) -> None:
    report = named.report_of(row.text("gap").partition("-")[0])
    gap = DataGap.raise_for(
        report,
        by=by,
        kind=GapKind.objects.get(code=row.text("kind")),
        key_result_area=named.area(row, report),
        missing=row.text("missing"),
        effect=row.text("effect"),
    )
    if gap.code != row.text("gap"):
        raise row.wrong(f"this gap got the number {gap.code}.")


def close(row: Row, by: User) -> None:
    gap = named.gap(row)
    gap.close(by=by, expected_version=gap.version, way=row.text("way"), note=row.text("note"))


def close_treated(row: Row, by: User) -> None:
    """Close a gap with the treatment that this way of closing records."""
    gap, way = named.gap(row), row.text("way")
    model = treatment_for(way, gap.kind.code)
    names = {f.name for f in model._meta.fields} - {"gap", "way"} if model else set()
    treatment: dict[str, Any] = {name: text for name in names if (text := row.cells.get(name))}
    advice = gap.received.order_by("received_at").last()
    gap.close(by=by, expected_version=gap.version, way=way, note=row.text("note"), advice=advice, **treatment)


def said(verb: Callable[..., Any]) -> Step:
    """A step of the gap's thread that may put the gap into other hands."""

    def step(row: Row, by: User) -> None:
        gap = named.gap(row)
        verb(gap, by=by, expected_version=gap.version, text=row.text("text"))

    return step


def told(verb: Callable[..., Any]) -> Step:
    return lambda row, by: verb(named.gap(row), by=by, text=row.text("text"))


def group(row: Row, by: User) -> None:
    gaps, kind = [named.gap_of(code) for code in row.words("gap")], GapKind.objects.get(code=row.text("kind"))
    Difficulty.group(named.cycle(), by=by, gaps=gaps, kind=kind, title=row.text("text"))


def _subject(row: Row) -> dict[str, Any]:
    """The gap, or the difficulty, that the advice of a row is on."""
    number = row.text("difficulty")
    if not number:
        return {"gap": named.gap(row)}
    return {"difficulty": named.cycle().difficulties.get(number=number)}


def draft_advice(row: Row, by: User) -> None:
    notes = [MethodNote.objects.get(code=code) for code in row.words("notes")]
    Advice.draft(by=by, text=row.text("text"), notes=notes, **_subject(row))


def approve(row: Row, by: User) -> None:
    advice = Advice.objects.drafts().get(**_subject(row))
    guidance.approve_advice(by=by, advice=advice, expected_version=advice.version)


def find_received(row: Row) -> ReceivedAdvice:
    return named.gap(row).received.latest("received_at")
