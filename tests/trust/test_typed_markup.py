"""A hundred payloads through each field of each form that a person fills, and through each name in an address.

tests/trust/test_markup.py stores them behind the forms and looks at all pages. Here they come as a browser sends them:
no answer to them, nor the page after it, has a part that was typed. What is sent is taken back each time.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template import engines
from django.test import Client
from django.urls import NoReverseMatch
from django.utils.html import escape

from tests.admin.pages import MODELS, address, sent
from tests.admin.records import one_of_each
from tests.rules.test_access import GETS, POSTS
from tests.support import grids, links, make, steps, xss
from tests.support.browsers import signed_in, undone

LONGEST = 10_000  # characters of a text whose field says nothing else
# A form of an account whose answer tells the same whatever was typed, or which asks for what was typed before.
VISITORS = ("account_login", "account_reset_password", "account_reset_password_from_key", "invitation")
OWN = ("account_change_password", "account_reauthenticate", "mfa_edit_webauthn", "mfa_activate_totp")
STEPS = {
    page: next(name for name, status in row.items() if status == "302")
    for page, row in grids.read(POSTS)
    if "302" in {**row, "visitor": ""}.values() and page not in {*VISITORS, *OWN}
}
READERS = ("vnm", "lead", "secretariat")
# Names that pages read from their address.
ASKED = ("q", "sort", "page", "as_of", "from", "to", "_export", "next", "first", "only", "exclude", "move")


class Tally(Counter[str]):
    """What was sent and seen; `wrong` tells where a payload became a part of a page."""

    def __init__(self, **counts: int) -> None:
        super().__init__(**counts)
        self.wrong: list[str] = []

    def looks_at(self, where: str, answer: Any) -> None:
        page = links.body(answer).decode()
        self["pages"] += bool(page)
        self["pages with some of it"] += any(escape(text) in page for text in xss.TELLING)
        self.wrong += [f"{where}: {fault}" for fault in (xss.faults(page) if page else [])]


@pytest.fixture
def noted(monkeypatch: Any) -> list[Any]:
    """The forms that were read from what was sent."""
    read_forms: list[Any] = []
    clean = forms.BaseForm.full_clean

    def noting(form: Any) -> None:
        clean(form)
        if form.is_bound:
            read_forms.append(form)

    monkeypatch.setattr(forms.BaseForm, "full_clean", noting)
    return read_forms


def text_fields(read_forms: list[Any]) -> dict[str, Any]:
    """By the names under which a browser sends them."""
    return {
        form.add_prefix(name): field
        for form in read_forms
        for name, field in form.fields.items()
        if isinstance(field, forms.CharField) and not field.widget.is_hidden
    }


def packs(field: Any) -> list[str]:
    """All payloads: those that the field takes, as many at once as it takes; and at once all that it refuses anyway."""
    texts = [xss.ONE, *xss.PAYLOADS]
    taken = [text for text in texts if takes(field, text)]
    between = "\n" if isinstance(field.widget, forms.Textarea) else " "
    made = [between.join(text for text in texts if text not in taken)]
    most, pack = field.max_length or LONGEST, ""
    for text in taken:
        longer = f"{pack}{between}{text}" if pack else text
        made, pack = (made, longer) if len(longer) <= most else ([*made, pack], text)
    return [text for text in [*made, pack] if text]


def takes(field: Any, text: str) -> bool:
    try:
        field.clean(text)
    except ValidationError:
        return False
    return True


def through(browser: Client, url: str, typed: dict[str, Any], noted: list[Any], tally: Tally) -> None:
    """All of them in all fields of a form at once; then again in those alone that take them, so that they are kept."""
    plain = Tally()
    fields = text_fields(answered(browser, url, typed, noted, plain))
    tally["fields"] += len(fields)
    every = {name: packs(field) for name, field in fields.items()}
    for n in range(max(map(len, every.values()), default=0)):
        values = {name: texts[n % len(texts)] for name, texts in every.items()}
        refused = {
            form.add_prefix(name)
            for form in answered(browser, url, typed | values, noted, tally)
            for name in form.errors
        }
        kept = {name: text for name, text in values.items() if name not in refused}
        if plain["kept"] and 0 < len(kept) < len(values):
            answered(browser, url, typed | kept, noted, tally)


def answered(browser: Client, url: str, typed: dict[str, Any], noted: list[Any], tally: Tally) -> list[Any]:
    """The forms that read it. Looks at the answer and at the page that it leads to, and takes everything back."""
    noted.clear()
    with undone():
        answer = browser.post(url, dict(typed), follow=True)
        tally["sent"] += 1
        tally["kept"] += bool(answer.redirect_chain)
        tally.looks_at(url, answer)
    return [*noted]


def nothing_ran(tally: Tally, what: str, figure: Any) -> None:
    assert not tally.wrong, "\n".join(tally.wrong[:20])
    figure(f"{what}: text fields filled with 100 payloads", tally["fields"], f">= {tally['owed']}")
    figure(f"{what}: forms sent with payloads", tally["sent"], f">= {tally['owed']}")
    figure(f"{what}: of these taken and shown on the page after", tally["kept"], f">= {tally['owed'] // 2}")
    shown = tally["pages with some of it"]
    figure(f"{what}: pages that show some of it as text", shown, f">= {tally['owed'] // 2}")
    figure(f"{what}: payloads that became markup", len(tally.wrong), 0)


def who(name: str, cast: Any) -> Client:
    return signed_in(cast.vnm_team if name == "team" else getattr(cast, name))


def test_forms_of_the_site(cast, cycle, noted, figure):
    """Every step that anybody can take (tests/rules/test_access.py), by the first person who may."""
    tally = Tally(owed=60)
    for page, name in STEPS.items():
        with undone():
            made = steps.world(page, cast, cycle)
            through(who(name, cast), steps.address(page, made), steps.typed(page, made), noted, tally)
    nothing_ran(tally, "forms of the site", figure)


def test_forms_on_the_way_in(cast, cycle, noted, figure):
    """By a visitor, and those of one's own account."""
    tally = Tally(owed=10)
    for page in (*VISITORS, *OWN):
        with undone():
            made = steps.world(page, cast, cycle)
            browser = Client() if page in VISITORS else signed_in(cast.vnm)
            typed = {"login": "vnm.coordinator", "password": make.PASSWORD} | steps.TYPED.get(page, {})
            through(browser, steps.address(page, made), typed, noted, tally)
    nothing_ran(tally, "forms on the way in", figure)


def administration(browser: Client, records: dict[Any, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each form that adds or corrects a record, with what stands in it."""
    for model in MODELS:
        for page, args in (("add", []), ("change", [records[model].pk])):
            answer = browser.get(url := address(model, page, *args))
            if answer.status_code == 200 and "adminform" in (answer.context or {}):
                yield url, sent(answer, why="Because.")


def test_forms_of_the_administration(cast, noted, figure):
    tally, browser = Tally(owed=60), signed_in(cast.admin)
    for url, typed in administration(browser, one_of_each(cast, 1)):
        through(browser, url, typed, noted, tally)
    nothing_ran(tally, "forms of the administration", figure)


def test_names_in_addresses(cast, cycle, figure):
    """Filters, sorting, days, pages: in every page that somebody may read."""
    made, tally = steps.world("desk", cast, cycle), Tally()
    pages = [page for page, row in grids.read(GETS) if "200" in row.values()]
    for name in READERS:
        browser = who(name, cast)
        for page in pages:
            url = address_of(page, made)
            for asked in names(browser.get(url)) if url else ():
                tally.looks_at(f"{url}?{asked}", browser.get(url, {asked: xss.ALL}))
                tally["asked"] += 1
    assert not tally.wrong, "\n".join(tally.wrong[:20])
    figure("names in addresses filled with 100 payloads", tally["asked"], ">= 1,000")
    figure("addresses: pages that show some of it as text", tally["pages with some of it"], ">= 100")
    figure("addresses: payloads that became markup", len(tally.wrong), 0)


def address_of(page: str, made: Any) -> str:
    """Nothing for a page that this world has no record for."""
    try:
        return steps.address(page, made)
    except (NoReverseMatch, AttributeError):
        return ""


def names(answer: Any) -> list[str]:
    """Those that pages know, and every field of this page's filter."""
    form = getattr((answer.context or {}).get("filter"), "form", None) if answer.status_code == 200 else None
    return [*ASKED, *(form.fields if form else ())]


# Shown to notice


@pytest.mark.parametrize("page", ["disruption-add", "meeting-edit", "plan-add"])
def test_a_form_that_does_not_escape_is_noticed(page, cast, cycle, noted):
    """Planted: the same templates without escaping."""
    made, tally = steps.world(page, cast, cycle), Tally()
    with without_escaping():
        through(who(STEPS[page], cast), steps.address(page, made), steps.typed(page, made), noted, tally)
    assert tally.wrong


@contextmanager
def without_escaping() -> Iterator[None]:
    engine = engines["django"].engine
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "autoescape", False)
        for loader in engine.template_loaders:
            loader.reset()
        try:
            yield
        finally:
            for loader in engine.template_loaders:
                loader.reset()
