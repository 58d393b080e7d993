"""Opening, closing and reopening a review cycle in the administration."""

from datetime import date

import pytest

from reviews.actions.cycles import seat_member
from reviews.models import NationalReport, ReviewCycle, Trace
from tests.admin.pages import address
from tests.support import make


@pytest.fixture
def prepared(cast):
    made = ReviewCycle.create_traced(
        by=None, slug="next", name_en="Next", framework=make.framework(),
        starts_on=date(2020, 1, 1), ends_on=date(2020, 12, 31),
    )  # fmt: skip
    seat_member(
        by=cast.secretariat, cycle=made, member_state=cast.vnm.organisation, joined_on=date(2020, 1, 1)
    )
    return made


def test_opening_closing_and_reopening_a_cycle(cast, prepared, sign_in):
    browser = sign_in(cast.admin)
    for version, (transition, why, status) in enumerate(
        [("open", "", "open"), ("close", "Over", "closed"), ("reopen", "Annex", "open")], start=1
    ):
        tools = browser.get(address(ReviewCycle, "change", prepared.pk)).context["object_tools"]
        assert address(ReviewCycle, transition, prepared.pk) in [url for url, _ in tools]
        assert browser.get(address(ReviewCycle, transition, prepared.pk)).status_code == 200
        answer = browser.post(address(ReviewCycle, transition, prepared.pk), {"version": version, "why": why})
        assert answer.status_code == 302
        assert ReviewCycle.objects.get(pk=prepared.pk).status == status
    changes = Trace.objects.since_version(prepared, 1).values_list("verb", "why")
    assert list(changes) == [("opened", ""), ("closed", "Over"), ("reopened", "Annex")]
    assert NationalReport.objects.get(cycle=prepared).member_state == cast.vnm.organisation


def test_a_cycle_is_not_closed_without_a_reason_or_before_it_opens(cast, prepared, sign_in):
    url, browser = address(ReviewCycle, "close", prepared.pk), sign_in(cast.admin)
    assert "why" in browser.post(url, {"version": 1}).context["form"].errors
    answer = browser.post(url, {"version": 1, "why": "Over"})
    assert "being prepared" in str(answer.context["form"].non_field_errors())
    assert ReviewCycle.objects.get(pk=prepared.pk).version == 1


def test_a_step_on_a_cycle_that_somebody_changed(cast, prepared, sign_in):
    prepared.correct(by=cast.secretariat, expected_version=1, why="Agreed name", name_en="New name")
    url, browser = address(ReviewCycle, "open", prepared.pk), sign_in(cast.admin)
    answer = browser.post(url, {"version": 1})
    assert answer.status_code == 409
    assert "Agreed name" in answer.content.decode()
    assert ReviewCycle.objects.get(pk=prepared.pk).status == "preparing"
    assert browser.post(url, {"version": answer.context["form"]["version"].value()}).status_code == 302


def test_steps_are_for_administrators(cast, prepared, sign_in):
    for person in (cast.secretariat, cast.vnm):
        assert (
            sign_in(person).post(address(ReviewCycle, "open", prepared.pk), {"version": 1}).status_code == 403
        )
    assert sign_in(cast.admin).get(address(ReviewCycle, "open", 99999)).status_code == 404
