"""The month page, the calendar addresses, and what a calendar program gets from one."""

from datetime import date
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from ics import Calendar  # type: ignore[import-untyped]

from reviews.models import ActionPoint, CalendarFeed, Meeting, Trace, User
from reviews.operations.log_formats import mask_secrets
from reviews.views import calendars
from tests.support import make, steps
from tests.support.browsers import nothing_written


@pytest.fixture(autouse=True)
def nothing_counted(db: Any) -> None:
    cache.clear()


def url_of(feed: CalendarFeed) -> str:
    return reverse("calendar-feed", args=[feed.token])


def titles(answer: Any) -> set[str]:
    return {event.name for event in Calendar(answer.content.decode()).events}


@pytest.fixture
def feed(cast: Any, cycle: Any) -> CalendarFeed:
    make.meeting(cycle, by=cast.secretariat)
    make.deadline(cycle, by=cast.secretariat)
    return CalendarFeed.make_for(cast.vnm)


def test_a_program_without_a_session_reads_it_and_gets_none(feed):
    program = Client()
    with nothing_written():
        answer = program.get(url_of(feed))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert titles(answer) == {"Meeting 3", "National reports"}
    assert not answer.cookies
    assert not Session.objects.exists()


def test_it_is_answered_304_until_something_is_other(feed, cast, cycle):
    program = Client()
    first = program.get(url_of(feed))
    again = {"If-None-Match": first["ETag"], "If-Modified-Since": first["Last-Modified"]}
    assert program.get(url_of(feed), headers=again).status_code == 304
    make.meeting(cycle, by=cast.secretariat, code="4")
    second = program.get(url_of(feed), headers=again)
    assert (second.status_code, second["ETag"] == first["ETag"]) == (200, False)


def test_a_meeting_that_is_moved_on_its_page_moves_in_the_feed(feed, cast, sign_in):
    def meeting() -> Any:
        events = Calendar(Client().get(url_of(feed)).content.decode()).events
        (found,) = [event for event in events if event.name == "Meeting 3"]
        return found.uid, found.begin.date(), int(next(x.value for x in found.extra if x.name == "SEQUENCE"))

    uid, day, number = meeting()
    typed = steps.TYPED["meeting-edit"] | {"title": "Meeting 3", "number": "3", "version": "1"}
    answer = sign_in(cast.secretariat).post(reverse("meeting-edit", args=["mtr", "3"]), typed)
    assert answer.status_code == 302
    moved = meeting()
    assert (moved[0], day, moved[1]) == (uid, date(2020, 8, 11), date(2020, 10, 1))
    assert moved[2] > number


def test_it_shows_what_its_owner_may_see_when_it_is_read(feed, cast):
    person = feed.person
    person.change_traced(
        by=cast.admin,
        expected_version=person.version,
        role="observer",
        organisation=cast.observer.organisation,
    )
    assert titles(Client().get(url_of(feed))) == set()


def test_the_feed_of_a_closed_account_is_not_there(feed, cast):
    person = feed.person
    person.change_traced(by=cast.admin, expected_version=person.version, is_active=False)
    assert Client().get(url_of(feed)).status_code == 404


def test_the_feed_of_a_country_ends_when_its_owner_moves_to_another(cast, cycle):
    feed = CalendarFeed.make_for(cast.vnm, member_state=cast.vnm.organisation)
    make.deadline(cycle, by=cast.secretariat)
    assert titles(Client().get(url_of(feed))) == {"National reports"}
    person = feed.person
    person.change_traced(by=cast.admin, expected_version=person.version, organisation=cast.lao.organisation)
    assert Client().get(url_of(feed)).status_code == 404


def test_the_feed_of_a_cycle_has_that_cycle_alone(cast, cycle):
    other = make.cycle("other", by=cast.secretariat)
    for one in (cycle, other):
        make.meeting(one, by=cast.secretariat, title=one.slug)
    feed = CalendarFeed.make_for(cast.secretariat, cycle=other)
    assert titles(Client().get(url_of(feed))) == {"other"}


def test_a_country_reads_nothing_of_another_in_any_feed(cast, cycle):
    make.deadline(cycle, by=cast.secretariat, title="Only Lao PDR", only_for=[cast.lao.organisation])
    for of in ({}, {"cycle": cycle}, {"member_state": cast.lao.organisation}):
        answer = Client().get(url_of(CalendarFeed.make_for(cast.vnm, **of)))
        assert b"Only Lao PDR" not in answer.content
    assert b"Only Lao PDR" in Client().get(url_of(CalendarFeed.make_for(cast.lao))).content


def test_renewed_the_old_address_answers_no_more(feed, cast, sign_in):
    before = url_of(feed)
    sign_in(cast.vnm).post(reverse("calendar-renew", args=[feed.pk]))
    feed.refresh_from_db()
    assert Client().get(before).status_code == 404
    assert Client().get(url_of(feed)).status_code == 200


def test_revoked_it_answers_no_more_and_the_history_says_so(feed, cast, sign_in):
    before = url_of(feed)
    sign_in(cast.vnm).post(reverse("calendar-revoke", args=[feed.pk]))
    assert Client().get(before).status_code == 404
    rows = Trace.objects.on_page(cast.vnm)
    assert [row.why for row in rows[:2]] == [
        "calendar address revoked: My calendar",
        "calendar address made: My calendar",
    ]


@pytest.mark.parametrize("token", ["x", "1-key~forged", "1~", "~", "%00", "1-~" + "A" * 43])
def test_a_made_up_address_is_not_there_and_costs_no_query(token, feed, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().get(f"/calendar/{token}/calendar.ics").status_code == 404


def test_the_address_is_stored_nowhere(feed):
    """Who reads the database alone cannot make it."""
    signature = feed.token.partition("~")[2]
    row = CalendarFeed.objects.filter(pk=feed.pk).values_list()[0]
    assert signature not in str(row)


def test_the_address_is_in_no_line_of_the_log(feed):
    assert mask_secrets(f"Not Found: {url_of(feed)}") == "Not Found: /calendar/[hidden]/calendar.ics"


def events_of(feed: Any) -> dict[str, Any]:
    """The events of a feed by their titles, as another library reads them."""
    return {event.name: event for event in Calendar(Client().get(url_of(feed)).content.decode()).events}


def test_a_feed_is_in_the_language_of_its_owner(feed, cast, cycle):
    """Whatever the program asks in."""
    person = User.objects.get(pk=cast.vnm.pk)
    for language, of_program, kind in (("vi", "en", "thời hạn"), ("en", "vi", "deadline")):
        person.language = language
        person.save(update_fields=["language"])
        answer = Client().get(url_of(feed), headers={"accept-language": of_program}).content.decode()
        events = {event.name: event for event in Calendar(answer).events}
        assert events["National reports"].categories == {kind}


def test_the_personal_feed_has_the_own_action_points(feed, cast, cycle):
    """Those of the person, not of others; done ones ring no more, dropped ones are cancelled."""
    meeting = Meeting.objects.get()
    by, due = cast.secretariat, date(2020, 9, 14)
    own = ActionPoint.add_to(meeting, by=by, text="Send the tables", owner=cast.vnm, due_on=due)
    ActionPoint.add_to(meeting, by=by, text="Read them", owner=cast.lao, due_on=due)
    event = events_of(feed)["3/1 Send the tables"]
    assert (event.begin.date(), event.all_day, event.categories) == (due, True, {"action point"})
    assert event.alarms
    assert "3/2 Read them" not in events_of(feed)
    of_cycle = CalendarFeed.make_for(cast.vnm, cycle=cycle)
    assert "3/1 Send the tables" not in events_of(of_cycle)
    own.finish(by=cast.vnm, expected_version=own.version, note="Sent.")
    assert not events_of(feed)["3/1 Send the tables"].alarms
    own.reopen(by=by, expected_version=own.version, note="Two are missing.")
    own.drop(by=by, expected_version=own.version, note="Not needed.")
    assert events_of(feed)["3/1 Send the tables"].status == "CANCELLED"


def test_it_is_not_read_too_often(feed, monkeypatch):
    monkeypatch.setattr(calendars, "MOST_AN_HOUR", 2)
    answers = [Client().get(url_of(feed)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"] == "3600"


def test_the_page_shows_the_addresses_to_copy(feed, cast, sign_in):
    page = sign_in(cast.vnm).get(reverse("calendar-subscribe")).content.decode()
    assert f'value="http://testserver{url_of(feed)}"' in page
    assert f'href="webcal://testserver{url_of(feed)}"' in page
    assert url_of(feed) not in sign_in(cast.vnm_team).get(reverse("calendar-subscribe")).content.decode()


def test_an_address_is_made_once_of_what_one_may_read(cast, cycle, sign_in):
    browser, url = sign_in(cast.vnm), reverse("calendar-add")
    for content in ("all", "cycle-mtr", "country-VNM"):
        assert browser.post(url, {"content": content}).status_code == 302
    assert CalendarFeed.objects.filter(person=cast.vnm).count() == 3
    again = browser.post(url, {"content": "all"})
    assert "You have an address of this calendar already." in again.content.decode()
    assert browser.post(url, {"content": "country-LAO"}).status_code == 200
    assert CalendarFeed.objects.count() == 3


# --- the month


def test_a_month_has_the_dates_of_the_own_country(cast, cycle, sign_in):
    deadline = make.deadline(cycle, by=cast.secretariat)
    asked = make.extension(make.report(cycle, "VNM"), deadline, by=cast.vnm)
    asked.grant(by=cast.secretariat, expected_version=1, until=date(2020, 9, 14))
    url = reverse("calendar", args=["mtr"]) + "?month=2020-09"

    def days(person: Any) -> list[int]:
        weeks = sign_in(person).get(url).context["weeks"]
        return [day.on.day for week in weeks for day in week.days if day.lines]

    assert (days(cast.vnm), days(cast.lao), days(cast.secretariat)) == ([14], [7], [7, 14])


def test_months_follow_each_other_by_address(cast, cycle, sign_in):
    browser, url = sign_in(cast.vnm), reverse("calendar", args=["mtr"])
    page = browser.get(url).content.decode()
    assert "August 2020" in page
    assert 'href="?month=2020-07"' in page
    assert 'href="?month=2020-09"' in page
    assert page.count('aria-current="date"') == 1
    assert "January 2021" in browser.get(f"{url}?month=2020-12").content.decode()


@pytest.mark.parametrize("month", ["2020-13", "2020-8", "x", "2020", "9999-12"])
def test_no_such_month(month, cast, cycle, sign_in):
    answer = sign_in(cast.vnm).get(reverse("calendar", args=["mtr"]), {"month": month})
    assert answer.status_code == 404


@pytest.mark.parametrize("members", [2, 10])
def test_a_month_costs_the_same_whatever_the_members(members, cast, django_assert_max_num_queries):
    codes = ("VNM", "LAO", *"ABCDEFGH")[:members]
    cycle = make.cycle("many", by=cast.secretariat, members=[code.ljust(3, "X") for code in codes])
    make.deadline(cycle, by=cast.secretariat)
    browser = Client()
    make.listed(browser, cast.secretariat)
    with django_assert_max_num_queries(9):
        browser.get(reverse("calendar", args=["many"]))
