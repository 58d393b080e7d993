"""Review cycles: open one, and give a member state its seat. Each member gets its national report with it."""

from datetime import date

from reviews import clock, policy
from reviews.models import CycleMembership, CycleStatus, NationalReport, Organisation, ReviewCycle, User
from reviews.models.base import all_or_nothing


@all_or_nothing()
def open_cycle(*, by: User, cycle: ReviewCycle, expected_version: int) -> ReviewCycle:
    """Open a cycle: every member gets its national report, not yet started."""
    cycle.framework.lock()  # from now on its key result areas are fixed
    cycle.make_transition("open", by=by, expected_version=expected_version)
    for state in cycle.members(cycle.ends_on):
        _start_report(by, cycle, state)
    return cycle


@all_or_nothing()
def seat_member(
    *, by: User, cycle: ReviewCycle, member_state: Organisation, joined_on: date
) -> CycleMembership:
    """Give a member state its seat; in a cycle that is open already it gets its report at once."""
    policy.require(by, "cycle.run")
    cycle.lock()  # it is not opened, and no round begins, without this member
    seat = CycleMembership.create_traced(by=by, cycle=cycle, member_state=member_state, joined_on=joined_on)
    if cycle.status == CycleStatus.OPEN:
        _start_report(by, cycle, member_state)
    return seat


def _start_report(by: User, cycle: ReviewCycle, state: Organisation) -> None:
    if not cycle.reports.filter(member_state=state).exists():
        NationalReport.create_traced(
            by=by, cycle=cycle, member_state=state, holder=state, held_since=clock.now()
        )
