"""Days of a cycle's records: a year that is far from those of the cycle is mistyped, wherever the day comes in."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from reviews.models import ActionPoint, Tracked
from reviews.operations.trace_verification import tracked_models
from tests.admin.pages import correct
from tests.models.transitions import fresh, raises
from tests.support import grids, make, steps

FAR = [date(2002, 9, 14), date(2018, 12, 31), date(2026, 1, 1), date(2052, 9, 14)]
NEAR = [date(2019, 1, 1), date(2025, 12, 31)]  # the cycle is of 2020
# Days that have another bound: the report is back, and a country has met a deadline, within the cycle; a seat and the
# role of a body may be older than the cycle, and what has caused something as well. Others follow from these.
BOUND_OTHERWISE = {
    ("nationalreport", "revise_by"),
    ("delivery", "met_on"),
    ("cyclemembership", "joined_on"),
    ("bodyrole", "from_on"),
    ("bodyrole", "until_on"),
    ("disruption", "starts_on"),
    ("disruption", "ends_on"),
    ("seriesbreak", "broke_on"),
    ("extension", "due_when_asked"),
    ("privatereading", "on"),
    ("reminder", "due_on"),
    ("reminder", "on"),
}


def test_every_day_of_a_cycles_record_is_bound():
    from django.db import models

    found = set()
    for model in tracked_models():
        days = {f.name for f in model._meta.fields if type(f) is models.DateField and f.editable}
        in_cycle = hasattr(model, "cycle") or model.governing_cycle is not Tracked.governing_cycle
        found |= {(model._meta.model_name, day) for day in days - model.cycle_days if in_cycle}
    assert found - {("reviewcycle", "starts_on"), ("reviewcycle", "ends_on")} == BOUND_OTHERWISE


@pytest.mark.parametrize("day", FAR)
def test_a_year_far_from_the_cycle_is_refused(day, cast, cycle, report):
    by, body = cast.secretariat, cast.vnm.organisation
    deadline, meeting = make.deadline(cycle, by=by), make.meeting(cycle, by=by)
    asked = make.extension(report, deadline, by=cast.vnm)
    records: dict[str, Any] = {
        "opens_on": lambda: make.deadline(cycle, by=by, opens_on=day, due_on=date(2100, 1, 1)),
        "due_on": lambda: make.deadline(cycle, by=by, opens_on=date(2000, 1, 1), due_on=day),
        "planned_from": lambda: make.meeting(cycle, by=by, code="4", planned_from=day, planned_to=day),
        "planned_on": lambda: make.step(cycle, by=by, planned_on=day),
        "until": lambda: asked.grant(by=by, expected_version=1, until=day),
        "due_on of an action": lambda: ActionPoint.add_to(
            meeting, by=by, text="Send", owner_body=body, due_on=day
        ),
    }
    for name, write in records.items():
        error = raises(ValidationError, write)
        assert name.partition(" ")[0] in error.message_dict, name


OUTSIDE = [date(2020, 1, 31), date(2021, 1, 1)]  # of the cycle, which runs from February to December


@pytest.mark.parametrize("day", OUTSIDE)
def test_a_deadline_lies_within_its_cycle(day, cast, cycle):
    by, early = cast.secretariat, {"opens_on": date(2020, 1, 1)}
    error = raises(ValidationError, lambda: make.deadline(cycle, by=by, due_on=day, **early))
    assert "which runs from 1 Feb 2020 to 31 Dec 2020" in error.message_dict["due_on"][0]
    deadline = make.deadline(cycle, by=by, **early)
    change = {"by": by, "expected_version": 1, "why": "Moved."}
    assert "due_on" in raises(ValidationError, lambda: deadline.reschedule(due_on=day, **change)).message_dict
    correction = {"by": cast.admin, "expected_version": 1, "why": "Mistyped."}
    assert (
        "due_on" in raises(ValidationError, lambda: deadline.correct(due_on=day, **correction)).message_dict
    )
    last = date(2021, 1, 5)
    assert (
        "last_on" in raises(ValidationError, lambda: deadline.reschedule(last_on=last, **change)).message_dict
    )


def test_a_deadline_that_lies_outside_already_can_still_be_changed(cast, cycle):
    """As long as its days stay."""
    deadline = make.deadline(cycle, by=cast.secretariat, due_on=date(2020, 12, 31))
    cycle.change_traced(by=None, expected_version=cycle.version, ends_on=date(2020, 11, 30))
    stored = fresh(deadline)
    days = {"opens_on": stored.opens_on, "due_on": stored.due_on, "last_on": None}
    change = {"by": cast.secretariat, "why": "Another name."}
    stored.reschedule(expected_version=1, title="Papers", **days, **change)
    assert fresh(deadline).title == "Papers"
    other = days | {"due_on": date(2020, 12, 30)}
    raises(ValidationError, lambda: stored.reschedule(expected_version=2, title="Papers", **other, **change))


def test_a_meeting_takes_no_deadline_out_of_the_cycle(cast, cycle):
    meeting = make.meeting(cycle, by=cast.secretariat)
    make.deadline(cycle, by=cast.secretariat, title="Papers", anchor=meeting, offset_days=3)
    day = date(2020, 12, 30)
    change = {"planned_from": day, "planned_to": day, "why": "No room."}
    error = raises(
        ValidationError,
        lambda: meeting.reschedule(by=cast.secretariat, expected_version=meeting.version, **change),
    )
    assert "Papers" in error.message_dict["planned_from"][0]
    assert fresh(meeting).planned_from == date(2020, 8, 11)


@pytest.mark.parametrize("day", NEAR)
def test_a_year_before_and_some_after_are_taken(day, cast, cycle):
    assert make.meeting(cycle, by=cast.secretariat, planned_from=day, planned_to=day).planned_to == day


def test_the_message_is_beside_the_field_and_what_was_typed_stays(cast, cycle, sign_in):
    made, before = steps.world("extension-ask", cast, cycle), grids.fingerprint()
    browser, url = sign_in(cast.vnm), steps.address("extension-ask", made)
    answer = browser.post(url, {"asked_until": "21/9/2052", "reason": "Floods"})
    message = "The year is 2052. In this cycle, write one from 2019 to 2025."
    assert answer.context["form"].errors == {"asked_until": [message]}
    assert 'value="21/9/2052"' in answer.content.decode()
    assert not grids.changed(before)


def test_of_several_requests_it_is_beside_its_own(cast, cycle, report, sign_in):
    asked = make.extension(report, make.deadline(cycle, by=cast.secretariat), by=cast.vnm)
    browser, url = sign_in(cast.secretariat), "/cycles/mtr/extensions/decide/"
    form = browser.get(url).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {f"decision_{asked.pk}": "grant"}
    for typed, words in (("1/9/2020", "not later than"), ("21/9/2052", "The year is 2052")):
        answer = browser.post(url, sent | {f"until_{asked.pk}": typed})
        assert words in str(answer.context["form"].errors[f"until_{asked.pk}"])
    assert fresh(asked).status == "asked"


def test_in_the_administration_too(cast, cycle, sign_in):
    deadline = make.deadline(cycle, by=cast.secretariat)
    answer = correct(sign_in(cast.admin), deadline, due_on="2052-09-14", why="Mistyped")
    assert list(answer.context["adminform"].form.errors) == ["due_on"]
