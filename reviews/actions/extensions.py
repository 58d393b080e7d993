"""Asking for an extension, which the request alone cannot judge; deciding several; another day without a request."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from reviews import clock, policy
from reviews.models import Deadline, Disruption, Extension, NationalReport, User
from reviews.models.base import all_or_nothing
from reviews.models.extensions import SET, require_asked, require_settable
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


@all_or_nothing()
def set_another_day(
    *,
    by: User,
    report: NationalReport,
    deadline: Deadline,
    until: date,
    reason: str,
    due_seen: date | None = None,
    disruption: Disruption | None = None,
) -> Extension:
    """Set another day for the country of `report`, which has not asked; `due_seen`: the date that the person saw.

    Raises NotAllowedNow if the deadline asks nothing of it or a request waits, ValidationError for a day that cannot be
    set, or if the date in force is another by now.
    """
    policy.require(by, SET)
    report.lock()  # two officers at once wait for each other here, and for a request of the country
    deadline.lock_shared()
    status = require_settable(
        report, status_of(report, deadline, deadline.extensions.granted(), clock.today())
    )
    if due_seen and due_seen != status.due_on:
        message = _("Meanwhile the date in force has become %s. Save again if your day still fits.")
        raise ValidationError({"until": message % clock.short_day(status.due_on)})
    return Extension.set_for(report, status, by=by, until=until, reason=reason, disruption=disruption)
