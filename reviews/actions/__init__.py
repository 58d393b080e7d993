"""What changes several nouns at once: each function is one transaction, and says who acts."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reviews import clock, policy
from reviews.models import (
    CoverageStatement,
    Deadline,
    DeadlineOutput,
    Extension,
    NationalReport,
    NotAllowedNow,
    ReportVersion,
)
from reviews.models.base import all_or_nothing
from reviews.queries.deadlines import latest_extensions


def submit_report(
    *, by: Any, report: NationalReport, expected_version: int, **submission: Any
) -> ReportVersion:
    """Hand in a report, unless its last acceptable day has passed."""
    policy.require(by, "report.submit", report)
    for deadline, granted_until in deadlines_of(report):
        if deadline.output == DeadlineOutput.NATIONAL_REPORT and deadline.locked_on(
            granted_until, clock.today()
        ):
            raise NotAllowedNow(_locked(deadline))
    return report.submit(by=by, expected_version=expected_version, **submission)


def deadlines_of(report: NationalReport) -> list[tuple[Deadline, Any]]:
    """A report's deadlines, each with the day until which its country has an extension (or None)."""
    extended = latest_extensions(Extension.objects.filter(deadline__cycle=report.cycle_id).granted())
    deadlines = Deadline.objects.filter(cycle=report.cycle_id).prefetch_related("only_for")
    return [
        (d, extended.get((d.pk, report.member_state_id)))
        for d in deadlines
        if d.concerns(report.member_state_id)
    ]


def _locked(deadline: Deadline) -> str:
    return _(
        "“%(deadline)s” could be met until %(day)s. Ask for an extension: the Secretariat can grant one."
    ) % {"deadline": deadline, "day": date_format(deadline.last_on or deadline.due_on)}


@all_or_nothing()
def state_coverage(*, by: Any, report: NationalReport, rows: list[tuple[Any, dict[str, Any]]]) -> None:
    """What a country says of several areas at once; raises EditConflict if one of them is newer than it was seen."""
    policy.require(by, "report.update", report)
    for area, said in rows:
        CoverageStatement.state(report, area, by=by, **said)
