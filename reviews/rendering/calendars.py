"""Meetings as calendar files (iCalendar, RFC 5545), for the calendar programs of those invited."""

from datetime import timedelta

from icalendar import Calendar, Event

from reviews import clock
from reviews.models import Meeting, MeetingStatus

CALENDAR = "text/calendar; charset=utf-8"


def meeting_calendar(meeting: Meeting, url: str) -> bytes:
    """Return a calendar with the meeting; `url` is its page.

    Imported again, it takes the place of the event imported before: the identifier stays, the sequence number grows.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//reviewtracker//meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_event(meeting, url))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _event(meeting: Meeting, url: str) -> Event:
    cancelled = meeting.status == MeetingStatus.CANCELLED
    event = Event()
    event.add("uid", f"meeting-{meeting.pk}.{meeting.cycle.slug}@reviewtracker")
    event.add("sequence", meeting.version)
    event.add("dtstamp", clock.now())
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("summary", meeting.title)
    _add_times(event, meeting)
    where = meeting.place or meeting.video_link
    if where:
        event.add("location", where)
    about = (f"{meeting.get_series_display()} · {meeting.cycle.name}", meeting.video_link, url)
    event.add("description", "\n".join(filter(None, about)))
    event.add("url", url)
    return event


def _add_times(event: Event, meeting: Meeting) -> None:
    """Its times on every day of the meeting; whole days while the time of day is not known."""
    if meeting.starts_at is None:
        event.add("dtstart", meeting.starts_on)
        event.add("dtend", meeting.ends_on + timedelta(days=1))  # the first day after it
        return
    event.add("dtstart", meeting.starts_at)
    if meeting.ends_at:
        event.add("dtend", meeting.ends_at)
    days = (meeting.ends_on - meeting.starts_on).days + 1
    if days > 1:
        event.add("rrule", {"freq": "daily", "count": days})
