"""Texts of the minutes, drafted from what was recorded at a meeting, for the Secretariat to edit.

What a country reported in its turn enters as figures, which every member may see. Its notes, gaps and findings are
its own: their number enters, their words only where the Secretariat writes them in. Written by reviews.actions.minutes.
"""

from collections import Counter
from collections.abc import Callable

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.models import (
    AgendaStatus,
    Finding,
    Meeting,
    NationalReport,
    ProgressUpdate,
    SectionKind,
    StatusAtMeeting,
    Turn,
    TurnStatus,
)
from reviews.models.workstreams import WORKSTREAMS, workstream_label

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


def notes_at(meeting: Meeting) -> list[ProgressUpdate | Turn]:
    """Return, by country, its update at the meeting if that has a note, else its turn if that has one."""
    notes: dict[int, ProgressUpdate | Turn] = {}
    for turn in _turns(meeting):
        if turn.note:
            notes[turn.member_state_id] = turn
    for update in updates_at(meeting):
        if update.note:
            notes[update.report.member_state_id] = update
    return sorted(notes.values(), key=lambda record: record.member_state.sort_key)


def figures_text(record: Figures) -> str:
    """The three figures in words: "data collection 65 %, analysis 40 %, writing not yet reported"."""
    texts = []
    for name in WORKSTREAMS:
        value = getattr(record, name)
        figure = _("not yet reported") if value is None else f"{value} %"
        texts.append(f"{workstream_label(name)} {figure}")
    return ", ".join(texts)


def _turns(meeting: Meeting) -> models.QuerySet[Turn]:
    return Turn.objects.filter(round__meeting=meeting).select_related("member_state")


# --- the text of each part


def draft_delegations(meeting: Meeting) -> str:
    lines, absent = [], []
    for delegation in meeting.delegations.select_related("organisation"):
        if delegation.present:
            size = delegation.size
            people = "" if size is None else ngettext("%(n)d person", "%(n)d people", size) % {"n": size}
            names = (str(delegation.organisation), delegation.head, people)
            lines.append(", ".join(name for name in names if name))
        else:
            absent.append(str(delegation.organisation))
    if absent:
        lines.append(_("Absent: %(who)s.") % {"who": ", ".join(absent)})
    return "\n".join(lines) or _("Not recorded.")


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
    reported = _reported(meeting)
    findings = Finding.objects.filter(meeting=meeting).not_withdrawn()
    numbers = Counter(findings.values_list("member_state", flat=True))
    lines = []
    for state in meeting.cycle.members(meeting.ends_on):
        line = f"{state}: {reported.get(state.pk, _('told nothing at this meeting.'))}"
        number = numbers[state.pk]
        if number:
            text = ngettext(
                "%(n)d finding or recommendation was put on record.",
                "%(n)d findings or recommendations were put on record.",
                number,
            )
            line = f"{line} {text % {'n': number}}"
        lines.append(line)
    return "\n".join(lines)


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


def draft_decisions(meeting: Meeting) -> str:
    lines = [f"{decision.number}. {decision.text}" for decision in meeting.decisions.all()]
    return "\n".join(lines) or _("No decision was taken.")


def draft_action_points(meeting: Meeting) -> str:
    lines = []
    points = meeting.actionpoints.select_related("owner", "owner_body", "meeting")
    for point in points.order_by("number"):
        due = _("due %(day)s") % {"day": date_format(point.due_on)}
        priority = f" ({_('high priority')})" if point.is_high else ""
        lines.append(f"{point.code} {point.holder}: {point.text}, {due}{priority}")
    return "\n".join(lines) or _("Nobody was given anything to do.")


# The rest of the minutes (SectionKind.OTHER) starts empty.
DRAFTS: dict[SectionKind, Callable[[Meeting], str]] = {
    SectionKind.DELEGATIONS: draft_delegations,
    SectionKind.AGENDA: draft_agenda,
    SectionKind.ROUND: draft_round,
    SectionKind.DECISIONS: draft_decisions,
    SectionKind.ACTIONS: draft_action_points,
}
