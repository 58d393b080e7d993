"""Texts of the minutes, drafted from what was recorded at a meeting, for the Secretariat to edit.

What a country reported in its turn enters as figures, which every member may see. Its notes, gaps and findings are
its own: their number enters, their words only where the Secretariat writes them in. Written by reviews.actions.minutes.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.models import (
    ActionPoint,
    AgendaItem,
    AgendaStatus,
    Delegation,
    Finding,
    Meeting,
    NationalReport,
    ProgressUpdate,
    SectionKind,
    StatusAtMeeting,
    Turn,
    TurnStatus,
)
from reviews.models.reports import WORKSTREAMS, workstream_label

Figures = NationalReport | ProgressUpdate | StatusAtMeeting


def text_of_section(kind: SectionKind, meeting: Meeting) -> str:
    """The text of one part of the minutes, drafted from the records as they are now."""
    return TEXTS[kind](meeting)


def updates_at(meeting: Meeting) -> list[ProgressUpdate]:
    """The last progress update of each country at the meeting, in neutral order."""
    updates = ProgressUpdate.objects.filter(meeting=meeting).select_related("report__member_state", "author")
    latest = {update.report_id: update for update in updates.order_by("at", "id")}
    return sorted(latest.values(), key=lambda update: update.report.member_state.name_en)


def notes_at(meeting: Meeting) -> list[ProgressUpdate | Turn]:
    """The note of each country's update at the meeting, or that of its turn alone."""
    notes: dict[int, Any] = {turn.member_state_id: turn for turn in _turns(meeting) if turn.note}
    notes |= {update.report.member_state_id: update for update in updates_at(meeting) if update.note}
    return sorted(notes.values(), key=lambda record: record.member_state.name_en)


def _turns(meeting: Meeting) -> Any:
    return Turn.objects.filter(round__meeting=meeting).select_related("member_state")


def figures_text(record: Figures) -> str:
    """The three figures in words: "data collection 65 %, analysis 40 %, writing not yet reported"."""
    texts = []
    for name in WORKSTREAMS:
        value = getattr(record, name)
        figure = _("not yet reported") if value is None else f"{value} %"
        texts.append(f"{workstream_label(name)} {figure}")
    return ", ".join(texts)


def _delegations(meeting: Meeting) -> str:
    delegations = list(meeting.delegations.select_related("organisation"))
    if not delegations:
        return _("Not recorded.")
    lines = [_delegation(delegation) for delegation in delegations if delegation.present]
    if absent := [str(d.organisation) for d in delegations if not d.present]:
        lines.append(_("Absent: %(who)s.") % {"who": ", ".join(absent)})
    return "\n".join(lines)


def _delegation(delegation: Delegation) -> str:
    size = delegation.size
    people = "" if size is None else ngettext("%(n)d person", "%(n)d people", size) % {"n": size}
    return ", ".join(filter(None, (str(delegation.organisation), delegation.head, people)))


def _agenda(meeting: Meeting) -> str:
    return "\n".join(_item(item) for item in meeting.agendaitems.all()) or _("There was no agenda.")


def _item(item: AgendaItem) -> str:
    title = f"{item} ({item.presenter})" if item.presenter else str(item)
    paper = item.paper and _("Paper: %(paper)s.") % {"paper": item.paper}
    outcome = ""
    if item.status == AgendaStatus.CONCLUDED:
        outcome = f"— {str(item.get_outcome_display()).capitalize()}: {item.outcome_text}"
    elif item.status != AgendaStatus.PLANNED:
        outcome = f"— {item.get_status_display()}."
    return " ".join(filter(None, (title, paper, outcome)))


def _round(meeting: Meeting) -> str:
    reported = _reported(meeting)
    findings = Finding.objects.filter(meeting=meeting).not_withdrawn()
    numbers = Counter(findings.values_list("member_state", flat=True))
    nothing = _("told nothing at this meeting.")
    members = meeting.cycle.members(meeting.ends_on)
    return "\n".join(
        f"{state}: {reported.get(state.pk, nothing)}{_number_of_findings(numbers[state.pk])}"
        for state in members
    )


def _reported(meeting: Meeting) -> dict[int, str]:
    """By member state the figures of its last update there; else, if it had its turn, those in force."""
    # Frozen with the round; before that, those of the report.
    frozen = StatusAtMeeting.objects.filter(round__meeting=meeting)
    records = {row.member_state_id: row for row in [*meeting.cycle.reports.all(), *frozen]}
    texts = {}
    for turn in _turns(meeting):
        if turn.status == TurnStatus.PASSED:
            texts[turn.member_state_id] = _("was passed.")
        elif turn.status == TurnStatus.REPORTED:
            texts[turn.member_state_id] = f"{figures_text(records[turn.member_state_id])}."
    for update in updates_at(meeting):
        texts[update.report.member_state_id] = f"{figures_text(update)}."
    return texts


def _number_of_findings(number: int) -> str:
    if not number:
        return ""
    words = ngettext(
        "%(n)d finding or recommendation was put on record.",
        "%(n)d findings or recommendations were put on record.",
        number,
    )
    return " " + words % {"n": number}


def _decisions(meeting: Meeting) -> str:
    decisions = meeting.decisions.all()
    return "\n".join(f"{d.number}. {d.text}" for d in decisions) or _("No decision was taken.")


def _action_points(meeting: Meeting) -> str:
    points = meeting.actionpoints.select_related("owner", "owner_body", "meeting").order_by("number")
    return "\n".join(_action_point(point) for point in points) or _("Nobody was given anything to do.")


def _action_point(point: ActionPoint) -> str:
    high = f" ({_('high priority')})" if point.is_high else ""
    due = _("due %(day)s") % {"day": date_format(point.due_on)}
    return f"{point.code} {point.holder}: {point.text}, {due}{high}"


def _nothing(meeting: Meeting) -> str:
    return ""


TEXTS: dict[SectionKind, Callable[[Meeting], str]] = {
    SectionKind.DELEGATIONS: _delegations,
    SectionKind.AGENDA: _agenda,
    SectionKind.ROUND: _round,
    SectionKind.DECISIONS: _decisions,
    SectionKind.ACTIONS: _action_points,
    SectionKind.OTHER: _nothing,
}
