"""A figure, its goal, and the table of them."""

import operator
import re
from typing import Any, NamedTuple

COMPARED = {"<=": operator.le, ">=": operator.ge, "=": operator.eq, "<": operator.lt, ">": operator.gt}
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
