"""Stating what a report covers, several key result areas at once."""

from collections.abc import Iterable

from reviews import policy
from reviews.models import CoverageStatement, FrameworkNode, NationalReport, User
from reviews.models.base import all_or_nothing
from reviews.models.coverage import StatementFields


@all_or_nothing()
def state_coverage(
    *, by: User, report: NationalReport, rows: Iterable[tuple[FrameworkNode, StatementFields]]
) -> None:
    """Write a country's statements on several areas. Raises EditConflict if one of them is newer than was seen."""
    policy.require(by, "report.update", report)
    for area, statement in rows:
        CoverageStatement.state(report, area, by=by, **statement)
