"""Set-up of a cycle: deadlines, ladder or the whole of another cycle copied; a test cycle emptied."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple, Unpack

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from reviews import clock, policy
from reviews.actions.bodies import copy_body_roles
from reviews.actions.cycles import lock_draft, prepare_cycle, seat_members
from reviews.actions.framework import copy_entries
from reviews.models import (
    Deadline,
    DeadlineOutput,
    Organisation,
    PlanStep,
    ReviewCycle,
    StepKind,
    User,
)
from reviews.models.base import all_or_nothing
from reviews.models.cycles import CycleFields
from reviews.models.numbering import next_number
from reviews.models.plans import KINDS_ONCE
from reviews.models.validators import days_outside
from reviews.text import isolated

WEEK = timedelta(weeks=1)


class Rung(NamedTuple):
    """A body that decides, and the day for which that is planned; None: not known yet."""

    body: Organisation
    planned_on: date | None


def shift_between(source: ReviewCycle, starts_on: date) -> timedelta:
    """How far the days of another cycle move for one that starts on a day: whole weeks, so that weekdays stay."""
    weeks = round((starts_on - source.starts_on) / WEEK)
    return weeks * WEEK


@all_or_nothing()
def copy_deadlines(*, by: User, cycle: ReviewCycle, source: ReviewCycle) -> ReviewCycle:
    """Set the deadlines of another cycle, shifted to the start of this one. One for some countries stays so.

    One with a title that is there already is left out, so that copying twice makes nothing twice. Raises
    ValidationError if some would lie outside the cycle.
    """
    lock_draft(cycle, by)
    shift = shift_between(source, cycle.starts_on)
    seated = {*cycle.memberships.values_list("member_state", flat=True)}
    there = {*cycle.deadlines.values_list("title", flat=True)}
    deadlines = source.deadlines.prefetch_related("only_for").order_by("number")
    require_room([deadline for deadline in deadlines if deadline.title not in there], cycle, shift)
    for deadline in deadlines:
        countries = [state for state in deadline.only_for.all() if state.pk in seated]
        if deadline.title not in there and (countries or not deadline.only_ids):
            Deadline.set_for(
                cycle,
                by=by,
                title=deadline.title,
                output=deadline.output,
                output_name=deadline.output_name,
                opens_on=deadline.opens_on + shift,
                due_on=deadline.due_on + shift,
                last_on=deadline.last_on and deadline.last_on + shift,
                only_for=countries,
                shared=deadline.shared,
            )
    return cycle


def require_room(deadlines: Iterable[Deadline], cycle: ReviewCycle, shift: timedelta) -> None:
    """Raise ValidationError, naming all of them, if deadlines that move so far would lie outside the cycle."""
    outside = []
    for deadline in deadlines:
        days = {"due_on": deadline.due_on + shift, "last_on": deadline.last_on and deadline.last_on + shift}
        if found := days_outside(days, cycle):
            outside.append(f"{isolated(deadline.title)} ({clock.short_day(max(found.values()))})")
    if outside:
        text = _(
            "Some deadlines would lie outside the cycle: %(deadlines)s. Change the days of the cycle first."
        )
        raise ValidationError({"ends_on": text % {"deadlines": ", ".join(outside)}})


@all_or_nothing()
def set_phases(*, by: User, cycle: ReviewCycle, due_days: Mapping[str, date]) -> ReviewCycle:
    """Set a deadline for each of these phases, by its output, open from the start of the cycle."""
    lock_draft(cycle, by)
    for output, due_on in due_days.items():
        title = DeadlineOutput(output).label
        Deadline.set_for(
            cycle,
            by=by,
            title=title[:1].upper() + title[1:],
            output=output,
            opens_on=min(cycle.starts_on, due_on),
            due_on=due_on,
        )
    return cycle


@all_or_nothing()
def copy_ladder(*, by: User, cycle: ReviewCycle, source: ReviewCycle) -> ReviewCycle:
    """Enter the steps of another cycle's plan, shifted to the start of this one, behind those that are there.

    One whose code is there already is left out, and so are the reports and the draft: a plan has each of them once.
    """
    lock_draft(cycle, by)
    shift = shift_between(source, cycle.starts_on)
    there = {*cycle.plan_steps.values_list("code", flat=True)}
    once = {*cycle.plan_steps.filter(kind__in=KINDS_ONCE).values_list("kind", flat=True)}
    steps = source.plan_steps.exclude(code__in=there).exclude(kind__in=once)
    steps = steps.select_related("body", "meeting").order_by("position")
    for position, step in enumerate(steps, next_number(cycle.plan_steps.all(), "position")):
        due_on = step.took_place_on or step.due_on
        PlanStep.enter(
            cycle,
            by=by,
            position=position,
            code=step.code,
            kind=step.kind,
            title=step.title,
            body=step.body,
            paper=step.paper,
            days=step.days,
            planned_on=due_on and due_on + shift,
        )
    return cycle


@all_or_nothing()
def set_ladder(
    *, by: User, cycle: ReviewCycle, rungs: Sequence[Rung], with_reports: bool, days: int
) -> ReviewCycle:
    """Enter the bodies in their order, each `days` after the step before; first of all, the reports and the draft."""
    lock_draft(cycle, by)
    if with_reports and not cycle.plan_steps.filter(kind__in=KINDS_ONCE).exists():
        _enter_step(by, cycle, StepKind.NATIONAL_REPORTS, title=str(StepKind.NATIONAL_REPORTS.label), days=0)
        _enter_step(by, cycle, StepKind.REGIONAL_DRAFT, title=str(StepKind.REGIONAL_DRAFT.label), days=days)
    for rung in rungs:
        _enter_step(
            by,
            cycle,
            StepKind.LADDER,
            title=rung.body.name_en,
            days=days,
            body=rung.body,
            planned_on=rung.planned_on,
        )
    return cycle


def _enter_step(
    by: User,
    cycle: ReviewCycle,
    kind: StepKind,
    *,
    title: str,
    days: int,
    body: Organisation | None = None,
    planned_on: date | None = None,
) -> None:
    position = next_number(cycle.plan_steps.all(), "position")
    code = slugify(body.code if body else kind.value)
    if cycle.plan_steps.filter(code=code).exists():
        code = f"{code}-{position}"
    PlanStep.enter(
        cycle,
        by=by,
        position=position,
        code=code,
        kind=kind,
        title=title[:1].upper() + title[1:],
        days=days,
        body=body,
        planned_on=planned_on,
    )


class Part:
    """What can be copied of a cycle."""

    MEMBERS, BODIES, DEADLINES, LADDER = "members", "bodies", "deadlines", "ladder"


RIGHTS = {
    Part.MEMBERS: "cycle.run",
    Part.BODIES: "cycle.run",
    Part.DEADLINES: "deadline.set",
    Part.LADDER: "plan.edit",
}


def parts_for(user: User) -> list[str]:
    """What this person may copy: an administrator sets no deadlines."""
    return [part for part, right in RIGHTS.items() if policy.may(user, right)]


@all_or_nothing()
def copy_cycle(
    *,
    by: User,
    source: ReviewCycle,
    parts: Collection[str],
    own_framework: bool = False,
    **values: Unpack[CycleFields],
) -> ReviewCycle:
    """Prepare a cycle from another one: its framework, and the parts that were chosen, with their days shifted.

    With `own_framework` the entries are copied into a framework of its own, which can still be changed.
    """
    if not own_framework:
        values["framework"] = source.framework
    cycle = prepare_cycle(by=by, **values)
    if own_framework:
        copy_entries(by=by, source=source.framework, into=cycle.framework)
    if Part.MEMBERS in parts:
        seat_members(by=by, cycle=cycle, members=source.members(source.ends_on), joined_on=cycle.starts_on)
    if Part.BODIES in parts:
        copy_body_roles(by=by, cycle=cycle, source=source)
    if Part.DEADLINES in parts:
        copy_deadlines(by=by, cycle=cycle, source=source)
    if Part.LADDER in parts:
        copy_ladder(by=by, cycle=cycle, source=source)
    return cycle


@all_or_nothing()
def empty_test_cycle(*, by: User, cycle: ReviewCycle, expected_version: int, why: str) -> ReviewCycle:
    """Take a test cycle and everything in it off all pages, and prepare the same one afresh; return that.

    Nothing is deleted: the records and their trace stay in the database, behind a status that no page shows.
    """
    cycle.lock(expected_version)
    cycle.require_transition("empty", by)
    fresh = copy_cycle(
        by=by,
        source=cycle,
        parts=parts_for(by),
        name_en=cycle.name_en,
        name_vi=cycle.name_vi,
        starts_on=cycle.starts_on,
        ends_on=cycle.ends_on,
        shared=cycle.shared,
        is_test=True,
    )
    cycle.make_transition("empty", by=by, expected_version=expected_version, note=why)
    return fresh


def copied_end(source: ReviewCycle, starts_on: date) -> date:
    """The last day of a cycle that starts on a day and is as long as another one."""
    return starts_on + timedelta(days=clock.days_between(source.starts_on, source.ends_on))
