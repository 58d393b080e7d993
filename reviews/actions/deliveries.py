"""Recording who has met a deadline: several countries at once, or the own one."""

from collections.abc import Iterable
from datetime import date

from reviews import clock, policy
from reviews.models import Deadline, Delivery, NationalReport, NotAllowedNow, Organisation, User
from reviews.models.base import all_or_nothing
from reviews.models.deliveries import RECORD, require_recorded
from reviews.models.extensions import require_asked
from reviews.queries.deadlines import status_of


@all_or_nothing()
def record_deliveries(
    *, by: User, deadline: Deadline, states: Iterable[Organisation], met_on: date, note: str = ""
) -> None:
    """Record, for the Secretariat, that these countries met a deadline on a day."""
    for state in sorted(states, key=lambda state: state.pk):
        Delivery.record(deadline, state, by=by, met_on=met_on, note=note)


@all_or_nothing()
def deliver(*, by: User, report: NationalReport, deadline: Deadline, met_on: date, note: str) -> Delivery:
    """Record, for the country of `report`, that it has met a deadline; refused after its last acceptable day."""
    policy.require(by, RECORD, report)
    deadline.lock()
    require_deliverable(report, deadline)
    return Delivery.record(deadline, report.member_state, by=by, met_on=met_on, note=note)


def require_deliverable(report: NationalReport, deadline: Deadline) -> None:
    """Raise NotAllowedNow unless the country still has to meet the deadline, and may say so."""
    require_recorded(deadline)
    today = clock.today()
    status = require_asked(deadline, status_of(report, deadline, deadline.extensions.granted(), today))
    if deadline.locked_on(status.due_on, today):
        raise NotAllowedNow(deadline.lock_reason)
