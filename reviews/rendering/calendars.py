"""Calendar files (iCalendar, RFC 5545): the feeds, a meeting alone, and the file of an invitation by mail."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event, Timezone, vCalAddress

from reviews import clock
from reviews.models import ActionPoint, Meeting, User
from reviews.queries.calendars import CalendarEntry, CalendarKind, LastChange, meeting_entry

CALENDAR = "text/calendar; charset=utf-8"
REFRESH = timedelta(hours=1)  # how often a calendar program should ask; many ask less often
NINE = timedelta(hours=9)
DAY = timedelta(days=1)
# Before the start: of whole days at nine in the morning, a week and a day ahead.
ALARMS_OF_DAYS = (NINE - 7 * DAY, NINE - DAY)
ALARMS_OF_TIMES = (-DAY, -timedelta(hours=1))
END, END_OF_EVENT = b"END:VCALENDAR\r\n", b"END:VEVENT\r\n"
Dated = tuple[CalendarEntry, LastChange]


class EventValues(NamedTuple):
    """Everything that an event shows."""

    uid: str
    number: int
    changed_at: datetime
    status: str
    summary: str
    category: str
    description: str
    url: str
    location: str
    starts: date | datetime
    ends: date | datetime | None  # None: not known
    zone: str  # of the times; empty: whole days
    days: int  # on how many days the times are
    alarms: tuple[timedelta, ...]
    reminder: str


class CalendarFile(NamedTuple):
    """A calendar file, as an attachment of a mail takes it."""

    name: str
    content: bytes
    mime_type: str


def feed_calendar(name: str, entries: Iterable[Dated], site: str) -> bytes:
    """Return a calendar to subscribe to; `site` is the beginning of its addresses, such as https://host.

    The same entries give the same bytes: no part of it says when it was made.
    """
    events = [event_values(entry, change, site) for entry, change in entries]
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("name", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for zone in sorted({event.zone for event in events} - {""}):
        calendar.add_component(Timezone.from_tzid(zone))
    return calendar.to_ical().removesuffix(END) + b"".join(map(_text_of, events)) + END


def meeting_calendar(meeting: Meeting, change: LastChange, site: str) -> bytes:
    """Return a calendar with the meeting alone.

    Imported again, it takes the place of the event imported before: the identifier stays, the sequence number grows.
    """
    return _of_meeting("PUBLISH", _event(event_values(meeting_entry(meeting), change, site)))


def calendar_invitation(
    meeting: Meeting, change: LastChange, site: str, *, to: User, sender: str
) -> CalendarFile | None:
    """Return the file that puts a meeting into somebody's calendar, moves it, or takes it out; None in a test cycle.

    `sender` is the address that the mail comes from. No answer is asked for: who comes is recorded elsewhere.
    """
    if not meeting.cycle.sends_mail:
        return None
    entry = meeting_entry(meeting)
    method = "CANCEL" if entry.is_cancelled else "REQUEST"
    event = _event(event_values(entry, change, site))
    del event["dtstamp"]
    event.add("dtstamp", clock.real_now())  # of a message: when it was written
    event.add("organizer", vCalAddress(f"mailto:{sender}"))
    attendee = vCalAddress(f"mailto:{to.email}")
    attendee.params["cn"], attendee.params["rsvp"] = str(to), "FALSE"
    event.add("attendee", attendee)
    content = _of_meeting(method, event)
    return CalendarFile(f"meeting-{meeting.code}.ics", content, f"{CALENDAR}; method={method}")


def _of_meeting(method: str, event: Event) -> bytes:
    calendar = _calendar(method)
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//reviewtracker//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


# --- what an event shows


def event_values(entry: CalendarEntry, change: LastChange, site: str) -> EventValues:
    meeting = entry.record if isinstance(entry.record, Meeting) else None
    starts_at = meeting.starts_at if meeting else None
    alarms = ALARMS_OF_TIMES if starts_at else ALARMS_OF_DAYS
    url = site + entry.record.get_absolute_url()
    return EventValues(
        uid=uid_of(entry),
        number=change.number,
        changed_at=change.at,
        status="CANCELLED" if entry.is_cancelled else "CONFIRMED",
        summary=summary_of(entry),
        category=str(entry.kind.label),
        description="\n".join(filter(None, (*lines_about(entry), url))),
        url=url,
        location=(meeting.place or meeting.video_link) if meeting else "",
        starts=starts_at or entry.starts_on,
        ends=meeting.ends_at if meeting and starts_at else entry.ends_on + DAY,  # the first day after it
        zone=meeting.time_zone if meeting and starts_at else "",
        days=(entry.ends_on - entry.starts_on).days + 1,
        alarms=() if entry.is_cancelled or entry.is_over else alarms,
        reminder=_("Reminder"),
    )


def uid_of(entry: CalendarEntry) -> str:
    """The identifier of the event, which never changes."""
    of_state = f"-{entry.state.code}" if entry.state else ""
    return f"{entry.kind.value}-{entry.record.pk}{of_state}.{entry.cycle.slug}@reviewtracker"


def summary_of(entry: CalendarEntry) -> str:
    """The title; in a test cycle it says so."""
    return _("Test: %s") % entry.title if entry.cycle.is_test else entry.title


def lines_about(entry: CalendarEntry) -> list[str]:
    record = entry.record
    if isinstance(record, Meeting):
        about = [f"{record.get_series_display()} · {entry.cycle.name}", record.video_link]
    else:
        about = [f"{entry.kind.label} · {entry.cycle.name}"]
    if isinstance(record, ActionPoint):
        about.append(record.text)
    if entry.kind == CalendarKind.DEADLINE:
        about.append(_("Until the end of this day, in the time of Jakarta (UTC+7)."))
    return [*about, entry.status]


# --- events in the words of the standard


@lru_cache(maxsize=5_000)
def _text_of(values: EventValues) -> bytes:
    """The lines of an event. Kept by its values: most events are the same at each reading of a feed."""
    alarms = b"".join(_alarm_text(before, values.reminder) for before in values.alarms)
    return _event_alone(values).to_ical().removesuffix(END_OF_EVENT) + alarms + END_OF_EVENT


@lru_cache
def _alarm_text(before: timedelta, text: str) -> bytes:
    """The lines of an alarm, which are the same in almost all events: two fifths of all lines."""
    return bytes(_alarm(before, text).to_ical())


def _event(values: EventValues) -> Event:
    event = _event_alone(values)
    for before in values.alarms:
        event.add_component(_alarm(before, values.reminder))
    return event


def _event_alone(values: EventValues) -> Event:
    """The event without its alarms."""
    event = Event()
    event.add("uid", values.uid)
    event.add("sequence", values.number)
    event.add("dtstamp", values.changed_at)
    event.add("last-modified", values.changed_at)
    event.add("status", values.status)
    event.add("summary", values.summary)
    event.add("categories", [values.category])
    event.add("description", values.description)
    event.add("url", values.url)
    if values.location:
        event.add("location", values.location)
    _add_days(event, values)
    return event


def _add_days(event: Event, values: EventValues) -> None:
    event.add("dtstart", values.starts)
    if values.ends:
        event.add("dtend", values.ends)
    if not values.zone:
        event.add("transp", "TRANSPARENT")  # the day stays free for other things
    elif values.days > 1:
        event.add("rrule", {"freq": "daily", "count": values.days})  # the same times on every day


def _alarm(before: timedelta, text: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", before)
    return alarm
