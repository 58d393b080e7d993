"""What changes several nouns at once: each function is one transaction, and says who acts."""

from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reviews import clock, policy
from reviews.models import (
    CoverageStatement,
    CycleMembership,
    Deadline,
    Extension,
    NationalReport,
    Organisation,
    Output,
    Refused,
    ReportVersion,
    ReviewCycle,
    Verb,
)
from reviews.models.framework import CYCLE_MOVES


@transaction.atomic
def open_cycle(*, by: Any, cycle: ReviewCycle, seen: int) -> ReviewCycle:
    """Open a cycle: every member gets its national report, not yet started."""
    policy.require(by, "cycle.run")
    status = cycle.allow(CYCLE_MOVES, "open")
    cycle.change(by=by, seen=seen, verb=Verb.OPENED, status=status)
    for state in cycle.members(cycle.ends_on):
        _start_report(by, cycle, state)
    return cycle


@transaction.atomic
def seat_member(
    *, by: Any, cycle: ReviewCycle, member_state: Organisation, joined_on: Any
) -> CycleMembership:
    """Give a member state its seat; in a cycle that is open already it gets its report at once."""
    policy.require(by, "cycle.run")
    seat = CycleMembership.record_new(by=by, cycle=cycle, member_state=member_state, joined_on=joined_on)
    if cycle.status == "open":
        _start_report(by, cycle, member_state)
    return seat


def submit_report(*, by: Any, report: NationalReport, seen: int, **submission: Any) -> ReportVersion:
    """Hand in a report, unless its last acceptable day has passed."""
    policy.require(by, "report.submit", report)
    for deadline, granted_until in deadlines_of(report):
        if deadline.output == Output.NATIONAL_REPORT and deadline.locked_on(granted_until, clock.today()):
            raise Refused(_locked(deadline))
    return report.submit(by=by, seen=seen, **submission)


def deadlines_of(report: NationalReport) -> list[tuple[Deadline, Any]]:
    """A report's deadlines, each with the day until which its country has an extension (or None)."""
    extended = latest_extensions(Extension.objects.filter(deadline__cycle=report.cycle_id).granted())
    deadlines = Deadline.objects.filter(cycle=report.cycle_id).prefetch_related("only_for")
    return [
        (d, extended.get((d.pk, report.member_state_id)))
        for d in deadlines
        if d.concerns(report.member_state_id)
    ]


def latest_extensions(extensions: Any) -> dict[tuple[int, int], Any]:
    """The latest granted day by (deadline, member state)."""
    granted = [(e.deadline_id, e.member_state_id, e.granted_until) for e in extensions]
    return {(d, m): until for d, m, until in sorted(granted, key=lambda row: row[2])}


def _start_report(by: Any, cycle: ReviewCycle, state: Organisation) -> None:
    if not cycle.reports.filter(member_state=state).exists():
        NationalReport.record_new(
            by=by, cycle=cycle, member_state=state, holder=state, held_since=clock.now()
        )


def _locked(deadline: Deadline) -> str:
    return _(
        "“%(deadline)s” could be met until %(day)s. Ask for an extension: the Secretariat can grant one."
    ) % {"deadline": deadline, "day": date_format(deadline.last_on or deadline.due_on)}


@transaction.atomic
def state_coverage(*, by: Any, report: NationalReport, rows: list[tuple[Any, dict[str, Any]]]) -> None:
    """What a country says of several areas at once; raises Stale if one of them is newer than it was seen."""
    policy.require(by, "report.update", report)
    for area, said in rows:
        CoverageStatement.state(report, area, by=by, **said)
