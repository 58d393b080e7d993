"""The geometry of the charts: nothing outside the picture, nothing on top of each other, gaps stay gaps."""

import re
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.template import Context, Template

from reviews.rendering.charts import (
    GapRow,
    Marker,
    ProgressPoint,
    TimelineEvent,
    gaps_chart,
    progress_chart,
    timeline_chart,
)
from reviews.rendering.charts.layout import lanes, month_start, month_ticks, scale_over, spread

TODAY = Marker(date(2020, 8, 20), "Today")
DUE = Marker(date(2020, 9, 7), "National reports due")
NAMES = ("Data collection", "Analysis", "Writing")
KINDS = ("Data missing", "Data discontinuous", "Other")


def weekly(*rows):
    first = date(2020, 6, 1)
    return [ProgressPoint(first + timedelta(weeks=n), row, 8, 10) for n, row in enumerate(rows)]


def progress(*rows, **kwargs):
    return progress_chart(weekly(*rows), series=NAMES, today=TODAY, **kwargs)


def dots_of(path):
    return [tuple(map(int, dot.split())) for dot in re.split("[ML]", path) if dot]


def meeting(label, month, day, **kwargs):
    return TimelineEvent(label, date(2020, month, day), **kwargs)


# What the pictures share


def test_a_scale_keeps_the_order_of_days_within_its_ends():
    days = [date(2020, 2, 24) + timedelta(days=n) for n in range(0, 300, 7)]
    scale = scale_over(reversed(days), 40, 600)
    xs = [scale.x(day) for day in days]
    assert xs == sorted(set(xs))
    assert (xs[0], xs[-1]) == (40, 600)


def test_a_scale_holds_days_outside_it_at_its_ends():
    scale = scale_over([date(2020, 6, 1), date(2020, 9, 1)], 0, 100)
    assert (scale.x(date(2019, 1, 1)), scale.x(date(2026, 1, 1))) == (0, 100)


def test_a_single_day_stands_in_the_middle():
    assert scale_over([date(2020, 8, 11)], 0, 100).x(date(2020, 8, 11)) == 50


@pytest.mark.parametrize(
    ("months", "start"), [(0, date(2020, 11, 1)), (1, date(2020, 12, 1)), (2, date(2021, 1, 1))]
)
def test_months_are_counted_over_the_end_of_a_year(months, start):
    assert month_start(date(2020, 11, 15), months) == start


@pytest.mark.parametrize("days", [1, 20, 40, 300, 2000])
def test_ticks_are_few_and_in_order(days):
    scale = scale_over([date(2020, 2, 10), date(2020, 2, 10) + timedelta(days=days)], 0, 900)
    ticks = month_ticks(scale, most=8)
    assert 1 <= len(ticks) <= 8
    assert all(before.at < after.at for before, after in pairwise(ticks))


def test_spans_in_one_lane_never_touch():
    spans = [(0, 50), (10, 30), (31, 90), (51, 70), (60, 65)]
    assert lanes(spans) == [0, 1, 1, 0, 2]


@pytest.mark.parametrize("wanted", [[100, 100, 100], [200, 10, 195], [0, 0, 0], [50], []])
def test_labels_are_moved_apart_in_their_order(wanted):
    placed = spread(wanted, 18, 200)
    ordered = [at for _, at in sorted(zip(wanted, placed, strict=True))]
    assert all(below - above >= 18 for above, below in pairwise(ordered))
    assert all(at <= 200 for at in placed)


# Progress over time


def test_lines_lie_within_the_plot_and_run_forward():
    chart = progress((0, 0, 0), (40.5, 20, 0), (100, 90, 80), markers=[DUE])
    for series in chart.series:
        xs, ys = zip(*dots_of(series.path), strict=True)
        assert list(xs) == sorted(set(xs))
        assert chart.left <= xs[0]
        assert xs[-1] <= chart.right
        assert all(chart.top <= y <= chart.bottom for y in ys)


def test_zero_lies_on_the_floor_and_a_hundred_at_the_top():
    chart = progress((0, 100, 50), (0, 100, 50))
    assert [dots_of(series.path)[0][1] for series in chart.series[:2]] == [chart.bottom, chart.top]


def test_points_given_in_any_order_make_the_same_picture():
    points = weekly((10, 5, 0), (20, 10, 0), (30, 20, 5))
    forward, backward = (progress_chart(order, series=NAMES, today=TODAY) for order in (points, points[::-1]))
    assert forward == backward


def test_a_day_without_a_figure_breaks_the_line():
    line = progress((10, 0, 0), (20, 0, 0), (None, 0, 0), (40, 0, 0), (50, 0, 0)).series[0]
    assert line.path.count("M") == 2
    assert len(dots_of(line.path)) == 4


def test_a_lone_figure_between_two_breaks_is_a_dot():
    line = progress((10, 0, 0), (None, 0, 0), (30, 0, 0), (None, 0, 0), (50, 0, 0)).series[0]
    assert len(line.dots) == 3


def test_the_latest_figure_is_the_last_one_reported():
    assert [series.latest for series in progress((10, 0, None), (None, 5, None)).series] == [10, 5, None]


def test_a_workstream_nobody_reported_has_no_line():
    assert progress((10, 0, None), (20, 5, None)).series[2].path == ""


def test_a_single_point_is_a_dot_in_each_line():
    chart = progress((10, 5, 0))
    assert [len(series.dots) for series in chart.series] == [1, 1, 1]


def test_labels_of_equal_figures_do_not_overlap():
    ys = sorted(series.label_y for series in progress((0, 0, 0), (50, 50, 50)).series)
    assert all(below - above >= 18 for above, below in pairwise(ys))


def test_texts_of_close_days_go_to_different_lanes():
    chart = progress((10, 5, 0), markers=[DUE, Marker(date(2020, 8, 24), "The window opens")])
    by_lane = defaultdict(list)
    for flag in chart.flags:
        by_lane[flag.y].append((flag.text_x, flag.text_x + flag.text_width))
    assert all(end < start for spans in by_lane.values() for (_, end), (start, _) in pairwise(sorted(spans)))
    assert all(start >= 0 and end <= chart.width for spans in by_lane.values() for start, end in spans)
    assert max(by_lane) < chart.top


def test_today_is_marked_once():
    assert [flag.marker for flag in progress((1, 1, 1), markers=[DUE]).flags if flag.is_today] == [TODAY]


def test_the_first_of_very_many_draws_no_line():
    """Its average stands in words, with the number of countries that it is of."""
    days = [(1, (100, 50, None)), (97, (40, 20, 10)), (98, (40, 20, 10))]
    points = [
        ProgressPoint(date(2020, 6, n), values, count, 195, (count, count, 0 if n == 1 else 5))
        for n, (count, values) in enumerate(days, 1)
    ]
    first = progress_chart(points[:1], series=NAMES, today=TODAY).series[0]
    assert (first.path, first.latest, first.count) == ("", 100, 1)
    data, _analysis, writing = progress_chart(points, series=NAMES, today=TODAY).series
    assert (data.path, len(data.dots), data.count) == (f"M{data.dots[0].x} {data.dots[0].y}", 1, 98)
    assert (writing.path, writing.latest, writing.count) == ("", 10, 5)


@pytest.mark.parametrize("rows", [[], [(None, None, None)]])
def test_without_figures_there_is_no_picture_of_progress(rows):
    chart = progress(*rows)
    assert chart.is_empty
    assert [series.latest for series in chart.series] == [None, None, None]


# Gaps by kind


def test_bars_keep_the_order_given():
    chart = gaps_chart([GapRow("Lao PDR", (1, 0, 0)), GapRow("Viet Nam", (9, 9, 9))], kinds=KINDS)
    assert [bar.row.member for bar in chart.bars] == ["Lao PDR", "Viet Nam"]


def test_segments_join_without_a_gap_and_stay_in_the_picture():
    chart = gaps_chart([GapRow("Lao PDR", (3, 1, 7)), GapRow("Viet Nam", (30, 11, 9))], kinds=KINDS)
    for bar in chart.bars:
        assert bar.segments[0].x == chart.left
        assert all(one.x + one.width == next_.x for one, next_ in pairwise(bar.segments))
        assert bar.total_x <= chart.width


def test_a_kind_without_gaps_takes_no_room():
    (bar,) = gaps_chart([GapRow("Viet Nam", (2, 0, 1))], kinds=KINDS).bars
    assert [(segment.kind, segment.count) for segment in bar.segments] == [(1, 2), (3, 1)]


def test_a_number_that_does_not_fit_is_left_to_the_table():
    (bar,) = gaps_chart([GapRow("Viet Nam", (1, 400, 0))], kinds=KINDS).bars
    assert [segment.text_x is None for segment in bar.segments] == [True, False]


def test_one_gap_does_not_fill_the_width():
    (bar,) = gaps_chart([GapRow("Viet Nam", (1, 0, 0))], kinds=KINDS).bars
    assert bar.segments[0].width < 60


def test_totals_are_counted_by_kind():
    chart = gaps_chart([GapRow("Lao PDR", (1, 0, 2)), GapRow("Viet Nam", (1, 1, 0))], kinds=KINDS)
    assert (chart.totals, chart.total) == ((2, 1, 2), 5)


@pytest.mark.parametrize("rows", [[], [GapRow("Viet Nam", (0, 0, 0))]])
def test_without_gaps_there_is_no_picture_of_them(rows):
    assert gaps_chart(rows, kinds=KINDS).is_empty


# Meetings and deadlines


CALENDAR = [
    meeting("SOCA on the mid-term review: outline, indicators, roadmap, contents", 2, 25),
    meeting("28th SOCA", 6, 22, first_day=date(2020, 4, 5)),
    meeting("23rd ASCC Council", 6, 23, first_day=date(2020, 4, 5)),
    meeting("15th SOC-COM", 6, 17),
    meeting("3rd coordination meeting", 8, 11),
    meeting("37th ASEAN Summit", 11, 15, starts=date(2020, 11, 12)),
    meeting("National reports due", 9, 7, kind="deadline", starts=date(2020, 8, 24)),
    meeting("Comments on the draft", 9, 30, kind="deadline"),
]


def items_of(chart):
    return {item.event.label: item for band in chart.bands for item in band.items}


def test_events_of_one_lane_never_overlap():
    for band in timeline_chart(CALENDAR, today=TODAY).bands:
        by_lane = defaultdict(list)
        for item in band.items:
            by_lane[item.y].append((item.left, item.right))
        assert all(
            end < start for spans in by_lane.values() for (_, end), (start, _) in pairwise(sorted(spans))
        )


def test_everything_lies_within_the_picture():
    chart = timeline_chart(CALENDAR, today=TODAY)
    for band in chart.bands:
        for item in band.items:
            assert item.text_x >= 0
            assert item.text_x + item.text_width <= chart.width
            assert band.title_y < item.y < band.bottom <= chart.height


def test_marks_run_forward_with_the_days():
    items = items_of(timeline_chart(CALENDAR, today=TODAY)).values()
    xs = [item.x for item in sorted(items, key=lambda item: item.event.day)]
    assert xs == sorted(xs)


def test_meetings_and_deadlines_are_apart():
    meetings, deadlines = timeline_chart(CALENDAR, today=TODAY).bands
    assert meetings.bottom < deadlines.title_y < min(item.y for item in deadlines.items)


def test_a_moved_event_keeps_its_first_date():
    item = items_of(timeline_chart(CALENDAR, today=TODAY))["28th SOCA"]
    assert item.ghost_x is not None
    assert item.ghost_x < item.x


def test_an_event_on_its_first_date_has_not_moved():
    event = meeting("15th SOC-COM", 6, 17, first_day=date(2020, 6, 17))
    assert items_of(timeline_chart([event], today=TODAY))["15th SOC-COM"].ghost_x is None


def test_a_window_is_a_bar_to_its_due_day():
    item = items_of(timeline_chart(CALENDAR, today=TODAY))["National reports due"]
    assert item.event.is_span
    assert item.start_x < item.x


def test_long_labels_are_shortened_in_the_picture_only():
    chart = timeline_chart(CALENDAR, today=TODAY)
    long = CALENDAR[0].label
    assert items_of(chart)[long].text.endswith("…")
    assert chart.events[0].label == long


def test_events_outside_the_period_are_counted_and_stay_in_the_table():
    chart = timeline_chart(CALENDAR, today=TODAY, window=(date(2020, 6, 1), date(2020, 9, 30)))
    assert chart.outside == 2
    assert len(chart.events) == len(CALENDAR)


def test_a_single_event_makes_a_picture():
    chart = timeline_chart([CALENDAR[4]], today=TODAY)
    assert 0 <= chart.today_x <= chart.width
    assert len(chart.months) == 1


def test_without_events_there_is_no_time_line():
    assert timeline_chart([], today=TODAY).is_empty


def test_a_period_without_events_is_not_the_same_as_no_events():
    chart = timeline_chart(CALENDAR, today=TODAY, window=(date(2030, 1, 1), date(2030, 2, 1)))
    assert chart.is_empty
    assert chart.outside == len(CALENDAR)


# The drawings


DRAWINGS = {
    "progress_over_time": progress((10, 5, None), (None, 10, 5), (30, 20, 10), markers=[DUE]),
    "gaps_by_kind": gaps_chart(
        [GapRow("Viet Nam", (1, 2, 0), "/vnm/"), GapRow("Lao PDR", (0, 0, 0))], kinds=KINDS
    ),
    "time_line": timeline_chart(CALENDAR, today=TODAY),
}
EMPTY = {
    "progress_over_time": progress(),
    "gaps_by_kind": gaps_chart([], kinds=KINDS),
    "time_line": timeline_chart([], today=TODAY),
}


def drawn(tag, chart):
    return Template(f"{{% load charts %}}{{% {tag} chart %}}").render(Context({"chart": chart}))


@pytest.mark.parametrize("tag", DRAWINGS)
def test_a_drawing_has_a_name_a_description_and_a_table(tag):
    html = drawn(tag, DRAWINGS[tag])
    assert '<svg class="plot" role="img"' in html
    assert html.index("<title") < html.index("<desc") < html.index("<table")


@pytest.mark.parametrize("tag", DRAWINGS)
def test_a_drawing_needs_no_inline_style_or_script(tag):
    assert not re.search(r"style=|<style|<script|\son\w+=", drawn(tag, DRAWINGS[tag]))


@pytest.mark.parametrize("tag", EMPTY)
def test_an_empty_drawing_is_a_sentence(tag):
    html = drawn(tag, EMPTY[tag])
    assert "<svg" not in html
    assert re.search(r"<p[^>]*>No ", html)


@pytest.mark.parametrize("tag", DRAWINGS)
def test_coordinates_are_plain_numbers_in_every_language(tag, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    coordinates = re.findall(
        r'(?:viewBox|points|\sx|\sy|width|height|d)="([^"]+)"', drawn(tag, DRAWINGS[tag])
    )
    assert coordinates
    assert not [text for text in coordinates if "," in text]
