"""Rendered HTML fragments (badges, bars, dates), cached per process by their arguments and language.

A fragment depends on these and on its template alone, so it is never another person's. When runserver notices an
edited template, all fragments are forgotten.
"""

from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, ParamSpec

from django.dispatch import receiver
from django.template.loader import get_template
from django.utils.autoreload import file_changed
from django.utils.formats import time_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, ngettext

from reviews import clock
from reviews.queries.outlook import OutlookWord
from reviews.rendering.charts import Sparkline
from reviews.text import isolated

P = ParamSpec("P")
CACHES: list[Any] = []  # every lru_cache below, so that all can be cleared


def cached_by_language(maxsize: int) -> Callable[[Callable[P, SafeString]], Callable[P, SafeString]]:
    """Cache what a function renders, by its arguments and the language."""

    def decorate(render: Callable[P, SafeString]) -> Callable[P, SafeString]:
        # By type as well: text that is markup is no key for the same text that is none, nor 1 for True.
        @lru_cache(maxsize=maxsize, typed=True)
        def of_language(language: str | None, *args: Any, **kwargs: Any) -> SafeString:
            return render(*args, **kwargs)

        @wraps(render)
        def cached(*args: P.args, **kwargs: P.kwargs) -> SafeString:
            return of_language(get_language(), *args, **kwargs)  # type: ignore[arg-type] # hashable all

        CACHES.append(of_language)
        return cached

    return decorate


@receiver(file_changed)
def forget(file_path: Path, **kwargs: object) -> None:
    """Clear the fragments after a template was edited: it may be included by any other."""
    if file_path.suffix == ".html":
        for cache in CACHES:
            cache.cache_clear()


@cached_by_language(maxsize=2000)
def included(template: str, **context: Any) -> SafeString:
    """A template whose values are few: statuses, tones, figures of 0 to 100."""
    return mark_safe(get_template(template).render(context))  # noqa: S308 - templates escape what they show


@cached_by_language(maxsize=100)
def drawn(template: str, chart: Hashable) -> SafeString:
    """A chart from its values: while none of them changes, everybody gets the same."""
    return mark_safe(get_template(template).render({"chart": chart}))  # noqa: S308 - as above


def badge(label: str | Promise, tone: str = "neutral") -> SafeString:
    """A status in words and a shape; tones: neutral, info, progress, warn, good, bad."""
    return included("includes/status.html", label=str(label), tone=str(tone))


def bar(value: int | None, label: str | Promise = "") -> SafeString:
    """A figure of 0 to 100; None is "not yet reported", which is not 0."""
    return included("includes/bar.html", value=value, label=str(label))


def plain_bar(percent: int) -> SafeString:
    """A bar alone; the words beside it say what it shows."""
    return format_html('<progress max="100" value="{}" aria-hidden="true"></progress>', percent)


def symbol(tone: str) -> SafeString:
    return included("includes/symbol.html", tone=tone)


@cached_by_language(maxsize=4000)
def day(value: date) -> SafeString:
    """20 Aug 2020."""
    return format_html('<span class="text-day">{}</span>', clock.short_day(value))


@cached_by_language(maxsize=4000)
def age(value: date, days: int) -> SafeString:
    """A day, and how many days ago it was."""
    ago = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    return format_html('{}<br><span class="soft small">{}</span>', day(value), ago)


@cached_by_language(maxsize=4000)
def moment(value: datetime) -> SafeString:
    """20 Aug 2020 16:30, and for machines with its time zone."""
    local = localtime(value)
    text = f"{clock.short_day(local)} {time_format(local)}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), text)


def outlook(word: OutlookWord, reason: str) -> SafeString:
    """One word with its shape, and its reason on demand."""
    label = badge(word.label, word.tone)
    return format_html("<details><summary>{}</summary><p>{}</p></details>", label, reason)


SPARKLINE = (
    '<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}"><title>{}</title>{}<path class="line" d="{}"/>{}'
    "</svg>"
)


@cached_by_language(maxsize=4000)
def sparkline(chart: Sparkline, words: str) -> SafeString:
    """A small line of one figure, and the same in words; nothing where there is nothing to draw."""
    if not chart.path:
        return SafeString()
    ticks = format_html_join(
        "", '<path class="tick" d="M{} 0V{}"/>', ((x, chart.height) for x in chart.ticks)
    )
    end = format_html('<circle cx="{}" cy="{}" r="2.5"/>', *chart.end) if chart.end else ""
    return format_html(SPARKLINE, chart.width, chart.height, words, words, ticks, chart.path, end)


CHANGE = (
    '<li>{}: <del><span class="visually-hidden">{} </span>{}</del> '
    '<span aria-hidden="true">→</span> <ins><span class="visually-hidden">{} </span>{}</ins></li>'
)


def changes(differences: Sequence[tuple[str, str, str]]) -> SafeString:
    """The changed fields of a history entry, each with its value before and after; nothing for none."""
    was, became = gettext("before:"), gettext("now:")
    rows = ((label, was, isolated(before), became, isolated(after)) for label, before, after in differences)
    items = format_html_join("", CHANGE, rows)
    return format_html('<ul class="changes">{}</ul>', items) if items else items
