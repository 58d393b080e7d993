"""The annex on limitations: gaps accepted as a limitation, and areas whose data are not collected.

Each gap comes with its treatment and what caused it, each area that is not collected with its reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Self

from reviews.models import (
    ClosingWay,
    Coverage,
    CoverageStatement,
    DataGap,
    Disruption,
    FrameworkNode,
    Organisation,
    ReviewCycle,
)
from reviews.models.coverage import CoverageQuerySet
from reviews.models.datagaps import DataGapQuerySet
from reviews.models.treatments import Treatment, treatments_by_gap


@dataclass(frozen=True)
class AnnexEntry:
    """A gap accepted as a limitation, or a statement that data are not collected."""

    record: DataGap | CoverageStatement
    key_result_area: FrameworkNode | None  # None: the whole report
    member_state: Organisation
    kind: str
    closing_note: str
    number: int = 0  # a statement comes before the gaps of its country
    # Of a gap alone; a statement is on no register, its reason is all.
    code: str = ""
    missing: str = ""
    effect: str = ""
    treatment: Treatment | None = None  # None: the closing note is all
    disruption: Disruption | None = None

    @classmethod
    def of_gap(cls, gap: DataGap, treatment: Treatment | None) -> Self:
        return cls(
            record=gap,
            key_result_area=gap.key_result_area,
            member_state=gap.member_state,
            kind=str(gap.kind),
            closing_note=gap.closing_note,
            number=gap.number,
            code=gap.code,
            missing=gap.missing,
            effect=gap.effect,
            treatment=treatment,
            disruption=gap.disruption,
        )

    @classmethod
    def of_statement(cls, statement: CoverageStatement) -> Self:
        return cls(
            record=statement,
            key_result_area=statement.key_result_area,
            member_state=statement.report.member_state,
            kind=statement.get_coverage_display(),
            closing_note=statement.note,
        )


def limitations_of(cycle: ReviewCycle) -> DataGapQuerySet:
    """Return the gaps accepted as a limitation."""
    related = ("cycle", "member_state", "kind", "key_result_area", "disruption")
    return DataGap.objects.filter(cycle=cycle, closing_way=ClosingWay.LIMITATION).select_related(*related)


def statements_not_collected(cycle: ReviewCycle) -> CoverageQuerySet:
    """Return the statements that data are not collected."""
    statements = CoverageStatement.objects.filter(report__cycle=cycle, coverage=Coverage.NOT_COLLECTED)
    return statements.select_related("report__cycle", "report__member_state", "key_result_area")


def entries_of(gaps: Iterable[DataGap], statements: Iterable[CoverageStatement]) -> list[AnnexEntry]:
    """Return both in the order of the annex: the whole report first, then by area, in each by country."""
    gaps = list(gaps)
    treatments = treatments_by_gap(gaps, in_force=True)
    entries = [AnnexEntry.of_gap(gap, next(iter(treatments.get(gap.pk, ())), None)) for gap in gaps]
    entries += [AnnexEntry.of_statement(statement) for statement in statements]

    def order(entry: AnnexEntry) -> tuple[str, str, int]:
        area = entry.key_result_area
        return area.sort_key if area else "", entry.member_state.sort_key, entry.number

    return sorted(entries, key=order)


def group_by_area(entries: list[AnnexEntry]) -> list[tuple[FrameworkNode | None, list[AnnexEntry]]]:
    """Group entries by their key result area; None is the whole report."""
    return [(area, list(group)) for area, group in groupby(entries, key=lambda entry: entry.key_result_area)]
