"""Asking for an extension, which the request alone cannot judge; and deciding several at once."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.core.exceptions import ValidationError

from reviews import clock, policy
from reviews.models import Deadline, Disruption, Extension, NationalReport, User
from reviews.models.base import all_or_nothing
from reviews.models.extensions import require_asked
from reviews.queries.deadlines import status_of


class Decision(NamedTuple):
    """What the Secretariat decides on one request; `until` is None where it is refused."""

    extension: Extension
    expected_version: int
    until: date | None
    note: str


@all_or_nothing()
def decide_extensions(*, by: User, decisions: Iterable[Decision]) -> None:
    """Grant or refuse several requests: all of them, or none. Raises as grant() and refuse() do.

    What a ValidationError is about names the request by its id: until_12.
    """
    for extension, version, until, note in sorted(decisions, key=lambda decision: decision.extension.pk):
        try:
            if until:
                extension.grant(by=by, expected_version=version, until=until, note=note)
            else:
                extension.refuse(by=by, expected_version=version, note=note)
        except ValidationError as error:
            if not hasattr(error, "error_dict"):
                raise
            named = {f"{name}_{extension.pk}": errors for name, errors in error.error_dict.items()}
            raise ValidationError(named) from error


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
