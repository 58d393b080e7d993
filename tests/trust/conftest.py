"""Everything here is marked `trust`, and what it measures is printed as one table at the end."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.trust.figures import Figure, table
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
TOLD = "figure"  # in the report of a test, which reaches the process that prints the table


@pytest.hookimpl(tryfirst=True)  # before `-m` looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("trust")
    items.sort(key=lambda item: FIRST.index(item.path.stem) if item.path.stem in FIRST else len(FIRST))


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str, Any, Any], None]:
    """`figure("updates lost", lost, 0)`, `figure("recovery", 1.3, "<= 5 s")`: printed, and held against its goal."""
    command = f'make trust ARGS="-k {request.node.originalname}"'

    def tell(name: str, value: Any, goal: Any) -> None:
        made = Figure(name, value, goal, command)
        request.node.user_properties.append((TOLD, list(made)))
        assert made.is_reached, f"{name}: {made.measured}, where the goal is {goal}"

    return tell


@pytest.fixture(scope="session")
def machine_base() -> Iterator[Path]:
    """What every clean machine starts from."""
    with install.base() as folder:
        yield folder


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if measured := list(figures(terminalreporter.stats)):
        terminalreporter.section("what was measured")
        for line in table(measured):
            terminalreporter.line(line)


def figures(stats: dict[str, list[Any]]) -> Iterator[Figure]:
    """Of all tests, in their order, whichever process they ran in."""
    reports = [one for several in stats.values() for one in several if getattr(one, "when", "") == "call"]
    for report in sorted(reports, key=lambda report: report.location[:2]):
        yield from (Figure(*given) for name, given in report.user_properties if name == TOLD)
