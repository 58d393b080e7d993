"""Columns that several lists share, for the page and for its export."""

from datetime import date, datetime
from typing import Protocol

import django_tables2 as tables
from django.utils.functional import Promise, cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from reviews import clock
from reviews.models import Meeting, MeetingStatus
from reviews.rendering import fragments
from reviews.rendering.spreadsheets import Percentage


class HasPage(Protocol):
    """A record with a page of its own."""

    def get_absolute_url(self) -> str: ...


class HasTone(Protocol):
    """A record whose status has a tone: the colour of its badge."""

    @property
    def tone(self) -> str: ...


def open_row(record: HasPage) -> str:
    """The address of the row itself (a foreign key's own link would lead to the related record)."""
    return str(record.get_absolute_url())


class StatusColumn(tables.Column):
    """A status as a badge: shape, colour and word. Exported as its word."""

    def render(self, value: str | Promise, record: HasTone) -> SafeString:
        return fragments.badge(value, record.tone)

    def value(self, value: str | Promise) -> str:
        return str(value)


class FigureColumn(tables.Column):
    """0 to 100 as a bar; empty is "not yet reported", in exports a percentage or an empty cell."""

    empty_values = ()

    def render(self, value: int | None) -> SafeString:
        return fragments.bar(value)

    def value(self, value: int | None) -> Percentage | None:
        return None if value is None else Percentage(value)


class DayColumn(tables.Column):
    """A date, or the Jakarta day of an instant; exported as a day."""

    def render(self, value: date | datetime) -> SafeString:
        return fragments.day(_day(value))

    def value(self, value: date | datetime | None) -> date | None:
        return _day(value) if value else None


def _day(value: date | datetime) -> date:
    return clock.day_of(value) if isinstance(value, datetime) else value


class AgeColumn(DayColumn):
    """How many days ago something happened, with its date."""

    @cached_property
    def today(self) -> date:
        """Read once for each page: every table has its own columns."""
        return clock.today()

    def render(self, value: date | datetime) -> SafeString:
        day = _day(value)
        return fragments.age(day, clock.days_between(day, self.today))


class HeldColumn(DayColumn):
    """When a meeting was held, which may be known without its day."""

    # django-tables2 passes whatever the signature names.
    def render(self, value: date | None, record: Meeting) -> SafeString:  # type: ignore[override]
        if value:
            return super().render(value)
        day_unknown = record.status == MeetingStatus.HELD
        return format_html("{}", gettext("day not known") if day_unknown else "—")
