"""Every rule that reads one record and writes another, with as many pairs of people as it takes to trust it.

On SQLite: `make test-sqlite ARGS="tests/trust/test_races.py -m trust"`.
"""

from datetime import date

import pytest
from django.db import connection

from tests.support.races import RULES, broken_pairs, world_of

pytestmark = pytest.mark.django_db(transaction=True)

PAIRS = {"postgresql": 100, "sqlite": 30}


@pytest.mark.parametrize("name", RULES)
def test_pairs_of_people_who_race(name, cast, report, settings, figure):
    settings.REVIEWTRACKER_TODAY = date(2020, 8, 20)
    pairs = PAIRS[connection.vendor]
    broken = broken_pairs(RULES[name], world_of(cast, report), pairs)
    figure(f"{pairs} pairs of people who race, rule broken: {name}", len(broken), 0)
