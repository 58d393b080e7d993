"""What is asked of countries, over as many random histories as it takes to trust it."""

import pytest

from tests.queries.test_random_histories import follow_random_histories

pytestmark = pytest.mark.django_db


def test_random_histories(cast, figure):
    boards = follow_random_histories(cast, 500)
    figure(
        "evenings of 500 random histories whose board is the same afterwards",
        boards.compared,
        ">= 1000 evenings",
    )
    assert boards.overdue > 100
