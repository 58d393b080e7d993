"""Steps of the meetings: their days, agenda, decisions, action points and minutes."""

from reviews.actions.minutes import draft_minutes as draft_minutes_of
from reviews.models import ActionPoint, AgendaItem, Decision, Delegation, Meeting, Priority, User
from reviews.operations.loading.rows import Row
from reviews.operations.loading.steps import find
from reviews.operations.loading.steps.base import invented_file


def plan(row: Row, by: User) -> None:
    """The days come from the time line; what is planned there stays, whatever came of it."""
    event = find.event(row)
    if event.planned_from is None or event.planned_to is None:
        raise row.error(f"“{event.code}” has no planned days.")
    Meeting.plan(
        find.cycle(),
        by=by,
        series=row.text("series"),
        number=row.optional_number("number"),
        code=row.text("meeting"),
        title=row.text("title"),
        planned_from=event.planned_from,
        planned_to=event.planned_to,
        host=find.optional_body(row, "host"),
        mode=row.text("mode"),
        place=row.text("place"),
        time_zone=row.text("time_zone"),
        start_time=row.optional_time("start"),
        end_time=row.optional_time("end"),
        video_link=row.text("link"),
        shared=bool(row.text("shared")),
        source=event.source,
        confidence=event.confidence,
    )


def reschedule(row: Row, by: User) -> None:
    """To the days on which it was held."""
    event, meeting = find.event(row), find.meeting(row)
    if event.held_from is None or event.held_to is None:
        raise row.error(f"“{event.code}” has no days on which it was held.")
    meeting.reschedule(
        by=by,
        expected_version=meeting.version,
        why=row.text("note"),
        mode=row.text("mode"),
        place=row.text("place"),
        planned_from=event.held_from,
        planned_to=event.held_to,
    )


def record_as_held(row: Row, by: User) -> None:
    """Without days where the time line knows none."""
    event, meeting = find.event(row), find.meeting(row)
    meeting.hold(
        by=by,
        expected_version=meeting.version,
        why=row.text("note"),
        held_from=event.held_from,
        held_to=event.held_to,
    )


def add_agenda_item(row: Row, by: User) -> None:
    AgendaItem.add_to(
        find.meeting(row),
        by=by,
        title=row.text("title"),
        presenter=row.text("presenter"),
        paper=row.text("paper"),
        duration=row.optional_number("duration"),
    )


def conclude_agenda_item(row: Row, by: User) -> None:
    item = find.agenda_item(row)
    item.conclude(
        by=by, expected_version=item.version, outcome=row.text("outcome"), outcome_text=row.text("text")
    )


def add_delegations(row: Row, by: User) -> None:
    for organisation in find.bodies(row, "organisations"):
        Delegation.add_to(find.meeting(row), by=by, organisation=organisation)


def add_decision(row: Row, by: User) -> None:
    Decision.add_to(find.meeting(row), by=by, text=row.text("text"))


def add_action_point(row: Row, by: User) -> None:
    ActionPoint.add_to(
        find.meeting(row),
        by=by,
        text=row.text("text"),
        owner=find.optional_person(row, "owner"),
        owner_body=find.optional_body(row, "organisations"),
        due_on=row.day("due_on"),
        priority=row.text("priority") or Priority.NORMAL,
    )


def finish_action_point(row: Row, by: User) -> None:
    """With a document where the priority requires one."""
    point = find.action_point(row)
    paper = invented_file(f"Action {point.code}", f"action-{point.number}") if point.is_high else None
    point.finish(by=by, expected_version=point.version, note=row.text("note"), file=paper)


def draft_minutes(row: Row, by: User) -> None:
    draft_minutes_of(by=by, meeting=find.meeting(row))


def word_minutes(row: Row, by: User) -> None:
    """A section of the minutes in the Secretariat's own words."""
    part = find.minutes(row).sections.get(kind=row.text("title"))
    part.edit(by=by, expected_version=part.version, text=row.text("text"))
