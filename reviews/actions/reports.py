"""Submitting a national report: what the report itself cannot know, its deadlines."""

from typing import Unpack

from django.db.models import prefetch_related_objects

from reviews import clock, policy
from reviews.models import Deadline, DeadlineOutput, Extension, NationalReport, ReportVersion, User, locks
from reviews.models.reports import Submission
from reviews.queries.deadlines import is_asked_of_member, latest_extensions
from reviews.uploads.documents import Document


def submit_report(
    *,
    by: User,
    report: NationalReport,
    expected_version: int,
    file: Document,
    reason: str = "",
    **submission: Unpack[Submission],
) -> ReportVersion:
    """Hand in a report. Raises NotAllowedNow once its last acceptable day has passed, ValidationError, EditConflict."""
    policy.require(by, "report.submit", report)
    return report.hand_in(
        by=by,
        expected_version=expected_version,
        find_lock=lambda: find_locking_deadline(report),
        file=file,
        reason=reason,
        **submission,
    )


def find_locking_deadline(report: NationalReport) -> Deadline | None:
    """The deadline for handing in whose last acceptable day has passed for the report's country.

    Nobody moves one of its deadlines before the transaction ends, and none is added while the cycle is locked.
    """
    state, today = report.member_state_id, clock.today()
    granted = latest_extensions(Extension.objects.granted_in(report.cycle))
    rows = Deadline.objects.filter(cycle=report.cycle_id, output=DeadlineOutput.NATIONAL_REPORT)
    deadlines = locks.lock_rows(rows)
    prefetch_related_objects(deadlines, "only_for")
    for deadline in deadlines:
        granted_until = granted.get((deadline.pk, state))
        is_locked = deadline.concerns(state) and deadline.locked_on(granted_until, today)
        if is_locked and is_asked_of_member(report, deadline.due_for(granted_until), today):
            return deadline
    return None
