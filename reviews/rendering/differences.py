"""The difference of two texts, line by line."""

from difflib import SequenceMatcher
from typing import NamedTuple


class Line(NamedTuple):
    """One line of either text; `change` is "removed", "added" or empty."""

    change: str
    text: str


def line_differences(before: str, after: str) -> list[Line]:
    """Return the lines of both texts in one list, those that both have once."""
    old, new = before.splitlines(), after.splitlines()
    lines: list[Line] = []
    # autojunk would take lines that are repeated often for noise.
    for tag, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [Line("", text) for text in old[start:end]]
        else:
            lines += [Line("removed", text) for text in old[start:end]]
            lines += [Line("added", text) for text in new[new_start:new_end]]
    return lines
