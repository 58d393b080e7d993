"""Badges, bars, symbols, dates and other fragments of the site's look."""

from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from reviews.queries.minutes import round_rows
from reviews.rendering import fragments
from reviews.rendering.history import change_summary, field_changes
from reviews.text import isolated, language_of, percent

register = template.Library()

register.simple_tag(fragments.badge, name="status_badge")
register.simple_tag(fragments.bar)
register.simple_tag(fragments.symbol)
register.simple_tag(fragments.moment)
register.simple_tag(fragments.changes)
register.simple_tag(fragments.included, name="fragment")
register.filter(field_changes)
register.filter(round_rows)
register.filter(change_summary)
register.filter(percent)

NEAR_DAYS = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}


@register.filter
def days(number: int | None) -> str:
    """A distance in days from today in words: "in 3 days", "today", "2 days ago"; nothing for None."""
    if number is None:
        return ""
    if number in NEAR_DAYS:
        return str(NEAR_DAYS[number])
    if number > 0:
        return ngettext("in %(n)d day", "in %(n)d days", number) % {"n": number}
    return ngettext("%(n)d day ago", "%(n)d days ago", -number) % {"n": -number}


@register.filter
def clock_time(seconds: int) -> str:
    """A length of time as minutes and seconds: 04:09."""
    return f"{seconds // 60:02}:{seconds % 60:02}"


@register.filter
def written(text: object) -> SafeString:
    """What somebody wrote, with its line breaks; marked with its language, where that is another than the page's."""
    lines = linebreaksbr(isolated(str(text or "")))
    language = language_of(str(text or ""))
    return (
        format_html('<span lang="{}">{}</span>', language, lines)
        if language not in ("", get_language())
        else lines
    )


@register.filter
def inline_svg(svg: str) -> SafeString:
    """A drawing that our own code made, as part of the page: the content security policy allows no data: address."""
    return mark_safe(svg[svg.index("<svg") :])  # noqa: S308 - never what somebody typed
