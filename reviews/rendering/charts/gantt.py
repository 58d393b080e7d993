"""Gantt chart of the plan: a row for each step in the plan's order, with its days to spare."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from reviews.rendering.charts.layout import Marker, Scale, Tick, month_start, month_ticks, shortened

GANTT_WIDTH, GANTT_LEFT, GANTT_RIGHT, GANTT_TOP, GANTT_ROW = 1000, 370, 830, 48, 32


@dataclass(frozen=True)
class GanttStep:
    """A step of the plan: its work lasts from `starts` to `arrives`; it must arrive by `latest`.

    `slack`: days from arriving to the latest day; negative: too late. None: over, or not known.
    """

    label: str
    state: Literal["done", "fixed", "open"]  # taken place; a meeting has its day; depends on the work
    day: date | None  # done on, or the fixed day
    starts: date | None = None
    arrives: date | None = None
    latest: date | None = None
    slack: int | None = None


@dataclass(frozen=True)
class GanttBar:
    """A step drawn; what is not known is None."""

    step: GanttStep
    text: str
    y: int
    work: tuple[int, int] | None  # from, to
    spare: tuple[int, int] | None  # between arriving and the latest day, in order
    day_x: int | None
    latest_x: int | None

    @property
    def is_late(self) -> bool:
        return self.step.slack is not None and self.step.slack < 0


@dataclass(frozen=True)
class GanttChart:
    bars: tuple[GanttBar, ...]
    today: Marker
    months: tuple[Tick, ...] = ()
    today_x: int = 0
    height: int = 0
    width: int = GANTT_WIDTH
    left: int = GANTT_LEFT
    right: int = GANTT_RIGHT

    @property
    def is_empty(self) -> bool:
        return not self.bars


def gantt_chart(steps: Sequence[GanttStep], *, today: Marker) -> GanttChart:
    """Lay out the steps in the order given, over whole months."""
    days = [day for step in steps for day in (step.day, step.starts, step.arrives, step.latest) if day]
    if not days:
        return GanttChart((), today)
    first, last = min(*days, today.day), max(*days, today.day)
    scale = Scale(month_start(first), month_start(last, 1), GANTT_LEFT, GANTT_RIGHT)
    bars = tuple(gantt_bar(step, GANTT_TOP + GANTT_ROW * n + 22, scale) for n, step in enumerate(steps))
    height = GANTT_TOP + GANTT_ROW * len(bars) + 12
    return GanttChart(bars, today, month_ticks(scale, most=8), scale.x(today.day), height)


def gantt_bar(step: GanttStep, y: int, scale: Scale) -> GanttBar:
    work = spare = None
    if step.starts and step.arrives and step.starts < step.arrives:
        work = (scale.x(step.starts), scale.x(step.arrives))
    if step.slack and step.arrives and step.latest:
        first, last = sorted((scale.x(step.arrives), scale.x(step.latest)))
        spare = (first, last)
    day_x = scale.x(step.day) if step.day else None
    latest_x = scale.x(step.latest) if step.latest and step.state == "open" else None
    return GanttBar(step, shortened(step.label), y, work, spare, day_x, latest_x)
