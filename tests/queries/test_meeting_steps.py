"""The stages of a meeting, and the next step for whoever runs it, from the plan to adopted minutes."""

from datetime import date
from typing import Any

import pytest

from reviews import clock
from reviews.actions.minutes import draft_minutes
from reviews.actions.rounds import close_round
from reviews.models import AgendaItem, Delegation, Meeting, Round
from reviews.queries.meetings import steps_of, with_progress
from tests.models.transitions import fresh
from tests.support import make

DAY = date(2020, 9, 8)


@pytest.fixture
def ahead(cast: Any, cycle: Any) -> Meeting:
    return make.meeting(cycle, by=cast.secretariat, code="4", planned_from=DAY, planned_to=DAY)


def step(meeting: Meeting, **values: Any) -> tuple[str, str]:
    """The present stage, and the next step."""
    row = with_progress(Meeting.objects.filter(pk=meeting.pk)).select_related("cycle").get()
    steps = steps_of(row, **{"may_run": True, **values})
    assert steps
    current = [str(stage.label) for stage in steps.stages if stage.state == "current"]
    return (current or ["-"])[0], steps.next.text if steps.next else ""


def test_from_the_plan_to_adopted_minutes(cast, ahead):
    by, seen = cast.secretariat, [step(ahead)]
    item = AgendaItem.add_to(ahead, by=by, title="Opening")
    seen.append(step(ahead))
    with clock.at(DAY):
        seen.append(step(ahead))
        opened = Round.open_for(ahead, by=by)
        seen.append(step(ahead))
        for turn in opened.turns.waiting():
            turn.pass_over(by=by, expected_version=turn.version)
        seen.append(step(ahead))
        close_round(by=by, country_round=opened, expected_version=opened.version)
        seen.append(step(ahead))
        Delegation.add_to(ahead, by=by, organisation=cast.vnm.organisation)
        seen.append(step(ahead))
        fresh(ahead).hold(by=by, expected_version=1, held_from=DAY, held_to=DAY)
        seen.append(step(ahead))
        item.conclude(by=by, expected_version=1, outcome="information", outcome_text="Noted.")
        seen.append(step(ahead))
        minutes = draft_minutes(by=by, meeting=fresh(ahead))
        seen.append(step(ahead))
        minutes.circulate(by=by, expected_version=1)
        seen.append(step(ahead))
        minutes.adopt(by=by, expected_version=2, note="At the 5th meeting.")
        seen.append(step(ahead))
    assert seen == [
        ("Plan", "Fill the agenda"),
        ("Plan", "On 8 Sep 2020: open the country round. It can be rehearsed before."),
        ("Run", "Open the country round"),
        ("Run", "Continue the country round"),
        ("Run", "End the round and save the status"),
        ("Run", "Record attendance"),
        ("Run", "Record the meeting as held"),
        ("Minutes", "Enter the outcomes of the agenda"),
        ("Minutes", "Draft the minutes"),
        ("Minutes", "Read the draft of the minutes and circulate it"),
        ("Minutes", "Record where the minutes were adopted"),
        ("-", ""),
    ]


def test_readers_see_the_stages_alone(ahead):
    assert step(ahead, may_run=False) == ("Plan", "")


def test_a_meeting_of_the_ladder_has_no_round(cast, cycle):
    meeting = make.meeting(cycle, by=cast.secretariat, code="soca-29", series="soca")
    assert step(meeting) == ("Run", "Record attendance")


def test_a_cancelled_meeting_has_no_stages(cast, ahead):
    ahead.cancel(by=cast.secretariat, expected_version=1, why="Storm")
    row = with_progress(Meeting.objects.filter(pk=ahead.pk)).select_related("cycle").get()
    assert steps_of(row, may_run=True) is None
