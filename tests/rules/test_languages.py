"""Everything that can be fetched, in Vietnamese: no English is left. And the catalogue: whole, and right in form."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.support import crawl, leak_markers
from tests.support.browsers import signed_in
from tests.support.languages import english_left, shown_in
from tests.support.shared_records import shared

# Written by people in these tests; all other texts of theirs are invented words.
WRITTEN = re.compile("Baseline of 2016|Of all")


@shared
def planted(cast: Any) -> Any:
    return leak_markers.plant(cast)


def vietnamese(browser: Client) -> Client:
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "vi"
    return browser


def left_in(where: str, text: str) -> set[tuple[str, str]]:
    text = WRITTEN.sub("", text)
    texts = shown_in(text) if "<html" in text[:300] else text.split("\n")
    return {(where, found) for shown in texts for found in english_left(shown)}


@pytest.mark.parametrize("who", ["vnm", "consultant", "lead", "secretariat", "observer", "admin"])
def test_no_english_is_left(who, planted, cast):
    browser, left = vietnamese(signed_in(getattr(cast, who))), set()
    found = [a for a in crawl.addresses(planted.cycle, planted.following) if a.page != "desk"]
    left |= left_in("/", crawl.text(browser.get("/")))
    for where, text in crawl.read(browser, found, ("csv", "xlsx")):
        left |= left_in(where, text)
    assert not left, "\n".join(sorted(f"{where}: {text}" for where, text in left))
