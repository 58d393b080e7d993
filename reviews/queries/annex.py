"""The annex on limitations: gaps accepted as a limitation, and areas whose data are not collected.

Each gap comes with its treatment and what caused it, each area that is not collected with its reason.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from reviews.models import ClosingWay, Coverage, CoverageStatement, DataGap
from reviews.models.treatments import treatments_of


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


def limitations(cycle: Any) -> Any:
    """The gaps accepted as a limitation."""
    related = ("cycle", "member_state", "kind", "key_result_area", "disruption")
    return DataGap.objects.filter(cycle=cycle, closing_way=ClosingWay.LIMITATION).select_related(*related)


def not_collected(cycle: Any) -> Any:
    """The statements that data are not collected."""
    said = CoverageStatement.objects.filter(report__cycle=cycle, coverage=Coverage.NOT_COLLECTED)
    return said.select_related("report__cycle", "report__member_state", "key_result_area")


def entries(gaps: Any, statements: Any) -> list[Any]:
    """Both in the order of the annex: the whole report first, then by area, in each by country."""
    return sorted([*treated(gaps), *map(Uncollected, statements)], key=_place)


def _place(entry: Any) -> tuple[str, str, int]:
    area = entry.key_result_area
    return area.code if area else "", entry.member_state.name_en, entry.number


def treated(gaps: Any) -> list[Any]:
    """The gaps, each with `treatment`: the one in force, or None where the closing note is all."""
    gaps = list(gaps)
    found = treatments_of(gaps, in_force=True)
    for gap in gaps:
        gap.treatment = next(iter(found.get(gap.pk, ())), None)
    return gaps


def by_area(rows: list[Any]) -> list[tuple[Any, list[Any]]]:
    """(key result area, its entries); None stands for the whole report."""
    return [(area, list(theirs)) for area, theirs in groupby(rows, key=lambda row: row.key_result_area)]
