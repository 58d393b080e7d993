"""Minutes drafted from what was recorded at a meeting: texts for the Secretariat to edit.

What a country told in its turn enters as figures, which every member may see. Its notes, gaps and findings are
its own: their number is told here, their words only where the Secretariat writes them in.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews import policy
from reviews.models import (
    AgendaStatus,
    Finding,
    Meeting,
    MeetingStatus,
    Minutes,
    MinutesSection,
    NotAllowedNow,
    ProgressUpdate,
    SectionKind,
    StatusAtMeeting,
    Turn,
    TurnStatus,
)
from reviews.models.base import all_or_nothing
from reviews.models.reports import WORKSTREAMS, workstream_label


@all_or_nothing()
def draft(*, by: Any, meeting: Meeting) -> Minutes:
    """The minutes of a held meeting, drafted from its records. NotAllowedNow if there are some already."""
    policy.require(by, "meeting.run")
    Meeting.objects.select_for_update().get(pk=meeting.pk)  # two people drafting at once: one draft
    if Minutes.objects.filter(meeting=meeting).exists():
        raise NotAllowedNow(_("There are minutes of this meeting already; edit them."))
    if meeting.status != MeetingStatus.HELD:
        raise NotAllowedNow(_("Minutes are drafted once the meeting has been recorded as held."))
    minutes = Minutes.create_traced(by=by, meeting=meeting)
    for position, kind in enumerate(SectionKind, start=1):
        text = TEXTS[kind](meeting)
        MinutesSection.create_traced(by=by, minutes=minutes, kind=kind, position=position, text=text)
    return minutes


def redraft(*, by: Any, section: MinutesSection, expected_version: int) -> MinutesSection:
    """The part as the records tell it now, in place of its text; the earlier text stays in the history."""
    text = TEXTS[SectionKind(section.kind)](section.minutes.meeting)
    return section.edit(
        by=by, expected_version=expected_version, text=text, why=_("Drafted anew from the records.")
    )


def told_at(meeting: Meeting) -> list[ProgressUpdate]:
    """What each country told at the meeting: its last update there, in neutral order."""
    updates = ProgressUpdate.objects.filter(meeting=meeting).select_related("report__member_state", "author")
    latest = {update.report_id: update for update in updates.order_by("at", "id")}
    return sorted(latest.values(), key=lambda update: update.report.member_state.name_en)


def notes_at(meeting: Meeting) -> list[ProgressUpdate | Turn]:
    """What was told beside the figures: of each country its update's words, or those of its turn alone."""
    notes: dict[int, Any] = {turn.member_state_id: turn for turn in _turns(meeting) if turn.note}
    notes |= {update.report.member_state_id: update for update in told_at(meeting) if update.note}
    return sorted(notes.values(), key=lambda record: record.member_state.name_en)


def _turns(meeting: Meeting) -> Any:
    return Turn.objects.filter(round__meeting=meeting).select_related("member_state")


def figures_text(update: Any) -> str:
    """The three figures in words: "data collection 65 %, analysis 40 %, writing not yet reported"."""
    return ", ".join(f"{workstream_label(name)} {_figure(getattr(update, name))}" for name in WORKSTREAMS)


def _figure(value: int | None) -> str:
    return _("not yet reported") if value is None else f"{value} %"


def _delegations(meeting: Meeting) -> str:
    rows = list(meeting.delegations.select_related("organisation"))
    if not rows:
        return _("Not recorded.")
    present = _lines(_delegation(row) for row in rows if row.present)
    absent = ", ".join(str(row.organisation) for row in rows if not row.present)
    return "\n".join(filter(None, (present, absent and _("Absent: %(who)s.") % {"who": absent})))


def _delegation(row: Any) -> str:
    people = "" if row.size is None else ngettext("%(n)d person", "%(n)d people", row.size) % {"n": row.size}
    return ", ".join(filter(None, (str(row.organisation), row.head, people)))


def _agenda(meeting: Meeting) -> str:
    return _lines(_item(item) for item in meeting.agendaitems.all()) or _("There was no agenda.")


def _item(item: Any) -> str:
    head = f"{item} ({item.presenter})" if item.presenter else str(item)
    paper = item.paper and _("Paper: %(paper)s.") % {"paper": item.paper}
    return " ".join(filter(None, (head, paper, _outcome(item))))


def _outcome(item: Any) -> str:
    if item.status == AgendaStatus.CONCLUDED:
        return f"— {str(item.get_outcome_display()).capitalize()}: {item.outcome_text}"
    return "" if item.status == AgendaStatus.PLANNED else f"— {item.get_status_display()}."


def _round(meeting: Meeting) -> str:
    told, found = _what_was_told(meeting), _findings(meeting)
    members = meeting.cycle.members(meeting.ends_on)
    nothing = _("told nothing at this meeting.")
    return _lines(f"{state}: {told.get(state.pk, nothing)}{_found(found[state.pk])}" for state in members)


def _what_was_told(meeting: Meeting) -> dict[int, str]:
    """Of each country the figures of its last update there; else, as its turn went, those it stood by."""
    stood = _stood(meeting)
    words = {
        turn.member_state_id: _turn(turn, stood)
        for turn in _turns(meeting)
        if turn.status != TurnStatus.WAITING
    }
    return words | {update.report.member_state_id: f"{figures_text(update)}." for update in told_at(meeting)}


def _stood(meeting: Meeting) -> dict[int, Any]:
    """How each country stood: frozen with the round, and before that as it stands."""
    frozen = StatusAtMeeting.objects.filter(round__meeting=meeting)
    return {row.member_state_id: row for row in [*meeting.cycle.reports.all(), *frozen]}


def _turn(turn: Turn, stood: dict[int, Any]) -> str:
    if turn.status == TurnStatus.PASSED:
        return _("was passed.")
    return f"{figures_text(stood[turn.member_state_id])}."


def _findings(meeting: Meeting) -> Counter[int]:
    return Counter(
        Finding.objects.filter(meeting=meeting).not_withdrawn().values_list("member_state", flat=True)
    )


def _found(count: int) -> str:
    if not count:
        return ""
    words = ngettext(
        "%(n)d finding or recommendation was put on record.",
        "%(n)d findings or recommendations were put on record.",
        count,
    )
    return " " + words % {"n": count}


def _decisions(meeting: Meeting) -> str:
    return _lines(f"{row.number}. {row.text}" for row in meeting.decisions.all()) or _(
        "No decision was taken."
    )


def _actions(meeting: Meeting) -> str:
    rows = meeting.actionpoints.select_related("owner", "owner_body", "meeting").order_by("number")
    return _lines(_action(row) for row in rows) or _("Nobody was given anything to do.")


def _action(row: Any) -> str:
    high = f" ({_('high priority')})" if row.is_high else ""
    due = _("due %(day)s") % {"day": date_format(row.due_on)}
    return f"{row.code} {row.holder}: {row.text}, {due}{high}"


def _nothing(meeting: Meeting) -> str:
    return ""


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)


TEXTS = {
    SectionKind.DELEGATIONS: _delegations, SectionKind.AGENDA: _agenda, SectionKind.ROUND: _round,
    SectionKind.DECISIONS: _decisions, SectionKind.ACTIONS: _actions, SectionKind.OTHER: _nothing,
}  # fmt: skip
