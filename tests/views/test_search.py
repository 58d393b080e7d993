"""The search page: what it shows, and what it says when it cannot search."""

from typing import Any

import pytest
from django.urls import reverse

from reviews.models import ThreadEntry
from tests.support import crawl, make
from tests.support.shared_records import shared

URL = reverse("search")


@shared
def gap(report: Any, cast: Any) -> Any:
    return make.gap(report, by=cast.vnm, missing="Số liệu về trẻ em ở Đà Nẵng", effect="<b>Đà Nẵng</b> again")


def page(client: Any, text: str, **more: str) -> str:
    answer = client.get(URL, {"q": text, **more})
    assert answer.status_code == 200
    return crawl.text(answer)


def test_a_match_leads_to_its_page_with_its_words_marked(gap, sign_in, cast):
    shown = page(sign_in(cast.vnm), "da nang")
    assert f'href="{gap.get_absolute_url()}"' in shown
    assert "<mark>Đà</mark> <mark>Nẵng</mark>" in shown
    assert "&lt;b&gt;<mark>Đà</mark>" in shown


def test_every_kind_leads_to_a_page_that_opens(gap, cycle, sign_in, cast):
    """One record of each kind: tests/rules/test_search.py looks at who finds which."""
    ThreadEntry.add(gap, by=cast.consultant, kind="question", text="Which Đà Nẵng?")
    make.approved(by=cast.lead, gap=gap, text="Count Đà Nẵng twice.")
    browser = sign_in(cast.vnm)
    shown = page(browser, "da nang")
    links = {part.partition('"')[0] for part in shown.split('<a href="')[1:] if part.startswith("/cycles/")}
    found = {link for link in links if "datagaps/VNM-1" in link}
    assert found == {gap.get_absolute_url(), f"{gap.get_absolute_url()}#thread"}
    assert {browser.get(link).status_code for link in found} == {200}


@pytest.mark.parametrize("text", ["a", "da na", "x"])
def test_too_few_letters_are_answered_with_what_is_needed(text, gap, sign_in, cast):
    assert "Type at least three letters of one word" in page(sign_in(cast.vnm), text)


def test_nothing_found_says_nothing_of_what_others_have(gap, sign_in, cast):
    of_another = page(sign_in(cast.lao), "da nang").partition("<main")[2].replace("da nang", "")
    of_nobody = page(sign_in(cast.lao), "qq nowhere").partition("<main")[2].replace("qq nowhere", "")
    assert "Nothing matches." in of_another
    assert of_another == of_nobody


def test_an_empty_search_shows_the_form(sign_in, cast):
    answer = sign_in(cast.vnm).get(URL)
    assert "Words or code" in crawl.text(answer)
    assert "Nothing matches" not in crawl.text(answer)


@pytest.mark.parametrize("number", ["0", "41", "-1", "x", "99999999999"])
def test_a_page_that_cannot_be_is_a_404(number, sign_in, cast):
    assert sign_in(cast.vnm).get(URL, {"q": "data", "page": number}).status_code == 404


def test_what_was_found_is_in_pages(report, sign_in, cast):
    for k in range(30):
        make.gap(report, by=cast.vnm, missing=f"Fishers {k}")
    first, second = (page(sign_in(cast.vnm), "fishers", page=number) for number in "12")
    assert (first.count("<mark>"), second.count("<mark>")) == (25, 5)
    assert "Next page" in first
    assert "Previous page" in second
