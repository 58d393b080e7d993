"""Pages that read much: few at a time for each person, and none for somebody who has left."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.urls import reverse

from reviews.web import costly_pages

DESK, BOARD = reverse("desk"), "/cycles/mtr/"
COSTLY = ("/", BOARD, "/cycles/mtr/compare/", "/cycles/mtr/datagaps/?_export=csv")
CHEAP = ("/cycles/mtr/framework/", "/accounts/password/change/")


@pytest.fixture(autouse=True)
def as_in_production(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """But for how long somebody waits."""
    monkeypatch.setattr(costly_pages, "PATIENCE", 0.1)
    settings.COSTLY_PAGES_AT_ONCE, settings.COSTLY_PAGES_WAITING = 2, 6


@pytest.fixture
def elsewhere() -> Iterator[Any]:
    """`elsewhere(person, "runs", 2)`: that many of the person's pages are under way in other processes."""
    with ExitStack() as held:

        def take(person: Any, kind: str, number: int) -> ExitStack:
            for _n in range(number):
                assert costly_pages.take_place(f"{person.pk}-{kind}", number, held)
            return held

        yield take


def read_all(browser: Any, pages: tuple[str, ...]) -> list[int]:
    return [read(browser.get(page)) for page in pages]


def read(answer: Any) -> int:
    """Its status, once all of it has arrived."""
    if answer.streaming:
        assert b"".join(answer)
    return int(answer.status_code)


def test_whoever_has_too_many_under_way_waits(cast, cycle, sign_in, elsewhere, settings):
    browser = sign_in(cast.secretariat)
    assert set(read_all(browser, COSTLY)) == {200}
    elsewhere(cast.secretariat, "runs", settings.COSTLY_PAGES_AT_ONCE)
    answer = browser.get(DESK)
    assert (answer.status_code, answer["Retry-After"]) == (429, "5")
    assert "are still under way" in answer.content.decode()
    assert set(read_all(browser, COSTLY)) == {429}
    assert 429 not in read_all(browser, CHEAP)


def test_too_many_that_wait_are_answered_at_once(cast, cycle, sign_in, elsewhere, settings, monkeypatch):
    monkeypatch.setattr(costly_pages.time, "sleep", lambda _seconds: pytest.fail("it waited"))
    elsewhere(cast.secretariat, "waits", settings.COSTLY_PAGES_WAITING)
    assert sign_in(cast.secretariat).get(DESK).status_code == 429


def test_others_are_not_kept_waiting(cast, cycle, sign_in, elsewhere, settings):
    elsewhere(cast.secretariat, "runs", settings.COSTLY_PAGES_AT_ONCE)
    assert set(read_all(sign_in(cast.consultant), COSTLY)) == {200}


def test_a_place_is_free_again_once_another_page_has_ended(
    cast, cycle, sign_in, elsewhere, settings, monkeypatch
):
    held = elsewhere(cast.secretariat, "runs", settings.COSTLY_PAGES_AT_ONCE)
    monkeypatch.setattr(costly_pages.time, "sleep", lambda _seconds: held.close())
    assert sign_in(cast.secretariat).get(DESK).status_code == 200


def test_a_download_holds_its_place_until_it_is_sent(cast, cycle, sign_in, settings):
    settings.COSTLY_PAGES_AT_ONCE = 1
    browser = sign_in(cast.secretariat)
    download = browser.get("/cycles/mtr/datagaps/?_export=csv")
    assert browser.get(DESK).status_code == 429
    read(download)
    assert browser.get(DESK).status_code == 200


@pytest.mark.parametrize("has_left", [True, False])
def test_nothing_is_read_for_a_reader_who_has_left(has_left, cast, cycle, sign_in, monkeypatch):
    server, client = socket.socketpair()
    with server, client:
        if has_left:
            client.close()
        answer = sign_in(cast.secretariat).get(DESK, **{"gunicorn.socket": server})
    assert answer.status_code == (costly_pages.NO_LONGER_WANTED if has_left else 200)


def test_without_a_folder_for_the_locks_nobody_is_kept_out(cast, cycle, sign_in, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.RUNTIME_DIR = tmp_path / "file" / "below"
    assert sign_in(cast.secretariat).get(DESK).status_code == 200
