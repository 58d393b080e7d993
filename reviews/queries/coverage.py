"""The coverage map: how far every country's report covers every key result area, as far as its reader may know.

A cell shows the country's own statement, and the gaps of that area on the register: those still open and those
accepted as a limitation. Of other countries one sees that there is a gap, not of what kind.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import pgettext_lazy

from reviews import policy
from reviews.models import (
    ClosingWay,
    Coverage,
    CoverageStatement,
    DataGap,
    FrameworkLevel,
    FrameworkNode,
    GapKind,
    GapStatus,
    NationalReport,
    ReviewCycle,
    User,
)
from reviews.models.coverage import COVERAGE_TONES
from reviews.models.datagaps import DataGapQuerySet

# Shape and letter of each mark: either alone is enough to distinguish them.
SIGNS = {
    Coverage.REPORTED: ("●", pgettext_lazy("mark of the coverage map", "R")),
    Coverage.ESTIMATED: ("◐", pgettext_lazy("mark of the coverage map", "E")),
    Coverage.NOTHING: ("○", pgettext_lazy("mark of the coverage map", "–")),
    # Two letters: a C alone would read as "collected".
    Coverage.NOT_COLLECTED: ("■", pgettext_lazy("mark of the coverage map", "NC")),
    Coverage.NOT_APPLICABLE: ("✕", pgettext_lazy("mark of the coverage map", "N")),
}
MARKS = {value: (*sign, COVERAGE_TONES[value]) for value, sign in SIGNS.items()}
GAP_MARK = ("▲", pgettext_lazy("mark of the coverage map", "G"), "warn")


class Look(NamedTuple):
    """What a cell of the map looks like."""

    mark: tuple[str, str, str] | None  # sign, letter and tone of the statement, where it is worth showing
    has_gap: bool
    numbers: tuple[int, ...]
    words: str


@dataclass(frozen=True)
class Cell:
    """One country on one key result area."""

    report: NationalReport
    area: FrameworkNode
    coverage: Coverage
    note: str  # of the statement; empty where the reader may not know
    has_gap: bool
    kinds: list[str]  # of its gaps; empty where the reader may not know
    numbers: list[int]  # of those kinds in the legend
    url: str  # what is behind it; empty where the reader may not know

    @property
    def look(self) -> Look:
        """What is seen of it: the same for many cells."""
        sign, letter, tone = MARKS[self.coverage]
        mark = (sign, str(letter), tone) if self.shows_statement else None
        return Look(mark, self.has_gap, tuple(self.numbers), self.words)

    @property
    def shows_statement(self) -> bool:
        """“Nothing yet” is not worth a mark beside a gap."""
        return not self.has_gap or self.coverage != Coverage.NOTHING

    @property
    def words(self) -> str:
        """The cell in words: "reported; with gap (Data missing)"."""
        if not self.has_gap:
            return str(self.coverage.label)
        kinds = ", ".join(self.kinds)
        gap = _now("with gap (%s)") % kinds if kinds else _now("with gap")
        return f"{self.coverage.label}; {gap}" if self.shows_statement else gap


@dataclass(frozen=True)
class Map:
    """The map: a row for each key result area, in each a cell for each country."""

    reports: list[NationalReport]
    rows: list[tuple[FrameworkNode, list[Cell]]]
    kinds: list[GapKind]

    def cells(self) -> Iterator[Cell]:
        for _area, cells in self.rows:
            yield from cells


def key_result_areas(cycle: ReviewCycle) -> models.QuerySet[FrameworkNode]:
    """Return the key result areas of the framework under review."""
    areas = FrameworkNode.objects.filter(framework=cycle.framework_id, level=FrameworkLevel.KEY_RESULT_AREA)
    return areas.order_by("sort_key")


class AreaStatement(NamedTuple):
    """A key result area, and what a country states of it in its report."""

    area: int
    code: str
    coverage: str
    note: str


def area_statements(report: NationalReport) -> list[AreaStatement]:
    """Return every key result area with the statement of this report on it; one query for all."""
    statements = CoverageStatement.objects.filter(report=report, key_result_area=OuterRef("pk")).order_by()
    coverage = Coalesce(Subquery(statements.values("coverage")), Value(Coverage.NOTHING.value))
    note = Coalesce(Subquery(statements.values("note")), Value(""))
    areas = key_result_areas(report.cycle)
    return [AreaStatement(*row) for row in areas.values_list("pk", "code", coverage, note)]


def gaps_on_areas(cycle: ReviewCycle) -> DataGapQuerySet:
    """Return the gaps that a map shows: open, or accepted as a limitation."""
    is_shown = ~Q(status=GapStatus.CLOSED) | Q(closing_way=ClosingWay.LIMITATION)
    return DataGap.objects.filter(is_shown, cycle=cycle, key_result_area__isnull=False)


@dataclass(frozen=True)
class CoverageRecords:
    """What a cycle's countries state of each area, and what its gaps are."""

    cycle: ReviewCycle
    statements: dict[tuple[int, int], tuple[Coverage, str]]  # coverage and note by report and area
    gap_kinds: dict[tuple[int, int], set[int]]  # kinds by member state and area

    @classmethod
    def of_cycle(cls, cycle: ReviewCycle) -> Self:
        statements = CoverageStatement.objects.filter(report__cycle=cycle)
        stated = {}
        columns = ("report", "key_result_area", "coverage", "note")
        for report, area, coverage, note in statements.values_list(*columns):
            stated[report, area] = (Coverage(coverage), note)
        gaps = gaps_on_areas(cycle).order_by().distinct()
        gap_kinds = defaultdict(set)
        for state, area, kind in gaps.values_list("member_state", "key_result_area", "kind"):
            gap_kinds[state, area].add(kind)
        return cls(cycle, stated, gap_kinds)


def build(cycle: ReviewCycle, user: User) -> Map:
    """Return the map as this person may read it."""
    reports, areas = list(cycle.member_reports()), list(key_result_areas(cycle))
    kinds, records = list(GapKind.objects.all()), CoverageRecords.of_cycle(cycle)
    columns = []
    for report in reports:
        is_readable = policy.may(user, "report.read", report)
        columns.append(cells_of(report, areas, kinds, records, is_readable=is_readable))
    return Map(reports, [(area, [column[n] for column in columns]) for n, area in enumerate(areas)], kinds)


def cells_of(
    report: NationalReport,
    areas: list[FrameworkNode],
    kinds: list[GapKind],
    records: CoverageRecords,
    *,
    is_readable: bool,
) -> list[Cell]:
    """Return one country's cells; what the reader may not know is empty in them."""
    slug = records.cycle.slug
    gaps_url = f"{reverse('datagap-list', args=[slug])}?member_state={report.code}&key_result_area="
    statement_url = f"{reverse('report-coverage', args=[slug, report.code])}#"
    cells = []
    for area in areas:
        coverage, note = records.statements.get((report.pk, area.pk), (Coverage.NOTHING, ""))
        gap_kinds = records.gap_kinds.get((report.member_state_id, area.pk), set())
        numbers = [n for n, kind in enumerate(kinds, 1) if is_readable and kind.pk in gap_kinds]
        cells.append(
            Cell(
                report=report,
                area=area,
                coverage=coverage,
                note=note if is_readable else "",
                has_gap=bool(gap_kinds),
                kinds=[str(kinds[n - 1]) for n in numbers],
                numbers=numbers,
                url=f"{gaps_url if gap_kinds else statement_url}{area.code}" if is_readable else "",
            )
        )
    return cells
