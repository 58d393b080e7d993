"""The backward plan of a cycle: its steps and its countries' reports, turned into dates, slack and pace."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models import (
    DeadlineOutput,
    DeadlineStatus,
    Extension,
    NationalReport,
    PlanStep,
    StepKind,
    Trace,
)
from reviews.queries import deadlines, progress
from reviews.queries.schedule import (
    CriticalPath,
    Pace,
    ScheduledStage,
    Stage,
    chain,
    compute,
    latest_dates,
    with_delays,
)


class Verdict(TextChoices):
    """What a plan says of one of its steps."""

    OVER = "over", _("has taken place")
    REACHED = "reached", _("can be reached")
    MISSED = "missed", _("cannot be reached as planned")
    TOO_LATE = "too_late", _("too late for what follows")
    WAITS = "waits", _("depends on the step before")
    UNKNOWN = "unknown", _("date not known")

    @property
    def tone(self) -> str:
        return VERDICT_TONES[self]


VERDICT_TONES = {
    Verdict.OVER: "neutral", Verdict.REACHED: "good", Verdict.MISSED: "bad", Verdict.TOO_LATE: "bad",
    Verdict.WAITS: "warn", Verdict.UNKNOWN: "neutral",
}  # fmt: skip


@dataclass(frozen=True)
class Country:
    """How one country's report stands to the plan."""

    report: NationalReport
    state: Any
    standing: DeadlineStatus | None  # to the deadline of its report; None: there is none
    latest_on: date | None  # None: no fixed date follows
    due_on: date | None  # handed in, or the date in force, or today when that has passed; None: no date
    paces: tuple[Pace, ...] = ()  # one for each workstream; none once it is handed in
    slip: int = 0  # days later, for the sake of argument

    @property
    def arrives_on(self) -> date | None:
        return self.due_on and self.due_on + timedelta(days=self.slip)

    @property
    def is_in(self) -> bool:
        return self.report.handed_in_at is not None

    @property
    def slack(self) -> int | None:
        """Days its report may still be later than its date; negative: its date is too late. None: not known."""
        if self.latest_on is None or self.arrives_on is None:
            return None
        return clock.days_between(self.arrives_on, self.latest_on)

    @property
    def points_past(self) -> bool:
        """Whether a workstream's pace leads past the latest date."""
        return any(pace.passes(self.latest_on) for pace in self.paces)


@dataclass(frozen=True)
class Line:
    """One step of the plan with its dates."""

    step: PlanStep
    leg: ScheduledStage


class Feasibility(NamedTuple):
    """Whether a step with a day, or of the ladder, can still be reached."""

    line: Line
    chain: CriticalPath | None  # what decides when its paper is ready; None: nothing does
    waits_for: Line | None  # an earlier step that is missed, while this one has time enough

    @property
    def verdict(self) -> Verdict:
        leg = self.line.leg
        if leg.stage.done_on:
            return Verdict.OVER
        if leg.slack is None:
            return Verdict.UNKNOWN
        if leg.late_by or leg.slack < 0:
            return Verdict.MISSED if leg.late_by else Verdict.TOO_LATE
        return Verdict.WAITS if self.waits_for else Verdict.REACHED


@dataclass(frozen=True)
class Plan:
    """Everything the plan page shows, on one day."""

    on: date
    steps: tuple[PlanStep, ...]
    countries: tuple[Country, ...]
    slips: Mapping[str, int]  # days by step or country code, for the sake of argument

    @cached_property
    def legs(self) -> list[ScheduledStage]:
        found = stages(self.steps, self.countries, self.on)
        return compute(with_delays(found, self.slips), self.on)

    @property
    def lines(self) -> list[Line]:
        return [Line(step, leg) for step, leg in zip(self.steps, self.legs, strict=True)]

    @property
    def draft(self) -> Line | None:
        """The regional draft."""
        return next((line for line in self.lines if line.step.kind == StepKind.REGIONAL_DRAFT), None)

    @property
    def goal(self) -> Line | None:
        """The last step of the ladder that has a fixed day, such as the Summit."""
        fixed = [line for line in self.lines if line.leg.stage.fixed_on and line.step.kind == StepKind.LADDER]
        return fixed[-1] if fixed else None

    @property
    def reaches(self) -> list[Feasibility]:
        """For every step with a day of its own, and the whole ladder: can it still be reached?"""
        found: list[Feasibility] = []
        for n, line in enumerate(self.lines):
            if line.leg.stage.fixed_on or line.step.kind == StepKind.LADDER:
                missed = (r.line for r in found if r.verdict in (Verdict.MISSED, Verdict.TOO_LATE))
                found.append(Feasibility(line, chain(self.legs, n), next(missed, None)))
        return found

    def title(self, leg: ScheduledStage) -> str:
        """What the step of a leg is called."""
        return next(step.title for step in self.steps if step.code == leg.stage.key)


def build(cycle: Any, on: date, slips: Mapping[str, int] | None = None) -> Plan:
    """The plan of a cycle on a day, with everything of every country: show of it what a person may read."""
    slips = slips or {}
    steps = tuple(cycle.plan_steps.select_related("body", "meeting").order_by("position"))
    latest = reports_latest(steps, on)
    reports = _reports(cycle, on)
    found, paces = (
        deadlines.deadline_statuses(reports, _deadlines(cycle), _granted(cycle), on),
        progress.paces(reports, on),
    )
    countries = (country(r, r.member_state, found[r.pk], latest, paces[r.pk], on) for r in reports)
    return Plan(on, steps, tuple(_supposed(c, slips) for c in countries), slips)


def steps_of(cycle: Any, user: Any, at: datetime | None, meetings: Iterable[Any]) -> list[PlanStep]:
    """The steps that a person may read, with their meetings from those at hand; with `at` of that instant."""
    if policy.scope_of(user, "plan.read") is policy.Scope.NOTHING:
        return []
    rows = cycle.plan_steps.visible_to(user).order_by("position")
    steps = Trace.objects.as_of(rows, at) if at else list(rows)
    by_id = {meeting.pk: meeting for meeting in meetings}
    for step in steps:
        step.meeting = by_id.get(step.meeting_id)
    return sorted(steps, key=lambda step: step.position)


def reports_latest(steps: Sequence[PlanStep], on: date) -> date | None:
    """The latest date for national reports; None: the plan does not say."""
    latest = latest_dates(stages(steps, (), on))
    found = (day for step, day in zip(steps, latest, strict=True) if step.kind == StepKind.NATIONAL_REPORTS)
    return next(found, None)


def country(
    report: Any,
    state: Any,
    theirs: Iterable[DeadlineStatus],
    latest: date | None,
    paces: tuple[Pace, ...],
    on: date,
) -> Country:
    """A country's dates and pace, from its standings; once its report is handed in, pace tells nothing."""
    due = [s for s in theirs if s.deadline.output == DeadlineOutput.NATIONAL_REPORT]
    standing = max(due, key=lambda s: s.due_on, default=None)
    due_on = _due_on(report, standing, on)
    return Country(report, state, standing, latest, due_on, () if report.handed_in_at else paces)


def country_of(report: Any, theirs: Iterable[DeadlineStatus]) -> Country:
    """One report's dates and pace today."""
    steps = list(report.cycle.plan_steps.select_related("meeting").order_by("position"))
    today = clock.today()
    paces, latest = progress.paces([report], today)[report.pk], reports_latest(steps, today)
    return country(report, report.member_state, theirs, latest, paces, today)


def stages(steps: Sequence[PlanStep], countries: Sequence[Country], on: date) -> list[Stage]:
    """The steps as the arithmetic needs them."""
    return [
        _reports_stage(step, countries) if step.kind == StepKind.NATIONAL_REPORTS else _stage(step, on)
        for step in steps
    ]


def _reports_stage(step: PlanStep, countries: Sequence[Country]) -> Stage:
    """The last report decides when all are in; without a country's date the planned one."""
    days = [country.arrives_on for country in countries if country.arrives_on]
    last = max(days, default=None)
    if days and all(country.is_in for country in countries):
        return Stage(step.code, step.days, done_on=last)
    return Stage(step.code, step.days, planned_on=last or step.due_on)


def _stage(step: PlanStep, on: date) -> Stage:
    if step.is_over:
        done = step.took_place_on or step.due_on or on
        return Stage(step.code, step.days, fixed_on=_fixed_on(step), done_on=done)
    fixed = _fixed_on(step)
    return Stage(step.code, step.days, fixed_on=fixed, planned_on=None if fixed else step.planned_on)


def _fixed_on(step: PlanStep) -> date | None:
    """The day of a meeting or of a body, which the work has to meet. Sent back, only a later day counts."""
    if step.meeting is None and step.kind != StepKind.LADDER:
        return None
    past = step.took_place_on if step.status == "sent_back" else None
    return None if past and step.due_on and step.due_on <= past else step.due_on


def _due_on(report: Any, standing: DeadlineStatus | None, on: date) -> date | None:
    if report.handed_in_at:
        return clock.day_of(report.handed_in_at)
    return max(standing.due_on, on) if standing else None


def _supposed(country: Country, slips: Mapping[str, int]) -> Country:
    return replace(country, slip=0 if country.is_in else slips.get(country.state.code, 0))


def _reports(cycle: Any, on: date) -> list[NationalReport]:
    reports = NationalReport.objects.filter(cycle=cycle).select_related("member_state")
    seats = cycle.memberships.filter(joined_on__lte=on).values("member_state")
    return list(reports.filter(member_state__in=seats).order_by("member_state__name_en"))


def _deadlines(cycle: Any) -> Any:
    return cycle.deadlines.filter(output=DeadlineOutput.NATIONAL_REPORT).prefetch_related("only_for")


def _granted(cycle: Any) -> Any:
    return Extension.objects.filter(deadline__cycle=cycle).granted()
