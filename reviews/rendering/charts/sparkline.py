"""Sparkline of one figure: a small line from a day on, with the meetings in between as ticks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from reviews.rendering.charts.layout import Scale

SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 56, 20, 3


@dataclass(frozen=True)
class Sparkline:
    """`path` breaks where there was no figure; `ticks` are the meetings; `end` is the newest figure."""

    path: str
    ticks: tuple[int, ...]
    end: tuple[int, int] | None
    width: int = SPARK_WIDTH
    height: int = SPARK_HEIGHT


def sparkline(
    points: Sequence[tuple[date, int | None]], *, meetings: Sequence[date], since: date, until: date
) -> Sparkline:
    """Lay out the figures by their day, oldest first; the last one goes on to `until`."""
    if since >= until or not points:
        return Sparkline("", (), None)
    scale = Scale(since, until, SPARK_EDGE, SPARK_WIDTH - SPARK_EDGE)
    known = [*points, (until, points[-1][1])]
    path = ""
    for (_day, before), (day, value) in pairwise([(since, None), *known]):
        if value is not None:
            path += f"{'M' if before is None else 'L'}{scale.x(day)} {_y(value)}"
    newest = known[-1][1]
    end = None if newest is None else (scale.x(until), _y(newest))
    return Sparkline(path, tuple(scale.x(day) for day in meetings if since <= day <= until), end)


def _y(value: int) -> int:
    return round(SPARK_HEIGHT - SPARK_EDGE - value * (SPARK_HEIGHT - 2 * SPARK_EDGE) / 100)
