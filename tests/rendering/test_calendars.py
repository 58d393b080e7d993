"""The calendar file of a meeting, read back by another library."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from ics import Calendar, Event  # type: ignore[import-untyped]

from reviews.models import Meeting
from reviews.rendering.calendars import meeting_calendar
from tests.models.transitions import fresh, raises
from tests.support import make

URL = "https://tracker.example/cycles/mtr/meetings/3/"
TIMES = {"start_time": time(9, 30), "end_time": time(12), "time_zone": "Asia/Manila"}


@pytest.fixture
def meeting(cast: Any, cycle: Any) -> Meeting:
    return make.meeting(cycle, by=cast.secretariat, video_link="https://meet.example/3", shared=True, **TIMES)


def event(meeting: Meeting) -> Event:
    (found,) = Calendar(meeting_calendar(meeting, URL).decode()).events
    return found


def line(of: Event, name: str) -> str:
    return next(extra.value for extra in of.extra if extra.name == name)


def test_it_has_its_times_with_their_zone(meeting):
    found = event(meeting)
    assert found.begin.datetime.astimezone(UTC) == datetime(2020, 8, 11, 1, 30, tzinfo=UTC)
    assert found.end.datetime.astimezone(UTC) == datetime(2020, 8, 11, 4, tzinfo=UTC)
    text = meeting_calendar(meeting, URL).decode()
    assert "DTSTART;TZID=Asia/Manila:20200811T093000" in text
    assert "BEGIN:VTIMEZONE" in text
    assert (found.name, found.url, found.location) == ("Meeting 3", URL, "https://meet.example/3")
    assert found.status == "CONFIRMED"


def test_without_a_time_of_day_it_takes_whole_days(cast, cycle):
    days = {"planned_from": date(2020, 9, 1), "planned_to": date(2020, 9, 2)}
    found = event(make.meeting(cycle, by=cast.secretariat, code="4", **days))
    assert found.all_day
    assert (found.begin.date(), found.end.date()) == (date(2020, 9, 1), date(2020, 9, 3))


def test_several_days_have_the_same_times(cast, cycle):
    days = {"planned_from": date(2020, 9, 1), "planned_to": date(2020, 9, 2)}
    found = event(make.meeting(cycle, by=cast.secretariat, code="4", **days, **TIMES))
    assert (found.begin.date(), found.end.date()) == (date(2020, 9, 1), date(2020, 9, 1))
    assert line(found, "RRULE") == "FREQ=DAILY;COUNT=2"


def test_a_later_file_takes_the_place_of_the_one_before(cast, meeting):
    before = event(meeting)
    meeting.reschedule(by=cast.secretariat, expected_version=1, why="", place="Da Nang")
    after = event(fresh(meeting))
    assert after.uid == before.uid
    assert (line(before, "SEQUENCE"), line(after, "SEQUENCE")) == ("1", "2")


def test_a_cancelled_meeting_says_so(cast, meeting):
    meeting.cancel(by=cast.secretariat, expected_version=1, why="Storm")
    assert event(fresh(meeting)).status == "CANCELLED"


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({"start_time": None, "end_time": time(12)}, "start_time"),
        ({"start_time": time(12), "end_time": time(9)}, "end_time"),
    ],
)
def test_times_out_of_order_are_refused(times, field, cast, meeting):
    error: Any = raises(
        ValidationError, meeting.reschedule, by=cast.secretariat, expected_version=1, why="", **times
    )
    assert [*error.message_dict] == [field]
