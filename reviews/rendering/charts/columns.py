"""Columns of statuses, with a chip for each member."""

from collections.abc import Sequence
from dataclasses import dataclass

from reviews.rendering.charts.layout import CHARACTER

COLUMNS_WIDTH, COLUMN_GAP, COLUMN_HEAD = 990, 12, 52
CHIP_HEIGHT, CHIP_STEP, MOST_CHIPS = 24, 30, 12


@dataclass(frozen=True)
class StatusGroup:
    """The members of one status, in neutral order."""

    label: str
    tone: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class StatusChip:
    text: str
    y: int


@dataclass(frozen=True)
class StatusColumn:
    """One status drawn from `x` on; `others` of its members have no chip, for want of room."""

    group: StatusGroup
    x: int
    chips: tuple[StatusChip, ...]
    others: int
    others_y: int


@dataclass(frozen=True)
class StatusChart:
    columns: tuple[StatusColumn, ...]
    column_width: int
    height: int
    width: int = COLUMNS_WIDTH
    chip_height: int = CHIP_HEIGHT

    @property
    def chip_width(self) -> int:
        return self.column_width - 16


def status_chart(groups: Sequence[StatusGroup]) -> StatusChart:
    """Lay out a column for each status, also for one that nobody has."""
    step = (COLUMNS_WIDTH + COLUMN_GAP) // len(groups)
    most = int((step - COLUMN_GAP - 32) / CHARACTER)
    columns = []
    for n, group in enumerate(groups):
        chips = tuple(
            StatusChip(cut(member, most), COLUMN_HEAD + CHIP_STEP * k)
            for k, member in enumerate(group.members[:MOST_CHIPS])
        )
        others = len(group.members) - len(chips)
        columns.append(
            StatusColumn(group, step * n, chips, others, COLUMN_HEAD + CHIP_STEP * len(chips) + 16)
        )
    deepest = max(len(column.chips) + bool(column.others) for column in columns)
    return StatusChart(tuple(columns), step - COLUMN_GAP, COLUMN_HEAD + CHIP_STEP * max(deepest, 1) + 8)


def cut(text: str, most: int) -> str:
    """The text as far as a chip has room for it; the table beside the picture has the whole of it."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
