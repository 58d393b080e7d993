"""Attendance: who came to a meeting, recorded for several bodies at once."""

from collections.abc import Iterable
from typing import NamedTuple

from reviews import policy
from reviews.models import Delegation, EditConflict, Meeting, User
from reviews.models.base import all_or_nothing
from reviews.models.delegations import DelegationFields


class Attendance(NamedTuple):
    """What a person says of one body; `expected_version` is 0 where no delegation was recorded yet."""

    expected_version: int
    values: DelegationFields


@all_or_nothing()
def record_attendance(*, by: User, meeting: Meeting, rows: Iterable[Attendance]) -> Meeting:
    """Record who came, all or nothing. Raises EditConflict if one of the delegations is newer than was seen."""
    policy.require(by, "meeting.run")
    meeting.lock()  # two people recording at once wait for each other here
    stored = {row.organisation_id: row for row in meeting.delegations.select_related("organisation")}
    for expected_version, values in rows:
        delegation = stored.get(values["organisation"].pk)
        if delegation is None:
            Delegation.add_to(meeting, by=by, **values)
            continue
        if delegation.version != expected_version:
            raise EditConflict(delegation, expected_version)
        delegation.meeting = meeting
        delegation.edit(by=by, expected_version=expected_version, **values)
    return meeting
