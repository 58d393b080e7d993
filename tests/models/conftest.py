"""What several tests of the models may ask for."""

from typing import Any

from reviews.models import DataGap
from tests.support import make
from tests.support.shared_records import shared


@shared
def gap(cast: Any, report: Any) -> DataGap:
    return make.gap(report, by=cast.vnm)


@shared
def lao_gap(cast: Any, cycle: Any) -> DataGap:
    return make.gap(make.report(cycle, "LAO"), by=cast.lao)
