"""Reports received, day by day, against the window in which they are due (burn-up)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from reviews.rendering.charts.layout import Flag, Marker, Tick, month_ticks, place_flags, scale_over

RECEIVED_WIDTH, RECEIVED_LEFT, RECEIVED_RIGHT, RECEIVED_DEPTH = 860, 40, 800, 200
MOST_LEVELS = 6  # of the axis of numbers
MARGIN = timedelta(days=7)  # before the window


@dataclass(frozen=True)
class Received:
    """One report, and the day on which it was received."""

    member: str
    day: date


@dataclass(frozen=True)
class ReceivedDay:
    """A day on which reports were received, from whom, and how many there were by then."""

    day: date
    members: tuple[str, ...]
    total: int


@dataclass(frozen=True)
class ReceivedChart:
    """`path` is the staircase of the total, from `window_x` to `window_end` the reports are due."""

    days: tuple[ReceivedDay, ...]
    members: int  # that are expected to submit
    opens_on: date
    due_on: date
    path: str
    window_x: int
    window_end: int
    end: tuple[int, int]  # the total so far
    flags: tuple[Flag, ...]
    months: tuple[Tick, ...]
    levels: tuple[Tick, ...]
    top: int
    bottom: int
    left: int = RECEIVED_LEFT
    right: int = RECEIVED_RIGHT
    width: int = RECEIVED_WIDTH

    @property
    def total(self) -> int:
        return self.days[-1].total if self.days else 0

    @property
    def window_width(self) -> int:
        return max(self.window_end - self.window_x, 2)

    @property
    def depth(self) -> int:
        return self.bottom - self.top

    @property
    def height(self) -> int:
        return self.bottom + 28


def received_chart(
    reports: Iterable[Received], *, members: int, window: tuple[date, date], today: Marker, due_label: str
) -> ReceivedChart:
    """Lay out the staircase; `window`: the first and the last day of the deadline."""
    ordered, (opens_on, due_on) = sorted(reports, key=lambda report: (report.day, report.member)), window
    days = count_up(ordered)
    scale = scale_over(
        [opens_on - MARGIN, due_on, today.day, *(day.day for day in days)], RECEIVED_LEFT, RECEIVED_RIGHT
    )
    flags = place_flags([Marker(due_on, due_label)], today, scale, RECEIVED_WIDTH)
    top = max(flag.y for flag in flags) + 14
    bottom = top + RECEIVED_DEPTH

    def y(number: int) -> int:
        return bottom - round(number * RECEIVED_DEPTH / max(members, 1))

    total = days[-1].total if days else 0
    steps = "".join(f"H{scale.x(day.day)}V{y(day.total)}" for day in days)
    end = (scale.x(max(today.day, *(day.day for day in days)) if days else today.day), y(total))
    step = -(-members // MOST_LEVELS) or 1
    return ReceivedChart(
        days=tuple(days),
        members=members,
        opens_on=opens_on,
        due_on=due_on,
        path=f"M{RECEIVED_LEFT} {bottom}{steps}H{end[0]}",
        window_x=scale.x(opens_on),
        window_end=scale.x(due_on),
        end=end,
        flags=flags,
        months=month_ticks(scale, most=8),
        levels=tuple(Tick(y(n), n) for n in sorted({*range(0, members + 1, step), members})),
        top=top,
        bottom=bottom,
    )


def count_up(reports: Sequence[Received]) -> list[ReceivedDay]:
    """Return each day with the total by its end; give the reports in order of their day."""
    days, total = [], 0
    for day, of_day in groupby(reports, key=lambda report: report.day):
        members = tuple(report.member for report in of_day)
        total += len(members)
        days.append(ReceivedDay(day, members, total))
    return days
