"""Requests for more time: which of them wait for a decision, and what granting one does to the plan."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from reviews import clock
from reviews.models import DeadlineOutput, Extension, ExtensionStatus, PlanStep, ReviewCycle
from reviews.queries import plans
from reviews.queries.deadlines import CountryDeadline, deadline_statuses
from reviews.queries.plans import CountryPlan, Plan, Verdict

# --- which wait


def find_needed(requests: Iterable[Extension], countries: Iterable[CountryDeadline]) -> list[Extension]:
    """Return the requests that still need a decision, and note on each other one that was not decided why not.

    A deadline that its country has met, or that asks nothing more of it, needs no later day. `countries`: the deadlines
    that are asked of them today.
    """
    statuses = {(row.status.deadline.pk, row.report.member_state_id): row.status for row in countries}
    needed = []
    for request in requests:
        status = statuses.get((request.deadline_id, request.member_state_id))
        if request.status == ExtensionStatus.ASKED and not (status and status.is_asked):
            request.why_not_needed = status.text if status else _("not asked of this country")
        if request.waits:
            needed.append(request)
    return needed


def undecided(requests: QuerySet[Extension], cycle: ReviewCycle) -> list[Extension]:
    """Return those of a cycle's requests that were not decided, oldest first, each with why it needs no decision.

    Takes up to five queries, whatever the rows.
    """
    waiting = requests.filter(deadline__cycle=cycle, status=ExtensionStatus.ASKED)
    found = list(
        waiting.select_related("deadline__cycle", "member_state", "asked_by").order_by("asked_at", "id")
    )
    if found:
        find_needed(found, _deadlines_of(found, cycle))
    return found


def _deadlines_of(requests: Iterable[Extension], cycle: ReviewCycle) -> list[CountryDeadline]:
    """The deadlines and countries that requests are about, with their statuses today."""
    deadlines = list({request.deadline_id: request.deadline for request in requests}.values())
    prefetch_related_objects(deadlines, "only_for")
    states = {request.member_state_id for request in requests}
    reports = list(cycle.member_reports(clock.today()).filter(member_state__in=states))
    statuses = deadline_statuses(reports, deadlines, Extension.objects.granted_in(cycle), clock.today())
    return [CountryDeadline(report, status) for report in reports for status in statuses[report.pk]]


# --- what granting does

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
