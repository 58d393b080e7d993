"""Everything here is marked `trust`, and what it measures is printed as one table at the end."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.trust.figures import Figure, table

HERE = Path(__file__).parent
FIGURES = pytest.StashKey[list[Figure]]()


@pytest.hookimpl(tryfirst=True)  # before `-m` looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("trust")


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str, Any, Any], None]:
    """`figure("updates lost", lost, 0)`, `figure("recovery", 1.3, "<= 5 s")`: printed, and held against its goal."""
    told = request.config.stash.setdefault(FIGURES, [])
    command = f'make trust ARGS="-k {request.node.originalname}"'

    def tell(name: str, value: Any, goal: Any) -> None:
        made = Figure(name, value, goal, command)
        told.append(made)
        assert made.is_reached, f"{name}: {made.measured}, where the goal is {goal}"

    return tell


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if told := config.stash.get(FIGURES, []):
        terminalreporter.section("what was measured")
        for line in table(told):
            terminalreporter.line(line)
