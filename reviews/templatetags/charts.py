"""Tags that draw the charts of `reviews.rendering.charts`."""

from django import template
from django.utils.safestring import SafeString

from reviews.rendering import fragments
from reviews.rendering.charts import (
    GanttChart,
    GapsChart,
    HeatMap,
    ProgressChart,
    ReceivedChart,
    StatusChart,
    TileMap,
    TimelineChart,
)

register = template.Library()


@register.simple_tag
def progress_over_time(chart: ProgressChart) -> SafeString:
    return fragments.drawn("charts/progress_over_time.html", chart)


@register.simple_tag
def gaps_by_kind(chart: GapsChart) -> SafeString:
    return fragments.drawn("charts/gaps_by_kind.html", chart)


@register.simple_tag
def time_line(chart: TimelineChart) -> SafeString:
    return fragments.drawn("charts/time_line.html", chart)


@register.simple_tag
def heat_map(chart: HeatMap) -> SafeString:
    return fragments.drawn("charts/heat_map.html", chart)


@register.simple_tag
def received(chart: ReceivedChart) -> SafeString:
    return fragments.drawn("charts/received.html", chart)


@register.simple_tag
def status_columns(chart: StatusChart) -> SafeString:
    return fragments.drawn("charts/status_columns.html", chart)


@register.simple_tag
def gantt(chart: GanttChart) -> SafeString:
    return fragments.drawn("charts/gantt.html", chart)


@register.simple_tag
def tile_map(chart: TileMap) -> SafeString:
    return fragments.drawn("charts/tile_map.html", chart)
