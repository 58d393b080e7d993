"""Reminders: the newest rung of each role once, and never of finished work."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from reviews import clock
from reviews.actions.deliveries import deliver
from reviews.actions.reminders import remind, request_explanation, send_due_reminders
from reviews.models import Explanation, NotAllowedNow, Reminder, ReminderSchedule, Trace
from reviews.queries.reminders import due_text, reminded_text, status_for
from tests.support import make

DUE = date(2020, 9, 7)


def on(day: date) -> list[tuple[str, str, int]]:
    """What the schedule sends on a day: country, role, days."""
    last = Reminder.objects.order_by("-id").values_list("id", flat=True).first() or 0
    with clock.at(day):
        send_due_reminders()
    rows = Reminder.objects.filter(pk__gt=last).order_by("member_state", "role")
    return [(row.member_state.code, row.role, row.days) for row in rows]


@pytest.fixture
def comments(cycle: Any, cast: Any) -> Any:
    """A deadline for comments, due on 7 September."""
    return make.deadline(cycle, by=cast.secretariat, output="comments", only_for=[cast.vnm.organisation])


def rungs_in_force(days: range) -> list[tuple[int, str, int]]:
    """By day after the due one, what was sent when the job ran each day."""
    return [(n, role, rung) for n in days for _state, role, rung in on(DUE + timedelta(days=n))]


def test_each_rung_is_sent_on_its_day_and_once(comments):
    assert rungs_in_force(range(-25, 15)) == [
        (-21, "coordinator", -21),
        (-14, "coordinator", -14),
        (-14, "team", -14),
        (-7, "coordinator", -7),
        (-7, "team", -7),
        (-1, "coordinator", -1),
        (-1, "team", -1),
        (1, "coordinator", 1),
        (1, "secretariat", 1),
        (7, "coordinator", 7),
        (7, "secretariat", 7),
    ]
    assert on(DUE + timedelta(days=14)) == []


def test_after_days_without_a_tick_only_the_newest_is_sent(comments):
    assert on(DUE - timedelta(days=21)) == [("VNM", "coordinator", -21)]
    assert on(DUE + timedelta(days=3)) == [
        ("VNM", "coordinator", 1),
        ("VNM", "secretariat", 1),
        ("VNM", "team", -1),
    ]


def test_a_clock_that_was_set_back_sends_nothing_twice(comments):
    on(DUE - timedelta(days=7))
    assert on(DUE - timedelta(days=14)) == []
    assert on(DUE - timedelta(days=6)) == []


def test_finished_work_is_never_reminded_of(comments, cast):
    deliver(
        by=cast.vnm,
        report=make.report(comments.cycle, "VNM"),
        deadline=comments,
        met_on=clock.today(),
        note="",
    )
    assert on(DUE + timedelta(days=1)) == []


def test_an_extension_begins_the_days_again(comments, cast):
    on(DUE - timedelta(days=1))
    extension = make.extension(make.report(comments.cycle, "VNM"), comments, by=cast.vnm)
    extension.grant(by=cast.secretariat, expected_version=extension.version, until=date(2020, 9, 21))
    assert on(date(2020, 9, 14)) == [("VNM", "coordinator", -7), ("VNM", "team", -7)]
    assert Reminder.objects.latest("id").due_on == date(2020, 9, 21)


def test_the_day_is_counted_in_jakarta(comments):
    """At 17:00 in London it is the next day in Jakarta."""
    from datetime import UTC, datetime

    with clock.at(datetime(2020, 8, 16, 16, 59, tzinfo=UTC)):
        assert send_due_reminders() == 0
    with clock.at(datetime(2020, 8, 16, 17, 0, tzinfo=UTC)):
        assert send_due_reminders() == 1


def test_a_cycle_has_days_of_its_own(comments, cast):
    schedule = ReminderSchedule.of(comments.cycle)
    schedule.choose(
        by=cast.secretariat,
        expected_version=1,
        days={"comments.coordinator": [-3], "comments.team": [], "comments.secretariat": []},
    )
    assert rungs_in_force(range(-25, 15)) == [(-3, "coordinator", -3)]


def test_only_the_secretariat_chooses_the_days(comments, cast):
    with pytest.raises(PermissionDenied):
        ReminderSchedule.of(comments.cycle).choose(by=cast.consultant, expected_version=1, days={})


def test_a_test_cycle_and_a_closed_one_remind_nobody(cast):
    rehearsal = make.cycle("rehearsal", by=cast.secretariat, is_test=True)
    make.deadline(rehearsal, by=cast.secretariat, output="comments")
    closed = make.cycle("closed", by=cast.secretariat)
    make.deadline(closed, by=cast.secretariat, output="comments")
    closed.close(by=cast.secretariat, expected_version=closed.version, why="Over")
    assert on(DUE) == []


def test_a_returned_report_is_reminded_of_by_its_own_day(report, cast):
    make.deadline(report.cycle, by=cast.secretariat, due_on=date(2020, 8, 10))
    make.in_status("returned", report, cast)  # to be revised by 30 September
    assert [row for row in on(date(2020, 9, 1)) if row[0] == "VNM"] == []
    assert ("VNM", "coordinator", -21) in on(date(2020, 9, 9))


# --- by hand


def test_reminding_by_hand_is_in_the_history(comments, cast):
    remind(by=cast.secretariat, items=[(comments, cast.vnm.organisation)], text="The chair asks.")
    row = Reminder.objects.get()
    assert (row.sent_by, row.text, row.days, row.role) == (cast.secretariat, "The chair asks.", None, "")
    trace = Trace.objects.on_page(comments).first()
    assert (trace.verb, trace.why, trace.by) == ("sent", "The chair asks.", cast.secretariat)


def test_nobody_is_reminded_twice_a_day(comments, cast):
    remind(by=cast.secretariat, items=[(comments, cast.vnm.organisation)], text="")
    with pytest.raises(ValidationError, match="was reminded of"):
        remind(by=cast.secretariat, items=[(comments, cast.vnm.organisation)], text="")
    assert on(date(2020, 8, 20)) == []  # the schedule waits
    assert on(date(2020, 8, 21)) == [("VNM", "coordinator", -21)] or Reminder.objects.count() >= 2
    with clock.at(date(2020, 8, 21)), pytest.raises(ValidationError, match="was reminded of"):
        remind(by=cast.secretariat, items=[(comments, cast.vnm.organisation)], text="")


def test_all_or_none_of_several_countries(cycle, cast):
    deadline = make.deadline(cycle, by=cast.secretariat, output="comments")
    make.delivery(deadline, by=cast.lao)
    with pytest.raises(ValidationError, match="Lao PDR: .* asks nothing more"):
        remind(
            by=cast.secretariat,
            items=[(deadline, cast.vnm.organisation), (deadline, cast.lao.organisation)],
            text="",
        )
    assert not Reminder.objects.exists()


def test_only_the_secretariat_reminds(comments, cast):
    for person in (cast.vnm, cast.consultant, cast.observer):
        with pytest.raises(PermissionDenied):
            remind(by=person, items=[(comments, cast.vnm.organisation)], text="")


def test_in_words(comments):
    with clock.at(DUE - timedelta(days=18)):
        assert due_text(status_for(comments, comments.only_for.get().pk)) == "due on 7 Sep 2020, in 18 days"
    with clock.at(DUE):
        assert due_text(status_for(comments, comments.only_for.get().pk)) == "due today, 7 Sep 2020"
    with clock.at(DUE + timedelta(days=1)):
        text = due_text(status_for(comments, comments.only_for.get().pk))
        assert text == "due on 7 Sep 2020, overdue by 1 day"
    assert [reminded_text(day) for day in (None, clock.today(), date(2020, 8, 17))] == [
        "",
        "reminded today",
        "reminded 3 days ago",
    ]


# --- explanations


def test_an_explanation_is_requested_and_given_once(comments, cast):
    state = cast.vnm.organisation
    asked = request_explanation(by=cast.consultant, deadline=comments, state=state, question="Why?")
    with pytest.raises(NotAllowedNow, match="still waits"):
        request_explanation(by=cast.secretariat, deadline=comments, state=state, question="And why?")
    with pytest.raises(PermissionDenied):
        asked.explain(by=cast.lao, expected_version=1, answer="We know.")
    asked.explain(by=cast.vnm_team, expected_version=1, answer="The ministry moved.")
    asked = Explanation.objects.get()
    assert (asked.answer, asked.answered_by) == ("The ministry moved.", cast.vnm_team)
    with pytest.raises(NotAllowedNow, match="given already"):
        asked.explain(by=cast.vnm, expected_version=2, answer="Again.")


def test_nothing_is_to_explain_where_nothing_is_asked(comments, cast):
    with pytest.raises(NotAllowedNow, match="asks nothing"):
        request_explanation(
            by=cast.consultant, deadline=comments, state=cast.lao.organisation, question="Why?"
        )
