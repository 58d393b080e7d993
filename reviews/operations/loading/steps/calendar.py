"""Steps of the cycle and its days: deadlines, more time, the plan, and what delayed the work."""

from typing import Any

from reviews.actions import cycles
from reviews.models import (
    Deadline,
    Disruption,
    Extension,
    Framework,
    Organisation,
    PlanStep,
    ReviewCycle,
    User,
)
from reviews.operations.loading.rows import Row
from reviews.operations.loading.steps import named
from reviews.operations.loading.steps.named import texts


def open_cycle(row: Row, by: User) -> None:
    """With the seats of those who are member states by its last day."""
    values: dict[str, Any] = {name: row.text(name) for name in ("slug", "name_en", "name_vi")}
    values |= {name: row.day(name) for name in ("starts_on", "ends_on")}
    values["framework"] = Framework.objects.get(code=row.text("framework"))
    cycle = ReviewCycle.create_traced(by=by, is_demo=True, shared=True, **values)
    for state in Organisation.objects.member_states(cycle.ends_on):
        cycles.seat_member(by=by, cycle=cycle, member_state=state, joined_on=cycle.starts_on)
    cycles.open_cycle(by=by, cycle=cycle, expected_version=cycle.version)


def set_deadline(row: Row, by: User) -> None:
    anchor: dict[str, Any] = {}
    if row.text("meeting"):
        anchor = {"anchor": named.meeting(row), "offset_days": int(row.text("offset_days"))}
    Deadline.set_for(
        named.cycle(), by=by, **anchor, only_for=named.bodies(row, "only_for"), shared=bool(row.text("shared")),
        **texts(row, "title", "output", "confidence_note"), **_days(row),
    )  # fmt: skip


def reschedule_deadline(row: Row, by: User) -> None:
    deadline = named.deadline(row)
    deadline.reschedule(by=by, expected_version=deadline.version, why=row.text("note"), **_days(row))


def _days(row: Row) -> dict[str, Any]:
    return {name: row.day(name) for name in ("opens_on", "due_on", "last_on")}


def find_extension(row: Row) -> Extension:
    """The country's request that waits for a decision."""
    return named.deadline(row).extensions.to_decide().get(member_state__code=row.text("report"))


def ask(row: Row, by: User, disruption: Disruption | None = None) -> None:
    asked: dict[str, Any] = {"asked_until": row.day("until"), "reason": row.text("note")}
    Extension.ask_for(named.report(row), named.deadline(row), by=by, disruption=disruption, **asked)


def ask_citing(row: Row, by: User) -> None:
    ask(row, by, disruption=named.disruption(row))


def grant(row: Row, by: User) -> None:
    extension = find_extension(row)
    extension.grant(by=by, expected_version=extension.version, until=row.day("until"), note=row.text("note"))


def plan_step(row: Row, by: User) -> None:
    values: dict[str, Any] = {name: row.number(name) for name in ("position", "days")}
    values |= texts(row, "code", "kind", "title", "paper", "note") | {"planned_on": row.day("planned_on")}
    values["body"] = next(iter(named.bodies(row, "body")), None)
    values["meeting"] = named.meeting(row) if row.text("meeting") else None
    PlanStep.enter(named.cycle(), by=by, **values)


def register(row: Row, by: User) -> None:
    values: dict[str, Any] = {name: row.day(name) for name in ("starts_on", "ends_on")}
    values |= texts(row, "title", "kind", "effect") | {"countries": named.bodies(row, "countries")}
    made = Disruption.register(named.cycle(), by=by, **values)
    if str(made.number) != row.text("number"):
        raise row.wrong(f"this disruption got the number {made.number}.")


def cite_in_gap(row: Row, by: User) -> None:
    gap = named.gap(row)
    gap.edit(by=by, expected_version=gap.version, disruption=named.disruption(row))


def cite_in_meeting(row: Row, by: User) -> None:
    meeting = named.meeting(row)
    meeting.reschedule(by=by, expected_version=meeting.version, why="", disruption=named.disruption(row))
