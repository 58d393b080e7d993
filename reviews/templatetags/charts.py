"""Tags that draw the charts of `reviews.rendering.charts`."""

from django import template
from django.utils.safestring import SafeString

from reviews.rendering import fragments
from reviews.rendering.charts import GapsChart, ProgressChart, TimelineChart

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
