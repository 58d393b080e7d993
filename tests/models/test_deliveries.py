"""Deadlines for comments and other outputs: recorded as met, by the country or the Secretariat, and taken back."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from reviews.actions.deliveries import deliver, record_deliveries
from reviews.models import Deadline, Delivery, EditConflict, NotAllowedNow, Trace
from reviews.queries.deadlines import met_by_deadline, status_of
from tests.support import make

DAY = date(2020, 8, 19)


@pytest.fixture
def comments(cycle, cast) -> Deadline:
    return make.deadline(cycle, by=cast.secretariat, output="comments", title="Comments on the draft")


def state_of(report: Any, deadline: Deadline) -> str:
    status = status_of(report, deadline, [], date(2020, 8, 20))
    assert status
    return status.state.value


def test_a_country_says_that_it_is_done(report, comments, cast):
    assert state_of(report, comments) == "open"
    deliver(by=cast.vnm, report=report, deadline=comments, met_on=DAY, note="Sent by mail.")
    assert state_of(report, comments) == "met"
    assert Trace.objects.on_page(comments).first().why == "Sent by mail."


def test_the_secretariat_records_several_at_once(cycle, report, comments, cast):
    states = [cast.vnm.organisation, cast.lao.organisation]
    record_deliveries(by=cast.secretariat, deadline=comments, states=states, met_on=DAY)
    assert met_by_deadline(cycle, [comments], date(2020, 8, 20))[comments.pk].text == "2 of 2 met"


def test_recorded_twice_it_is_one_record(report, comments, cast):
    make.delivery(comments, by=cast.vnm, met_on=date(2020, 8, 3))
    make.delivery(comments, by=cast.vnm)
    assert [delivery.met_on for delivery in Delivery.objects.all()] == [date(2020, 8, 3)]


def test_taken_back_the_country_owes_it_again_and_can_meet_it_again(report, comments, cast):
    delivery = make.delivery(comments, by=cast.vnm)
    delivery.take_back(by=cast.secretariat, expected_version=1, note="An empty mail.")
    assert state_of(report, comments) == "open"
    with pytest.raises(NotAllowedNow):
        delivery.take_back(by=cast.secretariat, expected_version=2, note="Again.")
    make.delivery(comments, by=cast.vnm)
    assert state_of(report, comments) == "met"
    assert Delivery.objects.get().version == 3


def test_a_stale_page_takes_nothing_back(report, comments, cast):
    delivery = make.delivery(comments, by=cast.vnm)
    with pytest.raises(EditConflict):
        delivery.take_back(by=cast.vnm, expected_version=7, note="No.")


@pytest.mark.parametrize("who", ["lao", "vnm_team", "consultant", "observer", "admin"])
def test_nobody_else_records_it(who, report, comments, cast):
    with pytest.raises(PermissionDenied):
        Delivery.record(comments, cast.vnm.organisation, by=getattr(cast, who), met_on=DAY)


def test_reports_and_progress_are_not_recorded_by_hand(report, cycle, cast):
    for output in ("national_report", "progress"):
        deadline = make.deadline(cycle, by=cast.secretariat, output=output)
        with pytest.raises(NotAllowedNow, match="by hand"):
            make.delivery(deadline, by=cast.vnm)


def test_after_the_last_acceptable_day_only_the_secretariat_records_it(report, cycle, cast):
    days = {"opens_on": date(2020, 7, 1), "due_on": date(2020, 8, 1), "last_on": date(2020, 8, 10)}
    late = make.deadline(cycle, by=cast.secretariat, output="comments", **days)
    with pytest.raises(NotAllowedNow, match="Ask for an extension"):
        deliver(by=cast.vnm, report=report, deadline=late, met_on=DAY, note="Late.")
    record_deliveries(
        by=cast.secretariat, deadline=late, states=[cast.vnm.organisation], met_on=date(2020, 8, 5)
    )
    assert state_of(report, late) == "met_late"


def test_comments_are_asked_whatever_becomes_of_the_report(report, comments, cast):
    make.in_status("accepted", report, cast)
    assert state_of(report, comments) == "open"


def test_another_output_has_a_name(cycle, cast):
    named = make.deadline(cycle, by=cast.secretariat, output="other", output_name="List of participants")
    assert named.output_text == "List of participants"
    for wrong in ({"output": "other"}, {"output": "comments", "output_name": "List"}):
        with pytest.raises(ValidationError) as raised:
            make.deadline(cycle, by=cast.secretariat, **wrong)
        assert "output_name" in raised.value.message_dict


def test_a_day_to_come_is_not_met(report, comments, cast):
    with pytest.raises(ValidationError):
        make.delivery(comments, by=cast.vnm, met_on=date(2020, 8, 21))
