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
from reviews.models.daily_counts import NO_FIGURES
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


class SlackGroup(StatusChoices):
    """Whether a country's report is there in time for the plan."""

    LATE = "late", "bad", _("later than it must arrive")
    CANNOT_TELL = "cannot_tell", "neutral", _("cannot tell")
    IN_TIME = "in_time", "good", _("in time")
    HANDED_IN = "handed_in", "good", _("submitted")


@dataclass(frozen=True)
class CountryPlan:
    """One country's report in the plan: its date, the latest one, and the pace of its workstreams."""

    report: NationalReport
    state: Organisation
    deadline_status: DeadlineStatus | None  # of the deadline of its report; None: there is none
    latest_on: date | None  # None: no fixed date follows
    due_on: date | None  # handed in, or the date in force, or today when that has passed; None: no date
    paces: tuple[Pace, ...] = ()  # one for each workstream; none while it is handed in
    slip: int = 0  # days later, in a what-if

    @property
    def date_in_force(self) -> date | None:
        """By when its report is asked for: its deadline's date, or the day of its revision alone."""
        return self.deadline_status.due_on if self.deadline_status else self.report.revision_due_on

    @property
    def arrives_on(self) -> date | None:
        return self.due_on and self.due_on + timedelta(days=self.slip)

    @property
    def is_handed_in(self) -> bool:
        """Whether it has been handed in, and was not sent back."""
        return self.report.handed_in_at is not None and not self.report.is_to_revise

    @property
    def is_silent(self) -> bool:
        """Whether it has posted no figure, and handed nothing in, so that nothing is known of its work."""
        return self.report.handed_in_at is None and self.report.figures == NO_FIGURES

    @property
    def slack(self) -> int | None:
        """Days its report may still be later than its date; negative: its date is too late. None: nobody can tell."""
        if self.latest_on is None or self.arrives_on is None:
            return None
        slack = clock.days_between(self.arrives_on, self.latest_on)
        return None if self.is_silent and slack >= 0 else slack

    @property
    def cannot_tell_slack(self) -> bool:
        """Whether its dates are known, and its silence alone is why nobody can tell the slack."""
        return self.slack is None and None not in (self.latest_on, self.arrives_on)

    @property
    def group(self) -> "SlackGroup":
        if self.is_handed_in:
            return SlackGroup.HANDED_IN
        if self.slack is None:
            return SlackGroup.CANNOT_TELL
        return SlackGroup.LATE if self.slack < 0 else SlackGroup.IN_TIME

    @property
    def points_past(self) -> bool:
        """Whether a workstream reaches 100 after the latest date only."""
        return any(pace.passes(self.latest_on) for pace in self.paces)


@dataclass(frozen=True)
class PlanLine:
    """One step of the plan with its dates."""

    step: PlanStep
    scheduled: ScheduledStage


class Feasibility(NamedTuple):
    """Whether a step with a day, or of the ladder, can still be reached."""

    line: PlanLine
    critical_path: CriticalPath | None  # what decides when its paper is ready; None: nothing does
    waits_for: PlanLine | None  # an earlier step that is missed, while this one has time enough

    @property
    def verdict(self) -> Verdict:
        scheduled = self.line.scheduled
        if scheduled.stage.done_on:
            return Verdict.OVER
        if scheduled.slack is None:
            return Verdict.UNKNOWN
        if scheduled.late_by:
            return Verdict.MISSED
        if scheduled.slack < 0:
            return Verdict.TOO_LATE
        return Verdict.WAITS if self.waits_for else Verdict.REACHED


@dataclass(frozen=True)
class Plan:
    """Everything the plan page shows, on one day."""

    on: date
    steps: tuple[PlanStep, ...]
    countries: tuple[CountryPlan, ...]
    slips: Mapping[str, int]  # what-if: days later, by step or country code

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
        ladder = [line for line in self.lines if line.step.kind == StepKind.LADDER]
        return next((line for line in reversed(ladder) if line.scheduled.stage.fixed_on), None)

    @property
    def feasibility(self) -> list[Feasibility]:
        """Of every step with a day of its own, and of the whole ladder: can it still be reached?"""
        rows: list[Feasibility] = []
        for n, line in enumerate(self.lines):
            if line.scheduled.stage.fixed_on or line.step.kind == StepKind.LADDER:
                missed = (row.line for row in rows if row.verdict in (Verdict.MISSED, Verdict.TOO_LATE))
                rows.append(Feasibility(line, critical_path(self.scheduled, n), next(missed, None)))
        return rows

    def title(self, row: ScheduledStage) -> str:
        """The title of a scheduled step."""
        return next(step.title for step in self.steps if step.code == row.stage.key)


def build(cycle: ReviewCycle, on: date, slips: Mapping[str, int] | None = None) -> Plan:
    """Return the plan of a cycle on a day, with all its countries: the caller shows what its reader may read."""
    slips = slips or {}
    steps = tuple(cycle.plan_steps.select_related("body", "meeting").order_by("position"))
    latest = latest_for_reports(steps, on)
    reports = list(cycle.member_reports(on))
    due = cycle.deadlines.filter(output=DeadlineOutput.NATIONAL_REPORT).prefetch_related("only_for")
    granted = Extension.objects.granted_in(cycle)
    statuses, paces = deadlines.deadline_statuses(reports, due, granted, on), progress.paces(reports, on)
    countries = []
    for report in reports:
        plan = country_plan(report, report.member_state, statuses[report.pk], latest, paces[report.pk], on)
        slip = 0 if plan.is_handed_in else slips.get(report.code, 0)
        countries.append(replace(plan, slip=slip))
    return Plan(on, steps, tuple(countries), slips)


def steps_of(
    cycle: ReviewCycle, user: User, at: datetime | None, meetings: Iterable[Meeting]
) -> list[PlanStep]:
    """Return the steps that a person may read, with their meetings out of `meetings`; with `at`, as of then."""
    if policy.scope_of(user, "plan.read") is policy.Scope.NOTHING:
        return []
    rows = cycle.plan_steps.visible_to(user).order_by("position")
    steps = Trace.objects.as_of(rows, at) if at else list(rows)
    by_id: dict[int | None, Meeting] = {meeting.pk: meeting for meeting in meetings}
    for step in steps:
        step.meeting = by_id.get(step.meeting_id)
    return sorted(steps, key=lambda step: step.position)


def latest_for_reports(steps: Sequence[PlanStep], on: date) -> date | None:
    """Return the latest date for national reports; None: the plan does not say."""
    latest = latest_dates(stages_of(steps, (), on))
    days = (day for step, day in zip(steps, latest, strict=True) if step.kind == StepKind.NATIONAL_REPORTS)
    return next(days, None)


def country_plan(
    report: NationalReport,
    state: Organisation,
    statuses: Iterable[DeadlineStatus],
    latest: date | None,
    paces: tuple[Pace, ...],
    on: date,
) -> CountryPlan:
    """Return a country's dates and pace, from its deadlines; while its report is handed in there is no pace."""
    due = [status for status in statuses if status.deadline.output == DeadlineOutput.NATIONAL_REPORT]
    last_due = max(due, key=lambda status: status.due_on, default=None)
    if report.handed_in_at and not report.is_to_revise:
        return CountryPlan(report, state, last_due, latest, clock.day_of(report.handed_in_at))
    due_on = last_due.due_on if last_due else report.revision_due_on
    return CountryPlan(report, state, last_due, latest, due_on and max(due_on, on), paces)


def country_plan_today(report: NationalReport, statuses: Iterable[DeadlineStatus]) -> CountryPlan:
    """Return one report's dates and pace today."""
    steps = list(report.cycle.plan_steps.select_related("meeting").order_by("position"))
    today = clock.today()
    paces, latest = progress.paces([report], today)[report.pk], latest_for_reports(steps, today)
    return country_plan(report, report.member_state, statuses, latest, paces, today)


def stages_of(steps: Sequence[PlanStep], countries: Sequence[CountryPlan], on: date) -> list[Stage]:
    """Return the steps as the arithmetic needs them."""
    # The last report decides when all are in; without a country's date the planned one.
    arrivals = [country.arrives_on for country in countries if country.arrives_on]
    last_report = max(arrivals, default=None)
    all_handed_in = bool(arrivals) and all(country.is_handed_in for country in countries)

    stages = []
    for step in steps:
        stage, fixed_on = Stage(step.code, step.days), _fixed_on(step)
        if step.kind == StepKind.NATIONAL_REPORTS and all_handed_in:
            stage = replace(stage, done_on=last_report)
        elif step.kind == StepKind.NATIONAL_REPORTS:
            stage = replace(stage, planned_on=last_report or step.due_on)
        elif step.is_over:
            done_on = step.took_place_on or step.due_on or on
            stage = replace(stage, fixed_on=fixed_on, done_on=done_on)
        elif fixed_on:
            stage = replace(stage, fixed_on=fixed_on)
        else:
            stage = replace(stage, planned_on=step.planned_on)
        stages.append(stage)
    return stages


def _fixed_on(step: PlanStep) -> date | None:
    """Return the day of a meeting or body, which the work has to meet. Sent back, only a later day counts."""
    if step.meeting is None and step.kind != StepKind.LADDER:
        return None
    past = step.took_place_on if step.status == StepStatus.SENT_BACK else None
    return None if past and step.due_on and step.due_on <= past else step.due_on
