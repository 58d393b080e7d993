"""Figures that tests measure, each with its goal, and the table of them at the end of a run."""

import operator
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

COMPARED = {"<=": operator.le, ">=": operator.ge, "=": operator.eq, "<": operator.lt, ">": operator.gt}
MEASURED = "figure"  # in the report of a test, which reaches the process that prints the table
HEAD = ("figure", "measured", "goal", "command")


class Figure(NamedTuple):
    """What was measured, and what it has to be: a value, or words such as "<= 5 s"."""

    name: str
    value: Any
    goal: Any
    command: str

    @property
    def is_reached(self) -> bool:
        if not isinstance(self.goal, str):
            return bool(self.value == self.goal)
        sign, bound, _unit = self._read()
        return bool(COMPARED[sign](self.value, bound))

    @property
    def measured(self) -> str:
        value = f"{self.value:,.2f}" if isinstance(self.value, float) else f"{self.value:,}"
        return f"{value} {self._read()[2]}".rstrip() if isinstance(self.goal, str) else value

    def _read(self) -> tuple[str, float, str]:
        parts = re.fullmatch(r"(<=|>=|=|<|>) ([\d.,]+) ?(.*)", self.goal)
        assert parts, f"{self.goal!r} is no goal: write a value, or words such as '<= 5 s'"
        return parts[1], float(parts[2].replace(",", "")), parts[3]

    def cells(self) -> tuple[str, str, str, str]:
        goal = self.goal if isinstance(self.goal, str) else f"{self.goal:,}"
        return self.name, self.measured + ("" if self.is_reached else "  MISSED"), goal, self.command


def table(figures: list[Figure]) -> list[str]:
    rows = [HEAD, *(figure.cells() for figure in figures)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEAD))]
    return [
        " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str, Any, Any], None]:
    """`figure("updates lost", lost, 0)`, `figure("recovery", 1.3, "<= 5 s")`: printed, and held against its goal."""
    target = "trust" if request.node.get_closest_marker("trust") else "clicks"
    command = f'make {target} ARGS="-k {request.node.originalname}"'

    def measure(name: str, value: Any, goal: Any) -> None:
        made = Figure(name, value, goal, command)
        request.node.user_properties.append((MEASURED, list(made)))
        assert made.is_reached, f"{name}: {made.measured}, where the goal is {goal}"

    return measure


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if measured := list(figures(terminalreporter.stats)):
        terminalreporter.section("what was measured")
        for line in table(measured):
            terminalreporter.line(line)


def figures(stats: dict[str, list[Any]]) -> Iterator[Figure]:
    """Of all tests, in their order, whichever process they ran in."""
    reports = [one for several in stats.values() for one in several if getattr(one, "when", "") == "call"]
    for report in sorted(reports, key=lambda report: report.location[:2]):
        yield from (Figure(*given) for name, given in report.user_properties if name == MEASURED)
