"""Deadlines and meetings of the seed; one meeting with everything on its page, one with a country round."""

from datetime import date
from typing import Any

from reviews import clock
from reviews.actions.rounds import record_turn
from reviews.models import (
    ActionPoint,
    AgendaItem,
    Deadline,
    Decision,
    Delegation,
    Meeting,
    NationalReport,
    ReviewCycle,
    Round,
    Turn,
)
from reviews.models.workstreams import WORKSTREAMS

MONTHS = range(2, 8)
FULL = "2"  # the meeting that is measured
ROUND = "7"  # the one with a round
ROUND_DAY = date(2020, 8, 19)  # after everything else of the seed
TOLD = 40  # of the provinces have told


def plan(cycle: ReviewCycle, by: Any) -> None:
    for month in MONTHS:
        day = date(2020, month, 11)
        output = "progress" if month % 2 else "national_report"
        due: dict[str, Any] = {"opens_on": day, "due_on": day.replace(day=25), "output": output}
        Deadline.set_for(cycle, by=by, title=f"Deadline {month}", **due)
        when: dict[str, Any] = {"planned_from": day, "planned_to": day, "code": str(month), "number": month}
        meeting = Meeting.plan(cycle, by=by, title=f"Meeting {month}", **when)
        if meeting.code == FULL:
            _fill(meeting, by)


def _fill(meeting: Meeting, by: Any) -> None:
    """An agenda, delegations, decisions and action points, as many as a meeting of eleven has."""
    members = list(meeting.cycle.members())[:11]
    for number in range(1, 9):
        title = f"Item {number} of the agenda"
        AgendaItem.add_to(meeting, by=by, title=title, presenter="The Secretariat", duration=20)
        Decision.add_to(meeting, by=by, text=f"The meeting took note of item {number}.")
    for state in members:
        Delegation.add_to(meeting, by=by, organisation=state, head=f"Head of {state.code}", size=4)
        day = date(2020, 9, 1)
        ActionPoint.add_to(meeting, by=by, text="Send the figures of 2016.", due_on=day, owner_body=state)


def hold_round(cycle: ReviewCycle, by: Any) -> None:
    """The country round of a large cycle, in the middle of it: after what was told before."""
    with clock.at(ROUND_DAY):
        begun = Round.open_for(Meeting.objects.select_related("cycle").get(cycle=cycle, code=ROUND), by=by)
        turns = Turn.objects.filter(round=begun).select_related("member_state", "round__meeting__cycle")
        for turn in turns.order_by("position")[:TOLD]:
            _tell(turn, by)


def _tell(turn: Turn, by: Any) -> None:
    report = NationalReport.objects.select_related("cycle").get(
        cycle=turn.cycle, member_state=turn.member_state
    )
    figures: dict[str, Any] = {name: min((getattr(report, name) or 0) + 5, 100) for name in WORKSTREAMS}
    told: dict[str, Any] = {
        "report": report,
        "report_seen": report.version,
        "note": "The survey is in the field.",
    }
    record_turn(by=by, turn=turn, expected_version=turn.version, **told, **figures)
