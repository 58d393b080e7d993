"""Every rule that reads one record and writes another holds when somebody changes the first at that moment.

`tests/trust/test_races.py` does the same with more pairs.
"""

from datetime import date

import pytest

from tests.support.races import RULES, broken_pairs, world_of

pytestmark = pytest.mark.django_db(transaction=True)

PAIRS = 10


@pytest.fixture(autouse=True)
def same_day_in_every_thread(settings):
    settings.REVIEWTRACKER_TODAY = date(2020, 8, 20)


@pytest.mark.parametrize("name", RULES)
def test_what_was_read_still_holds_when_it_is_written(name, cast, report):
    assert broken_pairs(RULES[name], world_of(cast, report), PAIRS) == []


def test_a_rule_that_forgets_the_lock_is_caught(cast, report, monkeypatch):
    """Planted: what governs a record is asked as it was read, without a lock."""
    monkeypatch.setattr("reviews.models.locks.lock", lambda record, **kind: None)
    rule = RULES["a gap in a cycle that closes"]
    assert broken_pairs(rule, world_of(cast, report), 30)
