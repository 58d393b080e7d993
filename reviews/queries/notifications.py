"""Notifications: who is notified of an event, what of it a person may read now, and in which words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import singledispatch
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.text import Truncator

from reviews import policy
from reviews.models import (
    ActionPoint,
    Deadline,
    Delegation,
    Explanation,
    Extension,
    Meeting,
    MeetingStatus,
    Minutes,
    NationalReport,
    Notification,
    NotificationEvent,
    ReceivedAdvice,
    Reminder,
    ReviewCycle,
    ThreadEntry,
    Topic,
    Trace,
    Tracked,
    User,
    Watch,
)
from reviews.models.notifications import WATCH_RULE, Recipients
from reviews.policy import NATIONAL, Role
from reviews.queries.deadlines import by_deadline_and_state, due_in_force
from reviews.queries.reminders import due_text, status_for
from reviews.text import isolated

LONGEST_NAME, LONGEST_NOTE = 160, 600  # characters in a mail; the page has all of them

# By kind of record and id.
Records = dict[tuple[str, int], Any]  # each is a tracked record with a page


# --- who


def recipients_of(event: NotificationEvent) -> list[tuple[Topic, list[User]]]:
    """The people whom an event concerns, then those who watch it, of those who get mail; not the one who did it."""
    people = (
        User.objects.offered().exclude(email="").exclude(pk=event.trace.by_id).select_related("alternate")
    )
    watchers = people.filter(pk__in=Watch.objects.of_change(event.trace).values("person"))
    groups = [(Topic.WATCHED, watchers)]
    if event.rule is not WATCH_RULE:
        groups.insert(0, (event.rule.topic, people.filter(_concerned(event))))
    return [(topic, list(rows.order_by("pk"))) for topic, rows in groups]


def _concerned(event: NotificationEvent) -> Q:
    trace = event.trace
    match event.rule.recipients:
        case Recipients.COUNTRY:
            return _people_of([trace.member_state_id])
        case Recipients.CONSULTANTS:
            return Q(role__in=policy.roles_with("guidance.write"))
        case Recipients.SECRETARIAT:
            return Q(role__in=policy.roles_with("extension.decide"))
        case Recipients.MEMBERS:
            return _members_of(trace)
        case Recipients.EVERYBODY:
            return _members_of(trace) | Q(role__in=policy.roles_with("report.read"))
        case Recipients.OWNER:
            return _owners_of(trace)
        case Recipients.REMINDED:
            return _reminded(trace)
        case Recipients.ASKER:
            return Q(pk=trace.after["asked_by_id"])
    return _people_named_in(trace)


def _people_of(countries: "Iterable[int | None]") -> Q:
    return Q(role__in=NATIONAL, organisation__in=countries)


def _members_of(trace: Trace) -> Q:
    """Of a deadline for some countries only, the people of these."""
    cycle_id = trace.object_id if trace.model == "reviews.reviewcycle" else trace.cycle_id
    members = ReviewCycle.objects.get(pk=cycle_id or 0).memberships.counted()
    if trace.after.get("only_for"):
        members = members.filter(member_state__in=trace.after["only_for"])
    return _people_of(members.values_list("member_state", flat=True))


def _owners_of(trace: Trace) -> Q:
    if trace.after["owner_id"]:
        return Q(pk=trace.after["owner_id"])
    return Q(organisation=trace.after["owner_body_id"])


def _reminded(trace: Trace) -> Q:
    """Who has the role of a reminder; one sent by hand is for all people of the country."""
    role = trace.after["role"]
    if role == Role.SECRETARIAT:
        return Q(role=role)
    return _people_of([trace.member_state_id]) & Q(role__in=[role] if role else NATIONAL)


def _people_named_in(trace: Trace) -> Q:
    """The people whom a delegation to a meeting that is still to come newly names."""
    delegation = Delegation.objects.select_related("meeting").get(pk=trace.object_id)
    if delegation.meeting.status != MeetingStatus.PLANNED:
        return Q(pk__in=())
    earlier = (trace.before or {}).get("people", [] if trace.before is None else trace.after["people"])
    return Q(pk__in=set(trace.after["people"]) - set(earlier))


# --- what


@dataclass(frozen=True)
class Line:
    """One notification in words: what happened, why, and the page about it."""

    text: str
    note: str
    url: str
    cycle: ReviewCycle
    instead_of: User | None
    meeting: Meeting | None = None  # which it sets, moves, cancels, or invites to


def lines_for(reader: User, notifications: Iterable[Notification]) -> list[Line]:
    """The notifications in words, newest first, of what the person may read now, each once.

    What changed several times is told by its newest event, and of what is watched each page once.
    """
    rows = sorted(notifications, key=lambda row: row.event_id, reverse=True)
    newest: dict[tuple[str, int, object], Notification] = {}
    for row in rows:
        newest.setdefault(_subject_of(row), row)
    rows = without_unreadable_watches(reader, newest.values())
    visible = visible_records(reader, [row.event.trace for row in rows])
    cycles = {cycle.pk: cycle for cycle in ReviewCycle.objects.visible_to(reader) if cycle.sends_mail}
    lines = [_line(reader, row, visible, cycles) for row in rows]
    return [line for line in lines if line]


def _line(
    reader: User, row: Notification, visible: Records, cycles: Mapping[int, ReviewCycle]
) -> Line | None:
    """One notification in words; None if the person may not read it, or it is no longer so."""
    trace = row.event.trace
    record = visible.get((trace.model, trace.object_id))
    page = visible.get((trace.page_model, trace.page_id))
    cycle = cycles.get(trace.object_id if trace.model == "reviews.reviewcycle" else trace.cycle_id or 0)
    if record is None or page is None or cycle is None or trace.audience not in policy.channels(reader):
        return None
    names = names_in(record, reader)
    if names is None:
        return None
    names |= {"country": isolated(str(trace.member_state or "")), "who": isolated(trace.by_text)}
    names["verb"] = trace.verb_before_record
    names.setdefault("record", _short(record))
    note = Truncator(trace.why).chars(LONGEST_NOTE)
    text, meeting = str(row.rule.sentence) % names, meeting_of(record)
    if meeting:
        meeting.cycle = cycle
    return Line(text, note, page.get_absolute_url(), cycle, row.instead_of, meeting)


def meeting_of(record: Tracked) -> Meeting | None:
    """The meeting that a notification sets, moves, cancels, or invites to; None: it is about something else."""
    if isinstance(record, Delegation):
        return record.meeting
    return record if isinstance(record, Meeting) else None


def _subject_of(row: Notification) -> tuple[str, int, object]:
    trace, sentence = row.event.trace, row.rule.sentence
    if row.topic == Topic.WATCHED:
        return trace.page_model, trace.page_id, sentence
    return trace.model, trace.object_id, sentence


def without_unreadable_watches(reader: User, rows: Iterable[Notification]) -> list[Notification]:
    """Without what the person watched and may not see any more, or is told anyway: by another row of one request."""
    rows = list(rows)
    told = {_request_of(row) for row in rows if row.topic != Topic.WATCHED}
    rows = [row for row in rows if row.topic != Topic.WATCHED or _request_of(row) not in told]
    watched = [row.event.trace_id for row in rows if row.topic == Topic.WATCHED]
    if not watched:
        return rows
    readable = Trace.objects.visible_to(reader).filter(Watch.objects.of(reader).changes_of())
    readable_ids = set(readable.filter(pk__in=watched).values_list("pk", flat=True))
    return [row for row in rows if row.topic != Topic.WATCHED or row.event.trace_id in readable_ids]


def _request_of(row: Notification) -> tuple[str, int, object]:
    """The request that made a change, and the page that it is on."""
    trace = row.event.trace
    return trace.page_model, trace.page_id, trace.request_id


def visible_records(reader: User, traces: Iterable[Trace]) -> Records:
    """The records of these changes, and those on whose page they are, as far as the person may read them now."""
    ids: dict[str, set[int]] = defaultdict(set)
    for trace in traces:
        ids[trace.model].add(trace.object_id)
        ids[trace.page_model].add(trace.page_id)
    records: Records = {}
    for name, keys in ids.items():
        rows: QuerySet[Tracked] = apps.get_model(name).objects.filter(pk__in=keys)
        if hasattr(rows, "visible_to"):  # what has none is a part of its page
            rows = rows.visible_to(reader)
        records |= {(name, row.pk): row for row in rows.distinct()}
    return records


@singledispatch
def names_in(record: Tracked, reader: User) -> dict[str, str] | None:
    """What the sentences about a record name, by their placeholders; None if there is no more reason to write."""
    return {"record": _short(record)}


@names_in.register
def _names_in_report(record: NationalReport, reader: User) -> dict[str, str]:
    return {"record": _short(record), "day": _day(record.revise_by)}


@names_in.register
def _names_in_extension(record: Extension, reader: User) -> dict[str, str]:
    return {"deadline": _short(record.deadline), "day": _day(record.granted_until or record.asked_until)}


@names_in.register
def _names_in_deadline(record: Deadline, reader: User) -> dict[str, str]:
    """The day is that of the reader's own country, which may have an extension."""
    due = record.due_on
    report = NationalReport.objects.filter(cycle=record.cycle_id, member_state=reader.organisation_id).first()
    if report:
        granted = record.extensions.granted().filter(member_state=reader.organisation_id)
        due = due_in_force(report, record, by_deadline_and_state(granted))
    return {"record": _short(record), "day": _day(due)}


@names_in.register
def _names_in_meeting(record: Meeting, reader: User) -> dict[str, str]:
    return {"record": _short(record), "day": _day(record.starts_on)}


@names_in.register
def _names_in_minutes(record: Minutes, reader: User) -> dict[str, str]:
    return {"meeting": _short(record.meeting)}


@names_in.register
def _names_in_delegation(record: Delegation, reader: User) -> dict[str, str]:
    return _names_in_meeting(record.meeting, reader) | {"body": _short(record.organisation)}


@names_in.register
def _names_in_action(record: ActionPoint, reader: User) -> dict[str, str]:
    return {"record": _short(record.text), "day": _day(record.due_on)}


@names_in.register
def _names_in_reminder(record: Reminder, reader: User) -> dict[str, str] | None:
    """None once the deadline asks nothing more of the country: finished work is never reminded of."""
    status = status_for(record.deadline, record.member_state_id)
    if status is None or not status.is_asked:
        return None
    return {"deadline": _short(record.deadline), "state": due_text(status)}


@names_in.register
def _names_in_explanation(record: Explanation, reader: User) -> dict[str, str] | None:
    """None once it is given, for those who were asked for it."""
    if record.is_answered and reader.pk != record.asked_by_id:
        return None
    return {"deadline": _short(record.deadline)}


@names_in.register(ThreadEntry)
@names_in.register(ReceivedAdvice)
def _names_in_guidance(record: "ThreadEntry | ReceivedAdvice", reader: User) -> dict[str, str]:
    return {"gap": _short(record.gap)}


def _short(value: object) -> str:
    return isolated(Truncator(" ".join(str(value).split())).chars(LONGEST_NAME))


def _day(day: date | None) -> str:
    return date_format(day) if day else "—"
