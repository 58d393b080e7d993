"""Chart of open data gaps: a stacked bar for each member, a segment for each kind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from reviews.rendering.charts.layout import shortened, text_width


@dataclass(frozen=True)
class GapRow:
    """Open gaps of one member, counted by kind in the order of the chart's kinds."""

    member: str
    counts: tuple[int, ...]
    url: str = ""

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Segment:
    """The gaps of one kind in a bar; `text_x` is its middle, None where the number would not fit."""

    kind: int
    count: int
    x: int
    width: int
    text_x: int | None


@dataclass(frozen=True)
class Bar:
    row: GapRow
    text: str
    y: int
    segments: tuple[Segment, ...]
    total_x: int


@dataclass(frozen=True)
class GapsChart:
    kinds: tuple[str, ...]
    rows: tuple[GapRow, ...]
    totals: tuple[int, ...]
    bars: tuple[Bar, ...] = ()
    width: int = 0
    height: int = 0
    left: int = 0

    @property
    def total(self) -> int:
        return sum(self.totals)

    @property
    def is_empty(self) -> bool:
        return not self.total


GAPS_WIDTH, GAPS_ROW, GAPS_BAR = 860, 30, 22
GAP_UNIT_MOST = 56  # units for one gap: a few gaps do not fill the whole width


def gaps_chart(rows: Iterable[GapRow], *, kinds: Sequence[str]) -> GapsChart:
    """Lay out stacked bars in the order given: that order is neutral, never by number."""
    rows = tuple(rows)
    totals = tuple(sum(row.counts[n] for row in rows) for n in range(len(kinds)))
    if not sum(totals):
        return GapsChart(tuple(kinds), rows, totals)
    left = max(text_width(len(shortened(row.member))) for row in rows) + 12
    unit = min((GAPS_WIDTH - left - 40) / max(row.total for row in rows), GAP_UNIT_MOST)
    bars = tuple(gap_bar(row, n * GAPS_ROW + 6, left, unit) for n, row in enumerate(rows))
    return GapsChart(tuple(kinds), rows, totals, bars, GAPS_WIDTH, len(rows) * GAPS_ROW + 12, left)


def gap_bar(row: GapRow, y: int, left: int, unit: float) -> Bar:
    edges = [round(left + unit * n) for n in accumulate(row.counts, initial=0)]
    segments = []
    for kind, (count, (start, end)) in enumerate(zip(row.counts, pairwise(edges), strict=True), 1):
        if count:
            fits = end - start >= text_width(len(str(count))) + 2
            text_x = (start + end) // 2 if fits else None
            segments.append(Segment(kind, count, start, end - start, text_x))
    return Bar(row, shortened(row.member), y, tuple(segments), edges[-1] + 8)
