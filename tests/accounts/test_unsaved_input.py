"""Signed out over a half-written form: what was typed is there again, for whoever typed it."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from reviews.accounts import unsaved_input
from tests.accounts.sign_in import code, come_in
from tests.accounts.test_sessions import later
from tests.support import make

NOTE = "Two provinces reported; “the rest” follows & more.\n\nNext week: 40 % <b>"


@pytest.fixture
def page(report: Any) -> str:
    return reverse("report-update", args=["mtr", "VNM"])


def sent_late(browser: Client, url: str, fields: dict[str, Any]) -> Any:
    return later(browser, 3601).post(url, fields)


def fields(page: Any) -> dict[str, list[str]]:
    """What a browser would send with the form that is shown."""
    values_by_name: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<textarea name="([\w-]+)" hidden>\n(.*?)</textarea>', page.content.decode(), re.S
    ):
        values_by_name.setdefault(name, []).append(unescape(value))
    return values_by_name


def test_it_is_there_again_and_can_be_saved(page, cast, report, sign_in):
    browser = sign_in(cast.vnm)
    written = {"data_collection": "70", "note": NOTE, "version": "1"}
    away = sent_late(browser, page, written)
    assert away["Location"] == f"{reverse('account_login')}?next={page}"
    assert "What you typed is kept" in browser.get(away["Location"]).content.decode()
    assert come_in("vnm.coordinator", browser=browser, more={"next": page})["Location"] == page
    answer = browser.get(page)
    assert fields(answer) == {name: [value] for name, value in written.items()}
    assert "Two provinces reported" in re.sub(
        r"<textarea.*?</textarea>", "", answer.content.decode(), flags=re.S
    )
    report.refresh_from_db()
    assert report.version == 1
    assert browser.post(page, fields(answer))["Location"] == report.get_absolute_url()
    report.refresh_from_db()
    assert (report.data_collection, report.progress_updates.get().note) == (70, NOTE.replace("\r\n", "\n"))
    assert "Not saved yet" not in browser.get(page).content.decode()


def test_what_is_wrong_with_it_is_told_in_the_form(page, cast, sign_in):
    browser = sign_in(cast.vnm)
    sent_late(browser, page, {"data_collection": "170", "note": NOTE, "version": "1"})
    come_in("vnm.coordinator", browser=browser)
    answer = browser.post(page, fields(browser.get(page)))
    assert answer.status_code == 200
    assert answer.context["form"]["note"].value() == NOTE
    assert "data_collection" in answer.context["form"].errors


def test_who_was_faster_is_told(page, cast, report, sign_in):
    browser = sign_in(cast.vnm)
    sent_late(browser, page, {"data_collection": "70", "note": NOTE, "version": "1"})
    report.post_progress(by=cast.vnm_team, expected_version=1, data_collection=60)
    come_in("vnm.coordinator", browser=browser)
    answer = browser.post(page, fields(browser.get(page)))
    assert answer.status_code == 409
    assert answer.context["form"]["note"].value() == NOTE


def everything_kept() -> str:
    return json.dumps([session.get_decoded() for session in Session.objects.all()])


def test_nobody_else_on_this_browser_finds_it(page, cast, sign_in):
    browser = sign_in(cast.vnm)
    answer = sent_late(browser, page, {"note": NOTE, "version": "1"})
    assert "provinces" not in str(answer.cookies)
    assert "provinces" not in browser.get(answer["Location"]).content.decode()
    assert "provinces" in everything_kept()
    come_in("vnm.team", browser=browser)
    assert "provinces" not in browser.get(page).content.decode()
    assert "provinces" not in everything_kept()


def test_another_one_would_be_shown_nothing_in_any_case(page, cast, sign_in):
    """Planted: the receiver that forgets did not run."""
    browser = sign_in(cast.vnm_team)
    session = browser.session
    session[unsaved_input.KEY] = [[cast.vnm.pk, page, {"note": [NOTE]}, False]]
    session.save()
    assert "provinces" not in browser.get(page).content.decode()


def test_a_form_from_elsewhere_is_not_kept(page, cast):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.vnm)
    assert sent_late(browser, page, {"note": NOTE, "version": "1"}).status_code == 403
    assert "provinces" not in everything_kept()


@pytest.mark.parametrize("where", ["account_change_password", "admin:reviews_user_add"])
def test_no_password_is_kept(where, cast, sign_in):
    sent_late(
        sign_in(cast.admin), reverse(where), {"password1": "Hunter two is long", "oldpassword": "Hunter"}
    )
    assert "Hunter" not in everything_kept()


def test_a_step_with_a_button_and_a_second_factor(cast, cycle, sign_in):
    browser, url = sign_in(cast.secretariat), reverse("deadline-add", args=["mtr"])
    sent_late(browser, url, {"title": "National reports, 100 %"})
    come_in("secretariat", browser=browser, more={"next": url})
    assert "National reports" not in browser.get(url, follow=True).content.decode()
    browser.post(reverse("mfa_authenticate"), {"code": code()})
    assert fields(browser.get(url)) == {"title": ["National reports, 100 %"]}


def test_a_step_by_button_is_kept_too(cast, report, sign_in):
    url, browser = reverse("report-recall", args=["mtr", "VNM"]), sign_in(cast.vnm)
    sent_late(browser, url, {"note": "Page 4 is missing.", "version": "1"})
    come_in("vnm.coordinator", browser=browser)
    answer = browser.get(url)
    assert fields(answer) == {"note": ["Page 4 is missing."], "version": ["1"]}
    assert "Page 4 is missing." in answer.content.decode()


def test_one_may_begin_anew(page, cast, report, sign_in):
    browser = sign_in(cast.vnm)
    sent_late(browser, page, {"note": NOTE, "version": "1"})
    come_in("vnm.coordinator", browser=browser)
    answer = browser.get(page)
    assert f'name="{unsaved_input.ANEW}"' in answer.content.decode()
    for _press in "twice":  # the second one of a double press neither saves it
        again = browser.post(page, fields(answer) | {unsaved_input.ANEW: "1"})
        assert again["Location"] == page
    assert "provinces" not in browser.get(page).content.decode()
    assert "provinces" not in everything_kept()
    assert not report.progress_updates.exists()


def test_a_file_is_there_again(cast, report, sign_in):
    make.in_status("in_progress", report, cast)
    browser, url = sign_in(cast.vnm), reverse("report-submit", args=["mtr", "VNM"])
    typed = {"reason": "The rest follows.", "version": str(report.version), "file": make.pdf("a.pdf")}
    sent_late(browser, url, typed)
    come_in("vnm.coordinator", browser=browser)
    page = browser.get(url)
    assert "<dd>a.pdf</dd>" in page.content.decode()
    assert browser.post(url, fields(page) | {"step": "submit"}).status_code == 302
    assert report.versions.get().original_name == "a.pdf"


def test_a_file_for_which_there_is_no_room_is_asked_for_again(cast, report, sign_in, settings):
    settings.REPORT_FILE_MAX_BYTES = 10
    browser, url = sign_in(cast.vnm), reverse("report-submit", args=["mtr", "VNM"])
    sent_late(browser, url, {"on_behalf_of": "The Ministry", "version": "1", "file": make.pdf("a.pdf")})
    come_in("vnm.coordinator", browser=browser)
    assert "The file could not be kept" in browser.get(url).content.decode()


def test_what_an_earlier_release_kept_does_no_harm(page, cast, sign_in):
    browser = sign_in(cast.vnm)
    session = browser.session
    session["typed"] = [cast.vnm.pk, page, {"note": [NOTE]}, False]
    session.save()
    assert browser.get(page).status_code == 200
    later(browser, 3601)
    assert come_in(cast.vnm.username, browser=browser).status_code == 302
