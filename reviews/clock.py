"""The clock: the only module that reads the time.

Deadlines are dates in Asia/Jakarta (settings.TIME_ZONE) and "by" includes the day. For demonstrations
`settings.REVIEWTRACKER_TODAY` pins the day; `at()` pins the instant, for loading histories and for tests.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

_pinned: ContextVar[datetime | None] = ContextVar("pinned", default=None)


def now() -> datetime:
    """The present instant, with its time zone."""
    pinned = _pinned.get()
    if pinned:
        return pinned
    if settings.REVIEWTRACKER_TODAY:
        # The time of day goes on, so that two saves on a demonstration's day keep their order.
        return timezone.make_aware(
            datetime.combine(settings.REVIEWTRACKER_TODAY, timezone.localtime().time())
        )
    return timezone.now()


def real_now() -> datetime:
    """The instant on the machine's own clock: for mail and jobs, which a pinned day does not stop."""
    return timezone.now()


def is_pinned() -> bool:
    """Whether today is a demonstration's day, so that real instants compare wrongly with now."""
    return _pinned.get() is not None or settings.REVIEWTRACKER_TODAY is not None


def today() -> date:
    """The present day in Jakarta."""
    return timezone.localdate(now())


def day_of(moment: datetime) -> date:
    """The day in Jakarta on which an instant falls."""
    return timezone.localdate(moment)


def start_of(day: date) -> datetime:
    """The first instant of a day in Jakarta."""
    return timezone.make_aware(datetime.combine(day, time.min))


def noon_of(day: date) -> datetime:
    """Noon of a day in Jakarta: for what is known by its day alone."""
    return timezone.make_aware(datetime.combine(day, time(12)))


def end_of(day: date) -> datetime:
    """The last instant of a day in Jakarta: what "by that day" means."""
    return timezone.make_aware(datetime.combine(day, time.max))


def days_between(earlier: date, later: date) -> int:
    """Whole days from one date to another; negative when `later` comes first."""
    return (later - earlier) // timedelta(days=1)


def short_day(day: date) -> str:
    """A day as in tables and labels, in the reader's language: 20 Aug 2020. Django's date_format is for sentences."""
    return str(date_format(day, "SHORT_DATE_FORMAT"))


def day_on_paper(day: date) -> str:
    """A day as official papers are dated: in Vietnamese by Decree 30/2020, 05 tháng 02 năm 2021 but 11 tháng 8."""
    if get_language() != "vi":
        return str(date_format(day))
    month = "m" if day.month <= 2 else "n"
    return str(date_format(day, rf"d \t\há\n\g {month} \nă\m Y"))


@contextmanager
def at(moment: datetime | date) -> Iterator[None]:
    """Pin the present instant to `moment`; a date means nine in the morning in Jakarta."""
    if not isinstance(moment, datetime):
        moment = timezone.make_aware(datetime.combine(moment, time(9)))
    token = _pinned.set(moment)
    try:
        yield
    finally:
        _pinned.reset(token)
