"""Pending items: what waits for somebody in a review cycle, for whom, since when, and why.

Their querysets say whom records wait for (held_by, waiting_for, waiting_since_before), also to lists and the desk.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reviews import clock, policy
from reviews.models import (
    ActionPoint,
    ActionStatus,
    Advice,
    CycleStatus,
    DataGap,
    DeadlineState,
    Explanation,
    Extension,
    ExtensionStatus,
    NationalReport,
    Organisation,
    ReportStatus,
    ReviewCycle,
    Role,
    Tracked,
    User,
)
from reviews.models.actionpoints import ActionPointQuerySet
from reviews.models.reports import EDITABLE, SILENT_DAYS
from reviews.queries.deadlines import CountryDeadline, deadline_statuses
from reviews.queries.extensions import find_needed
from reviews.text import isolated, sort_key

Rows = TypeVar("Rows", bound=QuerySet[Any])
READ = "pending.read"


class PendingKind(models.TextChoices):
    """What kind of record waits."""

    REPORT = "report", _("national report")
    GAP = "gap", _("data gap")
    DEADLINE = "deadline", _("deadline")
    EXTENSION = "extension", _("extension request")
    EXPLANATION = "explanation", _("explanation")
    ACTION = "action", _("action point")
    ADVICE = "advice", _("draft of advice")


@dataclass(frozen=True)
class PendingItem:
    """A record that waits for somebody."""

    kind: PendingKind
    what: str
    reason: str  # what is to be done
    url: str
    since: datetime
    holder: str  # a country or another body
    record: Tracked  # which is marked for follow-up, where it can be
    person: str = ""  # of that body; empty: nobody in particular

    def get_absolute_url(self) -> str:
        return self.url

    @property
    def days(self) -> int:
        return clock.days_between(clock.day_of(self.since), clock.today())

    @property
    def holder_key(self) -> str:
        return sort_key(self.holder)


@dataclass(frozen=True)
class PendingSearch:
    """Which items of a cycle a reader looks for."""

    cycle: ReviewCycle
    user: User
    kind: str = ""
    holder: Organisation | None = None
    person: User | None = None
    mine: bool = False
    over: bool = False  # only what waits for longer than SILENT_DAYS

    @property
    def long_ago(self) -> datetime:
        return clock.now() - timedelta(days=SILENT_DAYS)

    def asks_for(self, kind: PendingKind) -> bool:
        return self.kind in ("", kind)

    def among(self, rows: Rows, by_name: Q | None = None) -> Rows:
        """Those of the rows that are looked for; `by_name`: which of them wait for that person, None: none does."""
        if self.person:
            rows = rows.filter(by_name) if by_name is not None else rows.none()
        if self.holder:
            rows = rows.held_by(self.holder.pk)  # type: ignore[attr-defined]  # these three all of them have
        if self.mine:
            rows = rows.waiting_for(self.user)  # type: ignore[attr-defined]
        if self.over:
            rows = rows.waiting_since_before(self.long_ago)  # type: ignore[attr-defined]
        return rows


def pending_items(search: PendingSearch) -> list[PendingItem]:
    """Return what waits in the cycle, as far as its reader may know, longest first. At most nine queries."""
    policy.require_reader(search.user, READ)
    if search.cycle.status != CycleStatus.OPEN:
        return []
    extensions, reports = list(extensions_of(search)), list(reports_of(search))
    countries = country_deadlines(search, reports, extensions)
    items = [
        *pending_reports(search, reports),
        *overdue_deadlines(search, countries),
        *extension_requests(extensions, countries),
        *data_gaps(search),
        *explanations(search),
        *action_points(search),
        *drafts_of_advice(search),
    ]
    return sorted(items, key=lambda item: (item.since, item.what))


# --- reports, and the deadlines of their countries


def reports_of(search: PendingSearch) -> QuerySet[NationalReport]:
    """The reports of the cycle that the reader sees; those that are looked for are marked `is_found`."""
    reports = NationalReport.objects.filter(cycle=search.cycle).visible_to(search.user).seated(clock.today())
    by_name = Q(reader=search.person, status=ReportStatus.BEING_READ)
    by_name |= Q(lead_author=search.person, status__in=EDITABLE)
    found = search.among(NationalReport.objects.all(), by_name).filter(pk=OuterRef("pk"))
    is_found = Exists(found) if search.asks_for(PendingKind.REPORT) else Value(False)
    related = ("cycle", "member_state", "holder", "reader", "lead_author")
    return reports.annotate(is_found=is_found).select_related(*related)


def country_deadlines(
    search: PendingSearch, reports: list[NationalReport], extensions: list[Extension]
) -> list[CountryDeadline]:
    """Each deadline of each country with its status today."""
    deadlines = search.cycle.deadlines.visible_to(search.user).select_related("cycle")
    granted = [extension for extension in extensions if extension.status == ExtensionStatus.GRANTED]
    statuses = deadline_statuses(reports, deadlines.prefetch_related("only_for"), granted, clock.today())
    return [CountryDeadline(report, status) for report in reports for status in statuses[report.pk]]


def pending_reports(search: PendingSearch, reports: list[NationalReport]) -> Iterator[PendingItem]:
    for report in reports:
        is_found = report.is_found  # type: ignore[attr-defined]  # annotated
        if is_found and waits(report, search):
            yield report_item(report)


def waits(report: NationalReport, search: PendingSearch) -> bool:
    """Whether it waits for somebody: one that a country goes on with does not, until it has been silent for long."""
    if report.status == ReportStatus.IN_PROGRESS:
        return report.is_silent_since(search.long_ago)
    return report.waiting_since is not None


def report_item(report: NationalReport) -> PendingItem:
    since = report.waiting_since
    assert since  # as waits() says
    days = clock.days_between(clock.day_of(since), clock.today())
    reasons = {
        ReportStatus.NOT_STARTED: _now("Post the first progress"),
        ReportStatus.IN_PROGRESS: ngettext("no progress for %(n)d day", "no progress for %(n)d days", days)
        % {"n": days},
        ReportStatus.SUBMITTED: _now("Start to read the report"),
        ReportStatus.BEING_READ: _now("Accept or return the report"),
        ReportStatus.RETURNED: _now("Revise the returned report"),
    }
    return PendingItem(
        PendingKind.REPORT,
        str(report.member_state),
        reasons[ReportStatus(report.status)],
        report.get_absolute_url(),
        since,
        str(report.holder),
        report,
        str((report.lead_author if report.is_editable else report.reader) or ""),
    )


def overdue_deadlines(search: PendingSearch, countries: list[CountryDeadline]) -> Iterator[PendingItem]:
    """What is overdue: before that a deadline is not pending, it is to come."""
    if search.person or not search.asks_for(PendingKind.DEADLINE):
        return
    for country in countries:
        report, status = country.report, country.status
        if search.holder not in (None, report.member_state):
            continue
        if search.mine and report.member_state_id != search.user.organisation_id:
            continue
        is_over = not search.over or status.days < -SILENT_DAYS
        if status.is_asked and status.state == DeadlineState.OVERDUE and is_over:
            yield deadline_item(country)


def deadline_item(line: CountryDeadline) -> PendingItem:
    what = f"{line.state}: {isolated(line.status.deadline.title)}"
    since = clock.start_of(line.status.due_on)
    return PendingItem(
        PendingKind.DEADLINE, what, line.status.text, line.url, since, str(line.state), line.status.deadline
    )


# --- what else waits


def extensions_of(search: PendingSearch) -> QuerySet[Extension]:
    """The granted ones, which move deadlines, and those that are looked for: marked `is_found`."""
    rows = Extension.objects.filter(deadline__cycle=search.cycle).visible_to(search.user)
    found = search.among(Extension.objects.to_decide()).filter(pk=OuterRef("pk"))
    is_found = Exists(found) if search.asks_for(PendingKind.EXTENSION) else Value(False)
    rows = rows.filter(status__in=(ExtensionStatus.ASKED, ExtensionStatus.GRANTED))
    return rows.annotate(is_found=is_found).select_related("deadline__cycle", "member_state")


def extension_requests(
    extensions: list[Extension], countries: list[CountryDeadline]
) -> Iterator[PendingItem]:
    """The requests that wait for a decision: none for a deadline that was met since."""
    found = [extension for extension in extensions if extension.is_found]  # type: ignore[attr-defined]  # annotated
    for request in find_needed(found, countries):
        assert request.asked_until  # as of every request
        yield extension_item(request, request.asked_until)


def extension_item(extension: Extension, asked_until: date) -> PendingItem:
    until = {"day": clock.short_day(asked_until)}
    return PendingItem(
        PendingKind.EXTENSION,
        str(extension),
        _now("Decide on the request for more time until %(day)s") % until,
        extension.get_absolute_url(),
        extension.asked_at,
        str(Role.SECRETARIAT.label),
        extension,
    )


def data_gaps(search: PendingSearch) -> Iterator[PendingItem]:
    if not search.asks_for(PendingKind.GAP):
        return
    gaps = DataGap.objects.filter(cycle=search.cycle).visible_to(search.user).open()
    if policy.may(search.user, "guidance.write"):
        gaps = gaps.without_draft()  # the draft is what waits, see drafts_of_advice
    rows = search.among(gaps).with_question().with_advice()
    for gap in rows.select_related("cycle", "member_state", "kind", "holder"):
        what, url = f"{gap.code} · {gap.kind}", gap.get_absolute_url()
        yield PendingItem(PendingKind.GAP, what, next_step(gap), url, gap.held_since, str(gap.holder), gap)


def next_step(gap: DataGap) -> str:
    """What whoever has an open gap is to do; of a gap read `with_question` and `with_advice`."""
    if gap.holder_id != gap.member_state_id:
        return _now("give guidance")
    if gap.has_question:
        return _now("answer the question of the consultants")
    return _now("decide on the advice") if gap.has_advice else _now("find the data, or close the gap")


def explanations(search: PendingSearch) -> Iterator[PendingItem]:
    if not search.asks_for(PendingKind.EXPLANATION):
        return
    rows = Explanation.objects.filter(deadline__cycle=search.cycle).visible_to(search.user).unanswered()
    for request in search.among(rows).select_related("deadline__cycle", "member_state"):
        holder, url = str(request.member_state), request.get_absolute_url()
        reason = _now("Explain: %(deadline)s") % {"deadline": request.deadline}
        yield PendingItem(
            PendingKind.EXPLANATION, str(request), reason, url, request.asked_at, holder, request.deadline
        )


def action_points(search: PendingSearch) -> Iterator[PendingItem]:
    if not search.asks_for(PendingKind.ACTION):
        return
    rows = search.among(
        points_of(search.cycle, search.user), Q(owner=search.person, status=ActionStatus.OPEN)
    )
    related = ("meeting__cycle", "owner", "owner_body", "responsible_body")
    for point in rows.select_related(*related):
        yield verification_item(point) if point.waits_for_verification else point_item(point)


def points_of(cycle: ReviewCycle, user: User) -> ActionPointQuerySet:
    """The unfinished action points that a reader of pending items sees there: a country its own."""
    points = ActionPoint.objects.filter(meeting__cycle=cycle).visible_to(user).unfinished()
    is_own = policy.scope_of(user, READ) is policy.Scope.OWN and user.organisation
    return points.of_country(user.organisation) if is_own and user.organisation else points


def point_item(point: ActionPoint) -> PendingItem:
    body = point.responsible_body or point.owner_body or (point.owner and point.owner.organisation)
    person = "" if point.owner is None or point.owner_has_left else str(point.owner)
    due = _now("due %(day)s") % {"day": clock.short_day(point.due_on)}
    reason = f"{isolated(point.text)} · {due}"
    url = point.get_absolute_url()
    return PendingItem(
        PendingKind.ACTION, point.code, reason, url, point.held_since, str(body or ""), point, person
    )


def verification_item(point: ActionPoint) -> PendingItem:
    reason = _now("Verify the action point: %(text)s") % {"text": point.text}
    holder, url = str(Role.SECRETARIAT.label), point.get_absolute_url()
    return PendingItem(PendingKind.ACTION, point.code, reason, url, point.held_since, holder, point)


def drafts_of_advice(search: PendingSearch) -> Iterator[PendingItem]:
    """For the consultants alone: nobody else knows of them."""
    if not (search.asks_for(PendingKind.ADVICE) and policy.may(search.user, "guidance.write")):
        return
    rows = search.among(Advice.objects.drafts().in_cycles([search.cycle]))
    for advice in rows.select_related("gap__cycle", "gap__member_state", "difficulty__cycle"):
        what, reason = str(advice.subject), _now("Approve the advice")
        holder, url = str(Role.LEAD_CONSULTANT.label), advice.get_absolute_url()
        yield PendingItem(PendingKind.ADVICE, what, reason, url, advice.drafted_at, holder, advice.subject)


def people_named(cycle: ReviewCycle, user: User) -> QuerySet[User]:
    """The people for whom something waits by name, as far as the reader may know; with their `code` and name."""
    reports = NationalReport.objects.filter(cycle=cycle).visible_to(user)
    named = Q(pk__in=points_of(cycle, user).open().values("owner"))
    named |= Q(pk__in=reports.filter(status=ReportStatus.BEING_READ).values("reader"))
    named |= Q(pk__in=reports.filter(status__in=EDITABLE).values("lead_author"))
    shown = Coalesce(NullIf("name", Value("")), "username")
    return User.objects.filter(named).annotate(code=Cast("pk", models.CharField()), shown=shown)
