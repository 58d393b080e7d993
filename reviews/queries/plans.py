"""The backward plan of a cycle: dates, slack and pace of its steps and of its countries' reports."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models import (
    DeadlineOutput,
    DeadlineStatus,
    Extension,
    Meeting,
    NationalReport,
    Organisation,
    PlanStep,
    ReviewCycle,
    StepKind,
    StepStatus,
    Trace,
    User,
)
from reviews.models.choices import StatusChoices
from reviews.queries import deadlines, progress
from reviews.queries.schedule import (
    CriticalPath,
    Pace,
    ScheduledStage,
    Stage,
    critical_path,
    latest_dates,
    schedule_stages,
    with_delays,
)


class Verdict(StatusChoices):
    """Whether a step of a plan can be reached."""

    OVER = "over", "neutral", _("has taken place")
    REACHED = "reached", "good", _("can be reached")
    MISSED = "missed", "bad", _("cannot be reached as planned")
    TOO_LATE = "too_late", "bad", _("too late for what follows")
    WAITS = "waits", "warn", _("depends on the step before")
    UNKNOWN = "unknown", "neutral", _("date not known")


@dataclass(frozen=True)
class CountryPlan:
    """One country's report in the plan: its date, the latest one, and the pace of its workstreams."""

    report: NationalReport
    state: Organisation
    standing: DeadlineStatus | None  # of the deadline of its report; None: there is none
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
        """Whether a workstream reaches 100 after the latest date only."""
        return any(pace.passes(self.latest_on) for pace in self.paces)


@dataclass(frozen=True)
class PlanLine:
    """One step of the plan with its dates."""

    step: PlanStep
    leg: ScheduledStage


class Feasibility(NamedTuple):
    """Whether a step with a day, or of the ladder, can still be reached."""

    line: PlanLine
    critical_path: CriticalPath | None  # what decides when its paper is ready; None: nothing does
    waits_for: PlanLine | None  # an earlier step that is missed, while this one has time enough

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
    countries: tuple[CountryPlan, ...]
    slips: Mapping[str, int]  # days by step or country code, for the sake of argument

    @cached_property
    def scheduled(self) -> list[ScheduledStage]:
        """The steps with their dates."""
        stages = stages_of(self.steps, self.countries, self.on)
        return schedule_stages(with_delays(stages, self.slips), self.on)

    @property
    def lines(self) -> list[PlanLine]:
        return [PlanLine(step, row) for step, row in zip(self.steps, self.scheduled, strict=True)]

    @property
    def draft(self) -> PlanLine | None:
        """The regional draft."""
        return next((line for line in self.lines if line.step.kind == StepKind.REGIONAL_DRAFT), None)

    @property
    def goal(self) -> PlanLine | None:
        """The last step of the ladder that has a fixed day, such as the Summit."""
        fixed = [line for line in self.lines if line.leg.stage.fixed_on and line.step.kind == StepKind.LADDER]
        return fixed[-1] if fixed else None

    @property
    def reaches(self) -> list[Feasibility]:
        """For every step with a day of its own, and the whole ladder: can it still be reached?"""
        rows: list[Feasibility] = []
        for n, line in enumerate(self.lines):
            if line.leg.stage.fixed_on or line.step.kind == StepKind.LADDER:
                missed = (row.line for row in rows if row.verdict in (Verdict.MISSED, Verdict.TOO_LATE))
                rows.append(Feasibility(line, critical_path(self.scheduled, n), next(missed, None)))
        return rows

    def title(self, row: ScheduledStage) -> str:
        """The title of a scheduled step."""
        return next(step.title for step in self.steps if step.code == row.stage.key)


def build(cycle: ReviewCycle, on: date, slips: Mapping[str, int] | None = None) -> Plan:
    """The plan of a cycle on a day, with all its countries: the caller shows only what its reader may read."""
    slips = slips or {}
    steps = tuple(cycle.plan_steps.select_related("body", "meeting").order_by("position"))
    latest = reports_latest(steps, on)
    reports = list(cycle.member_reports(on))
    due = cycle.deadlines.filter(output=DeadlineOutput.NATIONAL_REPORT).prefetch_related("only_for")
    granted = Extension.objects.granted_in(cycle)
    statuses, paces = deadlines.deadline_statuses(reports, due, granted, on), progress.paces(reports, on)
    countries = []
    for report in reports:
        plan = country(report, report.member_state, statuses[report.pk], latest, paces[report.pk], on)
        slip = 0 if plan.is_in else slips.get(plan.state.code, 0)
        countries.append(replace(plan, slip=slip))
    return Plan(on, steps, tuple(countries), slips)


def steps_of(
    cycle: ReviewCycle, user: User, at: datetime | None, meetings: Iterable[Meeting]
) -> list[PlanStep]:
    """The steps that a person may read, with their meetings out of `meetings`; with `at`, as of that instant."""
    if policy.scope_of(user, "plan.read") is policy.Scope.NOTHING:
        return []
    rows = cycle.plan_steps.visible_to(user).order_by("position")
    steps = Trace.objects.as_of(rows, at) if at else list(rows)
    by_id: dict[int | None, Meeting] = {meeting.pk: meeting for meeting in meetings}
    for step in steps:
        step.meeting = by_id.get(step.meeting_id)
    return sorted(steps, key=lambda step: step.position)


def reports_latest(steps: Sequence[PlanStep], on: date) -> date | None:
    """The latest date for national reports; None: the plan does not say."""
    latest = latest_dates(stages_of(steps, (), on))
    days = (day for step, day in zip(steps, latest, strict=True) if step.kind == StepKind.NATIONAL_REPORTS)
    return next(days, None)


def country(
    report: NationalReport,
    state: Organisation,
    statuses: Iterable[DeadlineStatus],
    latest: date | None,
    paces: tuple[Pace, ...],
    on: date,
) -> CountryPlan:
    """A country's dates and pace, from its deadlines; once its report is handed in there is no pace."""
    due = [status for status in statuses if status.deadline.output == DeadlineOutput.NATIONAL_REPORT]
    standing = max(due, key=lambda status: status.due_on, default=None)
    if report.handed_in_at:
        return CountryPlan(report, state, standing, latest, clock.day_of(report.handed_in_at))
    due_on = max(standing.due_on, on) if standing else None
    return CountryPlan(report, state, standing, latest, due_on, paces)


def country_of(report: NationalReport, statuses: Iterable[DeadlineStatus]) -> CountryPlan:
    """One report's dates and pace today."""
    steps = list(report.cycle.plan_steps.select_related("meeting").order_by("position"))
    today = clock.today()
    paces, latest = progress.paces([report], today)[report.pk], reports_latest(steps, today)
    return country(report, report.member_state, statuses, latest, paces, today)


def stages_of(steps: Sequence[PlanStep], countries: Sequence[CountryPlan], on: date) -> list[Stage]:
    """The steps as the arithmetic needs them."""
    return [
        _reports_stage(step, countries) if step.kind == StepKind.NATIONAL_REPORTS else _stage(step, on)
        for step in steps
    ]


def _reports_stage(step: PlanStep, countries: Sequence[CountryPlan]) -> Stage:
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
    past = step.took_place_on if step.status == StepStatus.SENT_BACK else None
    return None if past and step.due_on and step.due_on <= past else step.due_on
