"""Submitting a national report: what the report itself cannot know, its deadlines."""

from typing import Unpack

from django.db.models import prefetch_related_objects

from reviews import clock, policy
from reviews.models import Deadline, DeadlineOutput, Extension, NationalReport, ReportVersion, User, locks
from reviews.models.base import all_or_nothing
from reviews.models.report_versions import Submission
from reviews.queries.deadlines import by_deadline_and_state, due_in_force, is_asked_of_member
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


@all_or_nothing()
def find_locking_deadline(report: NationalReport) -> Deadline | None:
    """The deadline for handing in whose last acceptable day has passed for the report's country.

    Nobody moves one of its deadlines before the transaction ends, and none is added while the cycle is locked.
    """
    state, today = report.member_state_id, clock.today()
    granted = by_deadline_and_state(Extension.objects.granted_in(report.cycle))
    rows = Deadline.objects.filter(cycle=report.cycle_id, output=DeadlineOutput.NATIONAL_REPORT)
    deadlines = locks.lock_rows(rows)
    prefetch_related_objects(deadlines, "only_for")
    for deadline in deadlines:
        due = due_in_force(report, deadline, granted)
        is_locked = deadline.concerns(state) and deadline.locked_on(due, today)
        if is_locked and is_asked_of_member(report, due, today):
            return deadline
    return None
