"""Tags that draw the charts of `reviews.charts`."""

from django import template

from reviews.charts import GapsChart, ProgressChart, TimelineChart

register = template.Library()


@register.inclusion_tag("charts/progress_over_time.html")
def progress_over_time(chart: ProgressChart) -> dict[str, ProgressChart]:
    return {"chart": chart}


@register.inclusion_tag("charts/gaps_by_kind.html")
def gaps_by_kind(chart: GapsChart) -> dict[str, GapsChart]:
    return {"chart": chart}


@register.inclusion_tag("charts/time_line.html")
def time_line(chart: TimelineChart) -> dict[str, TimelineChart]:
    return {"chart": chart}
