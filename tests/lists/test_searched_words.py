"""What the pages say: which step was taken, where a thing to do stands, nothing left over."""

import re
from typing import Any

import pytest
from django.urls import reverse

from reviews.models import ActionPoint, AgendaItem
from reviews.views.form_pages import FormPage
from tests.rules.test_locked import PAGES
from tests.support import make

MEETING = "/cycles/mtr/meetings/3/"


@pytest.fixture
def meeting(cycle: Any, cast: Any) -> Any:
    return make.meeting(cycle, by=cast.secretariat)


def test_every_step_says_what_was_done():
    steps = {
        name: page for name, page in PAGES.items() if isinstance(page, type) and issubclass(page, FormPage)
    }
    silent = {name for name, page in steps.items() if not says_what_was_done(page)}
    assert steps
    assert not silent


def says_what_was_done(page: type[FormPage]) -> bool:
    words = page.get_success_message is not FormPage.get_success_message or page.success_message
    return bool(words) and str(page.success_message) != "Done."


def test_a_thing_to_do_leads_to_its_place(meeting, cast, sign_in):
    due = {"text": "Send the annex", "due_on": meeting.planned_to, "owner_body": cast.vnm.organisation}
    point = ActionPoint.add_to(meeting, by=cast.secretariat, **due)
    browser = sign_in(cast.vnm)
    (address,) = re.findall(r'href="([^"]*)">Action point: Send the annex', browser.get("/").content.decode())
    page, _hash, place = address.partition("#")
    assert f'id="{place}"' in browser.get(page).content.decode()
    done = browser.post(
        f"/cycles/mtr/actions/{point.pk}/finish/", {"note": "Sent.", "version": 1}, follow=True
    )
    assert done.redirect_chain == [(MEETING, 302)]
    assert "The action point is closed as done." in done.content.decode()


def test_an_item_is_followed_to_its_new_place(meeting, cast, sign_in):
    first, second = (AgendaItem.add_to(meeting, by=cast.secretariat, title=title) for title in ("One", "Two"))
    browser, url = sign_in(cast.secretariat), reverse("agenda-up", args=["mtr", "3", second.pk])
    answer = browser.post(url, {"version": second.version})
    page, _hash, place = answer.url.partition("#")
    text = browser.get(page).content.decode()
    assert text.index(f'id="{place}"') < text.index(f'id="{first.anchor}"')
    assert 'Up<span class="visually-hidden"> One</span>' in text


def test_nobody_answers_what_was_not_asked(report, cast, sign_in):
    gap = make.gap(report, by=cast.vnm)
    browser, url = sign_in(cast.vnm), gap.get_absolute_url()
    text = browser.get(url).content.decode()
    assert "Write to the consultants" in text
    assert "Answer the consultants" not in text
    browser.post(f"{url}ask-guidance/", {"note": "Which source?", "version": gap.version})
    assert "Answer the consultants" in browser.get(url).content.decode()


def test_before_there_is_a_cycle_the_desk_says_what_to_do(cast, sign_in):
    desk = sign_in(cast.admin).get("/").content.decode()
    address = reverse("cycle-add")
    assert f'href="{address}"' in desk
    assert sign_in(cast.admin).get(address).status_code == 200
    page = sign_in(cast.vnm).get("/").content.decode()
    assert "The Secretariat opens one" in page
    assert address not in page
    for text in (desk, page):
        assert 'id="cycles"' not in text


def test_a_person_of_no_body_is_named_alone(cast, sign_in):
    person = make.user("root", "", None, is_superuser=True)
    assert re.search(r'<p class="lead">root</p>', sign_in(person).get("/").content.decode())


def test_where_no_progress_was_posted_the_list_says_who_does(report, cast, sign_in):
    page = sign_in(cast.consultant).get(f"{report.get_absolute_url()}progress/").content.decode()
    assert "has not posted progress yet" in page
