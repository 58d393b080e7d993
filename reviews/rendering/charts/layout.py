"""Layout shared by the charts: time scale, ticks, labels in lanes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

# Units per character of 13-unit text, as wide as in DejaVu Sans: the reader's font is not known here.
CHARACTER = 7.8
DATE_CHARACTERS = 12  # "20 Aug 2020" and a space
LINE = 18  # units from one line of text to the next
LABEL_MOST = 46  # characters of a label; the table beside the picture has the whole of it


@dataclass(frozen=True)
class Marker:
    """A day worth a line through the picture; the template writes the date behind the label."""

    day: date
    label: str


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: a day, or a percentage."""

    at: int
    value: date | int


@dataclass(frozen=True)
class Scale:
    """Days laid out evenly from `left` to `right` units."""

    first: date
    last: date
    left: int
    right: int

    def x(self, day: date) -> int:
        """Units from the left edge; a day outside the scale goes to its nearer end."""
        share = (day - self.first) / (self.last - self.first)
        return round(self.left + (self.right - self.left) * min(max(share, 0.0), 1.0))


def scale_over(days: Iterable[date], left: int, right: int) -> Scale:
    """A scale that holds all these days; a single day is in the middle."""
    days = list(days)
    first, last = min(days), max(days)
    if first == last:
        first, last = first - timedelta(days=1), last + timedelta(days=1)
    return Scale(first, last, left, right)


def month_start(day: date, months: int = 0) -> date:
    """The first of the month that lies `months` after the month of `day`."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def month_ticks(scale: Scale, most: int) -> tuple[Tick, ...]:
    """Firsts of months on the scale, thinned to at most `most`; the two ends if there is none."""
    months = (scale.last.year - scale.first.year) * 12 + scale.last.month - scale.first.month
    starts = [month_start(scale.first, n) for n in range(months + 1)]
    inside = [day for day in starts if scale.first <= day < scale.last]
    step = -(-len(inside) // most) or 1
    return tuple(Tick(scale.x(day), day) for day in inside[::step] or (scale.first, scale.last))


def text_width(characters: int) -> int:
    return round(characters * CHARACTER)


def shortened(label: str) -> str:
    """The label as far as there is room for it in a picture."""
    return label if len(label) <= LABEL_MOST else f"{label[: LABEL_MOST - 1].rstrip()}…"


def lanes(spans: Sequence[tuple[int, int]]) -> list[int]:
    """For each span (from, to) the first lane where it touches none; give them from left to right."""
    ends: list[int] = []
    chosen = []
    for start, end in spans:
        lane = next((n for n, taken in enumerate(ends) if taken < start), len(ends))
        ends[lane : lane + 1] = [end]
        chosen.append(lane)
    return chosen


def spread(wanted: Sequence[int], gap: int, lowest: int) -> list[int]:
    """The wanted heights in the same order, moved apart to at least `gap`, none below `lowest`."""
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])
    placed = list(accumulate((wanted[n] for n in order), lambda above, here: max(here, above + gap)))
    for n in reversed(range(len(placed))):
        placed[n] = min(placed[n], lowest - gap * (len(placed) - 1 - n))
    return [placed[order.index(n)] for n in range(len(wanted))]


@dataclass(frozen=True)
class Flag:
    """A marked day: a line at `x` down from `y`, and a text from `text_x`, at most `text_width` long."""

    marker: Marker
    text: str
    x: int
    text_x: int
    text_width: int
    y: int
    is_today: bool


def place_flags(markers: Sequence[Marker], today: Marker, scale: Scale, width: int) -> tuple[Flag, ...]:
    """Texts centred over their days as far as the picture's width allows, in lanes so that none overlap."""
    ordered = sorted((*markers, today), key=lambda marker: flag_span(marker, scale, width))
    spans = [flag_span(marker, scale, width) for marker in ordered]
    return tuple(
        Flag(
            marker,
            shortened(marker.label),
            scale.x(marker.day),
            start,
            end - start,
            LINE * (lane + 1),
            marker is today,
        )
        for marker, (start, end), lane in zip(ordered, spans, lanes(spans), strict=True)
    )


def flag_span(marker: Marker, scale: Scale, width: int) -> tuple[int, int]:
    size = text_width(len(shortened(marker.label)) + DATE_CHARACTERS)
    start = min(scale.x(marker.day) - size // 2, width - size)
    return max(start, 0), max(start, 0) + size
