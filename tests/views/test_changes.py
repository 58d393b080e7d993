"""What changed since the last visit: marked until marked as seen, and only what others did and the person may read."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reviews.models import AgendaItem, ReviewCycle, SeenUntil, Trace, Watch
from reviews.models.changes import with_seen
from tests.support import make


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def url(page: str, *codes: Any) -> str:
    return reverse(page, args=["mtr", *codes])


def marked(browser: Client, page: str, query: str = "") -> list[Any]:
    """The records that a list marks."""
    rows = browser.get(url(page) + query).context["table"].page.object_list
    return [row for row in rows if getattr(row, "is_changed", False)]


def newest() -> int:
    return int(Trace.objects.latest("pk").pk)


@pytest.fixture
def gap(report: Any, cast: Any) -> Any:
    return make.gap(report, by=cast.vnm)


@pytest.fixture
def browser(gap: Any, cast: Any, sign_in: Any) -> Client:
    """The Secretariat's, which has been here before."""
    found: Client = sign_in(cast.secretariat)
    found.get(url("board"))
    return found


def take_up(gap: Any, cast: Any) -> None:
    gap.take_up(by=cast.vnm, expected_version=gap.version)


def test_on_the_first_visit_nothing_is_new(gap, cast, sign_in):
    for page in ("board", "datagap-list"):
        answer = sign_in(cast.consultant).get(url(page))
        assert "Mark as seen" not in text(answer)
    assert "Changed since my last visit" not in text(sign_in(cast.consultant).get(reverse("desk")))


def test_a_change_is_marked_until_it_is_marked_as_seen(browser, gap, cast):
    assert marked(browser, "datagap-list") == []
    take_up(gap, cast)
    for _visit in range(2):  # loading a page loses nothing
        assert marked(browser, "datagap-list") == [gap]
        assert "Mark as seen" in text(browser.get(url("board")))
        assert "1 data gap</a>" in text(browser.get(reverse("desk")))
    answer = browser.post(url("mark-seen"), {"until": newest(), "next": url("datagap-list")})
    assert answer["Location"] == url("datagap-list")
    assert marked(browser, "datagap-list") == []
    assert "Mark as seen" not in text(browser.get(url("board")))


def test_a_change_of_a_part_marks_its_record(browser, cycle, cast, sign_in):
    meeting = make.meeting(cycle, by=cast.secretariat)
    lead = sign_in(cast.lead)
    lead.get(url("meeting-list"))
    AgendaItem.add_to(meeting, by=cast.secretariat, title="Opening")
    assert marked(lead, "meeting-list") == [meeting]
    assert marked(browser, "meeting-list") == []  # who did it


def test_the_board_marks_the_country_in_words(browser, gap, cast):
    take_up(gap, cast)
    answer = browser.get(url("board"))
    assert [row.state.code for row in answer.context["table"].page.object_list if row.is_changed] == ["VNM"]
    assert "changed" in text(answer)
    assert "Changed since my last visit" in text(answer)  # as a filter
    rows = browser.get(url("board") + "?changed=yes").context["table"].page.object_list
    assert [row.state.code for row in rows] == ["VNM"]


def test_the_filter_shows_changed_rows_alone(browser, gap, cast):
    take_up(gap, cast)
    other = make.gap(make.report(gap.cycle, "LAO"), by=cast.lao)
    browser.post(url("mark-seen"), {"until": newest()})
    assert browser.get(url("datagap-list") + "?changed=yes").context["table"].page.object_list == []
    other.take_up(by=cast.lao, expected_version=other.version)
    rows = browser.get(url("datagap-list") + "?changed=yes").context["table"].page.object_list
    assert rows == [other]
    assert "Changed since" in text(browser.get(url("datagap-list")))


def test_own_changes_do_not_count(gap, cast, sign_in):
    browser = sign_in(cast.vnm)
    browser.get(url("board"))
    take_up(gap, cast)
    assert marked(browser, "datagap-list") == []
    assert "Mark as seen" not in text(browser.get(url("board")))


def test_another_country_and_an_observer_learn_nothing(gap, cast, sign_in):
    for name in ("lao", "observer"):
        sign_in(getattr(cast, name)).get(url("board"))
    take_up(gap, cast)
    for name in ("lao", "observer"):
        browser = sign_in(getattr(cast, name))
        assert "Mark as seen" not in text(browser.get(url("board")))
        assert "Changed since" not in text(browser.get(reverse("desk")))
    assert not SeenUntil.objects.filter(person=cast.observer).exists()


def test_an_older_window_does_not_move_it_back_and_what_came_later_stays_new(browser, gap, cast):
    before = newest()
    take_up(gap, cast)
    shown = newest()
    gap.close(by=cast.vnm, expected_version=gap.version, way="data_found", note="Found.")
    browser.post(url("mark-seen"), {"until": shown})
    assert marked(browser, "datagap-list") == [gap]  # closed after the page was shown
    browser.post(url("mark-seen"), {"until": newest()})
    browser.post(url("mark-seen"), {"until": before})
    assert marked(browser, "datagap-list") == []


@pytest.mark.parametrize("until", ["", "x", "0", "-1", str(2**63)])
def test_what_is_no_change_marks_nothing(until, browser, gap, cast):
    take_up(gap, cast)
    answer = browser.post(url("mark-seen"), {"until": until})
    assert answer.status_code == 200
    assert marked(browser, "datagap-list") == [gap]


def test_nothing_that_is_still_to_come_is_marked(browser, gap, cast):
    browser.post(url("mark-seen"), {"until": 2**62})
    take_up(gap, cast)
    assert marked(browser, "datagap-list") == [gap]


@pytest.mark.parametrize("page", ["//evil.example/", "https://evil.example/", "evil"])
def test_it_leads_back_to_pages_of_the_site_only(page, browser, gap, cast):
    take_up(gap, cast)
    answer = browser.post(url("mark-seen"), {"until": newest(), "next": page})
    assert answer["Location"] == url("board")


def test_each_person_and_cycle_has_a_moment_of_its_own(browser, gap, cast, sign_in):
    sign_in(cast.lead).get(url("board"))
    take_up(gap, cast)
    browser.post(url("mark-seen"), {"until": newest()})
    assert marked(sign_in(cast.lead), "datagap-list") == [gap]


def test_the_desk_tells_what_changed_in_what_is_watched(browser, gap, cast):
    page = "In what I watch"
    take_up(gap, cast)
    assert page not in text(browser.get(reverse("desk")))
    Watch.start(cast.secretariat, gap)
    shown = text(browser.get(reverse("desk")))
    assert page in shown
    assert "?watched=yes" in shown


@pytest.mark.parametrize("page", ["datagap-list", "board", "meeting-list"])
def test_marks_cost_no_query(page, browser, gap, cast):
    """However many changes there are."""

    def cost() -> int:
        browser.get(url(page))
        with CaptureQueriesContext(connection) as captured:
            browser.get(url(page))
        return len(captured)

    before = cost()
    take_up(gap, cast)
    assert cost() == before


def test_the_desk_costs_one_query_more_when_something_changed(browser, gap, report, cast):
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get(reverse("desk"))
        return len(captured)

    browser.get(reverse("desk"))
    before = cost()
    take_up(gap, cast)
    make.gap(report, by=cast.vnm)
    Watch.start(cast.secretariat, report)
    assert cost() == before + 1


def test_the_newest_change_is_looked_for_behind_the_last_one_seen_alone(cycle, cast):
    """By an index on both, not through all changes of the cycle: of 100,000 that is most of a page."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # which would read a small table as a whole
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = with_seen(ReviewCycle.objects.filter(pk=cycle.pk), cast.consultant).explain()
    assert re.search(r"\(\(?cycle_id ?= ?\S+ AND \(?(rowid|id) ?> ?", plan), plan
