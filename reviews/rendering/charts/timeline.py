"""Time line of meetings and deadlines along an axis of months, in lanes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from reviews.rendering.charts.layout import (
    LINE,
    Marker,
    Scale,
    Tick,
    flag_span,
    lanes,
    month_start,
    month_ticks,
    shortened,
    text_width,
)


@dataclass(frozen=True)
class TimelineEvent:
    """A meeting or a deadline on `day` (of a window: the due day).

    `starts` is the first day of a window or of a meeting of several days, `first_day` the day it was first
    planned for, if it was moved.
    """

    label: str
    day: date
    kind: Literal["meeting", "deadline"] = "meeting"
    starts: date | None = None
    first_day: date | None = None
    url: str = ""

    @property
    def is_moved(self) -> bool:
        return self.first_day not in (None, self.day)

    @property
    def is_span(self) -> bool:
        return self.starts not in (None, self.day)


@dataclass(frozen=True)
class Item:
    """An event drawn: its mark at `x`, a bar from `start_x` to it, a hollow mark at `ghost_x` if it moved.

    The text starts at `text_x`, at most `text_width` long; all of it is between `left` and `right` (8 of
    them left free) in a lane whose middle is `y`.
    """

    event: TimelineEvent
    text: str
    x: int
    start_x: int
    ghost_x: int | None
    text_x: int
    text_width: int
    left: int
    right: int
    y: int = 0


@dataclass(frozen=True)
class Band:
    """The lanes of one kind of event, below their heading at `title_y`."""

    kind: str
    title_y: int
    items: tuple[Item, ...]
    bottom: int


@dataclass(frozen=True)
class TimelineChart:
    events: tuple[TimelineEvent, ...]
    today: Marker
    bands: tuple[Band, ...] = ()
    months: tuple[Tick, ...] = ()
    outside: int = 0
    today_x: int = 0
    today_text_x: int = 0
    width: int = 0
    height: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.bands


TIMELINE_WIDTH, TIMELINE_TOP, LANE = 1000, 48, 28


def timeline_chart(
    events: Iterable[TimelineEvent], *, today: Marker, window: tuple[date, date] | None = None
) -> TimelineChart:
    """Lay out meetings above deadlines; `window` (first and last day) limits the picture, not its table."""
    all_events = tuple(sorted(events, key=lambda event: (event.day, event.label)))
    visible = [event for event in all_events if not window or window[0] <= event.day <= window[1]]
    if not visible:
        return TimelineChart(all_events, today, outside=len(all_events))

    # Whole months, from the first to the last day that is to be seen.
    days = {day for event in visible for day in (event.starts, event.first_day, event.day) if day} | {
        today.day
    }
    first, last = window or (min(days), max(days))
    scale = Scale(month_start(first), month_start(last, 1), 0, TIMELINE_WIDTH)
    bands = timeline_bands(visible, scale)
    today_text_x, _end = flag_span(today, scale, TIMELINE_WIDTH)
    return TimelineChart(
        events=all_events,
        today=today,
        bands=bands,
        months=month_ticks(scale, most=12),
        outside=len(all_events) - len(visible),
        today_x=scale.x(today.day),
        today_text_x=today_text_x,
        width=TIMELINE_WIDTH,
        height=bands[-1].bottom + 8,
    )


def timeline_bands(events: Sequence[TimelineEvent], scale: Scale) -> tuple[Band, ...]:
    """A band for each kind that has events, one below the other, its items in lanes."""
    bands: list[Band] = []
    top = TIMELINE_TOP
    for kind in ("meeting", "deadline"):
        items = [place_event(event, scale) for event in events if event.kind == kind]
        if items:
            items.sort(key=lambda item: item.left)
            chosen = lanes([(item.left, item.right) for item in items])
            title_y = top + LINE
            placed = [
                replace(item, y=title_y + LANE * lane + 20) for item, lane in zip(items, chosen, strict=True)
            ]
            top = title_y + LANE * (max(chosen) + 1) + 8
            bands.append(Band(kind, title_y, tuple(placed), bottom=top))
    return tuple(bands)


def place_event(event: TimelineEvent, scale: Scale) -> Item:
    """The text is right of the marks, or left of them where it would leave the picture."""
    x, start = scale.x(event.day), scale.x(event.starts or event.day)
    ghost = scale.x(event.first_day) if event.first_day and event.is_moved else None
    marks = [at for at in (x, start, ghost) if at is not None]
    text = shortened(event.label)
    size = text_width(len(text) + (17 if event.is_span else 7))  # with its day or days in front
    left, right = min(marks) - 8, max(marks) + 8
    text_x = right + 4 if right + 4 + size <= TIMELINE_WIDTH else max(left - 4 - size, 0)
    return Item(event, text, x, start, ghost, text_x, size, min(left, text_x), max(right, text_x + size) + 8)
