"""My desk: what waits for a person, what is due, what changed. Put together from each noun's own questions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

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
)
from reviews.queries.deadlines import deadline_statuses

SILENT_DAYS = 14  # after this without progress, the Secretariat may want to ask
AHEAD_DAYS = 45  # how far the desk looks


@dataclass(frozen=True)
class Item:
    """One thing that waits for a person."""

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
    """Something a country has to meet, as a line of the desk."""

    state: Organisation
    standing: DeadlineStatus

    @property
    def url(self) -> str:
        return self.standing.deadline.get_absolute_url()


# The pages that a line of news may lead to, with what their addresses need.
PAGES: dict[str, Any] = {
    "reviews.nationalreport": NationalReport.objects.select_related("cycle", "member_state"),
    "reviews.datagap": DataGap.objects.select_related("cycle", "member_state"),
    "reviews.deadline": Deadline.objects.select_related("cycle"),
    "reviews.meeting": Meeting.objects.select_related("cycle"),
    "reviews.minutes": Minutes.objects.select_related("meeting__cycle"),
    "reviews.reviewcycle": ReviewCycle.objects.all(),
}
# What is news; the rest (an agenda item, a delegation) stands on its own page's history.
NEWS = (*PAGES, "reviews.extension", "reviews.decision", "reviews.actionpoint", "reviews.round")
NEWS += ("reviews.threadentry", "reviews.receivedadvice")
# What a country does next with its report, and on which page; why it was returned stands on the report's own.
NEXT_STEPS = {
    ReportStatus.NOT_STARTED: (_("Post the first progress"), "report-update"),
    ReportStatus.IN_PROGRESS: (_("Post progress"), "report-update"),
    ReportStatus.RETURNED: (_("Revise the returned report"), "report"),
}


def waiting(user: Any, cycles: list[Any]) -> list[Item]:
    """What waits for this person in these cycles, oldest first."""
    found = [*_own_reports(user, cycles), *_gaps(user, cycles), *_to_read(user, cycles)]
    found += [*_to_decide(user, cycles), *_silent(user, cycles), *_actions(user, cycles)]
    found += _to_verify(user, cycles)
    found += _to_approve(user, cycles)
    return sorted(found, key=lambda item: item.since)


def due(user: Any, cycles: list[Any]) -> list[Due]:
    """What is due soon or overdue, of the person's own country, or of all for those who see all."""
    reports = list(_reports(cycles).visible_to(user))
    deadlines = Deadline.objects.filter(cycle__in=cycles).visible_to(user).select_related("cycle")
    granted = Extension.objects.granted_in(*cycles)
    found = deadline_statuses(reports, deadlines.prefetch_related("only_for"), granted, clock.today())
    lines = [
        Due(r.member_state, s) for r in reports for s in found[r.pk] if s.deadline.cycle_id == r.cycle_id
    ]
    return sorted((line for line in lines if _is_near(line.standing)), key=lambda line: line.standing.due_on)


def changes(user: Any, since: datetime, most: int = 20) -> list[Trace]:
    """What others did since then, as far as this person may read it; newest first, each with the page it is on."""
    rows = Trace.objects.visible_to(user).filter(at__gt=since, model__in=NEWS).exclude(by=user)
    newest = rows.select_related("by").order_by("-id")[:most]
    shown = [told for row in newest if (told := row.for_reader(user))]
    pages = {model: _pages(model, shown) for model in PAGES}
    for row in shown:
        page = pages[row.page_model].get(row.page_id)
        row.url = page.get_absolute_url() if page else ""
    return shown


def _pages(model: str, rows: list[Trace]) -> dict[int, Any]:
    records = PAGES[model].filter(pk__in=[row.page_id for row in rows if row.page_model == model])
    return {record.pk: record for record in records}


def _reports(cycles: list[Any]) -> Any:
    return NationalReport.objects.filter(cycle__in=cycles).select_related("cycle", "member_state")


def _is_near(standing: DeadlineStatus) -> bool:
    ahead = clock.today() + timedelta(days=AHEAD_DAYS)
    return not standing.is_met and standing.due_on <= ahead


def _own_reports(user: Any, cycles: list[Any]) -> Iterator[Item]:
    if policy.scope_of(user, "report.update") is not policy.Scope.OWN:
        return
    for report in _reports(cycles).open().filter(member_state=user.organisation_id):
        step, page = NEXT_STEPS[ReportStatus(report.status)]
        url = reverse(page, args=[report.cycle.slug, report.code])
        yield Item(report.progressed_at or report.held_since, str(step), str(report.member_state), url)


def _gaps(user: Any, cycles: list[Any]) -> Iterator[Item]:
    gaps = DataGap.objects.filter(cycle__in=cycles).visible_to(user).held_by(user.organisation_id)
    if policy.may(user, "guidance.write"):
        gaps = gaps.without_draft()  # a draft waits for a lead consultant, see _to_approve
    for gap in gaps.with_question().with_advice().select_related("cycle", "member_state", "kind"):
        yield Item(gap.held_since, _gap_step(user, gap), _about_gap(user, gap), gap.get_absolute_url())


def _about_gap(user: Any, gap: Any) -> str:
    about = f"{gap.code} · {gap.kind} · {gap.get_status_display()}"
    owed = gap.has_advice and policy.may(user, "datagap.edit", gap)
    return f"{about} · {_now('say whether you use the advice')}" if owed else about


def _gap_step(user: Any, gap: Any) -> str:
    if policy.may(user, "guidance.write"):
        return _now("Give guidance on a data gap")
    if gap.has_question:
        return _now("Answer a question on a data gap")
    return _now("Resolve a data gap")


def _to_approve(user: Any, cycles: list[Any]) -> Iterator[Item]:
    if not policy.may(user, "guidance.approve"):
        return
    drafts = Advice.objects.drafts().in_cycles(cycles).select_related(
        "gap__cycle", "gap__member_state", "difficulty__cycle", "drafted_by"
    )  # fmt: skip
    for advice in drafts:
        about = f"{advice.subject} · {advice.drafted_by}"
        yield Item(advice.drafted_at, _now("Approve advice"), about, advice.get_absolute_url())


def _to_read(user: Any, cycles: list[Any]) -> Iterator[Item]:
    if not policy.may(user, "report.start_reading"):
        return
    mine = Q(reader=None) | Q(reader=user)
    for report in _reports(cycles).to_read().filter(mine):
        yield Item(
            report.held_since, _now("Read a report"), str(report.member_state), report.get_absolute_url()
        )


def _to_decide(user: Any, cycles: list[Any]) -> Iterator[Item]:
    if not policy.may(user, "extension.decide"):
        return
    asked = Extension.objects.filter(deadline__cycle__in=cycles).to_decide()
    for request in asked.select_related("deadline__cycle", "member_state"):
        about = f"{request.member_state} · {request.deadline} · {date_format(request.asked_until)}"
        url = reverse("extension-decide", args=[request.cycle.slug, request.pk])
        yield Item(request.asked_at, _now("Decide on an extension"), about, url)


def _silent(user: Any, cycles: list[Any]) -> Iterator[Item]:
    if not policy.may(user, "deadline.set"):
        return
    before = clock.now() - timedelta(days=SILENT_DAYS)
    for report in _reports(cycles).silent_since(before):
        since = report.progressed_at or report.held_since
        yield Item(
            since,
            _now("Ask for progress: none for %(days)s days") % {"days": SILENT_DAYS},
            str(report.member_state),
            report.get_absolute_url(),
        )


def _actions(user: Any, cycles: list[Any]) -> Iterator[Item]:
    points = ActionPoint.objects.filter(meeting__cycle__in=cycles).open().owned_by(user)
    for point in points.select_related("meeting__cycle"):
        about = f"{point.text} · {_now('due')} {date_format(point.due_on)}"
        yield Item(point.held_since, _now("Act after a meeting"), about, point.get_absolute_url())


def _to_verify(user: Any, cycles: list[Any]) -> Iterator[Item]:
    if not policy.may(user, "action.verify"):
        return
    points = ActionPoint.objects.filter(meeting__cycle__in=cycles).to_verify().exclude(finished_by=user)
    for point in points.select_related("meeting__cycle"):
        about = f"{point.code} · {point.text}"
        yield Item(point.held_since, _now("Verify an action point"), about, point.get_absolute_url())
