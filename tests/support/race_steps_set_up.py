"""The steps of people who race: a cycle that is set up, what countries have met, attendance, drafts of minutes."""

from datetime import date
from typing import Any

from reviews.actions.cycles import choose_members
from reviews.actions.delegations import Attendance, record_attendance
from reviews.actions.deliveries import deliver, record_deliveries
from reviews.actions.minutes import draft_minutes
from reviews.actions.setup import Rung, set_ladder
from reviews.models import Deadline, Delivery, ReviewCycle
from tests.models.transitions import fresh
from tests.support import make
from tests.support.race_steps import (
    LATER,
    Verb,
    World,
    loaded,
    loaded_report,
    open_again,
    preparing,
    with_meeting,
)

# --- what a country has met


def for_comments(w: World) -> None:
    """A deadline for comments, for which nothing is recorded."""
    open_again(w)
    for earlier in Deadline.objects.select_related("cycle"):
        earlier.reschedule(by=w.secretariat, expected_version=earlier.version, why="Again.", **LATER)
    w.deadline = make.deadline(w.cycle, by=w.secretariat, output="comments", **LATER)


def say_it_is_met(w: World) -> Verb:
    report, deadline = loaded_report(w), loaded(Deadline, w.deadline, "cycle")
    return lambda: deliver(by=w.vnm, report=report, deadline=deadline, met_on=date(2020, 8, 20), note="Sent.")


def record_it(w: World) -> Verb:
    deadline, state = loaded(Deadline, w.deadline, "cycle"), w.vnm.organisation

    def record() -> Any:
        record_deliveries(by=w.secretariat, deadline=deadline, states=[state], met_on=date(2020, 8, 20))
        return Delivery.objects.get(deadline=deadline, member_state=state)

    return record


def ask_for_the_report(w: World) -> Verb:
    """From now on the deadline is met by the report itself."""
    deadline = loaded(Deadline, w.deadline, "cycle")
    values = {"expected_version": deadline.version, "why": "Mistaken.", "output": "national_report"}
    return lambda: deadline.reschedule(by=w.secretariat, **values)


# --- attendance, drafts of minutes


def tick(w: World) -> Verb:
    """Viet Nam is ticked, for which nothing was recorded when the page was opened."""
    meeting = loaded(type(w.meeting), w.meeting, "cycle")
    rows = [Attendance(0, {"organisation": w.vnm.organisation, "present": True})]

    def record() -> Any:
        record_attendance(by=w.secretariat, meeting=meeting, rows=rows)
        return meeting.delegations.get()

    return record


def drafted_minutes(w: World) -> None:
    with_meeting(w)
    days = {"held_from": w.meeting.planned_from, "held_to": w.meeting.planned_to}
    w.meeting.hold(by=w.secretariat, expected_version=1, **days)
    w.minutes = draft_minutes(by=w.secretariat, meeting=w.meeting)


def circulate(w: World) -> Verb:
    minutes = fresh(w.minutes)
    return lambda: minutes.circulate(by=w.secretariat, expected_version=minutes.version)


# --- a draft of a cycle


def seated(w: World) -> None:
    """A draft whose only member is Viet Nam."""
    preparing(w)
    body = w.vnm.organisation
    choose_members(by=w.secretariat, cycle=fresh(w.next), members=[body], joined_on=date(2020, 2, 1))


def choose_others(w: World) -> Verb:
    """Lao PDR in place of Viet Nam."""
    cycle, values = (
        loaded(ReviewCycle, w.next),
        {"members": [w.lao.organisation], "joined_on": date(2020, 2, 1)},
    )

    def choose() -> Any:
        choose_members(by=w.secretariat, cycle=cycle, **values)
        return cycle.memberships.get(member_state=w.lao.organisation)

    return choose


def enter_ladder(w: World) -> Verb:
    cycle, body = loaded(ReviewCycle, w.next), make.organisation("SUMMIT", "oversight_body")

    def enter() -> Any:
        rungs = [Rung(body, date(2020, 11, 12))]
        set_ladder(by=w.secretariat, cycle=cycle, rungs=rungs, with_reports=False, days=14)
        return cycle.plan_steps.get()

    return enter
