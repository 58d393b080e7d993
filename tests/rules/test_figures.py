"""The figures of `make trust`: held against their goals, one line each."""

import re

import pytest
from django.conf import settings

from tests.support.figures import Figure, table

TESTS = list((settings.BASE_DIR / "tests").rglob("test_*.py"))
NAMED = sorted(set(re.findall(r"\btest_\w+", (settings.BASE_DIR / "docs" / "operations.md").read_text())))


@pytest.mark.parametrize(
    ("value", "goal", "reached"),
    [
        (0, 0, True), (1, 0, False), (4.9, "<= 5 s", True), (5.1, "<= 5 s", False), (10_000, ">= 10,000 steps", True),
        (9_999, ">= 10,000 steps", False), (0, "= 0", True), (1, "= 0", False),
    ],
)  # fmt: skip
def test_goals(value, goal, reached):
    assert Figure("f", value, goal, "make trust").is_reached is reached


def test_a_goal_in_other_words():
    with pytest.raises(AssertionError, match="is no goal"):
        _ = Figure("f", 1, "fast", "make trust").is_reached


def test_the_table():
    rows = [Figure("lost", 0, 0, "make trust"), Figure("back after", 6.0, "<= 5 s", "make trust")]
    assert table(rows) == [
        "figure     | measured       | goal   | command",
        "lost       | 0              | 0      | make trust",
        "back after | 6.00 s  MISSED | <= 5 s | make trust",
    ]


@pytest.mark.parametrize("name", NAMED)
def test_each_command_and_planted_fault_of_the_manual_is_there(name):
    """As pytest takes `-k`: a file, a test, or the beginning of one."""
    assert any(name == path.stem or f"def {name}" in path.read_text() for path in TESTS)


def test_the_manual_names_many():
    assert len(NAMED) > 60
