"""My desk: open tasks of a person, deadlines, and recent changes by others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models import (
    ActionPoint,
    Advice,
    DataGap,
    Deadline,
    DeadlineStatus,
    Extension,
    Meeting,
    Minutes,
    NationalReport,
    Organisation,
    ReportStatus,
    ReviewCycle,
    Trace,
    User,
)
from reviews.models.reports import NationalReportQuerySet
from reviews.queries.deadlines import deadline_statuses

SILENT_DAYS = 14  # after this without progress, the Secretariat may want to ask
AHEAD_DAYS = 45  # how far the desk looks


@dataclass(frozen=True)
class Task:
    """Something that waits for a person."""

    since: datetime
    what: str
    about: str
    url: str

    @property
    def days(self) -> int:
        """Days it has waited, as a negative distance from today."""
        return clock.days_between(clock.today(), clock.day_of(self.since))


@dataclass(frozen=True)
class Due:
    """A deadline that a country has not met yet."""

    state: Organisation
    status: DeadlineStatus

    @property
    def url(self) -> str:
        return self.status.deadline.get_absolute_url()


PageOfRecord = NationalReport | DataGap | Deadline | Meeting | Minutes | ReviewCycle
# The pages that a line of news may lead to, with what their addresses need.
PAGES: dict[str, models.QuerySet[Any]] = {
    "reviews.nationalreport": NationalReport.objects.select_related("cycle", "member_state"),
    "reviews.datagap": DataGap.objects.select_related("cycle", "member_state"),
    "reviews.deadline": Deadline.objects.select_related("cycle"),
    "reviews.meeting": Meeting.objects.select_related("cycle"),
    "reviews.minutes": Minutes.objects.select_related("meeting__cycle"),
    "reviews.reviewcycle": ReviewCycle.objects.all(),
}
# What is news; the rest (an agenda item, a delegation) is in the history of its own page only.
NEWS = (*PAGES, "reviews.extension", "reviews.decision", "reviews.actionpoint", "reviews.round")
NEWS += ("reviews.threadentry", "reviews.receivedadvice")
# What a country does next with its report, and on which page; why it was returned is on the report's own.
NEXT_STEPS = {
    ReportStatus.NOT_STARTED: (_("Post the first progress"), "report-update"),
    ReportStatus.IN_PROGRESS: (_("Post progress"), "report-update"),
    ReportStatus.RETURNED: (_("Revise the returned report"), "report"),
}


def waiting(user: User, cycles: list[ReviewCycle]) -> list[Task]:
    """Return what waits for this person in these cycles, oldest first."""
    tasks = [task for find_tasks in TASKS for task in find_tasks(user, cycles)]
    return sorted(tasks, key=lambda task: task.since)


def due(user: User, cycles: list[ReviewCycle]) -> list[Due]:
    """Return what is due soon or overdue, of the person's own country, or of all for those who see all."""
    reports = list(_reports(cycles).visible_to(user))
    deadlines = Deadline.objects.filter(cycle__in=cycles).visible_to(user).select_related("cycle")
    deadlines = deadlines.prefetch_related("only_for")
    statuses = deadline_statuses(reports, deadlines, Extension.objects.granted_in(*cycles), clock.today())
    last_day = clock.today() + timedelta(days=AHEAD_DAYS)
    lines = [
        Due(report.member_state, status)
        for report in reports
        for status in statuses[report.pk]
        if status.deadline.cycle_id == report.cycle_id and not status.is_met and status.due_on <= last_day
    ]
    return sorted(lines, key=lambda line: line.status.due_on)


def changes(user: User, since: datetime, most: int = 20) -> list[Trace]:
    """Return the newest changes by others since then that this person may read, each with its page as `url`."""
    rows = Trace.objects.visible_to(user).filter(at__gt=since, model__in=NEWS).exclude(by=user)
    newest = [row.for_reader(user) for row in rows.select_related("by").order_by("-id")[:most]]
    readable = [row for row in newest if row]
    pages: dict[tuple[str, int], PageOfRecord] = {}
    for model, records in PAGES.items():
        ids = [row.page_id for row in readable if row.page_model == model]
        pages |= {(model, record.pk): record for record in records.filter(pk__in=ids)}
    for row in readable:
        page = pages.get((row.page_model, row.page_id))
        row.url = page.get_absolute_url() if page else ""
    return readable


def _reports(cycles: list[ReviewCycle]) -> NationalReportQuerySet:
    return NationalReport.objects.filter(cycle__in=cycles).select_related("cycle", "member_state")


# --- what waits, each for those whose duty it is


def own_reports(user: User, cycles: list[ReviewCycle]) -> Iterator[Task]:
    if policy.scope_of(user, "report.update") is not policy.Scope.OWN:
        return
    for report in _reports(cycles).open().filter(member_state=user.organisation_id):
        what, page = NEXT_STEPS[ReportStatus(report.status)]
        url = reverse(page, args=[report.cycle.slug, report.code])
        yield Task(report.progressed_at or report.held_since, str(what), str(report.member_state), url)


def gaps_held(user: User, cycles: list[ReviewCycle]) -> Iterator[Task]:
    gaps = DataGap.objects.filter(cycle__in=cycles).visible_to(user).held_by(user.organisation_id)
    gives_guidance = policy.may(user, "guidance.write")
    if gives_guidance:
        gaps = gaps.without_draft()  # a draft waits for a lead consultant, see drafts_to_approve
    for gap in gaps.with_question().with_advice().select_related("cycle", "member_state", "kind"):
        if gives_guidance:
            what = _now("Give guidance on a data gap")
        elif gap.has_question:
            what = _now("Answer a question on a data gap")
        else:
            what = _now("Resolve a data gap")
        about = f"{gap.code} · {gap.kind} · {gap.get_status_display()}"
        if gap.has_advice and policy.may(user, "datagap.edit", gap):
            about = f"{about} · {_now('say whether you use the advice')}"
        yield Task(gap.held_since, what, about, gap.get_absolute_url())


def reports_to_read(user: User, cycles: list[ReviewCycle]) -> Iterator[Task]:
    if not policy.may(user, "report.start_reading"):
        return
    for report in _reports(cycles).to_read().filter(Q(reader=None) | Q(reader=user)):
        about, url = str(report.member_state), report.get_absolute_url()
        yield Task(report.held_since, _now("Read a report"), about, url)


def extensions_to_decide(user: User, cycles: list[ReviewCycle]) -> Iterator[Task]:
    if not policy.may(user, "extension.decide"):
        return
    requests = Extension.objects.filter(deadline__cycle__in=cycles).to_decide()
    for request in requests.select_related("deadline__cycle", "member_state"):
        about = f"{request.member_state} · {request.deadline} · {date_format(request.asked_until)}"
        url = reverse("extension-decide", args=[request.cycle.slug, request.pk])
        yield Task(request.asked_at, _now("Decide on an extension"), about, url)


def silent_reports(user: User, cycles: list[ReviewCycle]) -> Iterator[Task]:
    if not policy.may(user, "deadline.set"):
        return
    what = _now("Ask for progress: none for %(days)s days") % {"days": SILENT_DAYS}
    for report in _reports(cycles).silent_since(clock.now() - timedelta(days=SILENT_DAYS)):
        since = report.progressed_at or report.held_since
        yield Task(since, what, str(report.member_state), report.get_absolute_url())


def own_action_points(user: User, cycles: list[ReviewCycle]) -> Iterator[Task]:
    points = ActionPoint.objects.filter(meeting__cycle__in=cycles).open().owned_by(user)
    for point in points.select_related("meeting__cycle"):
        about = f"{point.text} · {_now('due')} {date_format(point.due_on)}"
        yield Task(point.held_since, _now("Act after a meeting"), about, point.get_absolute_url())


def action_points_to_verify(user: User, cycles: list[ReviewCycle]) -> Iterator[Task]:
    if not policy.may(user, "action.verify"):
        return
    points = ActionPoint.objects.filter(meeting__cycle__in=cycles).to_verify().exclude(finished_by=user)
    for point in points.select_related("meeting__cycle"):
        about = f"{point.code} · {point.text}"
        yield Task(point.held_since, _now("Verify an action point"), about, point.get_absolute_url())


def drafts_to_approve(user: User, cycles: list[ReviewCycle]) -> Iterator[Task]:
    if not policy.may(user, "guidance.approve"):
        return
    related = ("gap__cycle", "gap__member_state", "difficulty__cycle", "drafted_by")
    for advice in Advice.objects.drafts().in_cycles(cycles).select_related(*related):
        about = f"{advice.subject} · {advice.drafted_by}"
        yield Task(advice.drafted_at, _now("Approve advice"), about, advice.get_absolute_url())


TASKS: tuple[Callable[[User, list[ReviewCycle]], Iterator[Task]], ...] = (
    own_reports,
    gaps_held,
    reports_to_read,
    extensions_to_decide,
    silent_reports,
    own_action_points,
    action_points_to_verify,
    drafts_to_approve,
)
