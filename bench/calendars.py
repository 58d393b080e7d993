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
    User,
)
from reviews.models.workstreams import WORKSTREAMS

MONTHS = range(2, 8)
FULL = "2"  # the meeting that is measured
ROUND = "7"  # the one with a round
ROUND_DAY = date(2020, 8, 19)  # after everything else of the seed
RECORDED = 40  # provinces whose turn is recorded


def plan(cycle: ReviewCycle, by: User) -> None:
    for month in MONTHS:
        day = date(2020, month, 11)
        Deadline.set_for(
            cycle,
            by=by,
            title=f"Deadline {month}",
            output="progress" if month % 2 else "national_report",
            opens_on=day,
            due_on=day.replace(day=25),
        )
        meeting = Meeting.plan(
            cycle,
            by=by,
            title=f"Meeting {month}",
            code=str(month),
            number=month,
            planned_from=day,
            planned_to=day,
        )
        if meeting.code == FULL:
            fill_meeting(meeting, by)


def fill_meeting(meeting: Meeting, by: User) -> None:
    """Add an agenda, delegations, decisions and action points, as many as a meeting of eleven has."""
    for number in range(1, 9):
        title = f"Item {number} of the agenda"
        AgendaItem.add_to(meeting, by=by, title=title, presenter="The Secretariat", duration=20)
        Decision.add_to(meeting, by=by, text=f"The meeting took note of item {number}.")
    for state in list(meeting.cycle.members())[:11]:
        Delegation.add_to(meeting, by=by, organisation=state, head=f"Head of {state.code}", size=4)
        due_on = date(2020, 9, 1)
        ActionPoint.add_to(meeting, by=by, text="Send the figures of 2016.", due_on=due_on, owner_body=state)


def hold_round(cycle: ReviewCycle, by: User) -> None:
    """Open the country round of a large cycle and record some turns: after all progress posted before."""
    with clock.at(ROUND_DAY):
        meeting = Meeting.objects.select_related("cycle").get(cycle=cycle, code=ROUND)
        opened = Round.open_for(meeting, by=by)
        turns = Turn.objects.filter(round=opened).select_related("member_state", "round__meeting__cycle")
        for turn in turns.order_by("position")[:RECORDED]:
            reports = NationalReport.objects.select_related("cycle")
            report = reports.get(cycle=turn.cycle, member_state=turn.member_state)
            figures: dict[str, Any] = {
                name: min((getattr(report, name) or 0) + 5, 100) for name in WORKSTREAMS
            }
            record_turn(
                by=by,
                turn=turn,
                expected_version=turn.version,
                report=report,
                report_seen=report.version,
                note="The survey is in the field.",
                **figures,
            )
