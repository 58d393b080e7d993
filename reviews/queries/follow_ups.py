"""Records marked for follow-up: which can be marked, and where each is found."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from reviews.models import (
    ActionPoint,
    DataGap,
    Deadline,
    Difficulty,
    Disruption,
    Extension,
    Finding,
    FollowUp,
    FollowUpKind,
    Meeting,
    NationalReport,
    PlanStep,
    ReviewCycle,
    Tracked,
    User,
)
from reviews.models.follow_ups import kind_of

# By kind: the records, with what their pages' addresses and names need.
RECORDS: dict[str, QuerySet[Any]] = {
    FollowUpKind.REPORT: NationalReport.objects.select_related("cycle", "member_state"),
    FollowUpKind.GAP: DataGap.objects.select_related("cycle", "member_state"),
    FollowUpKind.FINDING: Finding.objects.select_related("cycle", "member_state"),
    FollowUpKind.DEADLINE: Deadline.objects.select_related("cycle"),
    FollowUpKind.EXTENSION: Extension.objects.select_related("deadline__cycle", "member_state"),
    FollowUpKind.MEETING: Meeting.objects.select_related("cycle"),
    FollowUpKind.ACTION: ActionPoint.objects.select_related("meeting__cycle"),
    FollowUpKind.DISRUPTION: Disruption.objects.select_related("cycle"),
    FollowUpKind.DIFFICULTY: Difficulty.objects.select_related("cycle"),
    FollowUpKind.STEP: PlanStep.objects.select_related("cycle"),
}


def markable(user: User, cycle: ReviewCycle, kind: str, pk: int) -> Tracked | None:
    """Return a record of the cycle that the person may read; None: there is no such record for them."""
    records = RECORDS.get(kind)
    record = records.visible_to(user).filter(pk=pk).first() if records is not None else None  # type: ignore[attr-defined]
    return record if record is not None and record.governing_cycle() == cycle else None


def marked_record(mark: FollowUp, user: User) -> Tracked | None:
    """Return the record that a mark is on, as far as the person may read it."""
    return markable(user, mark.cycle, mark.kind, mark.object_id)


def mark_url(record: Tracked) -> str:
    """The address of the form that marks a record."""
    cycle = record.governing_cycle()
    assert cycle  # as of all that can be marked
    return reverse("follow-up-add", args=[cycle.slug, kind_of(record), record.pk])


def open_marks(user: User, cycles: Iterable[ReviewCycle]) -> QuerySet[FollowUp]:
    """Return the marks that are not done, those with the nearest day first."""
    marks = FollowUp.objects.filter(cycle__in=list(cycles)).visible_to(user).open()
    return marks.select_related("cycle", "marked_by").order_by("due_on", "marked_at")
