"""Meetings: cancelling names what depends on it before anything is written; times of day; the calendar file."""

from datetime import date

import pytest
from django.urls import reverse

from reviews.models import ActionPoint, AgendaItem, Decision, Meeting
from tests.support import make

URL = "/cycles/mtr/meetings/3/cancel/"
NOTHING = "Nothing: no deadline, step of the plan, agenda item, decision or open action point."


def sent(page, **typed):
    return {
        "version": page.context["form"]["version"].value(),
        "shown": page.context["shown"],
        "why": "Storm",
    } | typed


def test_a_meeting_on_which_nothing_depends(cast, cycle, sign_in):
    make.meeting(cycle, by=cast.secretariat)
    browser = sign_in(cast.secretariat)
    page = browser.get(URL)
    assert NOTHING in page.content.decode()
    assert browser.post(URL, sent(page)).status_code == 302
    assert Meeting.objects.get().status == "cancelled"


def test_what_depends_on_it_is_named_first(cast, cycle, sign_in):
    by, meeting = cast.secretariat, make.meeting(cycle, by=cast.secretariat)
    make.deadline(cycle, by=by, title="Drafts", anchor=meeting, offset_days=30)
    make.step(cycle, by=by, code="soca", meeting=meeting)
    AgendaItem.add_to(meeting, by=by, title="Opening words")
    Decision.add_to(meeting, by=by, text="Agreed on it.")
    ActionPoint.add_to(meeting, by=by, text="Send it", owner=cast.vnm, due_on=date(2020, 9, 1))
    browser = sign_in(by)
    page = browser.get(URL)
    text = page.content.decode()
    for words in (
        "Drafts · 10 Sep 2020",
        "Soca",
        "Opening words",
        "1. Agreed on it.",
        "vnm.coordinator: Send it",
    ):
        assert words in text
    assert Meeting.objects.get().status == "planned"
    assert browser.post(URL, sent(page)).status_code == 302
    assert Meeting.objects.get().status == "cancelled"


def test_what_has_come_since_is_shown_before_it_is_cancelled(cast, cycle, sign_in):
    meeting = make.meeting(cycle, by=cast.secretariat)
    browser = sign_in(cast.secretariat)
    page = browser.get(URL)
    make.deadline(cycle, by=cast.secretariat, title="Drafts", anchor=meeting, offset_days=30)
    again = browser.post(URL, sent(page))
    assert again.status_code == 200
    assert "changed meanwhile" in again.content.decode()
    assert "Drafts" in again.content.decode()
    assert again.context["form"]["why"].value() == "Storm"
    assert Meeting.objects.get().status == "planned"
    assert browser.post(URL, sent(again)).status_code == 302
    assert Meeting.objects.get().status == "cancelled"


def test_somebody_who_was_faster_comes_first(cast, cycle, sign_in):
    meeting = make.meeting(cycle, by=cast.secretariat)
    browser = sign_in(cast.secretariat)
    page = browser.get(URL)
    make.deadline(cycle, by=cast.secretariat, title="Drafts", anchor=meeting, offset_days=30)
    meeting.reschedule(by=cast.secretariat, expected_version=1, why="", title="Renamed")
    assert browser.post(URL, sent(page)).status_code == 409


def test_the_code_of_a_meeting_is_asked_once(cast, cycle, sign_in):
    make.meeting(cycle, by=cast.secretariat)
    browser = sign_in(cast.secretariat)
    assert "code" in browser.get(reverse("meeting-add", args=["mtr"])).context["form"].fields
    assert "code" not in browser.get(reverse("meeting-edit", args=["mtr", "3"])).context["form"].fields


# Its calendar file


@pytest.mark.parametrize("person", ["vnm", "consultant", "observer"])
def test_whoever_may_read_a_meeting_may_put_it_into_a_calendar(person, cast, cycle, sign_in):
    make.meeting(cycle, by=cast.secretariat, shared=True)
    answer = sign_in(getattr(cast, person)).get(reverse("meeting-ics", args=["mtr", "3"]))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="meeting-3.ics"'
    assert b"http://testserver/cycles/mtr/meetings/3/" in answer.content.replace(b"\r\n ", b"")


def test_a_meeting_that_is_not_shared_has_no_file_for_observers(cast, cycle, sign_in):
    make.meeting(cycle, by=cast.secretariat)
    assert sign_in(cast.observer).get(reverse("meeting-ics", args=["mtr", "3"])).status_code == 404


def test_times_are_typed_as_people_write_them(cast, cycle, sign_in):
    meeting, browser = make.meeting(cycle, by=cast.secretariat), sign_in(cast.secretariat)
    form = browser.get(reverse("meeting-edit", args=["mtr", "3"])).context["form"]
    values = {field.html_name: field.value() for field in form if field.value() is not None}
    typed = {"start_time": "9h30", "end_time": "12.00", "video_link": "meet.example/3"}
    answer = browser.post(reverse("meeting-edit", args=["mtr", "3"]), values | typed)
    assert answer.status_code == 302, answer.context["form"].errors
    page = browser.get(meeting.get_absolute_url()).content.decode()
    assert "09:30–12:00" in page
    assert 'href="https://meet.example/3"' in page
    answer = browser.post(
        reverse("meeting-edit", args=["mtr", "3"]), values | {"start_time": "25:00", "version": "2"}
    )
    assert answer.context["form"].errors["start_time"] == [
        "Enter a time of day from 0:00 to 23:59, such as 9:30 or 14:00."
    ]
