"""What the room heard in a country round: what each member reported in its turn, in the words of that day.

Everybody in the room may read it, in the round and in the minutes. What a country writes in its records before or
after its turn is its own.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from reviews import clock
from reviews.models import DataGap, Finding, FindingKind, GapKind, Meeting, Trace, Turn


class HeardRecord(NamedTuple):
    """A difficulty, finding or recommendation, as it was entered in the turn."""

    kind: str
    text: str


@dataclass
class Heard:
    """What one member reported in its turn."""

    note: str = ""
    difficulties: list[HeardRecord] = field(default_factory=list)
    findings: list[HeardRecord] = field(default_factory=list)


def heard_at(meeting: Meeting) -> dict[int, Heard]:
    """Return, by member state, what the room heard in the round of a meeting."""
    heard = records_heard(meeting)
    for turn in Turn.objects.filter(round__meeting=meeting).exclude(note=""):
        heard[turn.member_state_id].note = turn.note
    return heard


def records_heard(meeting: Meeting, member_state_id: int | None = None) -> dict[int, Heard]:
    """As heard_at(), without the words for the minutes; of all members or one."""
    of_meeting = {"cycle": meeting.cycle_id, "meeting": meeting}
    gap_rows, finding_rows = DataGap.objects.filter(**of_meeting), Finding.objects.filter(**of_meeting)
    if member_state_id:
        gap_rows = gap_rows.filter(member_state=member_state_id)
        finding_rows = finding_rows.filter(member_state=member_state_id)
    # Their first version is what was entered in the turn.
    first = Trace.objects.filter(version=1)
    gaps, findings = first.both_as_of(gap_rows, finding_rows.not_withdrawn(), clock.now())
    kinds = GapKind.objects.in_bulk({gap.kind_id for gap in gaps}) if gaps else {}

    heard: dict[int, Heard] = defaultdict(Heard)
    for gap in sorted(gaps, key=lambda gap: gap.number):
        text = f"{gap.missing} — {gap.effect}" if gap.effect else gap.missing
        heard[gap.member_state_id].difficulties.append(HeardRecord(str(kinds[gap.kind_id]), text))
    for finding in sorted(findings, key=lambda finding: (finding.kind, finding.number)):
        record = HeardRecord(str(FindingKind(finding.kind).label), finding.text)
        heard[finding.member_state_id].findings.append(record)
    return heard
