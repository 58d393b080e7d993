"""Steps of the cycle and its days: deadlines, extensions, the plan, and disruptions."""

from reviews.actions import cycles, deliveries
from reviews.actions.extensions import ask_for_extension
from reviews.models import (
    BodyRole,
    Deadline,
    Disruption,
    Framework,
    Organisation,
    PlanStep,
    ReviewCycle,
    User,
)
from reviews.operations.loading.rows import Row
from reviews.operations.loading.steps import find


def open_cycle(row: Row, by: User) -> None:
    """With the seats of those who are member states by its last day."""
    cycle = ReviewCycle.create_traced(
        by=by,
        slug=row.text("slug"),
        name_en=row.text("name_en"),
        name_vi=row.text("name_vi"),
        framework=Framework.objects.get(code=row.text("framework")),
        starts_on=row.day("starts_on"),
        ends_on=row.day("ends_on"),
        is_demo=True,
        shared=True,
    )
    for state in Organisation.objects.member_states(cycle.ends_on):
        cycles.seat_member(by=by, cycle=cycle, member_state=state, joined_on=cycle.starts_on)
    cycles.open_cycle(by=by, cycle=cycle, expected_version=cycle.version)


def assign_role(row: Row, by: User) -> None:
    BodyRole.assign(
        find.cycle(),
        by=by,
        role=row.text("role"),
        body=Organisation.objects.get(code=row.text("body")),
        from_on=row.day("from_on"),
        until_on=row.optional_day("until_on"),
    )


def set_deadline(row: Row, by: User) -> None:
    anchor = find.optional_meeting(row)
    Deadline.set_for(
        find.cycle(),
        by=by,
        title=row.text("title"),
        output=row.text("output"),
        opens_on=row.day("opens_on"),
        due_on=row.day("due_on"),
        last_on=row.optional_day("last_on"),
        anchor=anchor,
        offset_days=row.number("offset_days") if anchor else None,
        only_for=find.bodies(row, "only_for"),
        shared=bool(row.text("shared")),
        confidence_note=row.text("confidence_note"),
    )


def reschedule_deadline(row: Row, by: User) -> None:
    deadline = find.deadline(row)
    deadline.reschedule(
        by=by,
        expected_version=deadline.version,
        why=row.text("note"),
        opens_on=row.day("opens_on"),
        due_on=row.day("due_on"),
        last_on=row.optional_day("last_on"),
    )


def ask(row: Row, by: User, disruption: Disruption | None = None) -> None:
    ask_for_extension(
        by=by,
        report=find.report(row),
        deadline=find.deadline(row),
        asked_until=row.day("until"),
        reason=row.text("note"),
        disruption=disruption,
    )


def ask_citing(row: Row, by: User) -> None:
    ask(row, by, disruption=find.disruption(row))


def grant(row: Row, by: User) -> None:
    extension = find.extension(row)
    extension.grant(
        by=by, expected_version=extension.version, until=row.optional_day("until"), note=row.text("note")
    )


def deliver(row: Row, by: User) -> None:
    """A coordinator says that the own country has met a deadline."""
    deliveries.deliver(
        by=by,
        report=find.report(row),
        deadline=find.deadline(row),
        met_on=row.day("met_on"),
        note=row.text("note"),
    )


def record_delivery(row: Row, by: User) -> None:
    """The Secretariat records what it received."""
    state = find.report(row).member_state
    deliveries.record_deliveries(
        by=by, deadline=find.deadline(row), states=[state], met_on=row.day("met_on"), note=row.text("note")
    )


def plan_step(row: Row, by: User) -> None:
    PlanStep.enter(
        find.cycle(),
        by=by,
        position=row.number("position"),
        code=row.text("code"),
        kind=row.text("kind"),
        title=row.text("title"),
        body=find.optional_body(row, "body"),
        paper=row.text("paper"),
        days=row.number("days"),
        meeting=find.optional_meeting(row),
        planned_on=row.optional_day("planned_on"),
        note=row.text("note"),
    )


def register_disruption(row: Row, by: User) -> None:
    disruption = Disruption.register(
        find.cycle(),
        by=by,
        title=row.text("title"),
        kind=row.text("kind"),
        starts_on=row.day("starts_on"),
        ends_on=row.optional_day("ends_on"),
        effect=row.text("effect"),
        countries=find.bodies(row, "countries"),
    )
    if str(disruption.number) != row.text("number"):
        raise row.error(f"this disruption got the number {disruption.number}.")


def cite_in_gap(row: Row, by: User) -> None:
    gap = find.gap(row)
    gap.edit(by=by, expected_version=gap.version, disruption=find.disruption(row))


def cite_in_meeting(row: Row, by: User) -> None:
    meeting = find.meeting(row)
    meeting.reschedule(by=by, expected_version=meeting.version, why="", disruption=find.disruption(row))
