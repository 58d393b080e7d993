"""What is on the calendar of a person: meetings, deadlines and steps of the plan, for the month page and the feeds."""

from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Max, Q
from django.utils.text import Truncator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models import (
    ActionPoint,
    ActionStatus,
    CalendarFeed,
    Deadline,
    DeadlineState,
    DeadlineStatus,
    Delivery,
    Extension,
    Meeting,
    MeetingStatus,
    NationalReport,
    Organisation,
    PlanStep,
    ReviewCycle,
    StepKind,
    Trace,
    Tracked,
    User,
)
from reviews.models.choices import StatusChoices
from reviews.models.deadlines import DeadlineQuerySet
from reviews.queries.deadlines import (
    GrantedExtensions,
    by_deadline_and_state,
    deadline_statuses,
    due_in_force,
    is_asked_of_member,
    is_to_revise,
)
from reviews.queries.lines import shorten_names
from reviews.text import isolated

LONGEST_TITLE = 100  # of an action point, which is a sentence or more


class CalendarKind(StatusChoices):
    """What an entry is."""

    MEETING = "meeting", "info", _("meeting")
    DEADLINE = "deadline", "warn", _("deadline")
    STEP = "step", "neutral", _("step of the plan")
    ACTION = "action", "warn", _("action point")  # of the owner of a feed


@dataclass(frozen=True)
class CalendarEntry:
    """A meeting, a deadline, a step of the plan or an action point, on its days."""

    kind: CalendarKind
    record: Meeting | Deadline | PlanStep | ActionPoint
    title: str
    starts_on: date
    ends_on: date
    status: str = ""  # in words that stay the same from day to day; empty: nothing to add
    is_cancelled: bool = False
    is_over: bool = False  # held, met or done: nobody needs a reminder
    state: Organisation | None = None  # whose date it is; None: everybody's
    is_of_single_country: bool = False  # one of several countries' later dates, beside the common date
    others: tuple[Tracked, ...] = ()  # the other records that it is made from

    @property
    def cycle(self) -> ReviewCycle:
        return self.record.cycle

    @property
    def records(self) -> list[Tracked]:
        """All records that it is made from: what is shown changes only if one of them does."""
        return [self.record, self.cycle, *self.others, *([self.state] if self.state else [])]


class LastChange(NamedTuple):
    """The newest change of the records that an entry is made from. The number only ever rises."""

    number: int
    at: datetime


def entries_for(
    reader: User, cycles: Sequence[ReviewCycle], state: Organisation | None = None
) -> list[CalendarEntry]:
    """Return what a person may see on the calendar of these cycles, by day.

    With `state`, deadlines have the dates in force for that country; without it the common ones, and the later dates
    of single countries beside them for those who read all of them.
    """
    deadlines = deadlines_of_country(reader, cycles, state) if state else common_deadlines(reader, cycles)
    entries = [*meetings_of(reader, cycles), *deadlines, *steps_of_plan(reader, cycles)]
    return sorted(entries, key=lambda entry: (entry.starts_on, list(CalendarKind).index(entry.kind)))


def entries_of_feed(feed: CalendarFeed) -> list[CalendarEntry] | None:
    """Return what the owner of a feed may see in it now; None: it is no longer for them."""
    cycles = ReviewCycle.objects.visible_to(feed.person)
    if feed.cycle_id:
        cycles = cycles.filter(pk=feed.cycle_id)
    elif feed.member_state_id:
        cycles = cycles.begun().filter(memberships__member_state=feed.member_state_id).distinct()
    else:
        cycles = cycles.begun()
    found = list(cycles)
    if not feed.is_permitted or (feed.cycle_id and not found):
        return None
    entries = entries_for(feed.person, found, feed.deadlines_of)
    return entries + list(own_action_points(feed.person, found)) if feed.is_personal else entries


def meetings_of(reader: User, cycles: Sequence[ReviewCycle]) -> Iterator[CalendarEntry]:
    meetings = Meeting.objects.filter(cycle__in=cycles).visible_to(reader)
    return map(meeting_entry, meetings.select_related("cycle"))


def meeting_entry(meeting: Meeting) -> CalendarEntry:
    is_cancelled = meeting.status == MeetingStatus.CANCELLED
    return CalendarEntry(
        CalendarKind.MEETING,
        meeting,
        meeting.title,
        meeting.starts_on,
        meeting.ends_on,
        status="" if meeting.status == MeetingStatus.PLANNED else meeting.get_status_display(),
        is_cancelled=is_cancelled,
        is_over=meeting.status != MeetingStatus.PLANNED,
    )


# --- deadlines


def deadlines_of_country(
    reader: User, cycles: Sequence[ReviewCycle], state: Organisation
) -> Iterator[CalendarEntry]:
    """The deadlines that are asked of one country, each on the date in force for it."""
    found = NationalReport.objects.filter(cycle__in=cycles, member_state=state).visible_to(reader)
    reports = list(found.seated(clock.today()).select_related("cycle", "member_state"))
    deadlines = list(_deadlines(reader, cycles).concerning(state.pk))
    granted = list(Extension.objects.granted_in(*cycles).filter(member_state=state))
    deliveries = Delivery.objects.filter(deadline__in=deadlines, member_state=state)
    parts = _by_deadline([*granted, *deliveries])
    statuses = deadline_statuses(reports, deadlines, granted, clock.today())
    for report in reports:
        for status in statuses[report.pk]:
            if status.deadline.cycle_id == report.cycle_id:
                yield _entry_of_country(status, state, (report, *parts[status.deadline.pk]))


def _by_deadline(parts: Iterable[Extension | Delivery]) -> dict[int, list[Tracked]]:
    by_deadline: dict[int, list[Tracked]] = defaultdict(list)
    for part in parts:
        by_deadline[part.deadline_id].append(part)
    return by_deadline


def _entry_of_country(
    status: DeadlineStatus, state: Organisation, others: tuple[Tracked, ...]
) -> CalendarEntry:
    return CalendarEntry(
        CalendarKind.DEADLINE,
        status.deadline,
        status.deadline.title,
        status.due_on,
        status.due_on,
        status=lasting_text(status),
        is_over=not status.is_asked,
        state=state,
        others=others,
    )


def lasting_text(status: DeadlineStatus) -> str:
    """The status of a deadline without what depends on the day of reading, such as "overdue by 3 days"."""
    if status.not_required:
        return str(status.not_required.label)
    if status.is_met:
        return str(DeadlineState.MET.label)
    if status.is_to_revise:
        return str(DeadlineState.TO_REVISE.label)
    return str(DeadlineState.EXTENDED.label) if status.is_extended else ""


def common_deadlines(reader: User, cycles: Sequence[ReviewCycle]) -> Iterator[CalendarEntry]:
    """Each deadline on its common date; for who reads all countries also whom it is for, and later dates of some."""
    deadlines = list(_deadlines(reader, cycles))
    reads_all = policy.scope_of(reader, "extension.read") is policy.Scope.EVERYWHERE
    for deadline in deadlines:
        title = title_for(deadline, deadline.only_for.all()) if reads_all else deadline.title
        yield CalendarEntry(CalendarKind.DEADLINE, deadline, title, deadline.due_on, deadline.due_on)
    if reads_all:
        yield from later_dates(reader, cycles, deadlines)


def title_for(deadline: Deadline, states: Iterable[Organisation]) -> str:
    """The title of a deadline with the countries that it is for; none: for all."""
    names = [str(state) for state in states]
    if not names:
        return deadline.title
    words = {"deadline": isolated(deadline.title), "countries": shorten_names(names)}
    return _now("%(deadline)s (%(countries)s)") % words


def later_dates(
    reader: User, cycles: Sequence[ReviewCycle], deadlines: list[Deadline]
) -> Iterator[CalendarEntry]:
    """The dates of countries with an extension, or whose report was sent back."""
    granted = by_deadline_and_state(Extension.objects.granted_in(*cycles))
    by_cycle: dict[int, list[NationalReport]] = defaultdict(list)
    reports = NationalReport.objects.filter(cycle__in=cycles).visible_to(reader).seated(clock.today())
    for report in reports.select_related("cycle", "member_state"):
        by_cycle[report.cycle_id].append(report)
    for deadline in deadlines:
        for report in by_cycle[deadline.cycle_id]:
            if entry := _later_date(deadline, report, granted):
                yield entry


def _later_date(
    deadline: Deadline, report: NationalReport, granted: GrantedExtensions
) -> CalendarEntry | None:
    extensions = granted.get((deadline.pk, report.member_state_id), [])
    if not (extensions or is_to_revise(report, deadline)) or not deadline.concerns(report.member_state_id):
        return None
    day = due_in_force(report, deadline, granted)
    if day == deadline.due_on or not is_asked_of_member(report, day, clock.today()):
        return None
    return CalendarEntry(
        CalendarKind.DEADLINE,
        deadline,
        title_for(deadline, [report.member_state]),
        day,
        day,
        status=str(
            (DeadlineState.TO_REVISE if is_to_revise(report, deadline) else DeadlineState.EXTENDED).label
        ),
        state=report.member_state,
        is_of_single_country=True,
        others=(report, *extensions),
    )


def _deadlines(reader: User, cycles: Sequence[ReviewCycle]) -> DeadlineQuerySet:
    deadlines = Deadline.objects.filter(cycle__in=cycles).visible_to(reader)
    return deadlines.select_related("cycle").prefetch_related("only_for")


# --- steps of the plan


def steps_of_plan(reader: User, cycles: Sequence[ReviewCycle]) -> Iterator[CalendarEntry]:
    """The steps with a day. National reports are there with their deadline."""
    steps = PlanStep.objects.filter(cycle__in=cycles).visible_to(reader)
    steps = steps.exclude(kind=StepKind.NATIONAL_REPORTS).select_related("cycle", "meeting")
    return filter(None, map(_step_entry, steps))


def _step_entry(step: PlanStep) -> CalendarEntry | None:
    meeting, day = step.meeting, step.took_place_on or step.due_on
    is_cancelled = meeting is not None and meeting.status == MeetingStatus.CANCELLED and not step.is_over
    if meeting is not None and is_cancelled:
        day = meeting.starts_on
    if day is None:
        return None
    return CalendarEntry(
        CalendarKind.STEP,
        step,
        step.title,
        day,
        day,
        status=step.get_status_display() if step.is_over else "",
        is_cancelled=is_cancelled,
        is_over=step.is_over,
        others=(meeting,) if meeting else (),
    )


# --- action points


def own_action_points(reader: User, cycles: Sequence[ReviewCycle]) -> Iterator[CalendarEntry]:
    """What the person has to do after meetings, on the day by which it is due."""
    points = ActionPoint.objects.filter(meeting__cycle__in=cycles).visible_to(reader).owned_by(reader)
    return map(_action_entry, points.select_related("meeting__cycle").order_by("due_on", "pk"))


def _action_entry(point: ActionPoint) -> CalendarEntry:
    is_over = point.status != ActionStatus.OPEN
    return CalendarEntry(
        CalendarKind.ACTION,
        point,
        f"{point.code} {Truncator(point.text).chars(LONGEST_TITLE)}",
        point.due_on,
        point.due_on,
        status=point.get_status_display() if is_over else "",
        is_cancelled=point.status == ActionStatus.DROPPED,
        is_over=is_over,
        others=(point.meeting,),
    )


# --- changes


def last_changes(entries: Sequence[CalendarEntry]) -> list[LastChange]:
    """Return the last change of each entry, in one query.

    The number is that of the newest row of the trace. Versions would not do: a step that is moved to another meeting
    may get one with a lower version.
    """
    if not entries:
        return []
    ids: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        for record in entry.records:
            ids[record._meta.label_lower].add(record.pk)
    rows = Trace.objects.filter(_any_of(ids)).order_by().values_list("model", "object_id")
    newest = {
        (model, pk): LastChange(number, at)
        for model, pk, number, at in rows.annotate(number=Max("pk"), last_at=Max("at"))
    }
    return [_newest_of(entry, newest) for entry in entries]


def _any_of(ids: dict[str, set[int]]) -> Q:
    found = Q(pk=None)
    for model, of_model in ids.items():
        found |= Q(model=model, object_id__in=of_model)
    return found


def _newest_of(entry: CalendarEntry, newest: dict[tuple[str, int], LastChange]) -> LastChange:
    changes = [newest[record._meta.label_lower, record.pk] for record in entry.records]
    return LastChange(max(change.number for change in changes), max(change.at for change in changes))


# --- a month


@dataclass(frozen=True)
class CalendarLine:
    """A line on one day: an entry, or one for the countries that have the same later date."""

    entry: CalendarEntry
    states: tuple[Organisation, ...] = ()

    @property
    def title(self) -> str:
        """With the names of the countries, shortened where they are many."""
        deadline = self.entry.record
        if self.states and isinstance(deadline, Deadline):
            return title_for(deadline, self.states)
        return self.entry.title


@dataclass(frozen=True)
class CalendarDay:
    """A day of a month page, with what is on it."""

    on: date
    is_of_month: bool
    is_today: bool
    lines: list[CalendarLine]


@dataclass(frozen=True)
class CalendarWeek:
    """Seven days from Monday on."""

    days: list[CalendarDay]

    @property
    def number(self) -> int:
        return self.days[0].on.isocalendar().week

    @property
    def is_empty(self) -> bool:
        return not any(day.lines for day in self.days)


def weeks_of_month(entries: Iterable[CalendarEntry], month: date) -> list[CalendarWeek]:
    """Return the weeks that a month touches; `month` is one of its days."""
    entries, today = list(entries), clock.today()
    return [
        CalendarWeek(
            [
                CalendarDay(day, day.month == month.month, day == today, lines_of_day(entries, day))
                for day in week
            ]
        )
        for week in Calendar().monthdatescalendar(month.year, month.month)
    ]


def lines_of_day(entries: Iterable[CalendarEntry], day: date) -> list[CalendarLine]:
    """Return a line for each entry of a day; later dates of several countries are one line."""
    lines: dict[object, list[CalendarEntry]] = defaultdict(list)
    for entry in entries:
        if entry.starts_on <= day <= entry.ends_on:
            lines[entry.kind, entry.record.pk, entry.status, entry.is_of_single_country].append(entry)
    return [
        CalendarLine(
            rows[0], tuple(row.state for row in rows if row.state) if rows[0].is_of_single_country else ()
        )
        for rows in lines.values()
    ]
