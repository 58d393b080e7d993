"""Preview of a rescheduled meeting: the deadlines that follow it, as shown before anything is written."""

import copy
from dataclasses import dataclass
from datetime import date

from reviews.models import Deadline, Meeting


@dataclass(frozen=True)
class FollowingDeadline:
    """One deadline anchored to the meeting, and its dates once the meeting is rescheduled."""

    deadline: Deadline
    opens_on: date
    due_on: date
    last_on: date | None
    wanted: date  # the day that its distance from the meeting asks for

    @property
    def is_rescheduled(self) -> bool:
        return self.due_on != self.deadline.due_on

    @property
    def has_passed(self) -> bool:
        """Whether it stays because the day that follows has passed already."""
        return not self.is_rescheduled and self.wanted != self.due_on


@dataclass(frozen=True)
class Preview:
    """A meeting on other days, and every deadline anchored to it."""

    meeting: Meeting  # on the other days; not stored
    following: list[FollowingDeadline]

    @property
    def fingerprint(self) -> str:
        """Changes whenever anything in the preview changes; compared on confirmation."""
        days = [f"{self.meeting.planned_from}..{self.meeting.planned_to}"]
        return " ".join(days + [f"{f.deadline.pk}.{f.deadline.version}={f.due_on}" for f in self.following])


def preview_of(meeting: Meeting, planned_from: date, planned_to: date) -> Preview:
    """Return the meeting on these days, and the deadlines that follow it there."""
    rescheduled = copy.copy(meeting)
    rescheduled.planned_from, rescheduled.planned_to = planned_from, planned_to
    following = []
    for deadline in meeting.anchored_deadlines.order_by("due_on", "pk"):
        dates = {name: getattr(deadline, name) for name in ("opens_on", "due_on", "last_on")}
        dates |= deadline.dates_following(rescheduled)
        assert deadline.offset_days is not None  # it is anchored
        wanted = rescheduled.day_at(deadline.offset_days)
        following.append(FollowingDeadline(deadline=deadline, wanted=wanted, **dates))
    return Preview(rescheduled, following)
