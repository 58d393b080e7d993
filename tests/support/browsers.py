"""Browsers of everybody, and what they are told; what happens in a test and leaves nothing behind."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from tests.support import grids, make


def content_of(answer: Any) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content


def everybody(cast: Any) -> dict[str, Client]:
    """A browser for each column of the grids."""
    people = {name: person for name, person in vars(cast).items() if name != "vnm_team"}
    browsers = {name: signed_in(person) for name, person in people.items()} | {
        "team": signed_in(cast.vnm_team)
    }
    gone = make.user("gone", "coordinator", cast.vnm.organisation)
    browsers |= {"visitor": Client(), "disabled": signed_in(gone)}
    gone.change_traced(by=cast.admin, expected_version=gone.version, is_active=False)
    return browsers


def signed_in(person: Any) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def told(answer: HttpResponseBase) -> str:
    """The status; "in" for the way to the sign-in page."""
    asked_in = answer.status_code == 302 and answer["Location"].startswith(
        f"{reverse('account_login')}?next="
    )
    return "in" if asked_in else str(answer.status_code)


@contextmanager
def undone() -> Iterator[None]:
    """What happens in the block is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def nothing_written() -> Iterator[None]:
    with grids.writes() as writes:
        yield
        assert not writes.changed()


def everybody_of(names: str, cast: Any) -> dict[str, Client]:
    return {name: signed_in(getattr(cast, name)) if name != "visitor" else Client() for name in names.split()}


def body(answer: Any) -> str:
    """The page without what differs from one answer to the next."""
    return re.sub(r'name="(csrfmiddlewaretoken|form_key)" value="[^"]+"', "", content_of(answer).decode())
