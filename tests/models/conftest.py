"""What several tests of the models may ask for."""

from typing import Any

import pytest

from reviews.models import DataGap
from tests.support import make


@pytest.fixture
def gap(cast: Any, report: Any) -> DataGap:
    return make.gap(report, by=cast.vnm)


@pytest.fixture
def lao_gap(cast: Any, cycle: Any) -> DataGap:
    return make.gap(make.report(cycle, "LAO"), by=cast.lao)
