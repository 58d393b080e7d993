"""The coverage map: how far every country's report covers every key result area, as far as its reader may know.

A cell shows the country's own statement, and the gaps of that area on the register: those still open and those
accepted as a limitation. Of other countries one sees that there is a gap, not of what kind.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

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
    return areas.order_by("code")


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


def build(cycle: ReviewCycle, user: User) -> Map:
    """Return the map as this person may read it."""
    reports, kinds = list(_reports(cycle)), list(GapKind.objects.all())
    areas = list(key_result_areas(cycle))
    columns = _Columns(cycle, areas, [str(kind) for kind in kinds])

    statements = CoverageStatement.objects.filter(report__cycle=cycle)
    for report, area, coverage, note in statements.values_list(
        "report", "key_result_area", "coverage", "note"
    ):
        columns.statements[report, area] = (Coverage(coverage), note)

    numbers = {kind.pk: number for number, kind in enumerate(kinds, 1)}
    gaps = gaps_on_areas(cycle).order_by().values_list("member_state", "key_result_area", "kind").distinct()
    for state, area, kind in gaps:
        columns.gap_kinds[state, area].add(numbers[kind])

    cells = [columns.cells_of(report, policy.may(user, "report.read", report)) for report in reports]
    return Map(reports, [(area, [column[n] for column in cells]) for n, area in enumerate(areas)], kinds)


@dataclass
class _Columns:
    """What the columns of the map are made from, whoever reads it."""

    cycle: ReviewCycle
    areas: list[FrameworkNode]
    kinds: list[str]
    # By report and area.
    statements: dict[tuple[int, int], tuple[Coverage, str]] = field(default_factory=dict)
    # By member state and area: the numbers of the kinds of its gaps, from 1.
    gap_kinds: dict[tuple[int, int], set[int]] = field(default_factory=lambda: defaultdict(set))

    def cells_of(self, report: NationalReport, is_readable: bool) -> list[Cell]:
        """One country's cells; empty in them is what the reader may not know."""
        gaps_url = (
            f"{reverse('datagap-list', args=[self.cycle.slug])}?member_state={report.code}&key_result_area="
        )
        statements_url = f"{reverse('report-coverage', args=[self.cycle.slug, report.code])}#"
        cells = []
        for area in self.areas:
            coverage, note = self.statements.get((report.pk, area.pk), (Coverage.NOTHING, ""))
            gap_kinds = self.gap_kinds.get((report.member_state_id, area.pk))
            numbers = sorted(gap_kinds) if gap_kinds and is_readable else []
            cells.append(
                Cell(
                    report=report,
                    area=area,
                    coverage=coverage,
                    note=note if is_readable else "",
                    has_gap=bool(gap_kinds),
                    kinds=[self.kinds[number - 1] for number in numbers],
                    numbers=numbers,
                    url=f"{gaps_url if gap_kinds else statements_url}{area.code}" if is_readable else "",
                )
            )
        return cells


def _reports(cycle: ReviewCycle) -> models.QuerySet[NationalReport]:
    """Those of the members counted today."""
    reports = NationalReport.objects.filter(cycle=cycle, member_state__in=cycle.members().values("pk"))
    return reports.select_related("member_state").order_by("member_state__name_en")
