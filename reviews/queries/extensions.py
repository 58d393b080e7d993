"""What more time for one country's report does to the plan: shown before the Secretariat decides."""

from dataclasses import dataclass, replace
from datetime import date

from reviews import clock
from reviews.models import DeadlineOutput, Extension, PlanStep
from reviews.queries import plans
from reviews.queries.plans import CountryPlan, Plan, Verdict

MISSED = (Verdict.MISSED, Verdict.TOO_LATE)


@dataclass(frozen=True)
class Effect:
    """The plan as it is, and with the report of one country due by a later day."""

    until: date
    before: CountryPlan
    after: CountryPlan
    plan_before: Plan
    plan_after: Plan

    @property
    def latest_on(self) -> date | None:
        """The latest day that harms nothing: what follows can still be reached. None: the plan does not say."""
        return self.before.latest_on

    @property
    def goal(self) -> PlanStep | None:
        """The last step with a fixed day, such as the Summit; None: there is none, or it is over."""
        line = self.plan_before.goal
        return None if line is None or line.step.is_over else line.step

    @property
    def goal_slack_before(self) -> int | None:
        return self.plan_before.goal.scheduled.slack if self.plan_before.goal else None

    @property
    def goal_slack_after(self) -> int | None:
        return self.plan_after.goal.scheduled.slack if self.plan_after.goal else None

    @property
    def newly_missed(self) -> list[PlanStep]:
        """The steps that can be reached as it is, and could not with the later day."""
        missed = {row.line.step.pk for row in self.plan_before.feasibility if row.verdict in MISSED}
        after = [row.line.step for row in self.plan_after.feasibility if row.verdict in MISSED]
        return [step for step in after if step.pk not in missed]

    @property
    def does_harm(self) -> bool:
        """Whether the day is later than what harms nothing."""
        return self.latest_on is not None and self.until > self.latest_on

    @property
    def fingerprint(self) -> str:
        """Changes whenever what is shown does; compared when it is decided."""
        missed = ",".join(str(step.pk) for step in self.newly_missed)
        return f"{self.until} {self.latest_on} {self.before.slack} {self.goal_slack_after} {missed}"


def effect_of(extension: Extension, until: date, plan: Plan | None = None) -> Effect | None:
    """Return what granting a request, or setting another day, does; None: it does not touch the plan of the reports.

    `plan`: that of the cycle today, where the caller has it already.
    """
    if extension.deadline.output != DeadlineOutput.NATIONAL_REPORT:
        return None
    on = clock.today()
    plan = plan or plans.build(extension.cycle, on)
    before = next((c for c in plan.countries if c.state.pk == extension.member_state_id), None)
    if before is None or before.latest_on is None:
        return None
    others = before.due_on or on  # the country's date in the plan, which may be that of another deadline
    if (
        not extension.is_asked_for
        and before.deadline_status
        and before.deadline_status.deadline == extension.deadline
    ):
        others = on  # it replaces the date in force
    after = replace(before, due_on=max(until, others, on))
    countries = tuple(after if country is before else country for country in plan.countries)
    return Effect(until, before, after, plan, replace(plan, countries=countries))
