"""Everything here is marked `trust`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trust.machine import install

HERE = Path(__file__).parent
# These take longest, so they begin: what is short fills up the end of the other process.
FIRST = [
    "test_killed",
    "test_typed_markup",
    "test_markup",
    "test_machine",
    "test_formulas",
    "test_log_secrets",
]


@pytest.hookimpl(tryfirst=True)  # before `-m` looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("trust")
    items.sort(key=lambda item: FIRST.index(item.path.stem) if item.path.stem in FIRST else len(FIRST))


@pytest.fixture(scope="session")
def machine_base() -> Iterator[Path]:
    """What every clean machine starts from."""
    with install.base() as folder:
        yield folder
