"""How many queries a page costs: the same whatever the rows, and within a budget."""

from datetime import date, timedelta
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reviews import clock
from reviews.actions.reports import submit_report
from reviews.models import ActionPoint, AgendaItem, Decision, Delegation, User
from reviews.models.sent_forms import FIELD, new_key
from tests.support import make

STATES = ("VNM", "LAO", "KHM", "BRN", "IDN", "MMR", "MYS", "PHL", "SGP", "THA")

# What each page costs the person who sees most, everything included: session, person, page.
LISTS = {
    "report-list": 4, "progress-list": 4, "datagap-list": 4, "meeting-list": 3, "action-list": 4,
}  # fmt: skip
PAGES = {
    "report": 11,
    "report-version": 5,
    "datagap": 3,
    "deadline": 10,
    "deadline-list": 8,
    "pending-list": 11,
    "follow-up-list": 4,  # empty, it counts once more
    "timeliness": 7,
    "meeting": 10,
    "framework": 3,
}
FORMS = {"report-update": 3, "report-authors": 4, "datagap-add": 6, "datagap-edit": 6, "extension-ask": 7}
DESKS = {"vnm": 12, "consultant": 11, "secretariat": 12, "observer": 3, "admin": 11}
BOARD = {"": 12, "?as_of=2020-08-11": 12}
PICTURES = {"": 11, "?as_of=2020-08-11": 11}
PROGRESS_REPORT = {"": 12, "?until=2020-08-11": 12, "?until=2020-08-19": 12}
MOST_OF_A_LIST = 4
MOST_OF_A_PAGE = 12
MOST_OF_A_BOARD = 13
LIGHT = 100_000  # bytes


@pytest.fixture
def world(cast: Any) -> Any:
    """`world(3)`: a cycle of three members, and three of everything; `world(10, 2)`: ten, and two."""

    def build(members: int, each: int | None = None) -> SimpleNamespace:
        states, n = STATES[:members], each or members
        with clock.at(date(2020, 6, 1)):  # before all that is made in it
            cycle = make.cycle("mtr", by=cast.secretariat, members=states)
        made = SimpleNamespace(cycle=cycle, report=make.report(cycle, "VNM"))
        for code in states:
            country_work(make.report(cycle, code), coordinator_of(code, cast), cast, n)
        calendar(made, states, cast, n)
        return made

    return build


def coordinator_of(code: str, cast: Any) -> Any:
    known = {"VNM": cast.vnm, "LAO": cast.lao}
    return known.get(code) or make.user(f"{code.lower()}.coordinator", "coordinator", make.organisation(code))


def country_work(report: Any, coordinator: Any, cast: Any, n: int) -> None:
    """n updates, n gaps, n submitted versions."""
    for k in range(1, n + 1):
        with clock.at(date(2020, 6, 1) + timedelta(days=k)):
            report.post_progress(by=coordinator, expected_version=report.version, data_collection=10 + k)
            make.gap(report, by=coordinator, kind=make.kind(f"kind_{k}"), key_result_area=make.area(f"A.{k}"))
            submit_report(
                report=report,
                by=coordinator,
                expected_version=report.version,
                file=make.pdf(),
                reason="The rest follows.",
            )
            report.recall(by=coordinator, expected_version=report.version)


def calendar(made: SimpleNamespace, states: Any, cast: Any, n: int) -> None:
    """n deadlines with a request of every country, n meetings with n of each part."""
    for k in range(1, n + 1):
        output = "progress" if k % 2 else "national_report"
        made.deadline = make.deadline(made.cycle, by=cast.secretariat, title=f"Deadline {k}", output=output)
        made.meeting = make.meeting(made.cycle, by=cast.secretariat, code=str(k), host=cast.vnm.organisation)
        for code in states:
            ask(make.report(made.cycle, code), made.deadline, coordinator_in(code))
            parts(made.meeting, code, cast)


def coordinator_in(code: str) -> Any:
    return User.objects.get(username=f"{code.lower()}.coordinator")


def ask(report: Any, deadline: Any, by: Any) -> None:
    make.extension(report, deadline, by=by, asked_until=date(2020, 9, 21), reason="Floods")


def parts(meeting: Any, code: str, cast: Any) -> None:
    body, by = make.organisation(code), cast.secretariat
    AgendaItem.add_to(meeting, by=by, title="Report of " + code)
    Delegation.add_to(meeting, by=by, organisation=body, size=4)
    Decision.add_to(meeting, by=by, text="Agreed")
    ActionPoint.add_to(meeting, by=by, text="Send", owner_body=body, due_on=date(2020, 9, 1))
    ActionPoint.add_to(meeting, by=by, text="Read", owner=cast.consultant, due_on=date(2020, 9, 1))


def queries(person: Any, url: str) -> int:
    browser = Client()
    make.listed(browser, person)
    browser.get(url)  # what is kept for the whole process is there by now
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(url)
    assert answer.status_code == 200
    return len(captured)


CODES = {
    "progress-list": ["VNM"], "report": ["VNM"], "report-version": ["VNM", 1], "datagap": ["VNM-1"], "deadline": [1],
    "meeting": ["1"], "report-update": ["VNM"], "report-authors": ["VNM"], "datagap-edit": ["VNM-1"],
    "deadline-edit": [1],
}  # fmt: skip


def cost(pages: Any, person: Any, also: dict[str, Any] | None = None) -> dict[str, int]:
    codes = CODES | (also or {})
    return {page: queries(person, reverse(page, args=["mtr", *codes.get(page, [])])) for page in pages}


@pytest.mark.parametrize("n", [0, 1, 3])
def test_saved_views_are_read_with_the_cycle(n, cast, world):
    """An own one, the default among them, and one that a colleague shares."""
    made, colleague = world(1), make.user("colleague", "secretariat", cast.secretariat.organisation)
    for k in range(n):
        view = make.saved_view(cast.secretariat, made.cycle, list_name="datagap-list", name=f"View {k}")
        make.saved_view(
            colleague, made.cycle, list_name="datagap-list", shared_role="secretariat", name=f"Of {k}"
        )
    if n:
        make.default_view(view, made.cycle)
    address = f"{reverse('datagap-list', args=['mtr'])}?columns=code,kind,status&sort=-held_since&view="
    assert queries(cast.secretariat, address + (str(view.pk) if n else "")) == LISTS["datagap-list"]


@pytest.mark.parametrize("n", [1, 3])
def test_lists_and_pages(n, cast, world):
    made = world(n)
    assert cost(LISTS, cast.secretariat) == LISTS
    assert cost(PAGES, cast.secretariat) == PAGES
    free = make.deadline(made.cycle, by=cast.secretariat, title="For which nobody has asked yet")
    assert cost(FORMS, cast.vnm, {"extension-ask": [free.number]}) == FORMS


def test_a_gap_costs_a_query_for_each_kind_of_guidance_that_it_has(cast, report):
    """Of somebody who reads all of it."""
    gap, lead, found = make.gap(report, by=cast.vnm), cast.lead, []
    url = reverse("datagap", args=["mtr", gap.code])

    def guide(*steps: Any) -> None:
        for step in steps:
            step()
            gap.refresh_from_db()
            found.append(queries(lead, url))

    guide(
        lambda: gap.ask_guidance(by=cast.vnm, expected_version=gap.version, note="How?"),
        lambda: make.advice(by=lead, gap=gap),
        lambda: make.approved(by=lead, gap=gap),
        lambda: make.difficulty(gap.cycle, [gap], by=lead),
    )
    assert found == [4, 6, 8, 9]  # the thread; drafts and their notes; advice and its notes; difficulties


def test_the_lists_measured_above_do_show_what_was_made(cast, world, sign_in):
    """So that they cannot be cheap because they are empty."""
    world(3)
    browser, shown = sign_in(cast.secretariat), {}
    for page in (*LISTS, "deadline-list"):
        url = reverse(page, args=["mtr", *CODES.get(page, [])])
        shown[page] = len(browser.get(url).context["table"].rows)
    assert shown == {
        "report-list": 3, "progress-list": 3, "datagap-list": 9, "deadline-list": 3, "meeting-list": 3,
        "action-list": 18,
    }  # fmt: skip


# What each saving costs, from the button to the page that follows, without that page. Everything is counted: session,
# person, the form's key, the text kept while it was typed, the search entries, beginning and end of the transaction,
# the lock on the cycle, whether anybody watches the record. A deadline's form asks the
# database about six rules, 18 in all.
SAVES = {"report-update": 15, "datagap-add": 19, "finding-add": 17, "deadline-add": 31, "deadline-edit": 33}
WHO = {"deadline-add": "secretariat", "deadline-edit": "secretariat"}
DAYS = {"opens_on": "2020-08-01", "due_on": "2020-09-21", "title": "Drafts", "output": "progress"}
SENT: dict[str, Any] = {
    "report-update": {"data_collection": "50", "analysis": "40", "writing": "30", "note": "Two sectors wait."},
    "datagap-add": {"missing": "Baseline"}, "finding-add": {"kind": "finding", "text": "Reach grew"},
    "deadline-add": DAYS, "deadline-edit": DAYS | {"why": "One week more."},
}  # fmt: skip


@pytest.mark.parametrize("n", [1, 3])
def test_saving(n, cast, world):
    made, asked = world(n), {}
    expected_version = {"report-update": make.report(made.cycle, "VNM").version, "deadline-edit": 1}
    for page, typed in SENT.items():
        kind = {"kind": make.kind().pk} if page == "datagap-add" else {}
        person = getattr(cast, WHO.get(page, "vnm"))
        asked[page] = saving(person, page, typed | kind | {"version": expected_version.get(page, 0)})
    assert asked == SAVES


def saving(person: Any, page: str, typed: dict[str, Any]) -> int:
    browser = Client()
    make.listed(browser, person)
    with CaptureQueriesContext(connection) as captured:
        answer = browser.post(
            reverse(page, args=["mtr", *CODES.get(page, [])]), typed | {FIELD: new_key(person)}
        )
    assert answer.status_code == 302
    return len(captured)


@pytest.mark.parametrize("n", [1, 3])
def test_the_desk(n, cast, world):
    world(n)
    people = {name: getattr(cast, name) for name in DESKS}
    with clock.at(date(2020, 9, 30)):  # weeks later: much is due
        assert {name: queries(person, reverse("desk")) for name, person in people.items()} == DESKS


@pytest.mark.parametrize("members", [2, 10])
@pytest.mark.parametrize("person", ["secretariat", "vnm"])
def test_the_board(members, person, cast, world):
    world(members, 2)
    url = reverse("board", args=["mtr"])
    assert {day: queries(getattr(cast, person), url + day) for day in BOARD} == BOARD


@pytest.mark.parametrize("members", [2, 10])
@pytest.mark.parametrize("person", ["secretariat", "vnm"])
def test_the_pictures(members, person, cast, world):
    world(members, 2)
    url = reverse("pictures", args=["mtr"])
    assert {day: queries(getattr(cast, person), url + day) for day in PICTURES} == PICTURES


@pytest.mark.parametrize("members", [2, 10])
def test_the_progress_report(members, cast, world):
    """Also with a deadline of which it is recorded who has met it, today and on a past day."""
    made = world(members, 2)
    with clock.at(date(2020, 8, 1)):
        make.deadline(made.cycle, by=cast.secretariat, title="Comments", output="comments")
    url = reverse("progress-report", args=["mtr"])
    assert {day: queries(cast.secretariat, url + day) for day in PROGRESS_REPORT} == PROGRESS_REPORT
    assert max(PROGRESS_REPORT.values()) <= 12


def test_budgets():
    assert max(LISTS.values()) <= MOST_OF_A_LIST
    assert max(PAGES.values()) <= MOST_OF_A_PAGE
    assert max(BOARD.values()) <= MOST_OF_A_BOARD


@pytest.fixture
def demonstration(db: Any, settings: Any) -> None:
    settings.DEBUG, settings.REVIEWTRACKER_TODAY = True, date(2020, 8, 20)
    call_command("load_reference", verbosity=0)
    call_command("load_demo", password=make.PASSWORD, verbosity=0)
    settings.DEBUG = False
    make.second_factors(*User.objects.all())


def test_the_board_of_ten_members_is_light(demonstration, sign_in):
    """On a slow line: less than 100 kB, and within the budget, with the whole demonstration on it."""
    person = User.objects.get(username="secretariat")
    for page, day in product(("board", "pictures"), BOARD):
        url = reverse(page, args=["ascc-2025-mtr"]) + day
        answer = sign_in(person).get(url)
        assert len(answer.context["board"].rows) == 10
        assert len(answer.content) < LIGHT
        assert queries(person, url) <= MOST_OF_A_BOARD
