"""What every test may ask for: the day, the cast, a cycle of two countries."""

import gc
from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from reviews import clock
from tests.support import make
from tests.support.shared_records import (  # the first two are hooks of pytest
    pytest_runtest_setup,  # noqa: F401
    pytest_sessionfinish,  # noqa: F401
    shared,
)

pytest_plugins = [
    "tests.support.databases",
    "tests.support.figures",
    "tests.support.one_database",
    "tests.support.chromium",
    "tests.support.libreoffice",
]
# Their assertions tell what differs, as those in a file of tests do.
pytest.register_assert_rewrite(
    "tests.support.invalid_input",
    "tests.support.browsers",
    "tests.models.guidance_records",
    "tests.models.transitions",
)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector need not look through it again and again."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True)
def files_folder(settings, tmp_path):
    """Files that a test hands in go to a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def today() -> Iterator[date]:
    """Every test happens on 20 August 2020, the demonstration's day."""
    with clock.at(date(2020, 8, 20)):
        yield date(2020, 8, 20)


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """A page in another language leaves it to nobody who comes after it."""
    with translation.override("en"):
        yield


@shared
def cast() -> SimpleNamespace:
    """vnm and lao (coordinators), vnm_team, consultant, lead, secretariat, observer, admin."""
    return SimpleNamespace(**make.cast())


@shared
def cycle(cast: SimpleNamespace) -> Any:
    """An open cycle "mtr" of Viet Nam and Lao PDR, shared with observers."""
    return make.cycle("mtr", by=cast.secretariat, shared=True)


@shared
def report(cycle: Any) -> Any:
    """Viet Nam's report, not started."""
    return make.report(cycle, "VNM")


@pytest.fixture
def sign_in() -> Any:
    """A browser of one person: `sign_in(cast.vnm)`."""

    def client_of(user: Any) -> Client:
        client = Client()
        make.listed(client, user)
        return client

    return client_of
