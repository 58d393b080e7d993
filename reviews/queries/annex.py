"""The annex on limitations: gaps accepted as a limitation, and areas whose data are not collected.

Each gap comes with its treatment and what caused it, each area that is not collected with its reason.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from reviews.models import ClosingWay, Coverage, CoverageStatement, DataGap
from reviews.models.treatments import treatments_by_gap


@dataclass(frozen=True)
class Uncollected:
    """A statement that data are not collected, under the names that a gap has in the annex."""

    statement: CoverageStatement
    code = missing = effect = ""  # it is on no register: its reason is all
    number = 0  # before the gaps of its country
    treatment = disruption = None

    @property
    def key_result_area(self) -> Any:
        return self.statement.key_result_area

    @property
    def member_state(self) -> Any:
        return self.statement.report.member_state

    @property
    def kind(self) -> str:
        return self.statement.get_coverage_display()

    @property
    def closing_note(self) -> str:
        return self.statement.note


def limitations_of(cycle: Any) -> Any:
    """Return the gaps accepted as a limitation."""
    related = ("cycle", "member_state", "kind", "key_result_area", "disruption")
    return DataGap.objects.filter(cycle=cycle, closing_way=ClosingWay.LIMITATION).select_related(*related)


def statements_not_collected(cycle: Any) -> Any:
    """Return the statements that data are not collected."""
    statements = CoverageStatement.objects.filter(report__cycle=cycle, coverage=Coverage.NOT_COLLECTED)
    return statements.select_related("report__cycle", "report__member_state", "key_result_area")


def sort_entries(gaps: Any, statements: Any) -> list[Any]:
    """Return both in the order of the annex: the whole report first, then by area, in each by country."""

    def order(entry: Any) -> tuple[str, str, int]:
        area = entry.key_result_area
        return area.code if area else "", entry.member_state.name_en, entry.number

    return sorted([*_with_treatment(gaps), *map(Uncollected, statements)], key=order)


def _with_treatment(gaps: Any) -> list[Any]:
    """Set `treatment` on each gap: the one in force, or None where the closing note is all."""
    gaps = list(gaps)
    treatments = treatments_by_gap(gaps, in_force=True)
    for gap in gaps:
        gap.treatment = next(iter(treatments.get(gap.pk, ())), None)
    return gaps


def group_by_area(entries: list[Any]) -> list[tuple[Any, list[Any]]]:
    """Group entries by their key result area; None is the whole report."""
    return [(area, list(group)) for area, group in groupby(entries, key=lambda entry: entry.key_result_area)]
