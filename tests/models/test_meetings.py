"""Meetings: the first plan stays, parts are numbered, and action points have one owner."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from reviews.models import ActionPoint, AgendaItem, Decision, Delegation, Meeting
from tests.models.transitions import fresh, last_trace, raises, tells
from tests.support import grids, make

PLAN, LATER = date(2020, 8, 11), date(2020, 8, 13)


@pytest.fixture
def meeting(cast: Any, cycle: Any) -> Meeting:
    return make.meeting(cycle, by=cast.secretariat)


def test_the_first_plan_stays_when_a_meeting_moves(cast, meeting):
    for moved, why in ((LATER, "The hall is taken."), (date(2020, 8, 20), "Storm")):
        meeting.reschedule(
            by=cast.secretariat,
            expected_version=meeting.version,
            why=why,
            planned_from=moved,
            planned_to=moved,
        )
    stored = fresh(meeting)
    assert (stored.first_planned_from, stored.first_planned_to) == (PLAN, PLAN)
    assert (stored.starts_on, stored.has_moved) == (date(2020, 8, 20), True)
    tells(meeting, by=cast.secretariat, verb="moved", why="Storm")


def test_held_on_the_planned_day_owes_no_reason(cast, meeting):
    meeting.hold(by=cast.secretariat, expected_version=1, held_from=PLAN, held_to=PLAN)
    assert (fresh(meeting).status, fresh(meeting).has_moved) == ("held", False)


def test_held_on_another_day_keeps_the_plan(cast, meeting):
    meeting.hold(
        by=cast.secretariat, expected_version=1, held_from=LATER, held_to=LATER, why="By video on the 13th."
    )
    stored = fresh(meeting)
    assert (stored.planned_from, stored.held_from, stored.starts_on) == (PLAN, LATER, LATER)
    assert stored.has_moved


def test_a_new_place_is_a_change_and_owes_no_reason(cast, meeting):
    meeting.reschedule(
        by=cast.secretariat, expected_version=1, why="", place="Da Nang", planned_from=PLAN, planned_to=PLAN
    )
    tells(meeting, by=cast.secretariat, verb="changed", why="")


def test_what_was_held_can_still_be_described(cast, meeting):
    """Only its dates are settled."""
    meeting.hold(by=cast.secretariat, expected_version=1, held_from=PLAN, held_to=PLAN)
    meeting.reschedule(by=cast.secretariat, expected_version=2, why="", place="Da Nang")
    assert fresh(meeting).place == "Da Nang"


DISORDER = [
    (
        "reschedule",
        {"planned_from": LATER, "planned_to": PLAN},
        "planned_to",
        "The last day comes before the first.",
    ),
    ("hold", {"held_from": LATER, "held_to": PLAN}, "held_to", "The last day comes before the first."),
    ("hold", {"held_from": PLAN, "held_to": None}, "held_to", "Give both days, or neither."),
]


@pytest.mark.parametrize(("verb", "dates", "field", "told"), DISORDER)
def test_dates_out_of_order_are_refused(verb, dates, field, told, cast, meeting):
    error: Any = raises(
        ValidationError, getattr(meeting, verb), by=cast.secretariat, expected_version=1, why="Storm", **dates
    )
    assert error.message_dict == {field: [told]}


def test_ahead_is_what_is_planned_and_not_over(cast, cycle, meeting):
    """The day itself is still ahead; held and cancelled meetings are not."""
    gone = make.meeting(cycle, by=cast.secretariat, code="4")
    gone.cancel(by=cast.secretariat, expected_version=1, why="Storm")
    assert list(Meeting.objects.ahead(PLAN)) == [meeting]
    assert not Meeting.objects.ahead(date(2020, 8, 12)).exists()


# Its parts


def record(meeting: Meeting, kind: Any, by: Any, **values: Any) -> Any:
    return kind.add_to(meeting, by=by, **values)


def test_parts_are_numbered_within_their_meeting(cast, cycle, meeting):
    other, by = make.meeting(cycle, by=cast.secretariat, code="4"), cast.secretariat
    numbers = [record(m, AgendaItem, by, title="Opening").number for m in (meeting, meeting, other)]
    numbers += [record(m, Decision, by, text="Agreed").number for m in (meeting, other)]
    assert numbers == [1, 2, 1, 1, 1]


def test_a_part_stands_in_the_history_of_its_meeting(cast, meeting):
    item = record(meeting, AgendaItem, cast.secretariat, title="Opening")
    item.edit(by=cast.secretariat, expected_version=1, title="Welcome")
    told = last_trace(item)
    assert (told.page_model, told.page_id, told.is_of_part) == ("reviews.meeting", meeting.pk, True)
    tells(item, by=cast.secretariat, verb="changed", why="")


@pytest.mark.parametrize("person", ["vnm", "consultant", "lead", "observer", "admin"])
def test_only_the_secretariat_keeps_the_minutes(person, cast, meeting):
    raises(PermissionDenied, record, meeting, AgendaItem, getattr(cast, person), title="Opening")
    raises(PermissionDenied, make.meeting, meeting.cycle, by=getattr(cast, person), code="4")
    item = record(meeting, AgendaItem, cast.secretariat, title="Opening")
    raises(PermissionDenied, item.edit, by=getattr(cast, person), expected_version=1, title="x")


def test_a_delegation_need_not_have_been_counted(cast, meeting):
    """Not recorded, and nobody, are two different answers."""
    vnm, lao = (
        record(meeting, Delegation, cast.secretariat, organisation=person.organisation, size=size)
        for person, size in ((cast.vnm, None), (cast.lao, 0))
    )
    assert (fresh(vnm).size, fresh(lao).size) == (None, 0)


# Action points


def owner(cast: Any, *names: str) -> dict[str, Any]:
    owners = {"owner": cast.vnm, "owner_body": cast.vnm.organisation}
    return {name: owners[name] for name in names}


@pytest.mark.parametrize("names", [(), ("owner", "owner_body")], ids=["nobody", "two"])
def test_an_action_point_has_one_owner(names, cast, meeting):
    values = {"text": "Send the annex", "due_on": date(2020, 9, 1), **owner(cast, *names)}
    error: Any = raises(ValidationError, record, meeting, ActionPoint, cast.secretariat, **values)
    assert error.message_dict == {"owner_body": ["Name one owner: a person or a body."]}


@pytest.mark.parametrize("name", ["owner", "owner_body"])
def test_a_person_or_a_body_owns_it(name, cast, meeting):
    values = {"text": "Send the annex", "due_on": date(2020, 9, 1), **owner(cast, name)}
    point = record(meeting, ActionPoint, cast.secretariat, **values)
    assert point.code == "3/1"
    assert point.holder == owner(cast, name)[name]
    found = {
        person: ActionPoint.objects.owned_by(getattr(cast, person)).exists()
        for person in ("vnm", "vnm_team", "lao")
    }
    assert found == {"vnm": True, "vnm_team": name == "owner_body", "lao": False}


def test_overdue_starts_on_the_day_after(cast, meeting):
    values = {"text": "Send the annex", "due_on": date(2020, 9, 1), **owner(cast, "owner")}
    point = record(meeting, ActionPoint, cast.secretariat, **values)
    assert not ActionPoint.objects.overdue(date(2020, 9, 1)).exists()
    assert list(ActionPoint.objects.overdue(date(2020, 9, 2))) == [point]
    point.finish(by=cast.vnm, expected_version=1, note="Sent.")
    assert not ActionPoint.objects.overdue(date(2020, 9, 2)).exists()


# Which meetings follow which


SERIES = {"1": "coordination", "2": "soca", "wrap-up": "other", "3": "coordination", "talk": "other"}
FOLLOWS = """
          1    2    wrap-up  3    talk
1         no   no   no       no   no
2         yes  no   no       no   no
wrap-up   yes  yes  no       no   no
3         yes  yes  yes      no   no
talk      yes  yes  yes      yes  no
"""


@pytest.mark.parametrize(("later", "earlier", "told"), grids.cells(FOLLOWS))
def test_a_meeting_follows_all_earlier_ones_of_every_series(later, earlier, told, cast, cycle):
    made = {}
    for n, (code, series) in enumerate(SERIES.items(), start=1):
        day = date(2020, 9, n)
        number = {"number": None, "series": series, "planned_from": day, "planned_to": day}
        made[code] = make.meeting(cycle, by=cast.secretariat, code=code, **number)
    follows = Meeting.objects.before(made[later]).filter(pk=made[earlier].pk).exists()
    assert follows is Meeting.objects.planned_after(made[earlier], made[later]) is (told == "yes")


def test_a_coordination_meeting_takes_over_what_a_wrap_up_left(cast, cycle, sign_in):
    by, page = cast.secretariat, "/cycles/mtr/meetings/4/"
    wrap_up = make.meeting(cycle, by=by, code="wrap-up", series="other")
    later = make.meeting(cycle, by=by, code="4", planned_from=date(2020, 9, 8), planned_to=date(2020, 9, 8))
    item = AgendaItem.add_to(wrap_up, by=by, title="Next steps")
    item.put_off(by=by, expected_version=1)
    ActionPoint.add_to(wrap_up, by=by, text="Send annex", owner_body=by.organisation, due_on=date(2020, 9, 1))
    text = sign_in(by).get(page).content.decode()
    assert ("Next steps" in text, "Send annex" in text) == (True, True)
    assert item.carry(by=by, expected_version=2, into=later).meeting == later


def test_a_brief_still_compares_with_the_last_of_its_series(cast, cycle):
    by, made = cast.secretariat, []
    for code, series, day in (("1", "coordination", 1), ("wrap-up", "other", 5), ("2", "coordination", 10)):
        days = {"planned_from": date(2020, 8, day), "planned_to": date(2020, 8, day)}
        meeting = make.meeting(cycle, by=by, code=code, series=series, **days)
        made.append(
            meeting.hold(
                by=by, expected_version=1, held_from=meeting.planned_from, held_to=meeting.planned_to
            )
        )
    assert Meeting.objects.last_before(made[2]) == made[0]
