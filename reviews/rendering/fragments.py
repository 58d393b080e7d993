"""Rendered HTML fragments (badges, bars, dates), cached per process by their arguments.

A fragment depends on its arguments, its language and its template alone, so it is never another person's. When
runserver notices an edited template, all fragments are forgotten.
"""

from collections.abc import Hashable, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.dispatch import receiver
from django.template.loader import get_template
from django.utils.autoreload import file_changed
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, ngettext


def included(template: str, **context: Any) -> SafeString:
    """A template whose values are few: statuses, tones, figures of 0 to 100."""
    return _included(template, get_language(), **context)


# By type as well: text that is markup is no key for the same text that is none, nor 1 for True.
@lru_cache(maxsize=2000, typed=True)
def _included(template: str, language: str | None, **context: Any) -> SafeString:
    return mark_safe(get_template(template).render(context))  # noqa: S308 - templates escape what they show


@lru_cache(maxsize=100)
def _drawn(template: str, language: str | None, chart: Hashable) -> SafeString:
    return mark_safe(get_template(template).render({"chart": chart}))  # noqa: S308 - as above


def drawn(template: str, chart: Hashable) -> SafeString:
    """A picture from its values: while none of them changes, everybody gets the same."""
    return _drawn(template, get_language(), chart)


@receiver(file_changed)
def forget(file_path: Path, **kwargs: object) -> None:
    """Clear the fragments after a template was edited: it may be included by any other."""
    if file_path.suffix == ".html":
        _included.cache_clear()
        _drawn.cache_clear()


def badge(label: Any, tone: str = "neutral") -> SafeString:
    """A status in words and a shape; tones: neutral, info, progress, warn, good, bad."""
    return included("includes/status.html", label=str(label), tone=str(tone))


def bar(value: int | None, label: Any = "") -> SafeString:
    """A figure of 0 to 100; None is "not yet reported", which is not 0."""
    return included("includes/bar.html", value=value, label=str(label))


def symbol(tone: str) -> SafeString:
    return included("includes/symbol.html", tone=tone)


def day(value: date) -> SafeString:
    """20 Aug 2020."""
    return _day(value, get_language())


@lru_cache(maxsize=4000)
def _day(value: date, language: str | None) -> SafeString:
    return format_html('<span class="text-day">{}</span>', date_format(value))


def moment(value: datetime) -> SafeString:
    """20 Aug 2020 16:30, and for machines with its time zone."""
    return _moment(value, get_language())


@lru_cache(maxsize=4000)
def _moment(value: datetime, language: str | None) -> SafeString:
    here = localtime(value)
    shown = f"{date_format(here)} {here:%H:%M}"
    return format_html('<time datetime="{}">{}</time>', here.isoformat(), shown)


CHANGE = (
    '<li>{}: <del><span class="visually-hidden">{} </span>{}</del> '
    '<span aria-hidden="true">→</span> <ins><span class="visually-hidden">{} </span>{}</ins></li>'
)


def changes(differences: Sequence[tuple[str, str, str]]) -> SafeString:
    """What a line of a history changed: each field with what it was and what it became; nothing for none."""
    was, became = gettext("before:"), gettext("now:")
    rows = ((label, was, before, became, after) for label, before, after in differences)
    shown = format_html_join("", CHANGE, rows)
    return format_html('<ul class="changes">{}</ul>', shown) if shown else shown


def age(value: date, days: int) -> SafeString:
    """The same with how many days ago that was."""
    return _age(value, days, get_language())


@lru_cache(maxsize=4000)
def _age(value: date, days: int, language: str | None) -> SafeString:
    ago = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    return format_html('{}<br><span class="soft small">{}</span>', day(value), ago)
