"""My desk: open tasks of a person, deadlines, and recent changes by others."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import ngettext

from reviews import clock, policy
from reviews.models import (
    ActionPoint,
    ActionStatus,
    Advice,
    DataGap,
    Deadline,
    DeadlineOutput,
    DeadlineStatus,
    Explanation,
    Extension,
    ExtensionStatus,
    Finding,
    Meeting,
    Minutes,
    NationalReport,
    ReportStatus,
    ReviewCycle,
    Trace,
    User,
    Watch,
)
from reviews.models.deadlines import DUE_SOON_DAYS
from reviews.models.deliveries import RECORD
from reviews.models.follow_ups import MARK
from reviews.models.reports import SILENT_DAYS
from reviews.models.trace import NEWS, TraceQuerySet
from reviews.models.workstreams import workstream_label
from reviews.queries.deadlines import (
    CountryDeadline,
    DeadlineLines,
    Met,
    by_deadline,
    count_met,
    deadline_statuses,
)
from reviews.queries.extensions import find_needed
from reviews.queries.follow_ups import open_marks
from reviews.queries.lines import MOST_LINES, Lines, shorten_names
from reviews.queries.pending import next_step
from reviews.queries.people import people_gone_with_items
from reviews.text import isolated

AHEAD_DAYS = 45  # how far the desk looks


@dataclass(frozen=True)
class Task:
    """Something that waits for a person."""

    since: datetime
    what: str
    about: str
    url: str
    cycle: ReviewCycle | None  # None: of no cycle
    group: str  # the heading over many of its kind
    done_url: str = ""  # the page on which it is marked as done, where it is done elsewhere

    @property
    def days(self) -> int:
        """Days it has waited."""
        return clock.days_between(clock.day_of(self.since), clock.today())


@dataclass(frozen=True)
class DueDeadline:
    """A deadline of the next weeks: the countries that still have to meet it, and how many have."""

    lines: DeadlineLines
    met: Met

    @property
    def deadline(self) -> Deadline:
        return self.lines.deadline

    @property
    def due_on(self) -> date:
        return min(line.status.due_on for line in self.lines.all)


@dataclass(frozen=True)
class CountryCard:
    """The report of the person's own country, and what may be done with it."""

    report: NationalReport
    transitions: set[str]


PageOfRecord = NationalReport | DataGap | Finding | Deadline | Meeting | Minutes | ReviewCycle
# The pages that a line of news leads to, with what their addresses need.
PAGES: dict[str, models.QuerySet[Any]] = {
    "reviews.nationalreport": NationalReport.objects.select_related("cycle", "member_state"),
    "reviews.datagap": DataGap.objects.select_related("cycle", "member_state"),
    "reviews.finding": Finding.objects.select_related("cycle", "member_state"),
    "reviews.deadline": Deadline.objects.select_related("cycle"),
    "reviews.meeting": Meeting.objects.select_related("cycle"),
    "reviews.minutes": Minutes.objects.select_related("meeting__cycle"),
    "reviews.reviewcycle": ReviewCycle.objects.all(),
}


def reports_of(user: User, cycles: list[ReviewCycle]) -> list[NationalReport]:
    """Return the reports of the members that are counted today, as far as the person reads them."""
    reports = NationalReport.objects.filter(cycle__in=cycles).visible_to(user).seated(clock.today())
    return list(reports.select_related("cycle", "member_state", "reader"))


def extensions_of(cycles: list[ReviewCycle]) -> list[Extension]:
    """Return the extensions that were granted, and those that wait for a decision, oldest first."""
    extensions = Extension.objects.granted_or_asked_in(cycles)
    return list(extensions.select_related("deadline__cycle", "member_state").order_by("asked_at"))


def deadlines_of_countries(
    user: User, cycles: list[ReviewCycle], reports: list[NationalReport], extensions: Iterable[Extension]
) -> list[CountryDeadline]:
    """Return each deadline of these reports, by date."""
    deadlines = Deadline.objects.filter(cycle__in=cycles).visible_to(user).select_related("cycle")
    deadlines = deadlines.prefetch_related("only_for")
    granted = [extension for extension in extensions if extension.status == ExtensionStatus.GRANTED]
    statuses = deadline_statuses(reports, deadlines, granted, clock.today())
    lines = [
        CountryDeadline(report, status)
        for report in reports
        for status in statuses[report.pk]
        if status.deadline.cycle_id == report.cycle_id
    ]
    return sorted(lines, key=lambda line: line.status.due_on)


def waiting(
    user: User,
    cycles: list[ReviewCycle],
    reports: list[NationalReport],
    lines: Collection[CountryDeadline] = (),
    extensions: Iterable[Extension] = (),
) -> list[Task]:
    """Return what waits for this person in these cycles, on these reports and deadlines, oldest first."""
    tasks = [task for find_tasks in TASKS for task in find_tasks(user, cycles)]
    tasks += [task for find_tasks in TASKS_OF_REPORTS for task in find_tasks(user, reports)]
    tasks += extensions_to_decide(user, extensions, lines)
    return sorted([*tasks, *deadlines_to_meet(user, lines)], key=lambda task: task.since)


def gather_tasks(tasks: Iterable[Task]) -> list[Lines[Task]]:
    """Return tasks of a kind of which there are many together, where the oldest of them is; the others one by one."""
    tasks = list(tasks)
    number = Counter(task.group for task in tasks)
    gathered: dict[object, list[Task]] = {}
    for task in tasks:
        gathered.setdefault(task.group if number[task.group] > MOST_LINES else task, []).append(task)
    return [Lines(of_kind) for of_kind in gathered.values()]


def due(lines: Iterable[CountryDeadline]) -> list[DueDeadline]:
    """Return the deadlines that somebody still has to meet and that are overdue or due soon."""
    lines, last_day = list(lines), clock.today() + timedelta(days=AHEAD_DAYS)
    statuses: dict[int, list[DeadlineStatus]] = defaultdict(list)
    for line in lines:
        statuses[line.status.deadline.pk].append(line.status)
    asked = by_deadline(line for line in lines if line.status.is_asked and line.status.due_on <= last_day)
    return [DueDeadline(of_deadline, count_met(statuses[of_deadline.deadline.pk])) for of_deadline in asked]


def own_cards(user: User, reports: Iterable[NationalReport]) -> list[CountryCard]:
    """Return a card for each report of the person's own country, for those who post its progress."""
    return [CountryCard(report, report.transitions_for(user)) for report in reports_posted_by(user, reports)]


def reports_posted_by(user: User, reports: Iterable[NationalReport]) -> list[NationalReport]:
    """Return the reports whose progress the person posts."""
    if policy.scope_of(user, "report.update") is not policy.Scope.OWN:
        return []
    return [report for report in reports if report.member_state_id == user.organisation_id]


def activity(
    user: User, before: int | None = None, most: int = 25, *, only_watched: bool = False
) -> list[Trace]:
    """Return the newest changes by others that this person may read; `before`: only rows with a smaller id."""
    rows = news_for(user).exclude(by=user).select_related("by")
    if only_watched:
        rows = rows.filter(Watch.objects.of(user).changes_of())
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [row for row in (row.for_reader(user) for row in rows.order_by("-id")[:most]) if row]


def news_for(user: User) -> TraceQuerySet:
    return Trace.objects.visible_to(user).filter(model__in=NEWS)


def page_of_news(row: Trace) -> PageOfRecord | None:
    """Return the record on whose page the change is shown."""
    records = PAGES.get(row.page_model)
    return None if records is None else records.filter(pk=row.page_id).first()


# --- what waits, each for those whose duty it is


def own_reports(user: User, reports: list[NationalReport]) -> Iterator[Task]:
    for report in reports_posted_by(user, reports):
        if report.status == ReportStatus.NOT_STARTED:
            yield _own_task(report, report.silent_from, _now("Post the first progress"), "report-update")
        elif report.status == ReportStatus.RETURNED:
            # Why it was returned is on the report's own page.
            about = str(report.member_state)
            if report.revision_due_on:
                by_day = _now("by %(day)s") % {"day": clock.short_day(report.revision_due_on)}
                about = f"{about} · {by_day}"
            yield _own_task(report, report.held_since, _now("Revise the returned report"), "report", about)


def _own_task(report: NationalReport, since: datetime, what: str, page: str, about: str = "") -> Task:
    url = reverse(page, args=[report.cycle.slug, report.code])
    return Task(since, what, about or str(report.member_state), url, report.cycle, what)


def deadlines_to_meet(user: User, lines: Collection[CountryDeadline]) -> Iterator[Task]:
    """Return what the open deadlines ask of the own country, besides its report."""
    for line in lines:
        if line.status.is_asked and line.status.deadline.opens_on <= clock.today():
            yield from deliveries_due(user, line)
            yield from phases_due(user, line)
    yield from progress_due(user, lines)


def deliveries_due(user: User, line: CountryDeadline) -> Iterator[Task]:
    """Comments and the like, for whoever may say that they were sent."""
    deadline, status = line.status.deadline, line.status
    is_own = policy.scope_of(user, RECORD) is policy.Scope.OWN and policy.may(user, RECORD, line.report)
    if not (deadline.is_recorded and is_own) or deadline.locked_on(status.due_on, clock.today()):
        return
    what = _now("%(deadline)s: by %(day)s") % {"deadline": deadline, "day": clock.short_day(status.due_on)}
    yield Task(
        clock.start_of(deadline.opens_on),
        what,
        f"{line.state} · {deadline.output_text} · {status.text}",
        deadline.get_absolute_url(),
        deadline.cycle,
        _now("Deadlines"),
        reverse("delivery-add", args=[deadline.cycle.slug, deadline.number]),
    )


def phases_due(user: User, line: CountryDeadline) -> Iterator[Task]:
    """A workstream of the own report that should be finished soon, or be already."""
    deadline, status, report = line.status.deadline, line.status, line.report
    is_near = status.days <= DUE_SOON_DAYS and report.status in (
        ReportStatus.IN_PROGRESS,
        ReportStatus.RETURNED,
    )
    if not (deadline.is_phase and is_near and reports_posted_by(user, [report])):
        return
    values = {"what": workstream_label(deadline.output), "day": clock.short_day(status.due_on)}
    what = _now("Finish %(what)s by %(day)s") % values
    since = clock.start_of(max(deadline.opens_on, status.due_on - timedelta(days=DUE_SOON_DAYS)))
    yield _own_task(report, since, what, "report-update", f"{line.state} · {deadline} · {status.text}")


def progress_due(user: User, lines: Iterable[CountryDeadline]) -> Iterator[Task]:
    """One task for each own report with a progress deadline that is open and not met, from the day it could be."""
    if policy.scope_of(user, "report.update") is not policy.Scope.OWN:
        return
    reports = set()
    for line in lines:
        report, deadline = line.report, line.status.deadline
        is_open = deadline.output == DeadlineOutput.PROGRESS and deadline.opens_on <= clock.today()
        if (
            line.status.is_asked
            and is_open
            and report.status == ReportStatus.IN_PROGRESS
            and report not in reports
        ):
            reports.add(report)
            since = max(clock.start_of(deadline.opens_on), report.held_since)
            about = f"{line.state} · {deadline} · {line.status.text}"
            what = _now("Post progress by %(day)s") % {"day": clock.short_day(line.status.due_on)}
            yield _own_task(report, since, what, "report-update", about)


def gaps_held(user: User, cycles: list[ReviewCycle]) -> Iterator[Task]:
    gaps = DataGap.objects.filter(cycle__in=cycles).visible_to(user).waiting_for(user)
    for gap in gaps.with_question().with_advice().select_related("cycle", "member_state", "kind"):
        what = next_step(gap)
        about = f"{gap.kind} · {gap.get_status_display()}"
        group = _now("Data gaps: %(what)s") % {"what": what}
        yield Task(gap.held_since, f"{gap.code}: {what}", about, gap.get_absolute_url(), gap.cycle, group)


def reports_to_read(user: User, reports: list[NationalReport]) -> Iterator[Task]:
    if not policy.may(user, "report.start_reading"):
        return
    group = _now("Reports to read")
    for report in reports:
        if report.is_to_read and may_read_next(user, report):
            what = _now("%(state)s: read the report") % {"state": report.member_state}
            about, url = report.get_status_display(), report.get_absolute_url()
            yield Task(report.held_since, what, about, url, report.cycle, group)


def may_read_next(user: User, report: NationalReport) -> bool:
    """Whether it has no other reader who is still there to read it."""
    reader = report.reader
    if reader is None or reader == user:
        return True
    return reader.has_gone or reader.role not in policy.roles_with("report.accept")


def extensions_to_decide(
    user: User, extensions: Iterable[Extension], lines: Iterable[CountryDeadline]
) -> Iterator[Task]:
    """One task for the request of a cycle; several are decided together. None for a deadline that was met since."""
    if not policy.may(user, "extension.decide"):
        return
    requests = [extension for extension in extensions if extension.status == ExtensionStatus.ASKED]
    by_cycle: dict[ReviewCycle, list[Extension]] = defaultdict(list)
    for request in find_needed(requests, lines):
        by_cycle[request.cycle].append(request)
    group = _now("Extension requests")
    for cycle, waiting in by_cycle.items():
        first, names = waiting[0], [str(request.member_state) for request in waiting]
        if len(waiting) > 1:
            what = _now("Decide on %(n)d extension requests") % {"n": len(waiting)}
            about, url = shorten_names(names), reverse("extension-decide-all", args=[cycle.slug])
        else:
            what = _now("%(state)s: decide on the extension request") % {"state": names[0]}
            assert first.asked_until  # as of every request
            until = _now("until %(day)s") % {"day": clock.short_day(first.asked_until)}
            about = f"{first.deadline} · {until}"
            url = reverse("extension-decide", args=[cycle.slug, first.pk])
        yield Task(first.asked_at, what, about, url, cycle, group)


def silent_reports(user: User, reports: list[NationalReport]) -> Iterator[Task]:
    if not policy.may(user, "deadline.set"):
        return
    group = _now("No progress for more than %(n)d days") % {"n": SILENT_DAYS}
    since_then = clock.now() - timedelta(days=SILENT_DAYS)
    for report in reports:
        if not report.is_silent_since(since_then):
            continue
        # The task waits since the days without progress were over.
        day = clock.day_of(report.silent_from)
        values = {"state": report.member_state, "n": clock.days_between(day, clock.today())}
        what = _now("%(state)s: no progress for %(n)d days") % values
        about = _now("since %(day)s") % {"day": clock.short_day(day)}
        since = report.silent_from + timedelta(days=SILENT_DAYS)
        yield Task(since, what, about, report.get_absolute_url(), report.cycle, group)


def action_points(user: User, cycles: list[ReviewCycle]) -> Iterator[Task]:
    """The person's own ones, and those that he or she may verify: one query for both."""
    # Of a meeting not shared, an observer learns nothing.
    points = ActionPoint.objects.filter(meeting__cycle__in=cycles).visible_to(user).waiting_for(user)
    for point in points.select_related("meeting__cycle"):
        yield _own_point(point) if point.status == ActionStatus.OPEN else _point_to_verify(point)


def _own_point(point: ActionPoint) -> Task:
    what = _now("Action point: %(text)s") % {"text": point.text}
    due = _now("due %(day)s") % {"day": clock.short_day(point.due_on)}
    about = f"{point.code} · {due}"
    url, cycle = point.get_absolute_url(), point.meeting.cycle
    return Task(point.held_since, what, about, url, cycle, _now("Action points"))


def _point_to_verify(point: ActionPoint) -> Task:
    what = _now("Verify the action point: %(text)s") % {"text": point.text}
    url, cycle = point.get_absolute_url(), point.meeting.cycle
    return Task(point.held_since, what, point.code, url, cycle, _now("Action points to verify"))


def explanations_to_give(user: User, cycles: list[ReviewCycle]) -> Iterator[Task]:
    requests = Explanation.objects.filter(deadline__cycle__in=cycles).waiting_for(user)
    for request in requests.select_related("deadline__cycle"):
        what = _now("Explain: %(deadline)s") % {"deadline": request.deadline}
        url = reverse("explanation-give", args=[request.cycle.slug, request.deadline.number, request.pk])
        yield Task(request.asked_at, what, request.question, url, request.cycle, _now("Explanations"))


def items_of_people_gone(user: User, cycles: list[ReviewCycle]) -> Iterator[Task]:
    """One task for each person who can no longer sign in, and in whose name something is open."""
    if not policy.may(user, "people.arrange"):
        return
    for person in people_gone_with_items():
        what = _now("%(person)s has left: hand over the open items") % {"person": person}
        about = ngettext("%(n)d open item", "%(n)d open items", person.held) % {"n": person.held}
        url = reverse("person-hand-over", args=[person.pk])
        yield Task(person.closed_at, what, about, url, None, _now("People who have left"))


def drafts_to_approve(user: User, cycles: list[ReviewCycle]) -> Iterator[Task]:
    if not policy.may(user, "guidance.approve"):
        return
    related = ("gap__cycle", "gap__member_state", "difficulty__cycle", "drafted_by")
    for advice in Advice.objects.drafts().in_cycles(cycles).select_related(*related):
        what = _now("%(subject)s: approve the advice") % {"subject": advice.subject}
        about, url = str(advice.drafted_by), advice.get_absolute_url()
        yield Task(advice.drafted_at, what, about, url, advice.subject.cycle, _now("Advice to approve"))


def marks_to_follow_up(user: User, cycles: list[ReviewCycle]) -> Iterator[Task]:
    if not policy.may(user, MARK):
        return
    for mark in open_marks(user, cycles):
        what = _now("Follow up: %(record)s") % {"record": isolated(mark.label)}
        day = _now("by %(day)s") % {"day": clock.short_day(mark.due_on)} if mark.due_on else ""
        about = " · ".join(part for part in (day, mark.note) if part) or str(mark.marked_by)
        url = reverse("follow-up", args=[mark.cycle.slug, mark.pk])
        done_url = reverse("follow-up-remove", args=[mark.cycle.slug, mark.pk])
        yield Task(mark.marked_at, what, about, url, mark.cycle, _now("Marked for follow-up"), done_url)


TASKS: tuple[Callable[[User, list[ReviewCycle]], Iterator[Task]], ...] = (
    gaps_held,
    action_points,
    explanations_to_give,
    items_of_people_gone,
    drafts_to_approve,
    marks_to_follow_up,
)
TASKS_OF_REPORTS: tuple[Callable[[User, list[NationalReport]], Iterator[Task]], ...] = (
    own_reports,
    reports_to_read,
    silent_reports,
)
