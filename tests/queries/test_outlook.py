"""The outlook of a country in one word: silence is never good news, and finished work is never late."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from reviews import clock
from reviews.models import DeadlineState, NationalReport
from reviews.queries.outlook import OutlookWord, outlook_of
from reviews.queries.plans import CountryPlan
from reviews.queries.schedule import Pace

TODAY, DUE, LATEST = date(2020, 8, 20), date(2020, 9, 7), date(2020, 9, 14)
COMPLETE = Pace(100, TODAY, date(2020, 8, 11), 20)
W = OutlookWord


def growing(value: int, gain: int, days: int = 7) -> Pace:
    return Pace(value, TODAY, TODAY - timedelta(days), gain)


def country(*paces: Pace, **values: Any) -> CountryPlan:
    """A country in the middle of its work; the values of its report and of its plan may be others."""
    figures = [pace.value for pace in paces]
    about: dict[str, Any] = {
        "status": "in_progress",
        "held_since": clock.end_of(date(2020, 3, 2)),
        "progressed_at": clock.end_of(TODAY - timedelta(1)),
        "holder_id": 1,
        **dict(zip(("data_collection", "analysis", "writing"), figures, strict=False)),
    }
    in_plan = {"latest_on": LATEST, "due_on": DUE} | {
        name: values.pop(name) for name in ("latest_on", "due_on") if name in values
    }
    report = NationalReport(**about | values)
    report.seated_on = date(2020, 3, 2)
    return CountryPlan(report, SimpleNamespace(), None, **in_plan, paces=paces)


def overdue(days: int) -> Any:
    title = SimpleNamespace(title="Progress in August")
    due = TODAY - timedelta(days)
    return SimpleNamespace(
        state=DeadlineState.OVERDUE, due_on=due, deadline=title, text=f"overdue by {days} days"
    )


def word(plan: CountryPlan, *statuses: Any, on: date = TODAY) -> tuple[str, str]:
    outlook = outlook_of(plan, statuses, on)
    return outlook.word, outlook.reason


SILENT = country(Pace(), Pace(), Pace(), progressed_at=None, status="not_started")
IN_TIME = country(COMPLETE, growing(90, 10), growing(80, 10))


def test_all_figures_complete_in_time():
    assert word(IN_TIME) == (
        W.ON_COURSE,
        "At this rate all figures are complete on 3 Sep 2020; needed by 14 Sep 2020.",
    )


def test_a_pace_that_is_too_slow():
    assert word(country(COMPLETE, growing(90, 10), growing(20, 10))) == (
        W.AT_RISK,
        "At this rate writing is complete on 15 Oct 2020, after 14 Sep 2020.",
    )


def test_a_pace_that_leads_nowhere_near():
    assert word(country(COMPLETE, growing(15, 1), growing(90, 10)))[1] == (
        "At this rate analysis is complete long after 14 Sep 2020."
    )


def test_a_day_in_force_that_is_too_late():
    plan = country(COMPLETE, COMPLETE, growing(90, 10), due_on=date(2020, 9, 25))
    assert word(plan) == (
        W.AT_RISK,
        "Its date 25 Sep 2020 is 11 days after 14 Sep 2020, by which it must arrive.",
    )


def test_what_is_overdue_is_late_whatever_the_pace():
    assert word(IN_TIME, overdue(3)) == (W.LATE, "Progress in August: overdue by 3 days.")
    assert word(IN_TIME, overdue(3), overdue(9))[1] == "Progress in August: overdue by 9 days."


def test_a_country_whose_own_day_has_not_come_is_not_late():
    """Whatever the plan would need: it was asked for its report by that day, or was granted it."""
    assert word(country(COMPLETE, COMPLETE, COMPLETE, due_on=date(2020, 9, 20)), on=date(2020, 9, 15)) == (
        W.AT_RISK,
        "Its date 20 Sep 2020 is 6 days after 14 Sep 2020, by which it must arrive.",
    )


def test_a_country_that_is_asked_for_no_report_is_not_late():
    """Such as one that joined after the deadline."""
    plan = country(COMPLETE, COMPLETE, COMPLETE, due_on=None)
    assert word(plan, on=date(2020, 9, 15)) == (
        W.AT_RISK,
        "No deadline asks for it, and 14 Sep 2020, by which the plan needs it, has passed.",
    )
    assert word(plan, on=date(2020, 9, 14))[0] == W.ON_COURSE


def test_after_the_day_of_its_revision_alone():
    sent_back = country(
        COMPLETE,
        status="returned",
        handed_in_at=clock.end_of(DUE),
        revise_by=date(2020, 9, 10),
        due_on=date(2020, 9, 11),
    )
    assert word(sent_back, on=date(2020, 9, 11)) == (W.LATE, "The report had to arrive by 10 Sep 2020.")


@pytest.mark.parametrize("status", ["submitted", "being_read", "accepted"])
def test_finished_is_not_late(status):
    """Also when it came after the day by which it was needed, or something else is overdue."""
    holder = None if status == "accepted" else 1
    plan = country(
        COMPLETE,
        COMPLETE,
        COMPLETE,
        status=status,
        holder_id=holder,
        handed_in_at=clock.end_of(DUE),
        due_on=date(2020, 9, 30),
    )
    assert word(plan, overdue(3), on=date(2020, 10, 15))[0] == W.ON_COURSE


def test_silence_is_never_green():
    assert word(SILENT) == (W.CANNOT_TELL, "No figure has been posted.")
    long_ago = country(COMPLETE, COMPLETE, growing(99, 50), progressed_at=clock.end_of(date(2020, 7, 20)))
    assert word(long_ago) == (W.CANNOT_TELL, "No progress has been posted since 20 Jul 2020.")


def test_complete_figures_need_no_news():
    plan = country(COMPLETE, COMPLETE, COMPLETE, progressed_at=clock.end_of(date(2020, 7, 20)))
    assert word(plan) == (W.ON_COURSE, "All figures are complete; the report is due on 14 Sep 2020.")


@pytest.mark.parametrize(
    "unknown", [Pace(), Pace(40, TODAY), Pace(40, TODAY, TODAY - timedelta(7), 0)], ids=str
)
def test_what_cannot_be_estimated(unknown):
    assert word(country(COMPLETE, growing(90, 10), unknown)) == (
        W.CANNOT_TELL,
        "It cannot be estimated yet when this is complete: writing.",
    )


def test_without_any_day_nobody_can_tell():
    plan = country(COMPLETE, growing(90, 10), growing(90, 10), latest_on=None, due_on=None)
    assert word(plan)[0] == W.CANNOT_TELL


def test_without_a_plan_the_country_s_own_day_decides():
    assert word(country(COMPLETE, COMPLETE, growing(60, 10), latest_on=None))[0] == W.AT_RISK
    assert word(country(COMPLETE, COMPLETE, growing(95, 10), latest_on=None))[0] == W.ON_COURSE
