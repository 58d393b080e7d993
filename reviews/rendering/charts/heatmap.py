"""Heat map: members by workstreams, a shade for each figure, and a mark where there is none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reviews.rendering.charts.layout import shortened, text_width

SHADES = 5  # 0 to 19 per cent is the first, 80 to 100 the last
HEAT_WIDTH, HEAT_ROW, HEAT_TOP, HEAT_GAP = 720, 28, 30, 4


@dataclass(frozen=True)
class HeatRow:
    """The figures of one member, in the order of the columns; None: never reported, which is not 0."""

    member: str
    values: tuple[int | None, ...]
    url: str = ""


@dataclass(frozen=True)
class HeatCell:
    """A figure drawn; `shade` counts from 1, None where there is no figure; `text_x` is its middle."""

    value: int | None
    shade: int | None
    x: int
    y: int
    text_x: int


@dataclass(frozen=True)
class HeatLine:
    row: HeatRow
    text: str
    text_y: int
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True)
class HeatMap:
    """`heads`: the columns with the middle of each."""

    heads: tuple[tuple[str, int], ...]
    lines: tuple[HeatLine, ...]
    cell_width: int
    width: int = HEAT_WIDTH
    height: int = 0
    cell_height: int = HEAT_ROW - HEAT_GAP

    @property
    def key(self) -> list[tuple[int, str]]:
        return key_of_shades()

    @property
    def is_empty(self) -> bool:
        return not self.lines


def heat_map(rows: Iterable[HeatRow], *, columns: Sequence[str]) -> HeatMap:
    """Lay out the rows in the order given: that order is neutral, never by figure."""
    rows = tuple(rows)
    left = max((text_width(len(shortened(row.member))) for row in rows), default=0) + 12
    step = (HEAT_WIDTH - left) // len(columns)
    middles = [left + step * n + (step - HEAT_GAP) // 2 for n in range(len(columns))]
    lines = []
    for n, row in enumerate(rows):
        y = HEAT_TOP + HEAT_ROW * n
        cells = tuple(
            HeatCell(value, shade_of(value), left + step * k, y, middles[k])
            for k, value in enumerate(row.values)
        )
        lines.append(HeatLine(row, shortened(row.member), y + 17, cells))
    heads = tuple(zip(columns, middles, strict=True))
    return HeatMap(heads, tuple(lines), step - HEAT_GAP, height=HEAT_TOP + HEAT_ROW * len(rows))


def shade_of(value: int | None) -> int | None:
    return None if value is None else min(value * SHADES // 100, SHADES - 1) + 1


def key_of_shades() -> list[tuple[int, str]]:
    """Each shade with the figures that it stands for."""
    step = 100 // SHADES
    ends = [*range(step - 1, 100 - step, step), 100]
    return [(n + 1, f"{n * step}–{end}") for n, end in enumerate(ends)]
