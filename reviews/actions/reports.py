"""Submitting a national report: what the report itself cannot know, its deadlines."""

from typing import Unpack

from django.core.files.uploadedfile import UploadedFile

from reviews import clock, policy
from reviews.models import Deadline, DeadlineOutput, Extension, NationalReport, ReportVersion, User
from reviews.models.report_versions import Submission
from reviews.queries.deadlines import by_deadline_and_state, due_in_force, is_asked_of_member


def submit_report(
    *,
    by: User,
    report: NationalReport,
    expected_version: int,
    file: UploadedFile,
    reason: str = "",
    **submission: Unpack[Submission],
) -> ReportVersion:
    """Hand in a report. Raises NotAllowedNow once its last acceptable day has passed, ValidationError, EditConflict."""
    policy.require(by, "report.submit", report)
    locked_by = find_locking_deadline(report)
    return report.hand_in(
        by=by, expected_version=expected_version, locked_by=locked_by, file=file, reason=reason, **submission
    )


def find_locking_deadline(report: NationalReport) -> Deadline | None:
    """The deadline for handing in whose last acceptable day has passed for the report's country."""
    state, today = report.member_state_id, clock.today()
    granted = by_deadline_and_state(Extension.objects.granted_in(report.cycle))
    deadlines = Deadline.objects.filter(cycle=report.cycle_id, output=DeadlineOutput.NATIONAL_REPORT)
    for deadline in deadlines.prefetch_related("only_for"):
        due = due_in_force(report, deadline, granted)
        is_locked = deadline.concerns(state) and deadline.locked_on(due, today)
        if is_locked and is_asked_of_member(report, due, today):
            return deadline
    return None
