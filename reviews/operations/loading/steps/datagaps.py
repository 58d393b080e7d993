"""Steps of the data gaps: raised, discussed, guided, closed with a treatment."""

from typing import Any

from reviews.actions import guidance
from reviews.models import Advice, DataGap, Difficulty, GapKind, MethodNote, ThreadEntry, User
from reviews.models.treatments import treatment_for
from reviews.operations.loading.rows import Row
from reviews.operations.loading.steps import find


def raise_gap(row: Row, by: User) -> None:
    report = find.report_of(row.text("gap").partition("-")[0])
    gap = DataGap.raise_for(
        report,
        by=by,
        kind=GapKind.objects.get(code=row.text("kind")),
        key_result_area=find.area(row, report),
        missing=row.text("missing"),
        effect=row.text("effect"),
    )
    if gap.code != row.text("gap"):
        raise row.error(f"this gap got the number {gap.code}.")


def close(row: Row, by: User) -> None:
    gap = find.gap(row)
    gap.close(by=by, expected_version=gap.version, way=row.text("way"), note=row.text("note"))


def close_treated(row: Row, by: User) -> None:
    """Close a gap with the treatment that this way of closing records."""
    gap, way = find.gap(row), row.text("way")
    model = treatment_for(way, gap.kind.code)
    names = {f.name for f in model._meta.fields} - {"gap", "way"} if model else set()
    treatment: dict[str, Any] = {name: text for name, text in row.cells.items() if name in names and text}
    advice = gap.received.order_by("received_at").last()
    gap.close(by=by, expected_version=gap.version, way=way, note=row.text("note"), advice=advice, **treatment)


def question(row: Row, by: User) -> None:
    gap = find.gap(row)
    gap.question(by=by, expected_version=gap.version, text=row.text("text"))


def answer(row: Row, by: User) -> None:
    gap = find.gap(row)
    gap.answer(by=by, expected_version=gap.version, text=row.text("text"))


def note(row: Row, by: User) -> None:
    ThreadEntry.note(find.gap(row), by=by, text=row.text("text"))


def conclude(row: Row, by: User) -> None:
    ThreadEntry.conclude(find.gap(row), by=by, text=row.text("text"))


def group(row: Row, by: User) -> None:
    gaps, kind = [find.gap_of(code) for code in row.words("gap")], GapKind.objects.get(code=row.text("kind"))
    Difficulty.group(find.cycle(), by=by, gaps=gaps, kind=kind, title=row.text("text"))


def draft_advice(row: Row, by: User) -> None:
    gap, difficulty = find.advised(row)
    notes = [MethodNote.objects.get(code=code) for code in row.words("notes")]
    Advice.draft(by=by, text=row.text("text"), notes=notes, gap=gap, difficulty=difficulty)


def approve_advice(row: Row, by: User) -> None:
    gap, difficulty = find.advised(row)
    advice = Advice.objects.drafts().get(gap=gap, difficulty=difficulty)
    guidance.approve_advice(by=by, advice=advice, expected_version=advice.version)
