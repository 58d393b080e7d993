"""Every form, sent twice, with an old token, and after the session: never two records, never a lost text."""

import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from reviews.models import SentForm
from reviews.models.sent_forms import FIELD, new_key
from tests.accounts.sign_in import code, come_in
from tests.rules.test_access import POSTS
from tests.rules.test_locked import ACTS as STEPS
from tests.rules.test_locked import FORMS, PAGES
from tests.support import grids, make, sheets, steps

ORIGIN = {"HTTP_ORIGIN": "http://testserver"}
# What is sent is not what was typed: the file, and what a page fills in.
NOT_TYPED = {"file", "csrfmiddlewaretoken"}
TAKEN = {page for page, answers in grids.read(POSTS) if "302" in answers.values()}
ACTS = [page for page in STEPS if page in TAKEN]  # without the end of a rehearsal, which saves nothing
ADDS = [
    page
    for page in FORMS
    if PAGES[page].asks_before_repeating and page not in ("cycle-seat", "cycle-body-add", "extension-ask")
]


def who_may(page: str, cast: Any) -> Any:
    """Somebody whose step it is."""
    who = next(name for name, told in dict(grids.read(POSTS))[page].items() if told == "302")
    return cast.vnm_team if who == "team" else getattr(cast, who)


def sent(page: str, made: Any, key: str, **anew: Any) -> dict[str, Any]:
    return steps.typed(page, made) | {FIELD: key} | anew


def fields(answer: Any) -> dict[str, list[str]]:
    """What a browser would send with what was kept."""
    found: dict[str, list[str]] = {}
    text = answer.content.decode()
    for name, value in re.findall(r'<textarea name="([\w.-]+)" hidden>\n(.*?)</textarea>', text, re.S):
        found.setdefault(name, []).append(unescape(value))
    found["csrfmiddlewaretoken"] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', text)[-1:]
    return found


def as_sent(values: dict[str, Any]) -> dict[str, list[str]]:
    many = {name: value if isinstance(value, list) else [value] for name, value in values.items()}
    return {name: list(map(str, value)) for name, value in many.items() if name not in NOT_TYPED}


@pytest.mark.parametrize("page", ACTS)
def test_a_form_sent_twice_is_saved_once(page, cast, cycle, sign_in):
    """The second press leads to what the first one made, whatever the step has done to the record meanwhile."""
    made, person = steps.world(page, cast, cycle), who_may(page, cast)
    browser, url, values = sign_in(person), steps.address(page, made), sent(page, made, new_key(person))
    first = browser.post(url, values)
    before = grids.fingerprint()
    second = browser.post(url, values | ({"file": sheets.file_for(page)} if "file" in values else {}))
    assert (first.status_code, second.status_code, second["Location"]) == (302, 302, first["Location"])
    assert not grids.changed(before)
    assert "You have saved this already." in browser.get(second["Location"], follow=True).content.decode()


def asked_about(answer: Any, *said: str) -> bool:
    """Whether the page shows what was saved before, beside what was typed; or an error says that its code is taken."""
    text = unescape(answer.content.decode())
    status = 200 if answer.context["form"].errors else 409
    return answer.status_code == status and all(
        words in text for words in ("You have saved this form already", *said)
    )


@pytest.mark.parametrize("page", ADDS)
def test_what_was_typed_anew_on_a_saved_form_is_asked_about(page, cast, cycle, sign_in):
    """Back, another text, Save: the person sees what was saved, and what was typed; saving again makes one more."""
    made, person = steps.world(page, cast, cycle), who_may(page, cast)
    browser, url, key = sign_in(person), steps.address(page, made), new_key(person)
    first = browser.post(url, sent(page, made, key))
    name = next(n for n in ("missing", "text", "title", "reason", "name") if n in steps.TYPED[page])
    before = grids.fingerprint()
    answer = browser.post(url, sent(page, made, key, **{name: "Other words by hand"}))
    assert asked_about(answer, "Other words by hand", f'href="{first["Location"]}"')
    assert not grids.changed(before)
    assert f'value="{key}"' not in answer.content.decode()


@pytest.mark.parametrize("page", ADDS)
def test_the_same_once_more_from_another_window_is_asked_about(page, cast, cycle, sign_in):
    made, person = steps.world(page, cast, cycle), who_may(page, cast)
    browser, url = sign_in(person), steps.address(page, made)
    browser.post(url, sent(page, made, new_key(person)))
    before = grids.fingerprint()
    answer = browser.post(url, sent(page, made, new_key(person)))
    assert answer.context["form"].errors or asked_about(answer)
    assert not grids.changed(before)


@pytest.mark.parametrize("page", ACTS)
def test_a_form_with_an_old_token_keeps_what_was_typed(page, cast, cycle):
    """Signed in again in a second window: the page says so, and one press more saves it."""
    made, person = steps.world(page, cast, cycle), who_may(page, cast)
    browser, url, key = Client(enforce_csrf_checks=True), steps.address(page, made), new_key(person)
    make.listed(browser, person)
    values, before = sent(page, made, key), grids.fingerprint()
    old = browser.post(url, values | {"csrfmiddlewaretoken": "x" * 64}, **ORIGIN)
    assert (old.status_code, old["Location"], grids.changed(before)) == (302, url, set())
    kept = browser.get(url)
    assert "Not saved yet" in kept.content.decode()
    again = fields(kept)
    assert again.items() >= as_sent(values).items()
    chosen_again = {"file": sheets.file_for(page)} if "file" in values else {}
    saved = browser.post(url, again | chosen_again, **ORIGIN)
    assert saved.status_code == 302
    assert SentForm.objects.get().user == person
    assert "Not saved yet" not in browser.get(url).content.decode()


@pytest.mark.parametrize("page", ACTS)
def test_a_form_sent_after_the_session_is_there_once_signed_in(page, cast, cycle, sign_in):
    """The session's row is gone: ended elsewhere, or expired overnight."""
    made, person = steps.world(page, cast, cycle), who_may(page, cast)
    browser, url, values = sign_in(person), steps.address(page, made), sent(page, made, new_key(person))
    Session.objects.all().delete()
    before = grids.fingerprint()
    away = browser.post(url, values)
    assert (away["Location"], grids.changed(before)) == (
        f"{reverse('account_login')}?next={quote(url)}",
        set(),
    )
    assert "What you typed is kept" in unescape(browser.get(away["Location"]).content.decode())
    come_in(person.username, browser=browser, more={"next": url})
    browser.post(reverse("mfa_authenticate"), {"code": code()})
    assert fields(browser.get(url)).items() >= as_sent(values).items()


def test_every_form_that_saves_something_has_a_key():
    """Whoever writes a template cannot forget it. Forms about signing in make no records."""
    about_signing_in = {"account", "mfa", "socialaccount", "usersessions"}
    # Signing out, the language, and throwing away what was typed make no records either.
    no_records = {"base_site.html", "user_menu.html", "language_switch.html", "unsaved_texts.html"}
    without = []
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        tokens = re.findall(r"{% csrf_token %}.{0,60}", path.read_text())
        if path.parent.name in about_signing_in or path.name in no_records:
            continue
        without += [path.name for text in tokens if "{% form_key %}" not in text]
    assert not without
