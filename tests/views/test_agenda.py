"""The agenda: order, what came of each item, and the backlog that the next meeting takes up."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from reviews import clock
from reviews.models import ActionPoint, AgendaItem, AgendaStatus, EditConflict, Meeting, NotAllowedNow, Trace
from reviews.models.agenda import AGENDA_TRANSITIONS
from tests.support import make


@pytest.fixture
def meeting(cast: Any, cycle: Any) -> Any:
    return make.meeting(cycle, by=cast.secretariat)


@pytest.fixture
def following(cast: Any, cycle: Any) -> Any:
    """The next meeting of the series."""
    day = date(2020, 9, 8)
    return make.meeting(cycle, by=cast.secretariat, code="4", planned_from=day, planned_to=day, shared=True)


def items(meeting: Any, by: Any, *titles: str) -> list[Any]:
    return [AgendaItem.add_to(meeting, by=by, title=title) for title in titles]


def order(meeting: Any) -> list[str]:
    return [str(item) for item in meeting.agendaitems.all()]


def test_order(cast, meeting):
    by = cast.secretariat
    first, second, third = items(meeting, by, "A", "B", "C")
    third.move_up(by=by, expected_version=1)
    assert order(meeting) == ["1. A", "2. C", "3. B"]
    first.move_down(by=by, expected_version=1)
    assert order(meeting) == ["1. C", "2. A", "3. B"]
    assert [item.number for item in (first, second, third)] == [1, 2, 3]
    with pytest.raises(EditConflict):
        second.move_up(by=by, expected_version=7)
    last = AgendaItem.objects.select_related("meeting__cycle").get(pk=second.pk)
    with pytest.raises(NotAllowedNow, match="end of the agenda"):
        last.move_down(by=by, expected_version=last.version)
    with pytest.raises(PermissionDenied):
        last.move_up(by=cast.vnm, expected_version=last.version)


@pytest.mark.parametrize("status", AgendaStatus.values)
@pytest.mark.parametrize("move", [name for name, row in AGENDA_TRANSITIONS.items() if row.target])
def test_status_by_move(status, move, cast, meeting, following):
    by, item = cast.secretariat, items(meeting, cast.secretariat, "A")[0]
    if status == "concluded":
        item.conclude(by=by, expected_version=1, outcome="decision", outcome_text="Yes.")
    if status in ("backlog", "carried"):
        item.put_off(by=by, expected_version=1)
    if status == "carried":
        item.carry(by=by, expected_version=2)
    verbs: dict[str, dict[str, Any]] = {
        "conclude": {"outcome": "action", "outcome_text": "See 3/1."}, "put_off": {}, "carry": {},
        "reopen": {"note": "Too early."},
    }  # fmt: skip
    with pytest.raises(PermissionDenied):
        getattr(item, move)(by=cast.consultant, expected_version=item.version, **verbs[move])
    if status in AGENDA_TRANSITIONS[move].sources:
        getattr(item, move)(by=by, expected_version=item.version, **verbs[move])
        assert item.status == AGENDA_TRANSITIONS[move].target
    else:
        with pytest.raises(NotAllowedNow):
            getattr(item, move)(by=by, expected_version=item.version, **verbs[move])


def test_an_outcome_has_its_kind_and_its_words(cast, meeting):
    item = items(meeting, cast.secretariat, "A")[0]
    for outcome, words, field in (("", "Yes.", "outcome"), ("decision", " ", "outcome_text")):
        with pytest.raises(ValidationError) as error:
            item.conclude(by=cast.secretariat, expected_version=1, outcome=outcome, outcome_text=words)
        assert list(error.value.message_dict) == [field]


def test_what_was_not_reached_goes_into_the_next_meeting(cast, meeting, following, sign_in):
    by = cast.secretariat
    item = AgendaItem.add_to(
        meeting, by=by, title="Next steps", presenter="ASEC", paper="Paper 5", duration=20
    )
    browser = sign_in(by)
    assert "Next steps" not in browser.get(following.get_absolute_url()).content.decode()
    item.put_off(by=by, expected_version=1, note="No time.")
    meeting.hold(by=by, expected_version=1, held_from=meeting.planned_from, held_to=meeting.planned_to)
    assert "Next steps" in browser.get(following.get_absolute_url()).content.decode()
    answer = browser.post(f"{meeting.get_absolute_url()}agenda/{item.pk}/carry/", {"version": 2})
    assert answer["Location"] == following.get_absolute_url()
    taken = following.agendaitems.get()
    assert (taken.title, taken.presenter, taken.paper, taken.duration) == (
        "Next steps",
        "ASEC",
        "Paper 5",
        20,
    )
    assert taken.carried_from == item
    assert "Not reached at the Meeting 3" in browser.get(following.get_absolute_url()).content.decode()
    verbs = Trace.objects.filter(model="reviews.agendaitem").values_list("verb", flat=True)
    assert list(verbs) == ["created", "moved", "passed", "created"]


@pytest.fixture
def wrap_up(cast: Any, meeting: Any) -> Any:
    """A meeting that belongs to no series, in October."""
    days = {"planned_from": date(2020, 10, 6), "planned_to": date(2020, 10, 6)}
    return make.meeting(meeting.cycle, by=cast.secretariat, code="wrap-up", series="other", **days)


def test_a_meeting_of_no_series_follows_all_others(cast, meeting, wrap_up, sign_in):
    """It opens with what they left over, and takes their items."""
    by, body = cast.secretariat, cast.vnm.organisation
    left_over, not_reached = items(meeting, by, "Left-over", "Not-reached")
    ActionPoint.add_to(meeting, by=by, text="Open-one", owner_body=body, due_on=date(2020, 9, 1))
    for item in (left_over, not_reached):
        item.put_off(by=by, expected_version=item.version)
    with pytest.raises(NotAllowedNow, match="plan it first"):
        left_over.carry(by=by, expected_version=left_over.version)
    meeting.hold(by=by, expected_version=1, held_from=meeting.planned_from, held_to=meeting.planned_to)
    assert Meeting.objects.last_before(wrap_up) == meeting
    browser = sign_in(by)
    page = browser.get(wrap_up.get_absolute_url()).content.decode()
    assert ("Left-over" in page, "Open-one" in page) == (True, True)
    url = f"{meeting.get_absolute_url()}agenda/{left_over.pk}/carry/"
    answer = browser.post(url, {"version": left_over.version, "into": "wrap-up"})
    assert answer["Location"] == wrap_up.get_absolute_url()
    assert wrap_up.agendaitems.get().carried_from == left_over
    item_of_wrap_up = items(wrap_up, by, "Later")[0]
    item_of_wrap_up.put_off(by=by, expected_version=1)
    with pytest.raises(NotAllowedNow, match="is not a later meeting"):
        item_of_wrap_up.carry(by=by, expected_version=2, into=meeting)


def test_nothing_is_carried_where_no_meeting_is_planned(cast, meeting):
    item = items(meeting, cast.secretariat, "A")[0]
    item.put_off(by=cast.secretariat, expected_version=1)
    with pytest.raises(NotAllowedNow, match="plan it first"):
        item.carry(by=cast.secretariat, expected_version=2)
    item.refresh_from_db()
    assert item.status == "backlog"


def test_the_next_meeting_opens_with_what_is_still_open(cast, meeting, following, sign_in):
    by, body = cast.secretariat, cast.vnm.organisation
    points: Any = [
        ActionPoint.add_to(meeting, by=by, text=text, owner_body=body, due_on=date(2020, 9, 1))
        for text in ("Open-one", "Done-two")
    ]
    points[1].finish(by=by, expected_version=1, note="Sent.")
    page = sign_in(cast.vnm).get(following.get_absolute_url()).content.decode()
    assert ("Open-one" in page, "Done-two" in page) == (True, True)  # done since the meeting before
    with clock.at(date(2020, 8, 25)):
        days = {"planned_from": date(2020, 8, 24), "planned_to": date(2020, 8, 24)}
        between = make.meeting(meeting.cycle, by=by, code="5", **days)
        between.hold(by=by, expected_version=1, held_from=between.planned_from, held_to=between.planned_to)
    page = sign_in(cast.vnm).get(following.get_absolute_url()).content.decode()
    assert ("Open-one" in page, "Done-two" in page) == (True, False)  # done before it
    # Meeting 3 was not shared with observers, so that its actions are not on the shared page either.
    assert "Open-one" not in sign_in(cast.observer).get(following.get_absolute_url()).content.decode()


def test_a_later_meeting_of_no_series_opens_with_what_is_still_open(cast, cycle, sign_in):
    by, day = cast.secretariat, date(2020, 10, 6)
    first = make.meeting(cycle, by=by, code="talk", series="other")
    ActionPoint.add_to(
        first, by=by, text="Open-one", owner_body=cast.vnm.organisation, due_on=date(2020, 9, 1)
    )
    later = make.meeting(cycle, by=by, code="wrap-up", series="other", planned_from=day, planned_to=day)
    assert "Open-one" in sign_in(cast.vnm).get(later.get_absolute_url()).content.decode()


def test_queries_of_the_meeting_page(cast, meeting, following, sign_in, django_assert_max_num_queries):
    by, browser = cast.secretariat, sign_in(cast.secretariat)
    with django_assert_max_num_queries(12):
        assert browser.get(following.get_absolute_url()).status_code == 200
    for item in items(meeting, by, "A", "B", "C"):
        item.put_off(by=by, expected_version=1)
    items(following, by, "D", "E", "F")
    make.deadline(meeting.cycle, by=by, anchor=following, offset_days=-3)
    for _n in range(3):
        ActionPoint.add_to(
            meeting, by=by, text="T", owner_body=cast.vnm.organisation, due_on=date(2020, 9, 1)
        )
    with django_assert_max_num_queries(12):
        assert browser.get(following.get_absolute_url()).status_code == 200
