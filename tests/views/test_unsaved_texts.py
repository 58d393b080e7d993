"""Texts kept while somebody types: offered again to the same person, at the same form, until it is saved."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reviews import clock
from reviews.models import SentForm, UnsavedText
from reviews.models.unsaved_texts import EDITING_FOR, KEPT_FOR, MOST_TEXTS
from tests.support import crawl, make
from tests.support.shared_records import shared

KEEP, PAGE = reverse("unsaved-keep"), reverse("unsaved")


@shared
def gap(report: Any, cast: Any) -> Any:
    return make.gap(report, by=cast.vnm, missing="Ages")


def form_of(browser: Client, gap: Any) -> dict[str, str]:
    """What the script sends about the form that edits a gap."""
    url = reverse("datagap-edit", args=["mtr", gap.code])
    page = browser.get(url).content.decode()
    place, seal = re.findall('data-unsaved="([^"]+)" data-seal="([^"]+)"', page)[0]
    key = re.findall('name="form_key" value="([^"]+)"', page)[-1]
    assert place == url
    about = {"place": place, "seal": seal, "page": url, "title": "Edit", "key": key, "edits": "1"}
    return {f"unsaved_{name}": value for name, value in about.items()}


def keep(browser: Client, form: dict[str, str], **fields: str) -> Any:
    return browser.post(KEEP, form | fields)


def opened(browser: Client, form: dict[str, str]) -> dict[str, Any]:
    query = {"place": form["unsaved_place"], "seal": form["unsaved_seal"]}
    return browser.get(PAGE, query).json()


def test_what_was_typed_is_offered_again_on_another_device(gap, sign_in, cast):
    first, second = sign_in(cast.vnm), sign_in(cast.vnm)
    form = form_of(first, gap)
    keep(first, form, missing="Ages of", version="1", csrfmiddlewaretoken="x", password="x")
    assert keep(first, form, missing="Ages of fishers", version="1").status_code == 200
    assert opened(second, form_of(second, gap))["fields"] == {
        "missing": ["Ages of fishers"],
        "version": ["1"],
    }
    assert "Edit" in crawl.text(second.get(PAGE))


def test_saving_the_form_ends_it(gap, sign_in, cast):
    browser = sign_in(cast.vnm)
    form = form_of(browser, gap)
    keep(browser, form, missing="Ages of fishers")
    typed = {
        "missing": "Ages of fishers",
        "kind": gap.kind_id,
        "version": "1",
        "form_key": form["unsaved_key"],
    }
    answer = browser.post(form["unsaved_place"], typed)
    assert answer.status_code == 302
    assert "fields" not in opened(browser, form)
    # What left the page before, and came after.
    assert keep(browser, form, missing="Ages of").json() == {"saved": True, "editors": []}
    assert not UnsavedText.objects.exists()
    assert SentForm.objects.exists()


def test_a_form_with_an_error_keeps_it(gap, sign_in, cast):
    browser = sign_in(cast.vnm)
    form = form_of(browser, gap)
    keep(browser, form, missing="Ages of fishers")
    typed = {"missing": "", "version": "1", "form_key": form["unsaved_key"]}
    assert browser.post(form["unsaved_place"], typed).status_code == 200
    assert opened(browser, form)["fields"] == {"missing": ["Ages of fishers"]}


def test_nobody_else_reads_it(gap, sign_in, cast):
    form = form_of(sign_in(cast.vnm), gap)
    keep(sign_in(cast.vnm), form, missing="Ages of fishers")
    colleague = sign_in(cast.vnm_team)
    assert "fields" not in opened(colleague, form_of(colleague, gap))
    for stranger in (cast.lao, cast.secretariat, cast.admin):
        assert (
            sign_in(stranger)
            .get(PAGE, {"place": form["unsaved_place"], "seal": form["unsaved_seal"]})
            .status_code
            == 400
        )
        assert keep(sign_in(stranger), form, missing="x").status_code == 400
        assert "Edit" not in crawl.text(sign_in(stranger).get(PAGE)).partition("<main")[2]
    assert UnsavedText.objects.count() == 1


def test_who_else_is_editing_is_named_for_ten_minutes(gap, sign_in, cast):
    one, other = sign_in(cast.vnm), sign_in(cast.vnm_team)
    keep(one, form_of(one, gap), missing="Ages of fishers")
    (sentence,) = opened(other, form_of(other, gap))["editors"]
    assert sentence.startswith(f"{cast.vnm} is editing this too, since ")
    assert keep(other, form_of(other, gap), missing="Ages of men").json()["editors"] == [sentence]
    UnsavedText.objects.filter(user=cast.vnm).update(at=clock.real_now() - EDITING_FOR - timedelta(seconds=1))
    (sentence,) = opened(other, form_of(other, gap))["editors"]
    assert sentence.startswith(f"You can take over: {cast.vnm} typed here last at ")
    (taken_over,) = opened(one, form_of(one, gap))["editors"]
    assert taken_over.startswith(f"{cast.vnm_team} is editing this too")
    assert opened(one, form_of(one, gap))["fields"] == {"missing": ["Ages of fishers"]}


def test_after_a_take_over_nothing_is_lost_and_nothing_is_overwritten_unseen(gap, sign_in, cast):
    """The text stays its author's; and whoever saves second is shown first what the other one saved."""
    one, other = sign_in(cast.vnm), sign_in(cast.vnm_team)
    keep(one, form_of(one, gap), missing="Ages of fishers", version="1")
    UnsavedText.objects.update(at=clock.real_now() - EDITING_FOR)
    form = form_of(other, gap)
    (sentence,) = opened(other, form)["editors"]
    assert f"stays kept for {cast.vnm} alone" in sentence
    assert "fields" not in opened(other, form)
    typed = {"kind": gap.kind_id, "version": "1"}
    typed_there = typed | {"missing": "Ages of men", "form_key": form["unsaved_key"]}
    assert other.post(form["unsaved_place"], typed_there).status_code == 302
    kept = opened(one, form_of(one, gap))["fields"]
    assert kept == {"missing": ["Ages of fishers"], "version": ["1"]}
    second = one.post(form["unsaved_place"], typed | {"missing": "Ages of fishers"})
    assert second.status_code == 409
    assert "Ages of men" in second.content.decode()


def test_who_only_opened_the_form_is_named_no_more(gap, sign_in, cast):
    keep(sign_in(cast.vnm), form_of(sign_in(cast.vnm), gap))
    UnsavedText.objects.update(at=clock.real_now() - EDITING_FOR)
    browser = sign_in(cast.vnm_team)
    assert opened(browser, form_of(browser, gap))["editors"] == []


def test_a_new_record_has_no_other_editors(report, sign_in, cast):
    UnsavedText.keep(cast.vnm, "/new/", page="/new/", title="", fields={"text": ["A"]}, edits=False)
    assert not UnsavedText.objects.editing("/new/", but=cast.vnm_team, now=clock.real_now()).exists()


def test_deleting_it_by_hand(gap, sign_in, cast):
    browser = sign_in(cast.vnm)
    form = form_of(browser, gap)
    keep(browser, form, missing="Ages of fishers")
    sign_in(cast.vnm_team).post(PAGE, {"place": form["unsaved_place"]})
    assert UnsavedText.objects.count() == 1
    assert browser.post(PAGE, {"place": form["unsaved_place"]}).status_code == 302
    assert not UnsavedText.objects.exists()


@pytest.mark.parametrize("wrong", ["unsaved_place", "unsaved_seal", "unsaved_key"])
def test_only_for_a_form_that_was_shown(wrong, gap, sign_in, cast):
    browser = sign_in(cast.vnm)
    form = form_of(browser, gap) | {wrong: "/cycles/mtr/datagaps/LAO-1/edit/"}
    assert keep(browser, form, missing="x").status_code == 400
    assert not UnsavedText.objects.exists()


@pytest.mark.parametrize("wrong", [{"missing": "a\x00b"}, {"a\x00b": "c"}, {"unsaved_title": "\x00"}])
def test_a_null_character_is_refused(wrong, gap, sign_in, cast):
    browser = sign_in(cast.vnm)
    assert keep(browser, form_of(browser, gap) | wrong).status_code == 400


@pytest.mark.parametrize("page", ["javascript:alert(1)", "https://evil.example/", "//evil.example/", ""])
def test_the_list_leads_to_pages_of_this_site_only(page, gap, sign_in, cast):
    browser = sign_in(cast.vnm)
    form = form_of(browser, gap) | {"unsaved_page": page}
    keep(browser, form, missing="Ages of fishers")
    assert UnsavedText.objects.get().page == form["unsaved_place"]


def test_too_long_a_text_is_not_kept(gap, sign_in, cast):
    browser = sign_in(cast.vnm)
    assert keep(browser, form_of(browser, gap), missing="x" * 300_001).status_code == 413


def test_the_oldest_go(cast):
    for number in range(MOST_TEXTS + 2):
        UnsavedText.keep(cast.vnm, f"/{number}/", page="/", title="", fields={"a": ["b"]}, edits=False)
    assert UnsavedText.objects.count() == MOST_TEXTS
    assert not UnsavedText.objects.filter(place="/0/").exists()
    UnsavedText.objects.update(at=clock.real_now() - KEPT_FOR - timedelta(days=1))
    assert UnsavedText.purge() == MOST_TEXTS
