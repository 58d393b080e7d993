"""The geometry of the pictures of a cycle: equal squares, order kept, nothing outside, no figure is not 0."""

import re
from datetime import date, timedelta

import pytest
from django.template import Context, Template

from reviews.rendering import charts
from reviews.rendering.charts import GanttStep, HeatRow, Marker, Received, StatusGroup, TileMember
from reviews.rendering.charts.heatmap import shade_of
from reviews.rendering.charts.tiles import TILE_PLACES

DAY, WINDOW = date(2020, 8, 20), (date(2020, 8, 24), date(2020, 9, 7))
TODAY = Marker(DAY, "Today")


def draw(tag, chart):
    return Template(f"{{% load charts %}}{{% {tag} chart %}}").render(Context({"chart": chart}))


# Heat map


def test_no_figure_is_not_zero():
    chart = charts.heat_map([HeatRow("Lao PDR", (0, None, 100))], columns=["Data", "Analysis", "Writing"])
    assert [cell.shade for cell in chart.lines[0].cells] == [1, None, 5]
    html = draw("heat_map", chart)
    assert html.count("no figure") == 3  # the key, the cell, the table
    assert "0 %" in html


@pytest.mark.parametrize(
    ("value", "shade"), [(None, None), (0, 1), (19, 1), (20, 2), (79, 4), (80, 5), (100, 5)]
)
def test_shades(value, shade):
    assert shade_of(value) == shade


def test_rows_keep_their_order_and_lie_within():
    names = ["Brunei Darussalam", "Cambodia", "Viet Nam"]
    chart = charts.heat_map([HeatRow(name, (10, 90, 5)) for name in names], columns=["A", "B", "C"])
    assert [line.row.member for line in chart.lines] == names
    for line in chart.lines:
        assert all(cell.x + chart.cell_width <= chart.width for cell in line.cells)
        assert all(cell.y + chart.cell_height <= chart.height for cell in line.cells)


# Reports received


def received(*days, members=10, today=TODAY):
    reports = [Received(f"M{n}", day) for n, day in enumerate(days)]
    return charts.received_chart(reports, members=members, window=WINDOW, today=today, due_label="Reports")


def test_reports_add_up():
    chart = received(date(2020, 8, 12), date(2020, 8, 3), date(2020, 8, 12))
    assert [(day.day, day.total) for day in chart.days] == [(date(2020, 8, 3), 1), (date(2020, 8, 12), 3)]
    assert (chart.total, chart.members) == (3, 10)
    heights = [int(y) for y in re.findall(r"V(\d+)", chart.path)]
    assert heights == sorted(heights, reverse=True)
    assert chart.top <= min(heights) <= chart.bottom


def test_nothing_received_yet():
    chart = received()
    assert chart.total == 0
    assert "No report has been received yet." in draw("received", chart)


@pytest.mark.parametrize("today", [date(2020, 6, 1), date(2020, 12, 1)])
def test_the_window_is_always_in_the_picture(today):
    chart = received(date(2020, 9, 1), today=Marker(today, "Today"))
    assert chart.left <= chart.window_x < chart.window_end <= chart.right


# Countries by status


def test_a_column_for_each_status_also_without_countries():
    groups = [StatusGroup("Not started", "neutral", ()), StatusGroup("Accepted", "good", ("Singapore",))]
    chart = charts.status_chart(groups)
    assert [len(column.chips) for column in chart.columns] == [0, 1]
    assert chart.columns[-1].x + chart.column_width <= chart.width


def test_many_countries_are_counted_and_named_in_the_table():
    members = tuple(f"Member {n:03}" for n in range(195))
    chart = charts.status_chart([StatusGroup("In progress", "progress", members)])
    assert (len(chart.columns[0].chips), chart.columns[0].others) == (12, 183)
    html = draw("status_columns", chart)
    assert "and 183 more" in html
    assert all(member in html for member in members)


# Gantt


def steps():
    first = GanttStep("Reports", "open", None, DAY, WINDOW[1], date(2020, 9, 14), 7)
    late = GanttStep("Draft", "open", None, WINDOW[1], date(2020, 10, 5), date(2020, 9, 28), -7)
    summit = GanttStep("Summit", "fixed", date(2020, 11, 12), None, date(2020, 11, 9), date(2020, 11, 12), 3)
    return [GanttStep("Outline", "done", date(2020, 2, 25)), first, late, summit]


def test_steps_are_in_the_order_of_the_plan():
    chart = charts.gantt_chart(steps(), today=TODAY)
    assert [bar.step.label for bar in chart.bars] == ["Outline", "Reports", "Draft", "Summit"]
    assert [bar.is_late for bar in chart.bars] == [False, False, True, False]
    ys = [bar.y for bar in chart.bars]
    assert ys == sorted(set(ys))


def test_no_label_covers_a_mark():
    """Labels and words have columns of their own, left and right of the days."""
    chart = charts.gantt_chart(
        [GanttStep("x" * 300, *step[1:]) for step in map(astuple, steps())], today=TODAY
    )
    for bar in chart.bars:
        marks = [x for x in (bar.day_x, bar.latest_x, *(bar.work or ()), *(bar.spare or ())) if x is not None]
        assert all(chart.left <= x <= chart.right for x in marks)
        assert len(bar.text) * 7.8 <= chart.left


def astuple(step):
    return (step.label, step.state, step.day, step.starts, step.arrives, step.latest, step.slack)


def test_a_plan_without_days_has_no_picture():
    chart = charts.gantt_chart([GanttStep("Draft", "open", None)], today=TODAY)
    assert chart.is_empty
    assert draw("gantt", chart).strip() == ""


def test_days_to_spare_are_told_in_words():
    html = draw("gantt", charts.gantt_chart(steps(), today=TODAY))
    assert "7 days" in html
    assert "−7 days" in html
    assert "12 Nov" in html


# Tile map


def members(*codes):
    return [TileMember(code, code.title(), "in progress", "progress", (50, None, 0)) for code in codes]


def test_squares_are_equal_and_apart():
    chart = charts.tile_map(members(*TILE_PLACES))
    places = [(tile.x, tile.y) for tile in chart.tiles]
    assert len(set(places)) == 11
    for n, (x, y) in enumerate(places):
        assert x + chart.size <= chart.width
        assert y + chart.size <= chart.height
        assert all(abs(x - a) >= chart.size or abs(y - b) >= chart.size for a, b in places[n + 1 :])


def test_only_where_all_members_are_states_of_asean():
    assert charts.tile_map(members("VNM", "LAO", "KHM", "MMR")) is not None
    assert charts.tile_map(members("VNM", "XYZ")) is None
    assert charts.tile_map([]) is None


# Sparklines


def line(*points, meetings=(), since=date(2020, 6, 30), until=DAY):
    return charts.sparkline(points, meetings=meetings, since=since, until=until)


def test_a_sparkline_breaks_where_there_was_no_figure():
    days = [date(2020, 6, 30) + timedelta(n) for n in (0, 10, 20, 30)]
    chart = line(*zip(days, (10, None, 30, 40), strict=True))
    assert chart.path.count("M") == 2
    assert chart.end is not None


def test_a_sparkline_has_the_meetings_as_ticks():
    chart = line((date(2020, 6, 30), 40), meetings=(date(2020, 6, 30), date(2020, 8, 11)))
    assert len(chart.ticks) == 2
    assert all(0 <= x <= chart.width for x in chart.ticks)


def test_without_figures_there_is_no_sparkline():
    assert line((date(2020, 6, 30), None)).end is None
    assert line().path == ""
    assert line((DAY, 10), since=DAY).path == ""
