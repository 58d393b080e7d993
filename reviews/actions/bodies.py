"""Roles of bodies in a cycle: entered at once while it is set up, and copied from another one."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from reviews.actions.cycles import lock_draft
from reviews.models import BodyRole, CycleRole, Organisation, ReviewCycle, User
from reviews.models.base import all_or_nothing


class Holder(NamedTuple):
    """The body that is to have a role, and its days; no body: nobody has it."""

    body: Organisation | None
    from_on: date
    until_on: date | None = None


def first_holders(cycle: ReviewCycle) -> dict[str, BodyRole]:
    """The first body of each role that one has in a cycle."""
    roles: dict[str, BodyRole] = {}
    for row in cycle.body_roles.counted().select_related("body").in_order():
        roles.setdefault(row.role, row)
    return roles


@all_or_nothing()
def set_body_roles(*, by: User, cycle: ReviewCycle, holders: Mapping[str, Holder]) -> ReviewCycle:
    """Make these the first holders of their roles in a draft; further ones, such as the next chair, stay."""
    lock_draft(cycle, by)
    present = first_holders(cycle)
    for role, (body, from_on, until_on) in holders.items():
        row = present.get(role)
        if body is None:
            if row:
                row.take_out(by=by, expected_version=row.version)
        elif row is None:
            BodyRole.assign(cycle, by=by, role=role, body=body, from_on=from_on, until_on=until_on)
        elif (row.body_id, row.from_on, row.until_on) != (body.pk, from_on, until_on):
            row.edit(by=by, expected_version=row.version, body=body, from_on=from_on, until_on=until_on)
    return cycle


@all_or_nothing()
def copy_body_roles(*, by: User, cycle: ReviewCycle, source: ReviewCycle) -> ReviewCycle:
    """Give the bodies of another cycle the same roles from the start of this one; but not the chair, who rotates."""
    lock_draft(cycle, by)
    there = {(row.role, row.body_id) for row in cycle.body_roles.counted()}
    for row in source.body_roles.counted().exclude(role=CycleRole.CHAIR).select_related("body").in_order():
        if (row.role, row.body_id) not in there:
            there.add((row.role, row.body_id))
            BodyRole.assign(cycle, by=by, role=row.role, body=row.body, from_on=cycle.starts_on)
    return cycle
