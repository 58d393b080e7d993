"""Texts of the minutes, drafted from what was recorded at a meeting, for the Secretariat to edit.

What a country reported in its turn enters in the words of that day, since the room heard it: figures, the words for the
minutes, difficulties, findings. What it writes in its records before or after the meeting is its own and stays out.
Written by reviews.actions.minutes.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews import clock, policy
from reviews.models import (
    AgendaStatus,
    Delegation,
    Meeting,
    Minutes,
    MinutesSection,
    MinutesStatus,
    NationalReport,
    ProgressUpdate,
    SectionKind,
    StatusAtMeeting,
    Trace,
    Turn,
    TurnStatus,
    User,
    Verb,
)
from reviews.models.workstreams import WORKSTREAMS, workstream_label
from reviews.queries.rounds import Heard, heard_at
from reviews.text import percent, with_line_feeds

Figures = NationalReport | ProgressUpdate | StatusAtMeeting


def text_of_section(kind: SectionKind, meeting: Meeting) -> str:
    """Return the text of one part of the minutes, drafted from the records as they are now."""
    draft = DRAFTS.get(kind)
    return draft(meeting) if draft else ""


def updates_at(meeting: Meeting) -> list[ProgressUpdate]:
    """Return the last progress update of each country at the meeting, in neutral order."""
    updates = ProgressUpdate.objects.filter(meeting=meeting).select_related("report__member_state", "author")
    latest = {update.report_id: update for update in updates.order_by("at", "id")}
    return sorted(latest.values(), key=lambda update: update.report.member_state.sort_key)


def notes_at(meeting: Meeting) -> list[ProgressUpdate]:
    """Return the updates at the meeting with a note that is not the one of the turn, which is for the minutes."""
    for_minutes = {turn.member_state_id: turn.note for turn in _turns(meeting)}
    return [
        update
        for update in updates_at(meeting)
        if update.note and update.note != for_minutes.get(update.member_state_id)
    ]


def readable_sections(minutes: Minutes, user: User) -> list[MinutesSection]:
    """Return the parts as this person may read them: while a new version is prepared, members read the last one."""
    if policy.may(user, "minutes.read") or minutes.status != MinutesStatus.DRAFT:
        return list(minutes.sections.all())
    versions = circulations(minutes)
    return sections_of_version(minutes, versions[-1]) if versions else []


def circulations(minutes: Minutes) -> list[Trace]:
    """Return the rows of the trace in which the minutes were circulated: one for each version, oldest first."""
    rows = Trace.objects.filter(model=minutes._meta.label_lower, object_id=minutes.pk, verb=Verb.CIRCULATED)
    return list(rows.order_by("id"))


def sections_of_version(minutes: Minutes, circulation: Trace) -> list[MinutesSection]:
    """Return the parts as they were circulated."""
    until = Trace.objects.filter(pk__lte=circulation.pk)
    sections = until.as_of(minutes.sections.all(), circulation.at)
    return sorted(sections, key=lambda section: section.position)


def fingerprint(text: str) -> str:
    """Return what tells whether a text is the one that somebody was shown."""
    return hashlib.sha256(text.encode()).hexdigest()


def figures_text(record: Figures) -> str:
    """The three figures in words: "data collection 65 %, analysis 40 %, writing not yet reported"."""
    texts = []
    for name in WORKSTREAMS:
        value = getattr(record, name)
        figure = _("not yet reported") if value is None else percent(value)
        texts.append(f"{workstream_label(name)} {figure}")
    return ", ".join(texts)


def _turns(meeting: Meeting) -> models.QuerySet[Turn]:
    return Turn.objects.filter(round__meeting=meeting).select_related("member_state")


# --- the text of each part


def draft_delegations(meeting: Meeting) -> str:
    lines, absent = [], []
    for delegation in meeting.delegations.select_related("organisation").prefetch_related("people"):
        if delegation.present:
            lines.append(_who_came(delegation))
        else:
            absent.append(str(delegation.organisation))
    if absent:
        lines.append(_("Absent: %(who)s.") % {"who": ", ".join(absent)})
    return "\n".join([*lines, *_attendance_of_others(meeting)]) or _("Not recorded.")


def _who_came(delegation: Delegation) -> str:
    """ "Viet Nam, Dr Hoa, 3 people (Nguyen Van An, national coordinator); by video"."""
    size, people = delegation.size, delegation.people.all()
    number = "" if size is None else ngettext("%(n)d person", "%(n)d people", size) % {"n": size}
    text = ", ".join(filter(None, (str(delegation.organisation), delegation.head, number)))
    names = "; ".join(f"{person}, {person.get_role_display()}" for person in people)
    text += f" ({names})" if names else ""
    return f"{text}; {delegation.note}" if delegation.note else text


def _attendance_of_others(meeting: Meeting) -> list[str]:
    """What the round shows of the members whose delegation is not recorded; of the rest there is no record."""
    recorded = set(meeting.delegations.values_list("organisation", flat=True))
    others = [state for state in meeting.cycle.members(meeting.ends_on) if state.pk not in recorded]
    statuses = {turn.member_state_id: turn.status for turn in _turns(meeting)}
    if not recorded and not statuses:
        return []
    names: dict[str, list[str]] = defaultdict(list)
    for state in others:
        names[statuses.get(state.pk, TurnStatus.WAITING)].append(str(state))
    texts = {
        TurnStatus.REPORTED: _("Reported in the country round, delegation not recorded: %(who)s."),
        TurnStatus.PASSED: _("Absent in the country round: %(who)s."),
        TurnStatus.WAITING: _("Attendance not recorded: %(who)s."),
    }
    return [text % {"who": ", ".join(names[status])} for status, text in texts.items() if names[status]]


def draft_agenda(meeting: Meeting) -> str:
    lines = []
    for item in meeting.agendaitems.all():
        parts = [f"{item} ({item.presenter})" if item.presenter else str(item)]
        if item.paper:
            parts.append(_("Paper: %(paper)s.") % {"paper": item.paper})
        if item.status == AgendaStatus.CONCLUDED:
            parts.append(f"— {str(item.get_outcome_display()).capitalize()}: {item.outcome_text}")
        elif item.status != AgendaStatus.PLANNED:
            parts.append(f"— {item.get_status_display()}.")
        lines.append(" ".join(parts))
    return "\n".join(lines) or _("There was no agenda.")


def draft_round(meeting: Meeting) -> str:
    reported, heard = _reported(meeting), heard_at(meeting)
    lines, nothing = [], _("no report at this meeting is on record.")
    for state in meeting.cycle.members(meeting.ends_on):
        lines.append(f"{state}: {reported.get(state.pk, nothing)}")
        if state.pk in heard:
            lines += _lines_of(heard[state.pk])
    return "\n".join(lines)


def _lines_of(heard: Heard) -> list[str]:
    """The words for the minutes, then each difficulty, finding and recommendation."""
    texts = [heard.note] if heard.note else []
    texts += [
        _("Difficulty (%(kind)s): %(text)s") % {"kind": record.kind, "text": record.text}
        for record in heard.difficulties
    ]
    texts += [f"{record.kind.capitalize()}: {record.text}" for record in heard.findings]
    return [f"– {' '.join(text.split())}" for text in texts]


def _reported(meeting: Meeting) -> dict[int, str]:
    """By member state the figures of its last update there; else, if it had its turn, those in force."""
    # Frozen with the round; before that, those of the report.
    frozen = StatusAtMeeting.objects.filter(round__meeting=meeting)
    records = {row.member_state_id: row for row in [*meeting.cycle.reports.all(), *frozen]}
    came = set(meeting.delegations.filter(present=True).values_list("organisation", flat=True))
    texts = {}
    for turn in _turns(meeting):
        if turn.status == TurnStatus.PASSED:
            was_there = turn.member_state_id in came
            texts[turn.member_state_id] = _("made no statement.") if was_there else _("was absent.")
        elif turn.status == TurnStatus.REPORTED:
            texts[turn.member_state_id] = f"{figures_text(records[turn.member_state_id])}."
    for update in updates_at(meeting):
        texts[update.report.member_state_id] = f"{figures_text(update)}."
    return texts


def draft_decisions(meeting: Meeting) -> str:
    lines = [f"{decision.number}. {decision.text}" for decision in meeting.decisions.all()]
    return "\n".join(lines) or _("No decision was taken.")


def draft_action_points(meeting: Meeting) -> str:
    lines = []
    points, high = meeting.actionpoints.select_related("owner", "owner_body", "meeting"), _("high priority")
    for point in points.order_by("number"):
        due = _("due %(day)s") % {"day": clock.short_day(point.due_on)}
        priority = f" ({high})" if point.is_high else ""
        lines.append(f"{point.code} {point.holder_text}: {point.text}, {due}{priority}")
    return "\n".join(lines) or _("No action points.")


class RoundRow(NamedTuple):
    """One country in the round as a table: its figures, and the lines below them."""

    country: str
    progress: str
    lines: list[str]


def round_rows(text: str) -> list[RoundRow]:
    """Return the text of the round as rows of a table, as it was drafted; empty if it was worded in another form."""
    rows: list[RoundRow] = []
    for line in filter(None, map(str.strip, with_line_feeds(text).split("\n"))):
        country, colon, progress = line.partition(": ")
        if rows and line.startswith("– "):
            rows[-1].lines.append(line.removeprefix("– "))
        elif colon:
            rows.append(RoundRow(country, progress, []))
        else:
            return []
    return rows


# The rest of the minutes (SectionKind.OTHER) starts empty.
DRAFTS: dict[SectionKind, Callable[[Meeting], str]] = {
    SectionKind.DELEGATIONS: draft_delegations,
    SectionKind.AGENDA: draft_agenda,
    SectionKind.ROUND: draft_round,
    SectionKind.DECISIONS: draft_decisions,
    SectionKind.ACTIONS: draft_action_points,
}
