"""Reminding by hand, from the board, the reports and the deadline; the days of a cycle; explanations."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from reviews import clock
from reviews.actions.reminders import remind
from reviews.models import Explanation, Reminder, ReminderSchedule
from tests.support import make

REMIND = "/cycles/mtr/deadlines/remind/"


@pytest.fixture
def late(cycle: Any, cast: Any) -> Any:
    """A deadline that both countries have missed, since 10 August."""
    return make.deadline(
        cycle, by=cast.secretariat, title="Comments", output="comments", due_on=date(2020, 8, 10)
    )


def words(answer: Any) -> str:
    return unescape(answer.content.decode())


@pytest.mark.parametrize("page", ["board", "report-list", "deadline"])
def test_remind_is_beside_each_late_row(page, late, cast, sign_in):
    url = reverse(page, args=["mtr", *([late.number] if page == "deadline" else [])])
    shown = words(sign_in(cast.secretariat).get(url))
    assert "country=VNM" in shown
    assert ">Remind<" in shown
    for person in (cast.vnm, cast.consultant, cast.observer):
        answer = sign_in(person).get(url)
        assert ">Remind<" not in words(answer)


def test_nobody_is_offered_to_remind_whoever_is_not_late(cycle, cast, sign_in):
    make.deadline(cycle, by=cast.secretariat)
    assert ">Remind<" not in words(sign_in(cast.secretariat).get("/cycles/mtr/"))
    assert "No country is late." in words(sign_in(cast.secretariat).get(REMIND))


def test_several_countries_at_once(late, cast, sign_in):
    browser = sign_in(cast.secretariat)
    page = browser.get(f"{REMIND}?country=VNM")
    assert page.context["form"]["items"].value() == ["1-VNM"]
    assert "Viet Nam: Comments, due on 10 Aug 2020, overdue by 10 days" in words(page)
    answer = browser.post(REMIND, {"items": ["1-VNM", "1-LAO"], "text": "The chair asks."}, follow=True)
    assert "2 reminders are sent." in words(answer)
    rows = Reminder.objects.order_by("member_state__code")
    assert [(row.member_state.code, row.text) for row in rows] == [
        ("LAO", "The chair asks."),
        ("VNM", "The chair asks."),
    ]


def test_not_twice_a_day_and_then_it_says_when(late, cast, sign_in):
    browser, items = sign_in(cast.secretariat), {"items": ["1-VNM"], "text": ""}
    assert browser.post(REMIND, items).status_code == 302
    page = browser.get(REMIND)
    assert "Reminded today, and not again before tomorrow: Viet Nam (Comments)" in " ".join(
        words(page).split()
    )
    assert "1-VNM" not in dict(page.context["form"].fields["items"].choices)
    assert "is not one of the available choices" in words(browser.post(REMIND, items | {"text": "Again"}))
    assert Reminder.objects.count() == 1
    with clock.at(date(2020, 8, 23)):
        assert "reminded 3 days ago" in words(sign_in(cast.secretariat).get(REMIND))


def test_a_country_reads_only_of_its_own_reminders(late, cast, sign_in):
    remind(by=cast.secretariat, items=[(late, cast.lao.organisation)], text="Secret of Lao PDR")
    url = late.get_absolute_url()
    assert "reminded today" in words(sign_in(cast.lao).get(url))
    for page in (words(sign_in(cast.vnm).get(url)), words(sign_in(cast.observer).get("/"))):
        assert "reminded today" not in page
        assert "Secret of Lao PDR" not in page


@pytest.mark.parametrize("query", ["deadline=x", "deadline=999999999999", "deadline=7"])
def test_an_address_that_means_nothing(query, late, cast, sign_in):
    assert sign_in(cast.secretariat).get(f"{REMIND}?{query}").status_code == 404


# --- the days


def test_the_days_of_a_cycle(cycle, cast, sign_in):
    browser, url = sign_in(cast.secretariat), "/cycles/mtr/deadlines/reminders/"
    page = browser.get(url)
    assert page.context["form"]["comments.coordinator"].value() == "-21, -14, -7, -1, +1, +7"
    typed = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    for wrong, message in (
        ("soon", "Write whole numbers with commas"),
        ("-91", "Enter days from -90 to +90."),
        (", ".join(map(str, range(20))), "Enter at most 12 days."),
    ):
        answer = browser.post(url, typed | {"comments.team": wrong})
        assert message in words(answer)
        assert wrong in words(answer)
    assert browser.post(url, typed | {"comments.team": "−3; 2"}).status_code == 302
    assert ReminderSchedule.of(cycle).by_output_and_role()["comments", "team"] == (-3, 2)
    again = browser.get(url)
    assert again.context["form"]["comments.team"].value() == "-3, +2"
    stale = browser.post(url, typed | {"version": "1"})
    assert stale.status_code == 302
    assert browser.post(url, typed | {"version": "1", "comments.team": "-5"}).status_code == 409


# --- explanations


def test_an_explanation_from_request_to_answer(late, cast, sign_in):
    staff, country = sign_in(cast.consultant), sign_in(cast.vnm)
    ask = f"/cycles/mtr/deadlines/{late.number}/explain/VNM/"
    assert ask in words(staff.get(late.get_absolute_url()))
    assert staff.post(ask, {"question": "What holds it up?"}).status_code == 302
    assert "still waits" in words(staff.post(ask, {"question": "And now?"}))
    give = f"/cycles/mtr/deadlines/{late.number}/explanations/{Explanation.objects.get().pk}/"
    assert give in words(country.get("/"))
    assert "What holds it up?" in words(country.get(give))
    assert country.post(give, {"answer": "A ministry moved.", "version": "1"}).status_code == 302
    assert "A ministry moved." in words(staff.get(late.get_absolute_url()))
    assert "A ministry moved." not in words(sign_in(cast.lao).get(late.get_absolute_url()))
    assert give not in words(country.get("/"))
    assert country.get(give).status_code == 409


def test_nobody_explains_for_another_country(late, cast, sign_in):
    asked = Explanation.request(late, cast.vnm.organisation, by=cast.secretariat, question="Why?")
    give = f"/cycles/mtr/deadlines/{late.number}/explanations/{asked.pk}/"
    answers = {
        person: sign_in(getattr(cast, person)).get(give).status_code for person in ("lao", "consultant")
    }
    assert answers == {"lao": 404, "consultant": 403}
