"""Calendar files, read back by another library."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from ics import Calendar, Event  # type: ignore[import-untyped]

from reviews.models import Meeting, ReviewCycle
from reviews.queries.calendars import entries_for, last_changes, meeting_entry
from reviews.rendering.calendars import calendar_invitation, feed_calendar, meeting_calendar
from tests.models.transitions import fresh, raises
from tests.support import make

SITE = "https://tracker.example"
URL = f"{SITE}/cycles/mtr/meetings/3/"
TIMES = {"start_time": time(9, 30), "end_time": time(12), "time_zone": "Asia/Manila"}


@pytest.fixture
def meeting(cast: Any, cycle: Any) -> Meeting:
    return make.meeting(cycle, by=cast.secretariat, video_link="https://meet.example/3", shared=True, **TIMES)


def file_of(meeting: Meeting) -> str:
    (change,) = last_changes([meeting_entry(meeting)])
    return meeting_calendar(meeting, change, SITE).decode()


def event(meeting: Meeting) -> Event:
    (found,) = Calendar(file_of(meeting)).events
    return found


def feed_of(person: Any, cycle: Any) -> str:
    entries = entries_for(person, [cycle], person.organisation if person.is_national else None)
    return feed_calendar("Mine", zip(entries, last_changes(entries), strict=True), SITE).decode()


def invitation_to(person: Any, meeting: Meeting) -> Any:
    (change,) = last_changes([meeting_entry(meeting)])
    return calendar_invitation(meeting, change, SITE, to=person, sender="tracker@asean.example")


def line(of: Event, name: str) -> str:
    return next(extra.value for extra in of.extra if extra.name == name)


def test_it_has_its_times_with_their_zone(meeting):
    found = event(meeting)
    assert found.begin.datetime.astimezone(UTC) == datetime(2020, 8, 11, 1, 30, tzinfo=UTC)
    assert found.end.datetime.astimezone(UTC) == datetime(2020, 8, 11, 4, tzinfo=UTC)
    text = file_of(meeting)
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
    assert int(line(after, "SEQUENCE")) > int(line(before, "SEQUENCE"))


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


LONG = (
    "Cuộc họp điều phối lần thứ ba về đánh giá giữa kỳ việc thực hiện Kế hoạch tổng thể xây dựng Cộng đồng"
    " Văn hóa - Xã hội ASEAN đến năm 2025, họp trực tuyến tại Đà Nẵng; người trình bày: Nguyễn Thị Hằng"
)


def test_a_long_vietnamese_title_is_folded_between_letters_and_read_back_whole(cast, cycle):
    """No line has more than 75 octets, and none ends inside a letter."""
    made = make.meeting(cycle, by=cast.secretariat, title=LONG)
    (change,) = last_changes([meeting_entry(made)])
    content = meeting_calendar(made, change, SITE)
    for one in content.split(b"\r\n"):
        assert len(one) <= 75
        one.decode()
    assert event(made).name == LONG


def test_a_deadline_is_a_whole_day_and_the_day_is_part_of_it(cast, cycle):
    make.deadline(cycle, by=cast.secretariat)
    text = feed_of(cast.vnm, cycle)
    (found,) = Calendar(text).events
    assert found.all_day
    assert (found.begin.date(), found.end.date()) == (date(2020, 9, 7), date(2020, 9, 8))
    assert "DTSTART;VALUE=DATE:20200907" in text
    assert found.name == "National reports"
    assert "Until the end of this day, in the time of Jakarta (UTC+7)." in found.description


def test_a_feed_says_how_often_to_read_it(cast, cycle, meeting):
    text = feed_of(cast.vnm, cycle)
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in text
    assert "X-WR-CALNAME:Mine\r\n" in text
    assert "METHOD:PUBLISH\r\n" in text


def test_the_same_entries_give_the_same_bytes(cast, cycle, meeting):
    assert feed_of(cast.vnm, cycle) == feed_of(cast.vnm, cycle)


def test_an_extension_moves_the_event_and_keeps_its_identifier(cast, cycle):
    deadline = make.deadline(cycle, by=cast.secretariat)
    (before,) = Calendar(feed_of(cast.vnm, cycle)).events
    asked = make.extension(make.report(cycle, "VNM"), deadline, by=cast.vnm)
    asked.grant(by=cast.secretariat, expected_version=1, until=date(2020, 9, 14))
    (after,) = Calendar(feed_of(cast.vnm, cycle)).events
    assert (after.uid, after.begin.date()) == (before.uid, date(2020, 9, 14))
    assert int(line(after, "SEQUENCE")) > int(line(before, "SEQUENCE"))


def test_a_cancelled_meeting_stays_in_the_feed_without_alarms(cast, cycle, meeting):
    (before,) = Calendar(feed_of(cast.vnm, cycle)).events
    assert {alarm.trigger for alarm in before.alarms} == {-timedelta(days=1), -timedelta(hours=1)}
    meeting.cancel(by=cast.secretariat, expected_version=1, why="Storm")
    (after,) = Calendar(feed_of(cast.vnm, cycle)).events
    assert (after.uid, after.status, list(after.alarms)) == (before.uid, "CANCELLED", [])


def test_whole_days_ring_at_nine_a_week_and_a_day_before(cast, cycle):
    make.deadline(cycle, by=cast.secretariat)
    (found,) = Calendar(feed_of(cast.vnm, cycle)).events
    midnight = datetime(2020, 9, 7)
    rings = sorted(midnight + alarm.trigger for alarm in found.alarms)
    assert rings == [datetime(2020, 8, 31, 9), datetime(2020, 9, 6, 9)]


def test_what_is_in_a_test_cycle_says_so(cast):
    rehearsal = make.cycle("rehearsal", by=cast.secretariat, is_test=True)
    made = make.meeting(rehearsal, by=cast.secretariat)
    make.deadline(rehearsal, by=cast.secretariat)
    assert {e.name for e in Calendar(feed_of(cast.vnm, rehearsal)).events} == {
        "Test: Meeting 3",
        "Test: National reports",
    }
    assert ReviewCycle.objects.get(pk=rehearsal.pk).sends_mail is False
    assert invitation_to(cast.vnm, made) is None


def test_an_invitation_asks_one_person_and_moves_with_the_meeting(cast, meeting):
    make.with_email(cast.vnm, "linh@vnm.example")
    sent = invitation_to(cast.vnm, meeting)
    assert (sent.name, sent.mime_type) == ("meeting-3.ics", "text/calendar; charset=utf-8; method=REQUEST")
    text = sent.content.decode()
    assert "METHOD:REQUEST\r\n" in text
    assert "ORGANIZER:mailto:tracker@asean.example\r\n" in text
    (found,) = Calendar(text).events
    assert [person.email for person in found.attendees] == ["linh@vnm.example"]
    assert found.uid == event(meeting).uid
    meeting.reschedule(
        by=cast.secretariat,
        expected_version=1,
        why="Storm",
        planned_from=date(2020, 8, 25),
        planned_to=date(2020, 8, 25),
    )
    (moved,) = Calendar(invitation_to(cast.vnm, fresh(meeting)).content.decode()).events
    assert (moved.uid, moved.begin.date()) == (found.uid, date(2020, 8, 25))
    assert int(line(moved, "SEQUENCE")) > int(line(found, "SEQUENCE"))


def test_the_invitation_of_a_cancelled_meeting_takes_it_out(cast, meeting):
    meeting.cancel(by=cast.secretariat, expected_version=1, why="Storm")
    sent = invitation_to(cast.vnm, fresh(meeting))
    assert sent.mime_type.endswith("method=CANCEL")
    (found,) = Calendar(sent.content.decode()).events
    assert found.status == "CANCELLED"
