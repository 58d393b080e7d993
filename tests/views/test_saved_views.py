"""Saved views: the filters and the order of a list under a name."""

import re
from html import unescape
from urllib.parse import quote

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from reviews.models import SavedView, Trace
from reviews.models.saved_views import MOST_VIEWS
from tests.support import make

BOARD = "/cycles/mtr/"


@pytest.fixture(autouse=True)
def open_cycle(cycle, report):
    return cycle


def words(answer) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", answer.content.decode())).split())


def add_url(address: str) -> str:
    return f"{reverse('saved-view-add')}?of={quote(address, safe='')}"


def links_to_save(answer) -> list[str]:
    return [unescape(url) for url in re.findall(r'href="(/saved-views/add/[^"]*)"', answer.content.decode())]


def test_a_view_is_saved_listed_and_removed(cast, sign_in):
    browser = sign_in(cast.secretariat)
    assert links_to_save(browser.get(BOARD)) == []  # nothing to save yet
    (url,) = links_to_save(browser.get(BOARD, {"figures": "none", "sort": "-gaps", "page": "1"}))
    assert url == add_url(f"{BOARD}?figures=none&sort=-gaps")
    answer = browser.post(url, {"name": "Silent ones"})
    view = SavedView.objects.get()
    assert answer["Location"] == f"{BOARD}?open={view.pk}"
    opened = browser.get(answer["Location"])
    assert opened["Location"] == f"{BOARD}?figures=none&sort=-gaps&view={view.pk}"
    page = browser.get(opened["Location"]).content.decode()
    assert f'<a href="?open={view.pk}" aria-current="true">Silent ones</a>' in page
    assert "Silent ones" not in sign_in(cast.consultant).get(BOARD).content.decode()

    remove = reverse("saved-view-remove", args=[view.pk])
    assert sign_in(cast.consultant).post(remove, {"version": 1}).status_code == 404
    assert browser.post(remove, {"version": 1}).status_code == 302
    assert not SavedView.objects.kept().exists()
    assert "Silent ones" not in words(browser.get(BOARD))
    assert [row.verb for row in Trace.objects.filter(model="reviews.savedview")] == ["changed", "created"]


def test_a_view_of_the_same_name_is_refused_beside_the_field(cast, sign_in):
    browser, url = sign_in(cast.observer), add_url(f"{BOARD}?with=country")
    assert browser.post(url, {"name": "Mine"}).status_code == 302
    answer = browser.post(url, {"name": "Mine"})
    assert answer.status_code == 200
    assert "You have a view of this name already." in answer.context["form"].errors["name"]
    assert browser.post(url, {"name": " "}).status_code == 200
    assert SavedView.objects.count() == 1


def test_a_name_is_free_again_after_the_view_was_removed(cast, cycle):
    view = make.saved_view(cast.vnm, cycle)
    with pytest.raises(ValidationError):
        make.saved_view(cast.vnm, cycle)
    view.remove(by=cast.vnm, expected_version=1)
    assert make.saved_view(cast.vnm, cycle).name == view.name


def test_views_are_not_endless(cast, cycle, sign_in):
    for n in range(MOST_VIEWS):
        make.saved_view(cast.vnm, cycle, name=f"{n}")
    answer = sign_in(cast.vnm).post(add_url(f"{BOARD}?with=country"), {"name": "One more"})
    assert "remove one first" in words(answer)


def test_a_long_address_is_no_view(cast, sign_in):
    answer = sign_in(cast.vnm).post(add_url(f"{BOARD}?with={'x' * 600}"), {"name": "Long"})
    assert answer.status_code == 200
    assert "too long to be saved" in words(answer)
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("address", ["", "//example.org/", "/nowhere/", "/cycles/mtr/plan/", "http://[x"])
def test_only_of_a_list(address, cast, sign_in):
    assert sign_in(cast.vnm).get(add_url(address)).status_code == 404


def test_of_a_cycle_that_one_may_open(cast, sign_in):
    make.cycle("other", by=cast.secretariat, members=("LAO",))
    assert sign_in(cast.vnm).get(add_url("/cycles/other/?with=country")).status_code == 404
    assert sign_in(cast.lao).get(add_url("/cycles/other/?with=country")).status_code == 200


def test_what_a_list_does_not_have_any_more_is_left_out_with_a_message(cast, cycle, sign_in):
    """Here on a board that has no outlook for this person, and of another release."""
    query = "outlook=late&gone=1&as_of=2999-01-01&with=country&sort=shoe_size,-gaps"
    view = make.saved_view(cast.vnm, cycle, query=query)
    answer = sign_in(cast.vnm).get(f"{BOARD}?open={view.pk}", follow=True)
    assert answer.redirect_chain == [(f"{BOARD}?with=country&sort=-gaps&view={view.pk}", 302)]
    assert "A filter of this view does not exist here, or not for you." in words(answer)
    assert "sorted by a column that this list does not have" in words(answer)


@pytest.mark.parametrize("number", ["", "x", "999999", "9" * 30])
def test_a_view_that_is_not_there_shows_the_list(number, cast, sign_in):
    answer = sign_in(cast.vnm).get(f"{BOARD}?open={number}", follow=True)
    assert answer.status_code == 200
    assert "This view is no longer there" in words(answer)


def test_renaming_two_at_once(cast, cycle, sign_in):
    view, browser = make.saved_view(cast.vnm, cycle), sign_in(cast.vnm)
    url = reverse("saved-view-edit", args=[view.pk])
    assert browser.post(url, {"name": "First", "version": 1}).status_code == 302
    answer = browser.post(url, {"name": "Second", "version": 1})
    assert answer.status_code == 409
    assert answer.context["form"]["name"].value() == "Second"
