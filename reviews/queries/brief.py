"""The brief for a meeting: where each country stands, what changed, what is overdue, what needs the floor.

Put together once, as one `Brief`; the page, its print and the Word document only lay it out, so that all
three have the same numbers. It tells today's state, of all countries that its reader may read, or of one.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

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
)
from reviews.models.reports import WORKSTREAMS, workstream_label
from reviews.queries import deadlines


@dataclass(frozen=True)
class Figure:
    """One workstream of a country: today and at the meeting before. None: not yet reported."""

    label: str
    now: int | None
    before: int | None

    @property
    def text(self) -> str:
        return _("not yet reported") if self.now is None else f"{self.now} %"

    @property
    def change(self) -> str:
        """In points: "+15", "−5", "0"; empty where there was nothing to compare with."""
        if self.now is None or self.before is None:
            return ""
        return f"{self.now - self.before:+d}".replace("-", "−") if self.now != self.before else "0"

    @property
    def told(self) -> str:
        """ "65 % (+15)": the figure, and by how many points it changed."""
        return f"{self.text} ({self.change})" if self.change else self.text


@dataclass(frozen=True)
class Country:
    """Where one member state stands."""

    report: NationalReport
    figures: list[Figure]
    open_gaps: int
    new_gaps: int
    closed_gaps: int
    standing: DeadlineStatus | None  # what is due next

    @property
    def state(self) -> Organisation:
        return self.report.member_state

    @property
    def gaps_told(self) -> str:
        numbers = {"open": self.open_gaps, "new": self.new_gaps, "closed": self.closed_gaps}
        return _("%(open)d open (%(new)d new, %(closed)d closed)") % numbers


class Overdue(NamedTuple):
    state: Organisation
    standing: DeadlineStatus


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
    """Everything that a chair needs for one meeting, of all countries or of one (`only`)."""

    meeting: Meeting
    only: Organisation | None
    previous: Meeting | None
    since: datetime
    on: date
    countries: list[Country]
    overdue: list[Overdue]
    floor: list[OpenQuestion]
    actions: list[ActionPoint]
    readable: list[Organisation]  # the countries whose brief its reader may ask for

    @property
    def totals(self) -> list[Total]:
        return [
            Total(_("member states"), len(self.countries)),
            Total(_("open data gaps"), sum(c.open_gaps for c in self.countries)),
            Total(_("data gaps raised since"), sum(c.new_gaps for c in self.countries)),
            Total(_("data gaps closed since"), sum(c.closed_gaps for c in self.countries)),
            Total(_("questions for the floor"), len(self.floor)),
            Total(_("overdue"), len(self.overdue)),
            Total(_("actions not finished"), len(self.actions)),
        ]

    @property
    def told(self) -> str:
        """Of which day the brief is, and with what it compares."""
        today = _("As it stands on %(day)s.") % {"day": date_format(self.on)}
        if self.previous is None:
            return f"{today} " + _("There was no earlier meeting of this series to compare with.")
        words = _("Changes are those since the %(meeting)s (%(day)s).")
        return f"{today} " + words % {"meeting": self.previous, "day": meeting_days(self.previous)}


def meeting_days(meeting: Meeting) -> str:
    """The days of a meeting in words; it may have been held on a day that is not known."""
    if meeting.status == MeetingStatus.HELD and meeting.held_from is None:
        return _("day not known")
    days = dict.fromkeys((meeting.starts_on, meeting.ends_on))
    return " – ".join(date_format(day) for day in days)


UNTOLD = (None,) * len(WORKSTREAMS)


def build(meeting: Meeting, user: Any, code: str = "") -> Brief:
    """The brief of today, as far as `user` may read; of one country by its code.

    Raises Organisation.DoesNotExist for a country that the person may not read.
    """
    on, previous = clock.today(), Meeting.objects.last_before(meeting)
    since = clock.end_of(previous.ends_on) if previous else clock.start_of(meeting.cycle.starts_on)
    readable = list(_reports(meeting.cycle, user, on))
    reports = [report for report in readable if code in ("", report.code)]
    if code and not reports:
        raise Organisation.DoesNotExist
    only = reports[0].member_state if code else None
    before, gaps = _before(reports, previous, since), _gaps(meeting.cycle, user)
    found = deadlines.deadline_statuses(reports, _deadlines(meeting.cycle, user), _granted(meeting.cycle), on)
    return Brief(
        meeting=meeting, only=only, previous=previous, since=since, on=on,
        countries=[_country(r, before.get(r.pk, UNTOLD), gaps[r.member_state_id], found[r.pk], since) for r in reports],
        overdue=_overdue(reports, found), floor=_floor(gap for r in reports for gap in gaps[r.member_state_id]),
        actions=list(_actions(meeting.cycle, user, only)), readable=[r.member_state for r in readable],
    )  # fmt: skip


def _reports(cycle: Any, user: Any, on: date) -> Any:
    seats = cycle.memberships.filter(joined_on__lte=on)
    reports = NationalReport.objects.filter(cycle=cycle, member_state__in=seats.values("member_state"))
    return reports.visible_to(user).select_related("member_state", "cycle").order_by("member_state__name_en")


def _before(reports: list[Any], previous: Any, since: datetime) -> dict[int, tuple[int | None, ...]]:
    """By report: what its country told at the meeting before; else what it had told by then."""
    told = ProgressUpdate.objects.filter(report=OuterRef("pk")).order_by("-at", "-id").values("pk")
    ways = [told.filter(meeting=previous)] if previous else []
    ways.append(told.filter(at__lte=since))
    rows = NationalReport.objects.filter(pk__in=[report.pk for report in reports]).order_by()
    chosen = rows.annotate(chosen=Coalesce(*(Subquery(way[:1]) for way in ways), None)).values("chosen")
    found = ProgressUpdate.objects.filter(pk__in=chosen).values_list("report", *WORKSTREAMS)
    return {report: tuple(figures) for report, *figures in found}


def _gaps(cycle: Any, user: Any) -> dict[int, list[DataGap]]:
    """By member state: all its gaps, closed ones too."""
    found: dict[int, list[DataGap]] = defaultdict(list)
    gaps = DataGap.objects.filter(cycle=cycle).visible_to(user)
    for gap in gaps.select_related("cycle", "member_state", "kind"):
        found[gap.member_state_id].append(gap)
    return found


def _deadlines(cycle: Any, user: Any) -> Any:
    return cycle.deadlines.visible_to(user).select_related("cycle").prefetch_related("only_for")


def _granted(cycle: Any) -> Any:
    return Extension.objects.filter(deadline__cycle=cycle).granted()


def _actions(cycle: Any, user: Any, only: Organisation | None) -> Any:
    points = ActionPoint.objects.filter(meeting__cycle=cycle).visible_to(user).unfinished()
    points = points.of_country(only) if only else points
    return points.select_related("meeting__cycle", "owner", "owner_body").order_by("due_on", "pk")


def _country(
    report: Any,
    before: tuple[int | None, ...],
    gaps: list[DataGap],
    theirs: list[DeadlineStatus],
    since: datetime,
) -> Country:
    now = zip(WORKSTREAMS, report.figures, before, strict=True)
    return Country(
        report=report, figures=[Figure(workstream_label(name), value, was) for name, value, was in now],
        open_gaps=sum(gap.is_open for gap in gaps), new_gaps=sum(gap.raised_at > since for gap in gaps),
        closed_gaps=sum(not gap.is_open and gap.held_since > since for gap in gaps),
        standing=deadlines.next_due(theirs),
    )  # fmt: skip


def _overdue(reports: list[Any], found: dict[int, list[DeadlineStatus]]) -> list[Overdue]:
    """Longest first."""
    lines = [
        Overdue(r.member_state, s) for r in reports for s in found[r.pk] if s.state == DeadlineState.OVERDUE
    ]
    return sorted(lines, key=lambda line: line.standing.due_on)


def _floor(gaps: Iterable[DataGap]) -> list[OpenQuestion]:
    """Where guidance was asked, oldest first."""
    asked = sorted((g for g in gaps if g.status == GapStatus.GUIDANCE_ASKED), key=lambda g: g.held_since)
    return [
        OpenQuestion(gap, clock.days_between(clock.day_of(gap.held_since), clock.today())) for gap in asked
    ]
