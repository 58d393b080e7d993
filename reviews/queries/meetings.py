"""What depends on a meeting, as shown before it is rescheduled or cancelled."""

import copy
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from reviews.models import (
    ActionPoint,
    AgendaItem,
    AgendaStatus,
    Deadline,
    Decision,
    Meeting,
    PlanStep,
    Tracked,
)

if TYPE_CHECKING:
    from django.utils.functional import Promise


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


class Dependents(NamedTuple):
    """Records of one kind that depend on a meeting, and what becomes of them when it is cancelled."""

    title: "str | Promise"
    effect: "str | Promise"
    records: list[tuple[Tracked, str]]  # each with its line


def dependents_of(meeting: Meeting) -> list[Dependents]:
    """Return what depends on a meeting, by kind: its deadlines, steps of the plan, and open parts of it."""
    deadlines = meeting.anchored_deadlines.order_by("due_on", "pk")
    steps = PlanStep.objects.filter(meeting=meeting).order_by("position")
    items = AgendaItem.objects.filter(
        meeting=meeting, status__in=(AgendaStatus.PLANNED, AgendaStatus.BACKLOG)
    )
    decisions = Decision.objects.filter(meeting=meeting).order_by("number")
    points = ActionPoint.objects.filter(meeting=meeting).unfinished().select_related("owner", "owner_body")
    kinds = (
        Dependents(
            _("Deadlines set as days before or after it"),
            _("They keep the dates that they have now, and follow no meeting any more."),
            [(deadline, f"{deadline} · {date_format(deadline.due_on)}") for deadline in deadlines],
        ),
        Dependents(
            _("Steps of the plan"),
            _("Their date is not known any more: give them another meeting or a day."),
            [(step, str(step)) for step in steps],
        ),
        Dependents(
            _("Agenda items that were not concluded"),
            _("They stay on its agenda; put off, they can be taken into a later meeting."),
            [(item, item.title) for item in items.order_by("position")],
        ),
        Dependents(
            _("Decisions"),
            _("They stay on its page."),
            [(one, f"{one.number}. {one.text}") for one in decisions],
        ),
        Dependents(
            _("Action points that are not finished"),
            _("They stay with who has them: drop those that are not needed any more."),
            [(point, f"{point.number} · {point.holder_text}: {point.text}") for point in points],
        ),
    )
    return [kind for kind in kinds if kind.records]


def fingerprint_of(dependents: list[Dependents]) -> str:
    """Return a text that changes whenever what depends on a meeting does; compared on confirmation."""
    records = (record for kind in dependents for record, _line in kind.records)
    return " ".join(f"{record._meta.model_name}.{record.pk}.{record.version}" for record in records)
