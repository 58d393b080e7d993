"""In which order the countries speak: places that are typed, by keys or by dragging."""

from typing import Any

import pytest

from reviews.models import Meeting, Round, Turn
from tests.support import make

OPEN = "/cycles/mtr/meetings/3/round/open/"


@pytest.fixture
def meeting(cast: Any, cycle: Any) -> Meeting:
    return make.meeting(cycle, by=cast.secretariat)


def test_the_order_is_that_of_the_places_typed(cast, meeting, sign_in):
    browser = sign_in(cast.secretariat)
    form = browser.get(OPEN).context["form"]
    assert [(state.code, field.value()) for state, field in form.places()] == [("LAO", 1), ("VNM", 2)]
    for place in ("0", "3", "first"):
        answer = browser.post(OPEN, {"place_LAO": "1", "place_VNM": place})
        assert answer.context["form"].errors["place_VNM"] == ["Enter a whole number from 1 to 2."]
    # Of two at one place, the one that was moved there comes first.
    assert browser.post(OPEN, {"place_LAO": "1", "place_VNM": "1"}).status_code == 302
    assert Turn.objects.get(position=1).member_state.code == "VNM"
    assert Round.objects.get().order == "own"


def test_the_order_of_names_needs_no_typing(cast, meeting, sign_in):
    answer = sign_in(cast.secretariat).post(OPEN, {"place_LAO": "1", "place_VNM": "2"})
    assert answer.status_code == 302
    assert (Round.objects.get().order, Turn.objects.get(position=1).member_state.code) == (
        "alphabetical",
        "LAO",
    )
