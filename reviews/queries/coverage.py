"""The coverage map: how far every country's report covers every key result area, as far as one may read.

A cell shows the country's own statement, and the gaps of that area on the register: those still open and those
accepted as a limitation. Of other countries one sees that there is a gap, not of what kind.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

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
)
from reviews.models.coverage import COVERAGE_TONES

# Shape and letter of each mark: either alone tells them apart.
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


def areas_of(cycle: Any) -> Any:
    """The key result areas of the framework under review."""
    areas = FrameworkNode.objects.filter(framework=cycle.framework_id, level=FrameworkLevel.KEY_RESULT_AREA)
    return areas.order_by("code")


def areas_told(report: Any) -> Any:
    """The areas, each with `said` and `note` of this report's statement; one query for all."""
    theirs = CoverageStatement.objects.filter(report=report, key_result_area=OuterRef("pk")).order_by()
    said = Coalesce(Subquery(theirs.values("coverage")), Value(Coverage.NOTHING.value))
    note = Coalesce(Subquery(theirs.values("note")), Value(""))
    return areas_of(report.cycle).annotate(said=said, note=note)


def gaps_on_areas(cycle: Any) -> Any:
    """The gaps that a map shows: open, or accepted as a limitation."""
    stays = ~Q(status=GapStatus.CLOSED) | Q(closing_way=ClosingWay.LIMITATION)
    return DataGap.objects.filter(stays, cycle=cycle, key_result_area__isnull=False)


def build(cycle: Any, user: Any) -> Map:
    """The map as this person may read it."""
    reports = list(cycle.member_reports())
    kinds, said, gaps = list(GapKind.objects.all()), _said(cycle), _gap_kinds(cycle)
    readable = {r.pk for r in reports if policy.may(user, "report.read", r)}
    called, pages = [str(kind) for kind in kinds], {report.pk: _pages(cycle, report) for report in reports}

    def cell(report: NationalReport, area: FrameworkNode) -> Cell:
        theirs, may_read = gaps.get((report.member_state_id, area.pk), set()), report.pk in readable
        numbers = [n for n, kind in enumerate(kinds, 1) if may_read and kind.pk in theirs]
        covered, note = said.get((report.pk, area.pk), (Coverage.NOTHING, ""))
        return Cell(
            report=report, area=area, coverage=covered, note=note if may_read else "", has_gap=bool(theirs),
            kinds=[called[n - 1] for n in numbers], numbers=numbers,
            url=_behind(pages[report.pk], area, bool(theirs)) if may_read else "",
        )  # fmt: skip

    return Map(reports, [(area, [cell(r, area) for r in reports]) for area in areas_of(cycle)], kinds)


def _said(cycle: Any) -> dict[tuple[int, int], tuple[Coverage, str]]:
    """Statement and note by (report, key result area)."""
    said = CoverageStatement.objects.filter(report__cycle=cycle)
    rows = said.values_list("report", "key_result_area", "coverage", "note")
    return {(report, area): (Coverage(coverage), note) for report, area, coverage, note in rows}


def _gap_kinds(cycle: Any) -> dict[tuple[int, int], set[int]]:
    """The kinds of gap by (member state, key result area)."""
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    rows = gaps_on_areas(cycle).order_by().values_list("member_state", "key_result_area", "kind").distinct()
    for state, area, kind in rows:
        found[(state, area)].add(kind)
    return found


def _pages(cycle: Any, report: NationalReport) -> tuple[str, str]:
    """The gaps of a country, and what it says of its report."""
    code = report.member_state.code
    gaps, said = (
        reverse("datagap-list", args=[cycle.slug]),
        reverse("report-coverage", args=[cycle.slug, code]),
    )
    return f"{gaps}?member_state={code}&key_result_area=", f"{said}#"


def _behind(pages: tuple[str, str], area: FrameworkNode, has_gap: bool) -> str:
    """The gaps of that country and area if there are any, else what the country says of it."""
    gaps, said = pages
    return f"{gaps if has_gap else said}{area.code}"
