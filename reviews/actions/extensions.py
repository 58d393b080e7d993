"""Asking for an extension: what the request itself cannot know, whether the deadline asks anything of the country."""

from datetime import date

from reviews import clock, policy
from reviews.models import Deadline, Disruption, Extension, NationalReport, User
from reviews.models.base import all_or_nothing
from reviews.models.extensions import require_asked
from reviews.queries.deadlines import status_of


@all_or_nothing()
def ask_for_extension(
    *,
    by: User,
    report: NationalReport,
    deadline: Deadline,
    asked_until: date,
    reason: str,
    disruption: Disruption | None = None,
) -> Extension:
    """Ask for a later date for the country of `report`.

    Raises NotAllowedNow if the deadline asks nothing of it, ValidationError while another request waits.
    """
    policy.require(by, "extension.ask", report)
    report.lock()  # two people of one country asking at once wait here; the second gets the error
    deadline.lock_shared()  # it does not move before the request is stored
    granted = deadline.extensions.granted()
    status = require_asked(deadline, status_of(report, deadline, granted, clock.today()))
    return Extension.ask_for(
        report, status, by=by, asked_until=asked_until, reason=reason, disruption=disruption
    )
