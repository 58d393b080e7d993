"""What moves with a meeting: shown before it is moved, and again if anything changed meanwhile."""

import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from reviews.models import Deadline, Meeting


@dataclass(frozen=True)
class Following:
    """One deadline that hangs from the meeting, and its dates after the move."""

    deadline: Deadline
    opens_on: date
    due_on: date
    last_on: date | None
    wanted: date  # the day that its distance from the meeting asks for

    @property
    def moves(self) -> bool:
        return self.due_on != self.deadline.due_on

    @property
    def has_passed(self) -> bool:
        """It stays, because the day that it would move to lies behind us."""
        return not self.moves and self.wanted != self.due_on


@dataclass(frozen=True)
class Preview:
    """A meeting on other days, and every deadline that hangs from it. Writes nothing."""

    meeting: Meeting  # as it would stand
    following: list[Following]

    @property
    def fingerprint(self) -> str:
        """Another one as soon as anything shown here is other than it was."""
        days = [f"{self.meeting.planned_from}..{self.meeting.planned_to}"]
        return " ".join(days + [f"{f.deadline.pk}.{f.deadline.version}={f.due_on}" for f in self.following])


def preview(meeting: Meeting, planned_from: date, planned_to: date) -> Preview:
    """What would move with the meeting to these days."""
    moved = copy.copy(meeting)
    moved.planned_from, moved.planned_to = planned_from, planned_to
    return Preview(
        moved, [_following(deadline, moved) for deadline in meeting.hanging.order_by("due_on", "pk")]
    )


def _following(deadline: Any, moved: Meeting) -> Following:
    days = {name: getattr(deadline, name) for name in ("opens_on", "due_on", "last_on")}
    wanted = moved.day_at(deadline.offset_days)
    return Following(deadline=deadline, wanted=wanted, **(days | deadline.dates_following(moved)))
