"""Steps of the meetings: their days, agenda, decisions, action points and minutes."""

from typing import Any

from reviews.actions.minutes import draft_minutes
from reviews.models import ActionPoint, AgendaItem, Decision, Delegation, Meeting, Minutes, Priority, User
from reviews.operations.loading.rows import Row
from reviews.operations.loading.steps import named
from reviews.operations.loading.steps.named import texts


def plan(row: Row, by: User) -> None:
    """The days come from the time line; what is planned there stays, whatever came of it."""
    columns = ("planned_from", "planned_to", "source", "confidence")
    values = {name: getattr(named.event(row), name) for name in columns}
    values |= texts(row, "series", "title", "mode", "place", "time_zone")
    values |= {
        "code": row.text("meeting"),
        "number": row.number("number"),
        "shared": bool(row.text("shared")),
    }
    Meeting.plan(named.cycle(), by=by, host=next(iter(named.bodies(row, "host")), None), **values)


def reschedule(row: Row, by: User) -> None:
    event, meeting = named.event(row), named.meeting(row)
    days: dict[str, Any] = {"planned_from": event.held_from, "planned_to": event.held_to}
    meeting.reschedule(
        by=by, expected_version=meeting.version, why=row.text("note"), **texts(row, "mode", "place"), **days
    )


def hold(row: Row, by: User) -> None:
    """Without days where the time line knows none."""
    event, meeting = named.event(row), named.meeting(row)
    days: dict[str, Any] = {"held_from": event.held_from, "held_to": event.held_to}
    meeting.hold(by=by, expected_version=meeting.version, why=row.text("note"), **days)


def find_item(row: Row) -> AgendaItem:
    return AgendaItem.objects.get(meeting=named.meeting(row), number=row.text("number"))


def agenda(row: Row, by: User) -> None:
    values = texts(row, "title", "presenter", "paper") | {"duration": row.number("duration")}
    AgendaItem.add_to(named.meeting(row), by=by, **values)


def conclude(row: Row, by: User) -> None:
    item = find_item(row)
    item.conclude(
        by=by, expected_version=item.version, outcome=row.text("outcome"), outcome_text=row.text("text")
    )


def delegations(row: Row, by: User) -> None:
    for organisation in named.bodies(row, "organisations"):
        Delegation.add_to(named.meeting(row), by=by, organisation=organisation)


def decide(row: Row, by: User) -> None:
    Decision.add_to(named.meeting(row), by=by, **texts(row, "text"))


def find_action(row: Row) -> ActionPoint:
    return ActionPoint.objects.get(meeting=named.meeting(row), number=row.text("number"))


def act(row: Row, by: User) -> None:
    owner, body = named.person(row.text("owner")), next(iter(named.bodies(row, "organisations")), None)
    values: dict[str, Any] = {"owner": owner, "owner_body": body, "due_on": row.day("due_on")}
    values["priority"] = row.text("priority") or Priority.NORMAL
    ActionPoint.add_to(named.meeting(row), by=by, **texts(row, "text"), **values)


def finish(row: Row, by: User) -> None:
    """With a document where the priority asks for one."""
    point = find_action(row)
    paper = named.invented(f"Action {point.code}", f"action-{point.number}") if point.is_high else None
    point.finish(by=by, expected_version=point.version, note=row.text("note"), file=paper)


def find_minutes(row: Row) -> Minutes:
    return Minutes.objects.get(meeting=named.meeting(row))


def draft(row: Row, by: User) -> None:
    draft_minutes(by=by, meeting=named.meeting(row))


def word(row: Row, by: User) -> None:
    """A part of the minutes in the Secretariat's own words."""
    part = find_minutes(row).sections.get(kind=row.text("title"))
    part.edit(by=by, expected_version=part.version, text=row.text("text"))
