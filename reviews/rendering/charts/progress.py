"""Chart of average progress over time, with the deadlines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from reviews.rendering.charts.layout import (
    LINE,
    Flag,
    Marker,
    Scale,
    Tick,
    month_ticks,
    place_flags,
    scale_over,
    spread,
)


@dataclass(frozen=True)
class ProgressPoint:
    """Averages of one day in per cent over the members that have reported; None where nobody has."""

    day: date
    values: tuple[float | None, ...]
    reported: int
    members: int
    counts: tuple[int, ...] = ()  # of how many members each average is; none: of all that have reported

    def count(self, n: int) -> int:
        """Of how many members the n-th average is."""
        return self.counts[n] if self.counts else self.reported

    def is_drawn(self, n: int) -> bool:
        """Whether the n-th average says something about the members: half of them have reported it."""
        return self.values[n] is not None and 2 * self.count(n) >= self.members


@dataclass(frozen=True)
class Dot:
    x: int
    y: int


@dataclass(frozen=True)
class Series:
    """One line: `dots` are lone points and the last one.

    `path` breaks where nothing was reported, or by fewer than half of the members.
    """

    number: int
    name: str
    latest: int | None
    count: int = 0  # of how many members the latest average is
    path: str = ""
    dots: tuple[Dot, ...] = ()
    leader: str = ""
    label_y: int = 0


@dataclass(frozen=True)
class ProgressChart:
    points: tuple[ProgressPoint, ...]
    series: tuple[Series, ...]
    flags: tuple[Flag, ...] = ()
    months: tuple[Tick, ...] = ()
    percents: tuple[Tick, ...] = ()
    width: int = 0
    height: int = 0
    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0

    @property
    def latest(self) -> ProgressPoint:
        return self.points[-1]

    @property
    def is_empty(self) -> bool:
        return not self.width


PROGRESS_WIDTH, PROGRESS_LEFT, PROGRESS_RIGHT, PROGRESS_DEPTH = 860, 48, 672, 230


def progress_chart(
    points: Iterable[ProgressPoint], *, series: Sequence[str], today: Marker, markers: Sequence[Marker] = ()
) -> ProgressChart:
    """Lay out lines named by `series`, one for each position in the points' values, in their order."""
    known = tuple(sorted(points, key=lambda point: point.day))
    if all(value is None for point in known for value in point.values):
        return ProgressChart(known, tuple(Series(n, name, None) for n, name in enumerate(series, 1)))
    days = [*(point.day for point in known), *(marker.day for marker in (*markers, today))]
    scale = scale_over(days, PROGRESS_LEFT, PROGRESS_RIGHT)
    flags = place_flags(markers, today, scale, PROGRESS_WIDTH)
    top = max(flag.y for flag in flags) + 12
    bottom = top + PROGRESS_DEPTH
    return ProgressChart(
        points=known,
        series=progress_series(known, series, scale, top),
        flags=flags,
        months=month_ticks(scale, most=7),
        percents=tuple(Tick(percent_y(n, top), n) for n in (0, 25, 50, 75, 100)),
        width=PROGRESS_WIDTH,
        height=bottom + 28,
        left=scale.left,
        right=scale.right,
        top=top,
        bottom=bottom,
    )


def percent_y(value: float, top: int) -> int:
    return round(top + PROGRESS_DEPTH * (100 - value) / 100)


def progress_series(
    points: tuple[ProgressPoint, ...], names: Sequence[str], scale: Scale, top: int
) -> tuple[Series, ...]:
    """The lines with their labels beside the right edge, moved apart where values are close."""
    runs_by_series = [value_runs(points, n, scale, top) for n in range(len(names))]
    ends = [runs[-1][-1] for runs in runs_by_series if runs]
    label_ys = iter(spread([end.y for end in ends], LINE, top + PROGRESS_DEPTH))
    series = []
    for n, (name, runs) in enumerate(zip(names, runs_by_series, strict=True)):
        reported = [point for point in points if point.values[n] is not None]
        if not reported:
            series.append(Series(n + 1, name, None))
            continue
        latest, count = round(reported[-1].values[n] or 0), reported[-1].count(n)
        if not runs:
            series.append(Series(n + 1, name, latest, count))
            continue
        path = "".join("M" + "L".join(f"{dot.x} {dot.y}" for dot in run) for run in runs)
        end, label_y = runs[-1][-1], next(label_ys)
        lone = tuple(run[0] for run in runs[:-1] if len(run) == 1)
        leader = f"M{end.x + 6} {end.y}L{PROGRESS_RIGHT + 12} {label_y}"
        series.append(Series(n + 1, name, latest, count, path, (*lone, end), leader, label_y))
    return tuple(series)


def value_runs(points: tuple[ProgressPoint, ...], n: int, scale: Scale, top: int) -> list[list[Dot]]:
    """The n-th values as unbroken runs of dots; a day on which fewer than half have reported ends a run."""
    runs = []
    for is_drawn, group in groupby(points, key=lambda point: point.is_drawn(n)):
        if is_drawn:
            runs.append([Dot(scale.x(p.day), percent_y(p.values[n] or 0, top)) for p in group])
    return runs
