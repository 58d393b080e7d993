"""The pages of deadlines: how many have met one, who owes it first, and what countries and the Secretariat record."""

from typing import Any

import pytest
from django.urls import reverse

from reviews.models import Deadline, Delivery
from tests.support import make


@pytest.fixture
def comments(cycle, cast) -> Deadline:
    made = make.deadline(cycle, by=cast.secretariat, output="comments", title="Comments", shared=True)
    make.delivery(made, by=cast.lao, note="Two pages.")
    return made


def page(browser: Any, deadline: Deadline) -> str:
    return str(browser.get(deadline.get_absolute_url()).content.decode())


def test_the_list_and_the_page_say_how_many_have_met_it(comments, cast, sign_in):
    browser = sign_in(cast.vnm)
    listed = browser.get("/cycles/mtr/deadlines/").content.decode()
    assert "1 of 2 met" in listed
    assert "1 of 2 met" in page(browser, comments)
    exported = b"".join(browser.get("/cycles/mtr/deadlines/?_export=csv").streaming_content).decode()
    assert "1 of 2 met" in exported


def test_those_who_owe_it_come_first(comments, cast, sign_in):
    rows = sign_in(cast.secretariat).get(comments.get_absolute_url()).context["table"].data
    assert [row.state.code for row in rows] == ["VNM", "LAO"]


def test_a_country_marks_it_as_done(comments, cast, sign_in):
    browser, url = sign_in(cast.vnm), reverse("delivery-add", args=["mtr", comments.number])
    assert url in page(browser, comments)
    missing = browser.post(url, {"met_on": "2020-08-19", "note": " "})
    assert "note" in missing.context["form"].errors
    assert browser.post(url, {"met_on": "2020-08-19", "note": "Sent."}).status_code == 302
    assert url not in page(browser, comments)
    assert browser.get(url).status_code == 409


def test_the_secretariat_ticks_those_who_owe_it(comments, cast, sign_in):
    browser, url = sign_in(cast.secretariat), reverse("delivery-record", args=["mtr", comments.number])
    offered = browser.get(url).context["form"].fields["states"].queryset
    assert [state.code for state in offered] == ["VNM"]
    browser.post(url, {"states": [offered[0].pk], "met_on": "2020-08-20", "note": ""})
    assert Delivery.objects.in_force().count() == 2


@pytest.mark.parametrize(
    ("who", "reads"), [("lao", True), ("vnm", False), ("consultant", True), ("observer", False)]
)
def test_a_note_is_read_by_its_country_and_by_staff(who, reads, comments, cast, sign_in):
    assert ("Two pages." in page(sign_in(getattr(cast, who)), comments)) is reads
