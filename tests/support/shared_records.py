"""Fixtures whose rows are written once for all tests of a file: `@shared` in place of `@pytest.fixture`.

As Django's `setUpTestData`: the rows are written in a savepoint around the tests that ask for them, each test gets a
deep copy of the records, and what a test writes is rolled back as ever. A test that commits (`transactional_db`,
`live_server`) cannot lie in a savepoint: there the fixture writes its rows anew. A shared fixture may ask for other
shared fixtures, for nothing else.
"""

import inspect
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings

from reviews import clock

DAY = date(2020, 8, 20)


@dataclass
class Level:
    """A shared fixture whose rows are written, and how to roll them back."""

    name: str
    function: Callable[..., Any]
    undo: ExitStack


class SharedRecords:
    """The rows written at this moment: each level lies in a savepoint of the level before it."""

    def __init__(self) -> None:
        self.levels: list[Level] = []
        self.values: dict[str, Any] = {}
        self.copies: dict[str, Any] = {}
        self.module: Any = None
        self.blocker: Any = None  # set by the first test that uses the database, which has made it
        self.folder: Path | None = None

    def prepare(self, item: Any) -> None:
        """Write the rows that this test asks for, and roll back those that it does not ask for."""
        self.copies = {}
        wanted = shared_fixtures_of(item)
        if self.module is not item.module or (self.levels and not connection.in_atomic_block):
            self.close()
        self.module = item.module
        if self.blocker is None:
            return
        while [(level.name, level.function) for level in self.levels] != wanted[: len(self.levels)]:
            self.roll_back_last()
        for name, function in wanted[len(self.levels) :]:
            self.write(name, function)
        self.copies = deepcopy(self.values)

    def take_copy(self, name: str) -> Any:
        """The records of one fixture as this test may change them, with the files that belong to them."""
        if self.folder and self.folder.exists():
            shutil.copytree(self.folder, settings.MEDIA_ROOT, dirs_exist_ok=True)
        return self.copies[name]

    def write(self, name: str, function: Callable[..., Any]) -> None:
        undo = ExitStack()
        undo.enter_context(self.blocker.unblock())
        undo.enter_context(rolled_back())
        self.levels.append(Level(name, function, undo))
        with override_settings(MEDIA_ROOT=self.folder), clock.at(DAY):
            self.values[name] = function(
                *(self.values[each] for each in inspect.signature(function).parameters)
            )

    def roll_back_last(self) -> None:
        level = self.levels.pop()
        self.values.pop(level.name, None)
        level.undo.close()
        if self.folder and not self.levels:
            shutil.rmtree(self.folder, ignore_errors=True)

    def close(self) -> None:
        while self.levels:
            self.roll_back_last()


shared_records = SharedRecords()


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        if connection.in_atomic_block:
            transaction.set_rollback(True)


def shared(function: Callable[..., Any]) -> Any:
    """Declare a fixture whose rows are written once for the tests of a file."""

    def fixture(db: None, django_db_blocker: Any, tmp_path_factory: Any, **needed: Any) -> Any:
        if function.__name__ in shared_records.copies:
            return shared_records.take_copy(function.__name__)
        if shared_records.blocker is None:
            shared_records.blocker = django_db_blocker
            shared_records.folder = tmp_path_factory.mktemp("shared") / "files"
        return function(**needed)

    # pytest reads from the signature which fixtures to bring: those of the function as well.
    own, needed = inspect.signature(fixture), inspect.signature(function).parameters.values()
    parameters = [*list(own.parameters.values())[:-1], *needed]
    fixture.__signature__ = own.replace(parameters=parameters)
    fixture.__name__, fixture.__doc__ = function.__name__, function.__doc__
    fixture.shared = function
    return pytest.fixture(fixture)


def shared_fixtures_of(item: Any) -> list[tuple[str, Callable[..., Any]]]:
    """The shared fixtures of a test, each after those that it asks for; none where the test commits."""
    marker = item.get_closest_marker("django_db")
    if {"transactional_db", "live_server"} & set(item.fixturenames) or (marker and marker.kwargs):
        return []
    functions: dict[str, Any] = {}
    for name in item.fixturenames:
        definitions = item._fixtureinfo.name2fixturedefs.get(name, [])
        if definitions and hasattr(definitions[-1].func, "shared"):
            functions[name] = definitions[-1].func.shared

    def depth(name: str) -> int:
        return 1 + max(map(depth, inspect.signature(functions[name]).parameters), default=0)

    return sorted(functions.items(), key=lambda pair: (depth(pair[0]), pair[0]))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: Any) -> None:
    shared_records.prepare(item)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    shared_records.close()
