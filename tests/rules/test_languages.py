"""Everything that can be fetched, in Vietnamese: no English is left on pages, in files, refusals, errors and mails."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reviews.accounts import mails
from reviews.models import OutgoingMail, User
from tests.support import crawl, leak_markers, make
from tests.support.browsers import signed_in, undone
from tests.support.languages import english_left, shown_in
from tests.support.shared_records import shared

# Written by people in these tests; all other texts of theirs are invented words.
WRITTEN = re.compile("Baseline of 2016|Of all")
# Pages of django-allauth and ours that need no signing in.
OPEN_PAGES = (
    "account_login",
    "account_signed_out",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "socialaccount_login_cancelled",
)


@shared
def planted(cast: Any) -> Any:
    return leak_markers.plant(cast)


def vietnamese(browser: Client) -> Client:
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "vi"
    return browser


def left_in(answers: Iterator[tuple[str, str]]) -> str:
    """Where something is left in English, and what: a line each."""
    left = set()
    for where, answer in answers:
        text = WRITTEN.sub("", answer)
        texts = shown_in(text) if "<html" in text[:300] else text.split("\n")
        left |= {f"{where}: {found}" for found in english_left(texts)}
    return "\n".join(sorted(left))


def pages_of(planted: Any, browser: Client, kinds: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every page and form; the desk apart, whose address is part of all others."""
    yield "/", crawl.text(browser.get("/"))
    found = [a for a in crawl.addresses(planted.cycle, planted.following) if a.page != "desk"]
    yield from crawl.read(browser, found, kinds)


def empty_forms(planted: Any, browser: Client) -> Iterator[tuple[str, str]]:
    """What each form says when nothing was filled in."""
    for address in crawl.addresses(planted.cycle, planted.following):
        if crawl.is_step(address.page) and address.slug:
            with undone():
                answer = browser.post(address.url, {"version": "1"})
            yield f"POST {address.url}", crawl.text(answer).replace(address.url, "")


@pytest.mark.parametrize(("who", "kinds"), [("secretariat", ("csv", "xlsx")), ("vnm", ())])
def test_pages_and_files(who, kinds, planted, cast):
    assert not (left := left_in(pages_of(planted, vietnamese(signed_in(getattr(cast, who))), kinds))), left


@pytest.mark.parametrize("who", ["secretariat", "vnm", "consultant"])
def test_refusals_and_errors(who, planted, cast):
    assert not (left := left_in(empty_forms(planted, vietnamese(signed_in(getattr(cast, who)))))), left


def test_the_administration(planted, cast):
    rows = [model._base_manager.first() for model in crawl.site._registry]
    answers = crawl.administration(vietnamese(signed_in(cast.admin)), list(filter(None, rows)))
    assert not (left := left_in(answers)), left


def test_pages_about_signing_in(cast):
    visitor, person = vietnamese(Client()), vietnamese(signed_in(cast.vnm))
    answers = [(page, crawl.text(visitor.get(reverse(page)))) for page in OPEN_PAGES]
    login = visitor.post(reverse("account_login"), {"login": "nobody", "password": "wrong"})
    answers.append(("wrong password", crawl.text(login)))
    for page in ("account_change_password", "mfa_activate_totp", "mfa_add_webauthn"):
        answers.append((page, crawl.text(person.get(reverse(page), follow=True))))
        answers.append((f"POST {page}", crawl.text(person.post(reverse(page), {}, follow=True))))
    assert not (left := left_in(iter(answers))), left


def test_mails(cast):
    """Each in its reader's language, whatever that of the page is on which it was caused."""
    for person in (cast.vnm, cast.vnm_team):
        person.language = "vi"
        person.save(update_fields=["language"])
    vnm = User.objects.get(pk=cast.vnm.pk)
    vnm.change_traced(by=cast.admin, expected_version=vnm.version, username="vnm.focal", is_active=False)
    vnm.change_traced(by=cast.admin, expected_version=vnm.version, is_active=True)
    mails.notify_side(make.invitation(by=cast.admin)[0], by=cast.admin)
    Client().post(reverse("account_reset_password"), {"email": vnm.email})
    readers = {vnm.email, cast.vnm_team.email}
    theirs = [mail for mail in OutgoingMail.objects.all() if readers & {*mail.to}]
    assert len(theirs) >= 4
    for mail in theirs:
        assert english_left([mail.subject, *mail.body.split("\n")]) == set(), mail.body
