"""Reminders: which of them are due on a day, and what is said about a deadline in them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews import clock
from reviews.models import (
    Deadline,
    DeadlineState,
    DeadlineStatus,
    Extension,
    NationalReport,
    Organisation,
    Reminder,
    ReminderSchedule,
    ReviewCycle,
    Role,
)
from reviews.queries.deadlines import deadline_statuses, status_of


class DueReminder(NamedTuple):
    """A reminder that the schedule wants sent now: to a role, `days` after the due day (negative: before it)."""

    deadline: Deadline
    state: Organisation
    role: str
    due_on: date
    days: int


# By deadline, member state, role and due day: the days of the reminders that were sent.
Sent = dict[tuple[int, int, str, date], set[int]]


def due_reminders(cycle: ReviewCycle, on: date) -> Iterator[DueReminder]:
    """The reminders of a cycle that are due: of each deadline, country and role the newest one, unless it was sent.

    Only of what is still asked of the country on that day. Nobody is reminded of a deadline twice on a day.
    """
    deadlines = list(cycle.deadlines.prefetch_related("only_for"))
    reports = list(cycle.member_reports(on))
    statuses = deadline_statuses(reports, deadlines, Extension.objects.granted_in(cycle), on)
    schedule = ReminderSchedule.of(cycle).by_output_and_role()
    sent, reminded = sent_reminders(deadlines, on)
    for report in reports:
        for status in statuses[report.pk]:
            for (output, role), days in schedule.items():
                if output != status.deadline.output or not status.is_asked:
                    continue
                newest = newest_rung(status, days, on)
                key = (status.deadline.pk, report.member_state_id, role, status.due_on)
                has_been = {role, ""} if role != Role.SECRETARIAT else {role}
                if newest is None or any(day >= newest for day in sent[key]):
                    continue
                if has_been & reminded[status.deadline.pk, report.member_state_id]:
                    continue
                yield DueReminder(status.deadline, report.member_state, role, status.due_on, newest)


def newest_rung(status: DeadlineStatus, days: Iterable[int], on: date) -> int | None:
    """The newest of these days that has come; None: none has, or nobody is late for a day that was not named."""
    come = [day for day in days if status.due_on + timedelta(days=day) <= on]
    newest = max(come, default=None)
    is_late = status.state == DeadlineState.OVERDUE
    return None if newest is None or (on > status.due_on and not is_late) else newest


def sent_reminders(deadlines: Iterable[Deadline], on: date) -> tuple[Sent, dict[tuple[int, int], set[str]]]:
    """What was sent: the days by deadline, country, role and due day; and the roles reminded on a day."""
    sent: Sent = defaultdict(set)
    reminded: dict[tuple[int, int], set[str]] = defaultdict(set)
    rows = Reminder.objects.filter(deadline__in=deadlines)
    columns = ("deadline", "member_state", "role", "due_on", "days", "on")
    for deadline, state, role, due_on, days, day in rows.values_list(*columns):
        if days is not None:
            sent[deadline, state, role, due_on].add(days)
        if day == on:
            reminded[deadline, state].add(role)
    return sent, reminded


class Remindable(NamedTuple):
    """A deadline that a country still has to meet, and the day on which it was last reminded of it."""

    deadline: Deadline
    status: DeadlineStatus
    state: Organisation
    last: date | None

    @property
    def key(self) -> str:
        """Names it in a form: "3-VNM"."""
        return f"{self.deadline.number}-{self.state.code}"

    @property
    def is_reminded_today(self) -> bool:
        return self.last == clock.today()


def remindable(cycle: ReviewCycle, deadline: Deadline | None = None, country: str = "") -> list[Remindable]:
    """What countries can be reminded of: of one deadline, else what is overdue and all of `country`."""
    deadlines = [deadline] if deadline else list(cycle.deadlines.prefetch_related("only_for"))
    for each in deadlines:
        each.cycle = cycle
    reports, today = list(cycle.member_reports(clock.today())), clock.today()
    statuses = deadline_statuses(reports, deadlines, Extension.objects.granted_in(cycle), today)
    last = Reminder.objects.last_days(deadlines)
    rows = [
        Remindable(
            status.deadline,
            status,
            report.member_state,
            last.get((status.deadline.pk, report.member_state_id)),
        )
        for report in reports
        for status in statuses[report.pk]
        if status.is_asked
        and (deadline or status.state == DeadlineState.OVERDUE or report.member_state.code == country)
    ]
    return sorted(rows, key=lambda row: (row.status.deadline.due_on, row.status.deadline.number))


def status_for(deadline: Deadline, member_state_id: int) -> DeadlineStatus | None:
    """The status today of a deadline for a country; None: it asks nothing of it."""
    reports = NationalReport.objects.filter(cycle=deadline.cycle_id, member_state=member_state_id)
    report = reports.with_seat().select_related("cycle", "member_state").first()
    if report is None:
        return None
    return status_of(report, deadline, deadline.extensions.granted(), clock.today())


def due_text(status: DeadlineStatus) -> str:
    """When something is due, and how far that is: "due on 7 Sep 2020, in 18 days"."""
    days = abs(status.days)
    names = {"day": date_format(status.due_on), "n": days}
    if status.days < 0:
        text = ngettext("due on %(day)s, overdue by %(n)d day", "due on %(day)s, overdue by %(n)d days", days)
        return text % names
    if status.days == 0:
        return _("due today, %(day)s") % names
    return ngettext("due on %(day)s, in %(n)d day", "due on %(day)s, in %(n)d days", days) % names


def reminded_text(last: date | None) -> str:
    """ "reminded 3 days ago"; empty: never."""
    if last is None:
        return ""
    days = clock.days_between(last, clock.today())
    if days == 0:
        return _("reminded today")
    return ngettext("reminded %(n)d day ago", "reminded %(n)d days ago", days) % {"n": days}
