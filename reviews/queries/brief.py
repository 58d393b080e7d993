"""The brief for a meeting: each country's status, what changed, what is overdue, and open questions.

Built once, as one `Brief`; the page, its print and the Word document only lay it out, so that all three have the
same numbers. It is about today, and about all countries that its reader may read, or one of them.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews import clock
from reviews.models import (
    ActionPoint,
    DataGap,
    DeadlineState,
    DeadlineStatus,
    Extension,
    GapStatus,
    Meeting,
    MeetingStatus,
    NationalReport,
    Organisation,
    ProgressUpdate,
    User,
)
from reviews.models.workstreams import WORKSTREAMS, workstream_label
from reviews.queries.deadlines import CountryDeadline, DeadlineStatuses, deadline_statuses, next_due
from reviews.text import isolated, percent

GapsByReport = dict[int, list[DataGap]]


@dataclass(frozen=True)
class Figure:
    """One workstream of a country: today and at the meeting before. None: not yet reported."""

    label: str
    now: int | None
    before: int | None

    @property
    def change(self) -> str:
        """In points: "+15", "−5", "0"; empty where there was nothing to compare with."""
        if self.now is None or self.before is None:
            return ""
        return f"{self.now - self.before:+d}".replace("-", "−") if self.now != self.before else "0"

    @property
    def text(self) -> str:
        """ "65 % (+15)": the figure, and by how many points it changed."""
        value = _("not yet reported") if self.now is None else percent(self.now)
        return f"{value} ({self.change})" if self.change else value


@dataclass(frozen=True)
class CountryBrief:
    """Figures, data gaps and next deadline of one member state."""

    report: NationalReport
    figures: list[Figure]
    open_gaps: int
    new_gaps: int
    closed_gaps: int
    next_due: DeadlineStatus | None

    @property
    def state(self) -> Organisation:
        return self.report.member_state

    @property
    def gaps_text(self) -> str:
        numbers = {"open": self.open_gaps, "new": self.new_gaps, "closed": self.closed_gaps}
        return _("%(open)d open (%(new)d new, %(closed)d closed)") % numbers


class OpenQuestion(NamedTuple):
    """A gap on which guidance was asked; `days` ago."""

    gap: DataGap
    days: int

    @property
    def ago(self) -> str:
        return ngettext("%(n)d day ago", "%(n)d days ago", self.days) % {"n": self.days}


class Total(NamedTuple):
    label: str
    number: int


@dataclass(frozen=True)
class Brief:
    """What a chair needs for one meeting, of all countries or of one (`only`)."""

    meeting: Meeting
    only: Organisation | None
    previous: Meeting | None
    on: date
    countries: list[CountryBrief]
    overdue: list[CountryDeadline]
    open_questions: list[OpenQuestion]
    actions: list[ActionPoint]
    readable: list[Organisation]  # the countries whose brief its reader may ask for

    @property
    def totals(self) -> list[Total]:
        return [
            Total(_("member states"), len(self.countries)),
            Total(_("open data gaps"), sum(c.open_gaps for c in self.countries)),
            Total(_("data gaps raised since"), sum(c.new_gaps for c in self.countries)),
            Total(_("data gaps closed since"), sum(c.closed_gaps for c in self.countries)),
            Total(_("questions for the floor"), len(self.open_questions)),
            Total(_("overdue"), len(self.overdue)),
            Total(_("actions not finished"), len(self.actions)),
        ]

    @property
    def period_text(self) -> str:
        """Of which day the brief is, and since when it reports changes."""
        today = _("As of %(day)s.") % {"day": date_format(self.on)}
        if self.previous is None:
            return f"{today} " + _("There was no earlier meeting of this series to compare with.")
        words = _("Changes are those since the %(meeting)s (%(day)s).")
        return f"{today} " + words % {
            "meeting": isolated(str(self.previous)),
            "day": meeting_days(self.previous),
        }


def meeting_days(meeting: Meeting, written: Callable[[date], str] = clock.short_day) -> str:
    """The days of a meeting, as `written` gives each; it may have been held on a day that is not known."""
    if meeting.status == MeetingStatus.HELD and meeting.held_from is None:
        return _("day not known")
    days = dict.fromkeys((meeting.starts_on, meeting.ends_on))
    return " – ".join(written(day) for day in days)


def build(meeting: Meeting, user: User, code: str = "") -> Brief:
    """Return the brief of today, as far as `user` may read; of one country by its code.

    Raises Organisation.DoesNotExist for a country that the person may not read.
    """
    cycle, on, previous = meeting.cycle, clock.today(), Meeting.objects.last_before(meeting)
    since = clock.end_of(previous.ends_on) if previous else clock.start_of(cycle.starts_on)

    readable = list(cycle.member_reports(on).visible_to(user))
    reports = [report for report in readable if code in ("", report.code)]
    if code and not reports:
        raise Organisation.DoesNotExist
    only = reports[0].member_state if code else None

    deadlines = cycle.deadlines.visible_to(user).select_related("cycle").prefetch_related("only_for")
    statuses = deadline_statuses(reports, deadlines, Extension.objects.granted_in(cycle), on)
    gaps = _gaps_by_report(reports, DataGap.objects.filter(cycle=cycle).visible_to(user))
    points = ActionPoint.objects.filter(meeting__cycle=cycle).visible_to(user).unfinished()
    points = points.of_country(only) if only else points
    return Brief(
        meeting=meeting,
        only=only,
        previous=previous,
        on=on,
        countries=_country_briefs(reports, statuses, gaps, previous, since),
        overdue=_overdue(reports, statuses),
        open_questions=_open_questions(gaps, on),
        actions=list(points.select_related("meeting__cycle", "owner", "owner_body").order_by("due_on", "pk")),
        readable=[report.member_state for report in readable],
    )


def _gaps_by_report(reports: list[NationalReport], gaps: models.QuerySet[DataGap]) -> GapsByReport:
    """By report: all gaps of its country, closed ones too."""
    by_state: dict[int, list[DataGap]] = defaultdict(list)
    for gap in gaps.select_related("cycle", "member_state", "kind"):
        by_state[gap.member_state_id].append(gap)
    return {report.pk: by_state[report.member_state_id] for report in reports}


def _overdue(reports: list[NationalReport], statuses: DeadlineStatuses) -> list[CountryDeadline]:
    """The missed deadlines of all countries, longest overdue first."""
    missed = [
        CountryDeadline(report, status)
        for report in reports
        for status in statuses[report.pk]
        if status.state == DeadlineState.OVERDUE
    ]
    return sorted(missed, key=lambda overdue: overdue.status.due_on)


def _open_questions(gaps: GapsByReport, on: date) -> list[OpenQuestion]:
    """The gaps on which guidance is asked, oldest question first."""
    open_gaps = []
    for of_report in gaps.values():
        open_gaps += [gap for gap in of_report if gap.status == GapStatus.GUIDANCE_ASKED]
    open_gaps.sort(key=lambda gap: gap.held_since)
    return [OpenQuestion(gap, clock.days_between(clock.day_of(gap.held_since), on)) for gap in open_gaps]


def _country_briefs(
    reports: list[NationalReport],
    statuses: DeadlineStatuses,
    gaps: GapsByReport,
    previous: Meeting | None,
    since: datetime,
) -> list[CountryBrief]:
    figures_before = _figures_before(reports, previous, since)
    briefs = []
    for report in reports:
        before = figures_before.get(report.pk, (None,) * len(WORKSTREAMS))
        figures = zip(WORKSTREAMS, report.figures, before, strict=True)
        country_gaps = gaps[report.pk]
        briefs.append(
            CountryBrief(
                report=report,
                figures=[Figure(workstream_label(name), value, earlier) for name, value, earlier in figures],
                open_gaps=sum(gap.is_open for gap in country_gaps),
                new_gaps=sum(gap.raised_at > since for gap in country_gaps),
                closed_gaps=sum(not gap.is_open and gap.held_since > since for gap in country_gaps),
                next_due=next_due(statuses[report.pk]),
            )
        )
    return briefs


def _figures_before(
    reports: list[NationalReport], previous: Meeting | None, since: datetime
) -> dict[int, tuple[int | None, ...]]:
    """By report: the figures of its country's update at the meeting before; else of its last one by then."""
    updates = ProgressUpdate.objects.filter(report=OuterRef("pk")).order_by("-at", "-id").values("pk")
    choices = [updates.filter(meeting=previous)] if previous else []
    choices.append(updates.filter(at__lte=since))
    rows = NationalReport.objects.filter(pk__in=[report.pk for report in reports]).order_by()
    first = Coalesce(*(Subquery(choice[:1]) for choice in choices), None)
    chosen = rows.annotate(chosen=first).values("chosen")
    figures = ProgressUpdate.objects.filter(pk__in=chosen).values_list("report", *WORKSTREAMS)
    return {report: tuple(values) for report, *values in figures}
