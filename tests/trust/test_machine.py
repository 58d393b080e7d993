"""10,000 random steps by random people over everything that is tracked: every invariant holds after each."""

from tests.rules.test_random_steps import run
from tests.support.random_rules import ALLOWED
from tests.support.random_steps import machine

STEPS, LENGTH, EXAMPLES_AT_ONCE = 10_000, 200, 20


def test_ten_thousand_random_steps(cast, figure):
    """Other ones each time; a failure is printed as the steps that lead to it, cut down to those it takes."""
    kind = machine(cast)
    owed, moves = sum(map(len, ALLOWED.values())) * 3 // 4, set[str]()
    # A rare move may take more steps than that to come by.
    while kind.expected_version["steps"] < STEPS or (
        len(moves) < owed and kind.expected_version["steps"] < 2 * STEPS
    ):
        run(kind, EXAMPLES_AT_ONCE, length=LENGTH, seeded=False)
        moves = {name for name in kind.expected_version if ": " in name}
    figure(
        "random steps by random people, every invariant kept", kind.expected_version["steps"], f">= {STEPS}"
    )
    figure("of these taken", kind.expected_version["done"], f">= {STEPS // 5}")
    figure("of these refused, with nothing written", kind.expected_version["refused"], f">= {STEPS // 5}")
    figure("moves between statuses that occurred", len(moves), f">= {owed}")
