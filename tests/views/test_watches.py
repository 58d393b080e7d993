"""Watching: the button on a page, the page of all that a person watches, and what the desk shows of it."""

from typing import Any

import pytest
from django.urls import reverse

from reviews.actions.minutes import draft_minutes
from reviews.actions.setup import empty_test_cycle
from reviews.models import Watch
from reviews.models.sent_forms import FIELD, new_key
from reviews.models.watches import MOST_WATCHES, end_unseen_watches
from tests.support import make


def text(answer: Any) -> str:
    return str(answer.content.decode())


def address(step: str, kind: str, record: Any) -> str:
    return reverse(f"watch-{step}", args=[kind, record.pk])


@pytest.fixture
def gap(report: Any, cast: Any) -> Any:
    return make.gap(report, by=cast.vnm)


@pytest.fixture
def records(report: Any, gap: Any, cycle: Any, cast: Any) -> dict[str, Any]:
    """One of each kind that can be watched."""
    meeting = make.meeting(cycle, by=cast.secretariat)
    days = {"held_from": meeting.planned_from, "held_to": meeting.planned_to}
    meeting.hold(by=cast.secretariat, expected_version=meeting.version, **days)
    minutes = draft_minutes(by=cast.secretariat, meeting=meeting)
    minutes.circulate(by=cast.secretariat, expected_version=minutes.version)
    return {"country": report, "datagap": gap, "meeting": meeting, "minutes": minutes}


@pytest.mark.parametrize("kind", ["country", "datagap", "meeting", "minutes"])
def test_a_button_on_the_page_of_each_kind(kind, records, cast, sign_in):
    browser, record = sign_in(cast.secretariat), records[kind]
    start, stop, page = (
        address("start", kind, record),
        address("stop", kind, record),
        record.get_absolute_url(),
    )
    shown = text(browser.get(page))
    assert (start in shown, stop in shown) == (True, False)
    assert browser.post(start)["Location"] == page
    shown = text(browser.get(page))
    assert (start in shown, stop in shown, "You watch this" in shown) == (False, True, True)
    assert browser.post(stop)["Location"] == page
    assert not Watch.objects.exists()


def test_a_double_click_watches_once(gap, cast, sign_in):
    browser, sent = sign_in(cast.vnm), {FIELD: new_key(cast.vnm)}
    for _press in range(2):
        assert browser.post(address("start", "datagap", gap), sent).status_code == 302
    browser.post(address("start", "datagap", gap))  # in another window, with a key of its own
    assert Watch.objects.get().person == cast.vnm
    for _press in range(2):
        assert browser.post(address("stop", "datagap", gap)).status_code == 302
    assert not Watch.objects.exists()


@pytest.mark.parametrize(
    ("kind", "name", "status"),
    [
        ("country", "lao", 404),
        ("datagap", "lao", 404),
        ("meeting", "lao", 302),
        ("country", "observer", 404),
        ("datagap", "observer", 404),
        ("meeting", "observer", 404),
    ],
)
def test_nobody_watches_what_is_not_to_be_seen(kind, name, status, records, cast, sign_in):
    answer = sign_in(getattr(cast, name)).post(address("start", kind, records[kind]))
    assert (answer.status_code, Watch.objects.count()) == (status, int(status == 302))


def test_an_observer_reads_no_changes_and_watches_nothing(cycle, cast, sign_in):
    meeting, browser = make.meeting(cycle, by=cast.secretariat, shared=True), sign_in(cast.observer)
    page = text(browser.get(meeting.get_absolute_url()))
    assert "/watching/" not in page
    assert browser.post(address("start", "meeting", meeting)).status_code == 403
    assert browser.get(reverse("watches")).status_code == 403


def test_the_page_of_all_ends_several_at_once(records, cast, sign_in):
    browser = sign_in(cast.secretariat)
    for record in records.values():
        Watch.start(cast.secretariat, record)
        Watch.start(cast.vnm, record)
    page = text(browser.get(reverse("watches")))
    assert all(str(record) in page for record in records.values())
    ticked = [*Watch.objects.of(cast.secretariat).values_list("pk", flat=True)]
    theirs = Watch.objects.of(cast.vnm).values_list("pk", flat=True)
    browser.post(reverse("watches"), {"watches": [*ticked[:3], *theirs, 9_999_999, "x"]})
    assert Watch.objects.of(cast.secretariat).count() == 1
    assert Watch.objects.of(cast.vnm).count() == 4  # somebody else's are not touched
    answer = browser.post(reverse("watches"), {"watches": ticked[:1]})  # an old page: it was ended already
    assert answer.status_code == 302
    assert "Tick what you want to stop watching." in text(browser.post(reverse("watches")))


def test_who_loses_the_right_watches_no_more_and_is_not_told(gap, cast, sign_in):
    Watch.start(cast.vnm_team, gap)
    person = cast.vnm_team
    person.change_traced(by=cast.admin, expected_version=person.version, organisation=cast.lao.organisation)
    assert gap.code not in text(sign_in(person).get(reverse("watches")))
    assert sign_in(person).post(address("stop", "datagap", gap)).status_code == 404
    assert end_unseen_watches() == 1
    assert not Watch.objects.exists()
    person.change_traced(by=cast.admin, expected_version=person.version, organisation=cast.vnm.organisation)
    assert gap.code not in text(sign_in(person).get(reverse("watches")))  # it does not begin again


def test_a_test_cycle_that_was_emptied_is_watched_by_nobody(cast, sign_in):
    cycle = make.cycle("rehearsal", by=cast.secretariat, is_test=True)
    Watch.start(cast.secretariat, make.meeting(cycle, by=cast.secretariat))
    empty_test_cycle(by=cast.secretariat, cycle=cycle, expected_version=cycle.version, why="Rehearsed.")
    assert "You watch nothing yet." in text(sign_in(cast.secretariat).get(reverse("watches")))
    assert end_unseen_watches() == 1


def test_there_is_an_end_to_watching(report, cast, sign_in):
    for number in range(MOST_WATCHES):
        Watch.objects.create(person=cast.vnm, model="reviews.datagap", object_id=1_000_000 + number)
    answer = sign_in(cast.vnm).post(address("start", "country", report))
    assert "You watch 200 records" in text(answer)
    assert Watch.objects.of(cast.vnm).count() == MOST_WATCHES


def test_the_changes_in_what_is_watched(gap, report, cycle, cast, sign_in):
    """Of a country all that happens there; of a record all on its page; not what the person did."""
    other = make.gap(make.report(cycle, "LAO"), by=cast.lao)
    Watch.start(cast.secretariat, report)
    gap.take_up(by=cast.vnm, expected_version=gap.version)
    other.take_up(by=cast.lao, expected_version=other.version)
    url = reverse("activity") + "?watched=yes"
    page = text(sign_in(cast.secretariat).get(url))
    assert (gap.code in page, other.code in page) == (True, False)
    assert gap.code not in text(sign_in(cast.vnm).get(url))
