"""The annex on limitations: gaps accepted as a limitation, each with its treatment and what caused it."""

from itertools import groupby
from typing import Any

from django.db.models import F

from reviews.models import ClosingWay, DataGap
from reviews.models.treatments import treatments_of


def limitations(cycle: Any) -> Any:
    """The gaps accepted as a limitation, in the order of the annex: the whole report first, then by area."""
    related = ("cycle", "member_state", "kind", "key_result_area", "disruption")
    gaps = DataGap.objects.filter(cycle=cycle, closing_way=ClosingWay.LIMITATION).select_related(*related)
    area = F("key_result_area__code").asc(nulls_first=True)
    return gaps.order_by(area, "member_state__name_en", "number")


def treated(gaps: Any) -> list[Any]:
    """The gaps, each with `treatment`: the one in force, or None where the closing note is all."""
    gaps = list(gaps)
    found = treatments_of(gaps, in_force=True)
    for gap in gaps:
        gap.treatment = next(iter(found.get(gap.pk, ())), None)
    return gaps


def by_area(gaps: list[Any]) -> list[tuple[Any, list[Any]]]:
    """(key result area, its gaps); None stands for the whole report."""
    return [(area, list(theirs)) for area, theirs in groupby(gaps, key=lambda gap: gap.key_result_area)]
