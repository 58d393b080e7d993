"""Notifications: written with the change, one mail a person and day, nothing that its reader may not read."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.utils import timezone
from ics import Calendar  # type: ignore[import-untyped]

from reviews import clock
from reviews.actions.guidance import approve_advice
from reviews.models import (
    ActionPoint,
    Advice,
    Delegation,
    Frequency,
    Meeting,
    Notification,
    NotificationEvent,
    NotificationSettings,
    OutgoingMail,
    Topic,
    User,
)
from reviews.models.notifications import next_mail_at
from reviews.operations import jobs, notifications, outbox
from reviews.queries import notifications as queries
from tests.support import make

LOCMEM = "django.core.mail.backends.locmem.EmailBackend"
JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.fixture(autouse=True)
def through_the_outbox(settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.DELIVERY_BACKEND = "reviews.operations.outbox.Outbox", LOCMEM


@pytest.fixture(autouse=True)
def addresses(cast: Any) -> None:
    """Everybody has an address."""
    for name, person in vars(cast).items():
        make.with_email(person, f"{name}@site.example")
    OutgoingMail.objects.all().delete()


@pytest.fixture(autouse=True)
def nothing_to_tell(cycle: Any) -> None:
    """That the cycle was opened is told already."""
    NotificationEvent.objects.all().delete()


def choose(person: User, **values: Any) -> NotificationSettings:
    return NotificationSettings.of(person).save_choice(by=person, expected_version=1, **values)


def be_away(person: User, first: date | None, last: date | None) -> None:
    person.refresh_from_db()
    person.set_away(by=person, expected_version=person.version, away_from=first, away_until=last)


def everything_at_once(*people: User) -> None:
    for person in people:
        choose(person, **dict.fromkeys(Topic.values, Frequency.AT_ONCE))


def tick() -> list[Any]:
    """Run the jobs, and return the mails that left."""
    mail.outbox.clear()
    assert jobs.tick() is True
    return list(mail.outbox)


def a_day_later() -> None:
    """As if a day had passed: what waits for the next mail of the day is due."""
    for row in Notification.objects.pending():
        row.due_at -= timedelta(days=8)
        row.save()


def plan_meeting(cast: Any, cycle: Any, **values: Any) -> Meeting:
    return make.meeting(cycle, by=cast.secretariat, **values)


def ask_back(gap: Any, *, by: User, text: str) -> None:
    gap.question(by=by, expected_version=gap.version, text=text)


def read_by(*, tell: Any) -> set[str]:
    """The address of everybody who got a mail."""
    return {address for sent in tell for address in sent.to}


# --- who is told what


def test_a_returned_report_is_told_to_its_country_alone(report, cast):
    make.submitted(report, by=cast.vnm)
    report.start_reading(by=cast.consultant, expected_version=report.version)
    report.return_for_revision(
        by=cast.consultant,
        expected_version=report.version,
        note="Table 3 is empty.",
        revise_by=date(2020, 9, 1),
    )
    tick()
    a_day_later()
    sent = tick()
    assert read_by(tell=sent) == {
        "vnm@site.example",
        "vnm_team@site.example",
        "consultant@site.example",
        "lead@site.example",
    }
    body = next(m for m in sent if m.to == ["vnm@site.example"]).body
    assert "Viet Nam: the national report was returned, to be revised by 1 Sep 2020." in body
    assert "“Table 3 is empty.”" in body
    assert "http://testserver/cycles/mtr/reports/VNM/" in body


def test_whoever_did_it_is_not_told(cycle, cast):
    everything_at_once(cast.secretariat, cast.vnm)
    plan_meeting(cast, cycle)
    assert read_by(tell=tick()) == {"vnm@site.example"}


def test_a_change_that_is_rolled_back_is_told_to_nobody(cycle, cast):
    with transaction.atomic():
        plan_meeting(cast, cycle)
        assert NotificationEvent.objects.count() == 1
        transaction.set_rollback(True)
    assert not NotificationEvent.objects.exists()


def test_a_test_cycle_sends_nothing(cast):
    cycle = make.cycle("rehearsal", by=cast.secretariat, is_test=True)
    plan_meeting(cast, cycle)
    assert not NotificationEvent.objects.exists()


def test_advice_and_questions_reach_the_country(report, cast):
    everything_at_once(cast.vnm)
    gap = make.gap(report, by=cast.vnm)
    advice = Advice.draft(by=cast.consultant, gap=gap, text="Use the series of 2014.")
    assert tick() == []  # a draft is the consultants'
    approve_advice(by=cast.lead, advice=advice, expected_version=advice.version)
    (sent,) = tick()
    assert "Viet Nam received advice on VNM-1" in sent.body


def test_an_action_point_reaches_its_owner(cycle, cast):
    everything_at_once(cast.lao, cast.vnm)
    meeting = plan_meeting(cast, cycle)
    tick()
    ActionPoint.add_to(
        meeting, by=cast.secretariat, text="Send the annex", owner=cast.lao, due_on=date(2020, 9, 1)
    )
    (sent,) = tick()
    assert (sent.to, sent.subject) == (
        ["lao@site.example"],
        "Action point for you, due on 1 Sep 2020: Send the annex",
    )


def test_who_is_named_in_a_delegation_is_invited_once(cycle, cast):
    everything_at_once(cast.lao)
    meeting = plan_meeting(cast, cycle)
    tick()
    delegation = Delegation.add_to(
        meeting, by=cast.secretariat, organisation=cast.lao.organisation, people=[cast.lao]
    )
    assert ["Lao PDR" in sent.body for sent in tick()] == [True]
    delegation.edit(by=cast.secretariat, expected_version=1, size=3)
    assert tick() == []


# --- how often


def test_one_mail_a_person_and_day(cycle, cast):
    for n in range(3):
        plan_meeting(cast, cycle, code=f"m{n}", title=f"Meeting {n}", number=n + 1)
    assert tick() == []
    a_day_later()
    sent = [m for m in tick() if m.to == ["vnm@site.example"]]
    assert len(sent) == 1
    assert all(f"Meeting {n}" in sent[0].body for n in range(3))
    a_day_later()
    assert tick() == []


@pytest.mark.parametrize(
    ("frequency", "after", "at"),
    [
        ("at_once", datetime(2020, 8, 20, 9, 0), datetime(2020, 8, 20, 9, 0)),
        ("daily", datetime(2020, 8, 20, 6, 59), datetime(2020, 8, 20, 7, 0)),
        ("daily", datetime(2020, 8, 20, 7, 0), datetime(2020, 8, 21, 7, 0)),
        ("weekly", datetime(2020, 8, 20, 9, 0), datetime(2020, 8, 24, 7, 0)),
        ("weekly", datetime(2020, 8, 24, 6, 0), datetime(2020, 8, 24, 7, 0)),
        ("weekly", datetime(2020, 8, 24, 7, 1), datetime(2020, 8, 31, 7, 0)),
    ],
)
def test_when_the_next_mail_is(frequency, after, at):
    assert next_mail_at(frequency, timezone.make_aware(after, JAKARTA)) == timezone.make_aware(at, JAKARTA)


def test_never_is_never(cycle, cast):
    choose(cast.vnm, **{Topic.MEETINGS.value: Frequency.OFF})
    plan_meeting(cast, cycle)
    tick()
    assert not Notification.objects.filter(person=cast.vnm).exists()


def test_what_waits_follows_a_new_choice(cycle, cast):
    plan_meeting(cast, cycle)
    tick()
    choose(cast.vnm, **{Topic.MEETINGS.value: Frequency.AT_ONCE})
    assert read_by(tell=tick()) == {"vnm@site.example"}


def test_more_than_fit_are_counted(cycle, cast, monkeypatch):
    monkeypatch.setattr(notifications, "MOST_LINES", 2)
    everything_at_once(cast.vnm)
    for n in range(5):
        plan_meeting(cast, cycle, code=f"m{n}", title=f"Meeting {n}", number=n + 1)
    (sent,) = tick()
    assert "And 3 more." in sent.body
    assert sent.body.count("\n* ") == 2
    assert sent.subject.endswith("And 4 more.")


def test_what_changed_several_times_is_told_once(cycle, cast):
    everything_at_once(cast.vnm)
    deadline = make.deadline(cycle, by=cast.secretariat)
    for day in (10, 11, 12):
        deadline.reschedule(
            by=cast.secretariat,
            expected_version=deadline.version,
            why=f"Try {day}",
            due_on=date(2020, 9, day),
        )
    (sent,) = tick()
    assert sent.body.count("moved to") == 1
    assert "12 Sep 2020" in sent.body


# --- away


def test_the_alternate_gets_it_while_somebody_is_away(cycle, cast):
    real = clock.day_of(clock.real_now())
    everything_at_once(cast.vnm, cast.vnm_team)
    cast.vnm.name_alternate(by=cast.secretariat, expected_version=cast.vnm.version, alternate=cast.vnm_team)
    be_away(cast.vnm, real, real + timedelta(days=3))
    make.submitted(make.report(cycle, "VNM"), by=cast.vnm)
    report = make.report(cycle, "VNM")
    report.start_reading(by=cast.consultant, expected_version=report.version)
    assert read_by(tell=tick()) == {"vnm_team@site.example"}
    be_away(cast.vnm, None, None)
    assert read_by(tell=tick()) == {"vnm@site.example"}


def test_as_alternate_it_says_for_whom(cycle, cast):
    real = clock.day_of(clock.real_now())
    everything_at_once(cast.lead)
    cast.consultant.name_alternate(
        by=cast.secretariat, expected_version=cast.consultant.version, alternate=cast.lead
    )
    be_away(cast.consultant, real, real)
    event = NotificationEvent.objects.create(trace=_trace_of_a_meeting(cast, cycle))
    NotificationEvent.objects.exclude(pk=event.pk).delete()
    rows = notifications.notifications_of(event, [cast.consultant])
    assert [(row.person, row.instead_of) for row in rows] == [
        (cast.consultant, None),
        (cast.lead, cast.consultant),
    ]
    Notification.objects.bulk_create(rows)
    (sent,) = tick()
    assert "You get this as the alternate of" in sent.body


def test_a_lapsed_alternate_gets_nothing(cycle, cast):
    """The rule is that of acting: who moved, or whose account ended, reads nothing in somebody's place."""
    real = clock.day_of(clock.real_now())
    event = NotificationEvent.objects.create(trace=_trace_of_a_meeting(cast, cycle))
    cast.consultant.name_alternate(
        by=cast.secretariat, expected_version=cast.consultant.version, alternate=cast.lead
    )
    be_away(cast.consultant, real, real)
    for name, value in (
        ("organisation", cast.vnm.organisation),
        ("active_until", date(2020, 8, 19)),
        ("is_active", False),
    ):
        lead = User.objects.get(pk=cast.lead.pk)
        before = getattr(lead, name)
        lead.change_traced(by=None, expected_version=lead.version, **{name: value})
        person = User.objects.get(pk=cast.consultant.pk)
        rows = notifications.notifications_of(event, [person])
        assert [row.person for row in rows] == [cast.consultant], name
        lead.change_traced(by=None, expected_version=lead.version, **{name: before})


def test_an_account_that_has_ended_gets_no_mail(cycle, cast):
    """Neither one that ended before, nor one that ends before the mail is sent, nor about those who join its side."""
    everything_at_once(cast.vnm, cast.vnm_team)
    stored = User.objects.get(pk=cast.vnm.pk)
    stored.change_traced(by=None, expected_version=stored.version, active_until=date(2020, 8, 19))
    plan_meeting(cast, cycle)
    notifications.distribute()
    assert not Notification.objects.filter(person=cast.vnm).exists()
    notifications.write_mails()
    stored = User.objects.get(pk=cast.vnm_team.pk)
    stored.change_traced(by=None, expected_version=stored.version, active_until=date(2020, 8, 19))
    OutgoingMail.objects.filter(person=None).delete()  # about the account
    make.user("newcomer", "coordinator", cast.vnm.organisation)
    assert "vnm" not in " ".join(map(str, read_by(tell=tick())))


def _trace_of_a_meeting(cast: Any, cycle: Any) -> Any:
    plan_meeting(cast, cycle)
    trace = NotificationEvent.objects.get().trace
    NotificationEvent.objects.all().delete()
    return trace


# --- calendar files


def events_in(sent: Any) -> list[tuple[str, Any]]:
    """The calendar files of a mail as another library reads them: method and event."""
    parts = [part for part in sent.message().walk() if part.get_content_type() == "text/calendar"]
    found = []
    for part in parts:
        (event,) = Calendar(part.get_payload(decode=True).decode()).events
        assert part.get_filename().endswith(".ics")
        found.append((part.get_param("method"), event))
    return found


def sequence_of(event: Any) -> int:
    return next(int(line.value) for line in event.extra if line.name == "SEQUENCE")


def test_a_meeting_that_is_set_moved_and_cancelled_comes_as_a_calendar_file(cycle, cast):
    everything_at_once(cast.vnm)
    meeting = plan_meeting(cast, cycle, place="Ha Noi")
    (sent,) = tick()
    assert "Open the attached calendar files" in sent.body
    ((method, event),) = events_in(sent)
    assert (method, event.name, event.location) == ("REQUEST", "Meeting 3", "Ha Noi")
    assert [person.email for person in event.attendees] == ["vnm@site.example"]
    day = date(2020, 8, 25)
    meeting.reschedule(by=cast.secretariat, expected_version=1, why="Storm", planned_from=day, planned_to=day)
    ((method, moved),) = events_in(tick()[0])
    assert (method, moved.uid, moved.begin.date()) == ("REQUEST", event.uid, day)
    assert sequence_of(moved) > sequence_of(event)
    meeting.cancel(by=cast.secretariat, expected_version=meeting.version, why="No room")
    ((method, cancelled),) = events_in(tick()[0])
    assert (method, cancelled.uid, cancelled.status) == ("CANCEL", event.uid, "CANCELLED")
    assert sequence_of(cancelled) > sequence_of(moved)


def test_a_digest_has_a_file_for_each_meeting_as_it_is_when_it_is_sent(cycle, cast):
    first = plan_meeting(cast, cycle, code="m1", title="First", number=1)
    plan_meeting(cast, cycle, code="m2", title="Second", number=2)
    first.cancel(by=cast.secretariat, expected_version=1, why="No room")
    jobs.tick()
    a_day_later()
    sent = next(sent for sent in tick() if sent.to == ["vnm@site.example"])
    assert {(method, event.name) for method, event in events_in(sent)} == {
        ("CANCEL", "First"),
        ("REQUEST", "Second"),
    }


def test_a_calendar_file_is_in_the_language_of_its_reader(cycle, cast):
    everything_at_once(cast.vnm)
    person = User.objects.get(pk=cast.vnm.pk)
    person.language = "vi"
    person.save(update_fields=["language"])
    plan_meeting(cast, cycle)
    ((_method, event),) = events_in(tick()[0])
    assert "Nhắc" in str([alarm.display_text for alarm in event.alarms])


def test_no_calendar_file_of_what_its_reader_may_not_read_by_then(cycle, cast):
    """Another country's mail has none, nor one whose cycle is a rehearsal by the time."""
    everything_at_once(cast.vnm)
    make.submitted(make.report(cycle, "VNM"), by=cast.vnm)
    for sent in tick():
        assert events_in(sent) == []
    plan_meeting(cast, cycle)
    notifications.distribute()
    person = User.objects.get(pk=cast.vnm.pk)
    person.change_traced(by=None, expected_version=person.version, organisation=make.organisation("KHM"))
    assert [sent for sent in tick() if sent.to == ["vnm@site.example"] and events_in(sent)] == []


# --- what its reader may not read


CANARY = "canary-of-viet-nam"


def test_nothing_in_a_mail_that_its_reader_may_not_read_when_it_is_sent(cycle, cast, settings):
    """Written for Viet Nam's team; before it is sent the person belongs to Lao PDR."""
    everything_at_once(cast.vnm_team)
    gap = make.gap(make.report(cycle, "VNM"), by=cast.vnm)
    ask_back(gap, by=cast.consultant, text=CANARY)
    notifications.distribute()
    notifications.write_mails()
    assert OutgoingMail.objects.get().state == "waiting"
    User.objects.get(pk=cast.vnm_team.pk).change_traced(
        by=None, expected_version=cast.vnm_team.version, organisation=cast.lao.organisation
    )
    OutgoingMail.objects.filter(person=None).delete()  # about the account
    outbox.deliver()
    assert mail.outbox == []
    row = OutgoingMail.objects.get()
    assert (row.state, row.body) == ("empty", "")


def test_no_text_is_kept_in_the_outbox(cycle, cast):
    everything_at_once(cast.vnm)
    plan_meeting(cast, cycle, title=CANARY)
    notifications.distribute()
    notifications.write_mails()
    row = OutgoingMail.objects.get()
    assert CANARY not in f"{row.subject} {row.body} {row.headers}"
    outbox.deliver()
    assert CANARY in mail.outbox[0].subject


def test_nobody_else_reads_a_country_s_words(cycle, cast):
    """Canary words of each country in everything that can be notified: none reaches another country."""
    everything_at_once(*vars(cast).values())
    for code, person in (("VNM", cast.vnm), ("LAO", cast.lao)):
        report = make.report(cycle, code)
        gap = make.gap(report, by=person, missing=f"canary-{code}")
        ask_back(gap, by=cast.consultant, text=f"canary-{code}")
        make.extension(report, make.deadline(cycle, by=cast.secretariat), by=person, reason=f"canary-{code}")
    by_reader = {sent.to[0].split("@")[0]: f"{sent.subject} {sent.body}" for sent in tick()}
    assert "LAO" not in by_reader["vnm"]
    assert "VNM" not in by_reader["lao"]
    assert not {"observer", "admin"} & {*by_reader}


def test_a_leak_is_noticed(cycle, cast, monkeypatch):
    """The planted fault: what may be read is asked for somebody else."""
    gap = make.gap(make.report(cycle, "VNM"), by=cast.vnm)
    ask_back(gap, by=cast.consultant, text="Why?")
    notifications.distribute()
    rows = list(Notification.objects.all())
    assert notifications.message_to(cast.lao, rows) is None
    of_consultant = partial(queries.visible_records, cast.consultant)
    monkeypatch.setattr(queries, "visible_records", lambda reader, traces: of_consultant(traces))
    message = notifications.message_to(cast.lao, rows)
    assert message is not None
    assert "VNM-1" in message.body


# --- how it is sent


def test_headers(cycle, cast):
    everything_at_once(cast.vnm)
    plan_meeting(cast, cycle)
    (sent,) = tick()
    written = sent.message()
    assert written["List-Id"] == "<notifications.testserver>"
    assert written["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert written["Message-ID"] == OutgoingMail.objects.get().headers["Message-ID"]
    assert [part.get_content_type() for part in written.walk()] == [
        "multipart/mixed",
        "text/plain",
        "text/calendar",
    ]
    assert written["List-Unsubscribe"].startswith("<http://testserver/notifications/off/")


def unsubscribe_path(person: User) -> str:
    return f"/notifications/off/{notifications.signer.sign(str(person.pk))}/"


def test_one_click_turns_mails_off(cycle, cast):
    everything_at_once(cast.vnm)
    plan_meeting(cast, cycle)
    stranger = Client(enforce_csrf_checks=True)
    path = unsubscribe_path(cast.vnm)
    assert "Turn notifications off" in stranger.get(path).content.decode()
    notifications.distribute()
    answer = stranger.post(path, {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "No more notifications are sent" in answer.content.decode()) == (200, True)
    assert tick() == []
    plan_meeting(cast, cycle, code="second", number=2)
    assert tick() == []
    chosen = NotificationSettings.of(cast.vnm)
    assert {chosen.frequency_of(topic) for topic in Topic} == {"off"}


def test_what_waits_in_the_outbox_is_not_sent_after_it(cycle, cast):
    everything_at_once(cast.vnm)
    plan_meeting(cast, cycle)
    notifications.distribute()
    notifications.write_mails()
    Client().post(unsubscribe_path(cast.vnm))
    outbox.deliver()
    assert mail.outbox == []
    assert OutgoingMail.objects.get().state == "empty"


@pytest.mark.parametrize("token", ["7", "7:abc", "x"])
def test_a_made_up_link_is_none(token):
    assert Client().post(f"/notifications/off/{token}/").status_code == 404


# --- the page


def test_the_page_of_settings(sign_in, cast):
    browser = sign_in(cast.vnm)
    page = browser.get("/notifications/").content.decode()
    assert "vnm@site.example" in page
    typed = dict.fromkeys(Topic.values, "weekly")
    assert browser.post("/notifications/", typed).status_code == 302
    assert NotificationSettings.of(cast.vnm).meetings == "weekly"
    assert browser.post("/notifications/", typed | {"meetings": "off", "version": "1"}).status_code == 302
    assert NotificationSettings.of(cast.vnm).meetings == "off"
