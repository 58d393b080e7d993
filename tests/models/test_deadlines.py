"""Deadlines: how a country stands on a day, extensions, and the first date that is always kept.

A deadline is a day in Jakarta, and "by" includes the day.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from reviews import clock
from reviews.actions.reports import submit_report
from reviews.models import Deadline, DeadlineState, Extension, NotRequired
from reviews.models.deadlines import Revision
from reviews.queries import deadlines
from tests.models.transitions import fresh, last_trace, raises, refused, tells
from tests.support import grids, make

OPENS, DUE, LAST = date(2020, 8, 1), date(2020, 9, 7), date(2020, 9, 30)

# The window opens on 1 August and is due by 7 September; "due soon" is from 14 days before.
# In brackets: the day the report was handed in, until when an extension was granted; and by when it, sent back, has to
# be there again.
STANDINGS = """
                      07-31         08-01     08-23     08-24     09-07     09-08     09-14     09-15
nothing               not_yet_open  open      open      due_soon  due_soon  overdue   overdue   overdue
in(07-31)             met           met       met       met       met       met       met       met
in(09-07)             not_yet_open  open      open      due_soon  met       met       met       met
in(09-08)             not_yet_open  open      open      due_soon  due_soon  met_late  met_late  met_late
until(09-14)          extended      extended  extended  extended  extended  extended  extended  overdue
until(09-14)in(09-14) extended      extended  extended  extended  extended  extended  met       met
until(09-14)in(09-15) extended      extended  extended  extended  extended  extended  extended  met_late
accepted not_required not_required not_required not_required not_required not_required not_required not_required
in(08-05)back(08-31) to_revise to_revise to_revise to_revise overdue overdue overdue overdue
in(08-05)back(09-14) to_revise to_revise to_revise to_revise to_revise to_revise to_revise overdue
in(08-05)back(09-10)until(09-14) to_revise to_revise to_revise to_revise to_revise to_revise to_revise overdue
accepted,in(09-08) not_required not_required not_required not_required not_required met_late met_late met_late
"""
TEXTS = [
    ("nothing", "09-08", "overdue by 1 day"), ("nothing", "09-15", "overdue by 8 days"),
    ("in(09-08)", "09-15", "met late by 1 day"), ("until(09-14)", "09-15", "overdue by 1 day"),
    ("in(09-07)", "09-15", "met"), ("nothing", "08-24", "due soon"),
    ("accepted", "09-15", "not required: report accepted"),
]  # fmt: skip


def day(text: str) -> date:
    return date.fromisoformat(f"2020-{text}")


def named(situation: str, word: str) -> date | None:
    """The day in brackets after a word."""
    _before, found, rest = situation.partition(f"{word}(")
    return day(rest[:5]) if found else None


def standing(situation: str, on: str) -> Any:
    window = Deadline(opens_on=OPENS, due_on=DUE, first_due_on=DUE)
    released = NotRequired.ACCEPTED if situation.startswith("accepted") else None
    revision = Revision(named(situation, "back")) if "back" in situation else None
    return window.status_for(named(situation, "in"), named(situation, "until"), day(on), released, revision)


@pytest.mark.parametrize(("situation", "on", "state"), grids.cells(STANDINGS))
def test_standing(situation, on, state):
    assert standing(situation, on).state == state


@pytest.mark.parametrize(("situation", "on", "text"), TEXTS)
def test_its_words_count_the_days(situation, on, text):
    assert standing(situation, on).text == text


def test_every_state_is_on_the_grid():
    assert {state for _situation, _on, state in grids.cells(STANDINGS)} == set(DeadlineState.values)


@pytest.mark.parametrize(("on", "days"), [("07-31", 38), ("09-06", 1), ("09-07", 0), ("09-08", -1)])
def test_days_left(on, days):
    assert standing("nothing", on).days == days


def test_the_first_date_is_kept_and_the_slip_counted(cast, cycle):
    deadline = make.deadline(cycle, by=cast.secretariat)
    for moved, why in ((date(2020, 9, 14), "Floods"), (date(2020, 9, 21), "Floods again")):
        deadline.reschedule(by=cast.secretariat, expected_version=deadline.version, why=why, due_on=moved)
    assert (fresh(deadline).first_due_on, fresh(deadline).due_on) == (DUE, date(2020, 9, 21))
    assert deadline.status_for(None, None, OPENS).slip == 14
    tells(deadline, by=cast.secretariat, verb="moved", why="Floods again")


def test_a_move_raises_no_false_alarm(cast, report):
    """Overdue under the old date, not under the new one: nothing of it is stored."""
    deadline = make.deadline(report.cycle, by=cast.secretariat, due_on=date(2020, 8, 19))
    assert standing_of(report).state == DeadlineState.OVERDUE
    deadline.reschedule(by=cast.secretariat, expected_version=1, why="Floods", due_on=DUE)
    assert (standing_of(report).state, standing_of(report).slip) == (DeadlineState.OPEN, 19)


def standing_of(report: Any) -> Any:
    granted = Extension.objects.granted()
    (found,) = deadlines.deadline_statuses([report], report.cycle.deadlines.all(), granted, clock.today())[
        report.pk
    ]
    return found


@pytest.mark.parametrize("field", ["opens_on", "due_on", "last_on"])
def test_moving_any_date_owes_a_reason(field, cast, cycle):
    dates = {"opens_on": OPENS, "due_on": DUE, "last_on": LAST}
    deadline = make.deadline(cycle, by=cast.secretariat, **dates)
    moved = dates | {field: dates[field] + timedelta(days=1)}
    error: Any = raises(
        ValidationError, deadline.reschedule, by=cast.secretariat, expected_version=1, why=" ", **moved
    )
    assert error.message_dict == {"why": ["Say why the dates move."]}


def test_a_new_title_owes_none(cast, cycle):
    deadline = make.deadline(cycle, by=cast.secretariat)
    same = {"opens_on": OPENS, "due_on": DUE, "last_on": None}
    deadline.reschedule(by=cast.secretariat, expected_version=1, why="", title="Final reports", **same)
    tells(deadline, by=cast.secretariat, verb="changed", why="")
    deadline.reschedule(
        by=cast.secretariat, expected_version=2, why="", title="Last reports"
    )  # the dates not even mentioned
    tells(deadline, by=cast.secretariat, verb="changed", why="")


DISORDER = [
    ({"due_on": date(2020, 7, 31)}, {"due_on": ["The due day comes before the opening."]}),
    ({"last_on": date(2020, 9, 6)}, {"last_on": ["The closing day comes before the due day."]}),
]


@pytest.mark.parametrize(("dates", "told"), DISORDER)
def test_dates_out_of_order_are_refused(dates, told, cast, cycle):
    error: Any = raises(ValidationError, make.deadline, cycle, by=cast.secretariat, **dates)
    assert error.message_dict == told


def test_one_day_may_be_all_three(cast, cycle):
    made = fresh(make.deadline(cycle, by=cast.secretariat, opens_on=DUE, due_on=DUE, last_on=DUE))
    assert (made.opens_on, made.due_on, made.last_on) == (DUE, DUE, DUE)


def test_numbers_run_per_cycle(cast, cycle):
    made = [make.deadline(cycle, by=cast.secretariat).number for _n in range(3)]
    other = make.cycle("iai", by=cast.secretariat)
    assert [*made, make.deadline(other, by=cast.secretariat).number] == [1, 2, 3, 1]


# For whom, and how it is met


def test_a_deadline_may_concern_some_countries_only(cast, report):
    deadline = make.deadline(report.cycle, by=cast.secretariat, only_for=[cast.lao.organisation])
    assert deadline.concerns(cast.lao.organisation_id)
    assert not deadline.concerns(cast.vnm.organisation_id)
    assert deadlines.deadline_statuses([report], [deadline], [], clock.today())[report.pk] == []


def test_progress_meets_it_from_the_day_the_window_opens(cast, report):
    """What was told before was told for something earlier; later posts do not make it late."""
    make.deadline(
        report.cycle, by=cast.secretariat, output="progress", opens_on=date(2020, 8, 10), due_on=DUE
    )
    met_on = {}
    for posted in (date(2020, 8, 9), date(2020, 8, 10), date(2020, 9, 20)):
        with clock.at(posted):
            report.post_progress(
                by=cast.vnm, expected_version=report.version, writing=posted.day + posted.month
            )
            met_on[posted.day] = standing_of(report).met_on
    assert met_on == {9: None, 10: date(2020, 8, 10), 20: date(2020, 8, 10)}


def test_a_day_ends_in_jakarta(cast, report):
    """Five to midnight in Jakarta is still that day; half an hour later is late by one."""
    make.deadline(report.cycle, by=cast.secretariat)
    with clock.at(clock.end_of(DUE)):
        make.submitted(report, by=cast.vnm)
        assert (standing_of(report).state, standing_of(report).days) == (DeadlineState.MET, 0)
    lao = make.report(report.cycle, "LAO")
    with clock.at(clock.end_of(DUE) + timedelta(minutes=1)):
        make.submitted(lao, by=cast.lao)
        assert (standing_of(lao).state, standing_of(lao).days) == (DeadlineState.MET_LATE, -1)


def test_next_is_the_earliest_that_is_not_met(cast, report):
    for title, due in (("Later", LAST), ("Sooner", DUE)):
        make.deadline(report.cycle, by=cast.secretariat, title=title, due_on=due)
    make.deadline(report.cycle, by=cast.secretariat, title="Met", output="progress", due_on=date(2020, 8, 31))
    report.post_progress(by=cast.vnm, expected_version=report.version, writing=10)
    found = deadlines.deadline_statuses([report], report.cycle.deadlines.all(), [], clock.today())[report.pk]
    assert [s.deadline.title for s in found] == ["Met", "Sooner", "Later"]
    assert deadlines.next_due(found).deadline.title == "Sooner"
    assert deadlines.next_due([]) is None


# Extensions


@pytest.fixture
def deadline(cast: Any, report: Any) -> Deadline:
    return make.deadline(report.cycle, by=cast.secretariat, last_on=LAST)


def ask(report: Any, deadline: Deadline, by: Any, until: date = date(2020, 9, 21)) -> Extension:
    return make.extension(report, deadline, by=by, asked_until=until, reason="Floods")


def test_a_request_says_who_asks_for_what_and_why(cast, report, deadline):
    asked = fresh(ask(report, deadline, cast.vnm))
    assert (asked.asked_by, asked.asked_at, asked.status) == (cast.vnm, clock.now(), "asked")
    assert (asked.asked_until, asked.due_when_asked, asked.reason) == (date(2020, 9, 21), DUE, "Floods")
    tells(asked, by=cast.vnm, verb="asked", why="")
    assert last_trace(asked).page_id == deadline.pk  # it stands in the deadline's history


def test_a_granted_extension_moves_one_countrys_date(cast, report, deadline):
    asked = ask(report, deadline, cast.vnm)
    asked.grant(by=cast.secretariat, expected_version=1, until=date(2020, 9, 14))
    lao = make.report(report.cycle, "LAO")
    assert (standing_of(report).due_on, standing_of(report).is_extended) == (date(2020, 9, 14), True)
    assert (standing_of(lao).due_on, standing_of(lao).is_extended) == (DUE, False)
    assert standing_of(report).slip == 7
    assert fresh(deadline).due_on == DUE


def test_a_request_alone_moves_nothing(cast, report, deadline):
    asked = ask(report, deadline, cast.vnm)
    assert standing_of(report).due_on == DUE
    asked.refuse(by=cast.secretariat, expected_version=1, note="The draft waits for it.")
    assert standing_of(report).due_on == DUE


def test_the_latest_extension_counts_and_the_next_one_has_to_be_later(cast, report, deadline):
    ask(report, deadline, cast.vnm).grant(by=cast.secretariat, expected_version=1, until=date(2020, 9, 14))
    raises(ValidationError, ask, report, deadline, cast.vnm, date(2020, 9, 14), match="not later than")
    again = ask(report, deadline, cast.vnm, date(2020, 9, 15))
    assert again.due_when_asked == date(2020, 9, 14)
    again.grant(by=cast.secretariat, expected_version=1, until=date(2020, 9, 15))
    assert standing_of(report).due_on == date(2020, 9, 15)


def test_a_common_date_moved_beyond_an_extension_holds_for_that_country_too(cast, report, deadline):
    ask(report, deadline, cast.vnm).grant(by=cast.secretariat, expected_version=1, until=date(2020, 9, 14))
    deadline.reschedule(
        by=cast.secretariat, expected_version=1, why="Floods everywhere", due_on=date(2020, 9, 21)
    )
    assert (standing_of(report).due_on, standing_of(report).is_extended) == (date(2020, 9, 21), False)


@pytest.mark.parametrize("until", [DUE, DUE - timedelta(days=1)])
def test_an_extension_asks_for_a_later_day(until, cast, report, deadline):
    error: Any = raises(ValidationError, ask, report, deadline, cast.vnm, until)
    assert error.message_dict == {"asked_until": ["This is not later than the date in force, 7 Sep 2020."]}


def test_one_request_at_a_time(cast, report, deadline):
    ask(report, deadline, cast.vnm)
    raises(ValidationError, ask, report, deadline, cast.vnm, match="still waits for the Secretariat")
    ask(make.report(report.cycle, "LAO"), deadline, cast.lao)  # another country's does not stand in the way


def test_nobody_asks_for_another_country(cast, report, deadline):
    raises(PermissionDenied, ask, report, deadline, cast.lao)


# After the last acceptable day


LOCKED = """
                 09-07  09-30  10-01  10-14  10-15
no_extension     open   open   locked locked locked
until(10-14)     open   open   open   open   locked
until(09-14)     open   open   locked locked locked
"""


@pytest.mark.parametrize(("situation", "on", "told"), grids.cells(LOCKED))
def test_locked(situation, on, told):
    window = Deadline(opens_on=OPENS, due_on=DUE, last_on=LAST, first_due_on=DUE)
    assert window.locked_on(named(situation, "until"), day(on)) is (told == "locked")


def test_without_a_last_day_it_is_never_locked():
    assert not Deadline(opens_on=OPENS, due_on=DUE).locked_on(None, date(2030, 1, 1))


def hand_in(report: Any, by: Any) -> Any:
    return submit_report(
        by=by, report=report, expected_version=report.version, file=make.pdf(), reason="The rest follows."
    )


def test_a_locked_deadline_says_who_can_unlock_it(cast, report, deadline):
    make.in_status("in_progress", report, cast)
    with clock.at(date(2020, 10, 1)):
        refused(
            "“National reports” could be met until 30 Sep 2020. Ask for an extension: the Secretariat can",
            hand_in, report, cast.vnm,
        )  # fmt: skip
        asked = ask(report, deadline, cast.vnm, date(2020, 10, 14))
        asked.grant(by=cast.secretariat, expected_version=1, until=date(2020, 10, 14))
        hand_in(report, cast.vnm)
    assert fresh(report).status == "submitted"


def test_another_countrys_lock_and_another_output_hold_nobody_up(cast, report):
    make.in_status("in_progress", report, cast)
    past = {"opens_on": OPENS, "due_on": OPENS, "last_on": OPENS}
    make.deadline(report.cycle, by=cast.secretariat, only_for=[cast.lao.organisation], **past)
    make.deadline(report.cycle, by=cast.secretariat, output="progress", **past)
    hand_in(report, cast.vnm)
    lao = make.report(report.cycle, "LAO")
    lao.post_progress(by=cast.lao, expected_version=lao.version, writing=10)
    refused("could be met until 1 Aug 2020", hand_in, lao, cast.lao)


def test_passed_is_about_the_common_day(cast, cycle):
    deadline = make.deadline(cycle, by=cast.secretariat)
    assert not Deadline.objects.passed(DUE).exists()
    assert list(Deadline.objects.passed(DUE + timedelta(days=1))) == [deadline]
