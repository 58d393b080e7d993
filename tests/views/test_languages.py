"""The language of a page: the person's own, else the cookie's, else the browser's; and the switch between them."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from reviews.models import Trace, User
from tests.support.browsers import signed_in

VIETNAMESE = {"HTTP_ACCEPT_LANGUAGE": "vi-VN,vi;q=0.9,en;q=0.5"}


def language_of(answer):
    assert f'<html lang="{answer["Content-Language"]}"' in answer.content.decode()
    assert "Accept-Language" in answer["Vary"]
    return answer["Content-Language"]


def test_a_visitor_reads_in_the_language_of_the_browser(db):
    assert language_of(Client(**VIETNAMESE).get(reverse("account_login"))) == "vi"
    assert language_of(Client().get(reverse("account_login"))) == "en"


def test_a_visitor_switches_and_the_browser_remembers(db):
    browser = Client(**VIETNAMESE)
    page = f"{reverse('account_login')}?next=/people/"
    answer = browser.post(reverse("language"), {"language": "en", "next": page})
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert browser.cookies[settings.LANGUAGE_COOKIE_NAME]["max-age"]
    assert language_of(browser.get(page)) == "en"


def test_a_person_switches_and_other_devices_follow(cast):
    before = Trace.objects.count()
    answer = signed_in(cast.vnm).post(reverse("language"), {"language": "vi", "next": "/activity/"})
    assert answer["Location"] == "/activity/"
    assert language_of(signed_in(cast.vnm).get("/activity/")) == "vi"
    assert Trace.objects.count() == before
    assert language_of(signed_in(cast.lao).get("/activity/")) == "en"


def test_the_switch_leads_nowhere_else_and_knows_its_languages(cast):
    browser = signed_in(cast.vnm)
    answer = browser.post(reverse("language"), {"language": "xx", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
    assert User.objects.get(pk=cast.vnm.pk).language == ""


@pytest.mark.parametrize("path", ["/", "/people/", "/accounts/second-factor/", "/admin/", "/no-such-page/"])
def test_every_page_has_the_switch(path, cast):
    page = signed_in(cast.admin).get(path).content.decode()
    assert f'action="{reverse("language")}"' in page
    assert 'value="vi" lang="vi"' in page


def test_a_form_needs_its_token():
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(reverse("language"), {"language": "vi"}).status_code == 403


def test_refusals_are_in_the_language_too(cast, cycle):
    browser = signed_in(cast.vnm)
    browser.post(reverse("language"), {"language": "vi"})
    assert "Không tìm thấy trang này" in browser.get("/no-such-page/").content.decode()
    assert language_of(browser.get("/", HTTP_HOST="no.example")) == "vi"
