"""How far a meeting is; and what depends on it, as shown before it is rescheduled or cancelled."""

import copy
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.models import (
    ActionPoint,
    AgendaItem,
    AgendaStatus,
    Deadline,
    Decision,
    Delegation,
    Meeting,
    MeetingSeries,
    MeetingStatus,
    Minutes,
    MinutesStatus,
    PlanStep,
    Round,
    RoundStatus,
    Tracked,
    Turn,
)
from reviews.models.meetings import MeetingQuerySet

if TYPE_CHECKING:
    from django.utils.functional import Promise


class Stage(NamedTuple):
    """One of the three stages of a meeting."""

    label: "str | Promise"
    state: str  # "done", "current" or "ahead"
    hint: "str | Promise" = ""


class NextStep(NamedTuple):
    """What whoever runs the meeting does next, and where."""

    text: str
    url: str = ""  # empty: there is nothing to open yet


@dataclass(frozen=True)
class Steps:
    """The stages of a meeting, and the next step for the reader; None where there is none."""

    stages: list[Stage]
    next: NextStep | None


# Each with a hint, and in which states it is shown.
STAGES: "tuple[tuple[str | Promise, str | Promise, tuple[str, ...]], ...]" = (
    (_("Plan"), "", ()),
    (_("Run"), _("ends when it is recorded as held"), ("current", "ahead")),
    (_("Minutes"), _("after it is recorded as held"), ("ahead",)),
)


class Progress(NamedTuple):
    """How far a meeting is, as its records show."""

    minutes: str | None  # their status
    round: str | None  # its status
    waiting: str | None  # code of the member that waits next
    open_item: int | None  # id of the first agenda item without an outcome
    has_agenda: bool
    has_attendance: bool


def steps_of(meeting: Meeting, *, may_run: bool) -> Steps | None:
    """Return the stages of a meeting read with_progress(), and who runs it the next step; None if it is cancelled."""
    if meeting.status == MeetingStatus.CANCELLED:
        return None
    progress = progress_of(meeting)
    current = _current_stage(meeting, progress)
    stages = []
    for n, (label, hint, hinted) in enumerate(STAGES):
        state = "done" if n < current else "current" if n == current else "ahead"
        stages.append(Stage(label, state, hint if state in hinted else ""))
    find_next = (_next_in_plan, _next_in_run, _next_in_minutes)
    return Steps(stages, find_next[current](meeting, progress) if may_run and current < len(STAGES) else None)


def _current_stage(meeting: Meeting, progress: Progress) -> int:
    """The place of the present stage in STAGES; one more than the last once the minutes are adopted."""
    if meeting.status == MeetingStatus.HELD:
        return 3 if progress.minutes == MinutesStatus.ADOPTED else 2
    return 0 if meeting.is_ahead and progress.round is None else 1


def with_progress(meetings: MeetingQuerySet) -> MeetingQuerySet:
    """Read how far each meeting is together with it, for progress_of()."""
    of_meeting = {"meeting": OuterRef("pk")}
    items = AgendaItem.objects.filter(**of_meeting)
    turns = Turn.objects.waiting().filter(round__meeting=OuterRef("pk")).order_by("position")
    return meetings.annotate(
        progress_minutes=first_of(Minutes.objects.filter(**of_meeting), "status"),
        progress_round=first_of(Round.objects.filter(**of_meeting), "status"),
        progress_waiting=first_of(turns, "member_state__code"),
        progress_open_item=first_of(items.planned().order_by("position"), "pk"),
        progress_has_agenda=Exists(items),
        progress_has_attendance=Exists(Delegation.objects.filter(**of_meeting)),
    )


def progress_of(meeting: Meeting) -> Progress:
    """Return how far a meeting is that was read with_progress()."""
    return Progress(*(getattr(meeting, f"progress_{name}") for name in Progress._fields))


def first_of(rows: "QuerySet[Any]", column: str) -> Subquery:
    return Subquery(rows.values(column)[:1])


def _next_in_plan(meeting: Meeting, progress: Progress) -> NextStep:
    code = [meeting.cycle.slug, meeting.code]
    if not progress.has_agenda:
        return NextStep(_now("Fill the agenda"), reverse("meeting-agenda-copy", args=code))
    day = {"day": date_format(meeting.starts_on)}
    if meeting.series == MeetingSeries.COORDINATION:
        text = _now("On %(day)s: open the country round. It can be rehearsed before.")
        return NextStep(text % day, reverse("round", args=code))
    return NextStep(_now("On %(day)s: run the meeting, then record it as held.") % day)


def _next_in_run(meeting: Meeting, progress: Progress) -> NextStep:
    code = [meeting.cycle.slug, meeting.code]
    if progress.round is None and meeting.series == MeetingSeries.COORDINATION:
        return NextStep(_now("Open the country round"), reverse("round-open", args=code))
    if progress.waiting and progress.round == RoundStatus.OPEN:
        url = reverse("round-turn", args=[*code, progress.waiting])
        return NextStep(_now("Continue the country round"), url)
    if progress.round == RoundStatus.OPEN:
        return NextStep(_now("End the round and save the status"), reverse("round-close", args=code))
    if not progress.has_attendance:
        return NextStep(_now("Record attendance"), reverse("meeting-attendance", args=code))
    return NextStep(_now("Record the meeting as held"), reverse("meeting-hold", args=code))


def _next_in_minutes(meeting: Meeting, progress: Progress) -> NextStep:
    code = [meeting.cycle.slug, meeting.code]
    minutes = reverse("minutes", args=code)
    if progress.minutes == MinutesStatus.CIRCULATED:
        return NextStep(_now("Record where the minutes were adopted"), minutes)
    if progress.minutes == MinutesStatus.DRAFT:
        return NextStep(_now("Read the draft of the minutes and circulate it"), minutes)
    if progress.open_item:
        url = reverse("agenda-conclude", args=[*code, progress.open_item])
        return NextStep(_now("Enter the outcomes of the agenda"), url)
    return NextStep(_now("Draft the minutes"), minutes)


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
            [(deadline, f"{deadline} · {clock.short_day(deadline.due_on)}") for deadline in deadlines],
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
