"""Review cycles by pages: prepare, seat, open, close with what it stops, open again; steps of the plan."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from reviews.models import CycleMembership, NationalReport, PlanStep, ReviewCycle
from tests.models.transitions import fresh, last_trace
from tests.support import make

NEXT = {"name_en": "Next review", "slug": "next", "starts_on": "2025-02-01", "ends_on": "2025-12-31"}


def words(answer: Any) -> str:
    return unescape(answer.content.decode())


@pytest.fixture
def browser(cast: Any, cycle: Any, sign_in: Any) -> Any:
    return sign_in(cast.secretariat)


def test_the_secretariat_prepares_seats_and_opens_a_cycle(cast, browser, sign_in):
    answer = browser.post("/cycles/add/", NEXT | {"framework": make.framework().pk}, follow=True)
    assert answer.redirect_chain == [("/cycles/next/set-up/", 302)]
    assert sign_in(cast.vnm).get("/cycles/next/cycle/").status_code == 404  # until it is opened
    for code in ("VNM", "KHM"):
        typed = {"member_state": make.organisation(code).pk, "joined_on": "2025-02-01"}
        assert browser.post("/cycles/next/cycle/members/add/", typed).status_code == 302
    asked = words(browser.get("/cycles/next/cycle/open/"))
    assert "The 2 members see the cycle from then on" in asked
    assert "Cambodia, Viet Nam." in asked
    assert browser.post("/cycles/next/cycle/open/", {"version": 1}).status_code == 302
    made = ReviewCycle.objects.get(slug="next")
    assert made.status == "open"
    assert sorted(report.code for report in made.reports.all()) == ["KHM", "VNM"]
    assert last_trace(made).by == cast.secretariat
    page = words(sign_in(cast.vnm).get("/cycles/next/cycle/"))
    assert "counted from 1 Feb 2025" in page
    assert "Close the cycle" not in page


def test_a_member_seated_later_gets_its_report_at_once(browser, cycle):
    typed = {"member_state": make.organisation("KHM").pk, "joined_on": "2020-08-01"}
    browser.post("/cycles/mtr/cycle/members/add/", typed)
    assert NationalReport.objects.filter(cycle=cycle, member_state__code="KHM").exists()
    assert CycleMembership.objects.get(member_state__code="KHM").joined_on == date(2020, 8, 1)
    offered = browser.get("/cycles/mtr/cycle/members/add/").context["form"].fields["member_state"].queryset
    assert not offered.exists()  # nobody has two seats


def test_a_seat_is_not_older_than_the_membership(browser):
    state = make.organisation("TLS", name="Timor-Leste")
    state.change_traced(by=None, expected_version=1, joined_on=date(2020, 7, 1))
    answer = browser.post(
        "/cycles/mtr/cycle/members/add/", {"member_state": state.pk, "joined_on": "2020-06-30"}
    )
    assert answer.context["form"].errors == {"joined_on": ["It had not joined ASEAN by that day."]}


def test_closing_asks_first_and_says_what_it_stops(cast, browser, cycle, report):
    make.gap(report, by=cast.vnm)
    deadline = make.deadline(cycle, by=cast.secretariat)
    make.extension(report, deadline, by=cast.vnm)
    make.meeting(cycle, by=cast.secretariat)
    page = words(browser.get("/cycles/mtr/cycle/close/"))
    for text in (
        "2 national reports that are not accepted",
        "1 open data gaps",
        "1 deadlines still to come",
        "1 requests for more time without a decision",
        "1 planned meetings",
    ):
        assert text in page, text
    assert "country rounds" not in page
    answer = browser.post("/cycles/mtr/cycle/close/", {"version": cycle.version, "why": " "})
    assert answer.context["form"].errors == {"why": ["This field is required."]}
    assert fresh(cycle).status == "open"
    browser.post("/cycles/mtr/cycle/close/", {"version": cycle.version, "why": "Adopted at the Summit."})
    closed = fresh(cycle)
    assert (closed.status, last_trace(closed).why) == ("closed", "Adopted at the Summit.")
    page = words(browser.get("/cycles/mtr/cycle/"))
    assert ("Open the cycle again" in page, "Add a member" in page) == (True, False)
    browser.post("/cycles/mtr/cycle/reopen/", {"version": closed.version, "why": "An annex is missing."})
    assert fresh(cycle).status == "open"


def test_where_people_look_for_it(cast, browser, sign_in):
    assert "/cycles/mtr/cycle/" in words(browser.get(reverse("setup")))
    assert "/cycles/mtr/cycle/" in words(
        sign_in(cast.vnm).get("/cycles/mtr/")
    )  # for others in the menu itself
    assert 'href="/cycles/"' in words(browser.get("/"))
    assert "/cycles/add/" in words(browser.get("/cycles/"))
    assert "/cycles/add/" not in words(sign_in(cast.vnm).get("/cycles/"))
    assert "/cycles/mtr/plan/add/" in words(browser.get("/cycles/mtr/plan/"))


def test_no_cycle_is_called_add(browser):
    answer = browser.post("/cycles/add/", NEXT | {"framework": make.framework().pk, "slug": "add"})
    assert answer.context["form"].errors == {
        "slug": ["The word “add” has a meaning of its own in addresses: choose another."]
    }


# Steps of the plan

STEP = {"title": "29th SOCA", "code": "soca-29", "kind": "ladder", "days": "7", "planned_on": "2020-10-20"}


def codes() -> list[tuple[int, str]]:
    return list(PlanStep.objects.order_by("position").values_list("position", "code"))


def test_a_step_is_entered_between_others(cast, browser, cycle):
    for code in ("draft", "summit-37"):
        make.step(cycle, by=cast.secretariat, code=code)
    assert browser.get("/cycles/mtr/plan/add/").context["form"]["position"].value() == 3
    assert browser.post("/cycles/mtr/plan/add/", STEP | {"position": "2"}).status_code == 302
    assert codes() == [(1, "draft"), (2, "soca-29"), (3, "summit-37")]
    step = PlanStep.objects.get(code="soca-29")
    assert (step.first_planned_on, step.days) == (date(2020, 10, 20), 7)
    moved = last_trace(PlanStep.objects.get(code="summit-37"))
    assert (moved.by, moved.before["position"]) == (cast.secretariat, 2)


def test_what_a_plan_has_once(cast, browser, cycle):
    make.step(cycle, by=cast.secretariat, code="reports", kind="national_reports", planned_on=None)
    for changed, error in (
        ({"code": "reports"}, "already exists"),
        ({"kind": "national_reports"}, "The plan has a step of this kind already."),
        ({"position": "0"}, "Enter a whole number from 1 to 200."),
    ):
        answer = browser.post("/cycles/mtr/plan/add/", STEP | {"position": "1"} | changed)
        assert error in str(answer.context["form"].errors), changed
    assert codes() == [(1, "reports")]


def test_days_and_body_of_a_step_can_be_changed(cast, browser, cycle):
    step = make.step(cycle, by=cast.secretariat)
    body = make.organisation("SOCA", "oversight_body")
    typed = {"title": "37th Summit", "days": "12", "body": body.pk, "planned_on": "2020-11-12", "version": 1}
    assert browser.post("/cycles/mtr/plan/summit-37/edit/", typed).status_code == 302
    assert (fresh(step).days, fresh(step).body) == (12, body)
