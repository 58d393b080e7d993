"""What every test of the administration may ask for."""

import pytest

from tests.admin.records import one_of_each


@pytest.fixture
def records(cast):
    return one_of_each(cast, 1)
