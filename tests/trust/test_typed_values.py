"""Numbers and days typed into every form as in tests/rules/test_typed_values.py, as many as it takes to trust it."""

import pytest

from tests.rules.test_typed_values import PAGES, type_into

pytestmark = pytest.mark.django_db

TRIES = 50  # of each field: more than 2,000 texts in all


@pytest.mark.parametrize("page", PAGES)
def test_what_is_typed_is_what_is_stored(page, cast, cycle, sign_in, figure):
    typed = type_into(page, cast, cycle, sign_in, TRIES)
    figure(
        f"texts typed into the numbers and days of {page}, stored as meant or refused",
        typed,
        f">= {TRIES} texts",
    )
