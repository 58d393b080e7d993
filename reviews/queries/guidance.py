"""Guidance on a data gap (thread, private discussion, drafts of advice), and what became of approved advice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from reviews import policy
from reviews.models import Advice, Channel, DataGap, Difficulty, ReceivedAdvice, ThreadEntry, User


@dataclass(frozen=True)
class ThreadLine:
    """One line of a thread: an entry, or advice that the gap received."""

    at: datetime
    who: str
    kind: str
    text: str
    received: ReceivedAdvice | None = None  # None: an entry of one side
    moves: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Draft:
    """A draft of advice, and the transitions that this person may make."""

    advice: Advice
    moves: set[str]


@dataclass(frozen=True)
class Outcome:
    """What became of one piece of advice in one gap."""

    advice: Advice
    received: ReceivedAdvice | None  # None: it has not been sent to this gap
    closed_with: bool

    @property
    def tone(self) -> str:
        if self.closed_with:
            return "good"
        return self.received.tone if self.received else "neutral"

    @property
    def text(self) -> str:
        if self.closed_with:
            return _("closed with it")
        return self.received.get_use_display() if self.received else _("not sent")


def guidance_on(user: User, gap: DataGap) -> dict[str, Any]:
    """Return what the page of a gap shows besides the gap itself. The gap has to be read `with_guidance`."""
    readable = ThreadEntry.objects.visible_to(user).filter(gap=gap).select_related("author")
    entries = list(readable) if gap.was_discussed else []
    grouping = gap.cycle.difficulties.filter(gaps=gap).visible_to(user).order_by("number")
    difficulties = list(grouping) if gap.is_grouped and policy.may(user, "difficulty.read") else []
    shared = [_entry_line(entry) for entry in entries if entry.channel == Channel.SHARED]
    return {
        "thread": sorted([*shared, *_received_lines(user, gap)], key=lambda line: line.at),
        "private": [_entry_line(entry) for entry in entries if entry.channel != Channel.SHARED],
        "private_label": _private_label(user, gap),
        "steps": entries_allowed(user, gap),
        "difficulties": difficulties,
        "drafts": drafts_on(user, gap, *difficulties) if gap.was_drafted_on or difficulties else [],
    }


def entries_allowed(user: User, gap: DataGap) -> set[str]:
    """Return what this person may add to the thread now: the forms below it."""
    side = policy.side_of(user, gap)
    if side is None or gap.cycle.is_closed:
        return set()
    if not gap.is_open:
        return {"note", "conclude"}
    return {"note", "answer"} if side == Channel.COUNTRY else {"note", "question", "advise"}


def drafts_on(user: User, *subjects: DataGap | Difficulty) -> list[Draft]:
    """Return the drafts of advice on these gaps and difficulties, dropped ones last.

    Empty for those who may not read drafts.
    """
    if not policy.may(user, "guidance.write"):
        return []
    unsent = Advice.objects.unsent().on(subjects).select_related("drafted_by").prefetch_related("notes")
    return [Draft(advice, advice.transitions_for(user)) for advice in with_subjects(unsent, subjects)]


def with_subjects(advice: Iterable[Advice], subjects: Iterable[DataGap | Difficulty]) -> list[Advice]:
    """Return the advice as a list, its gap and difficulty set to these objects: no query fetches them again."""
    by_key: dict[Any, Any] = {(type(subject), subject.pk): subject for subject in subjects}
    advice = list(advice)
    for item in advice:
        item.gap = by_key.get((DataGap, item.gap_id))
        item.difficulty = by_key.get((Difficulty, item.difficulty_id))
    return advice


def outcomes_by_gap(difficulty: Difficulty, approved: list[Advice]) -> list[tuple[DataGap, list[Outcome]]]:
    """Return (gap, its outcomes in the order of the advice) for each gap of a difficulty, by country."""
    rows = ReceivedAdvice.objects.filter(advice__in=approved).select_related("said_by")
    by_key = {(received.gap_id, received.advice_id): received for received in rows}
    gaps = difficulty.gaps.select_related("cycle", "member_state", "kind")
    outcomes = []
    for gap in gaps.order_by("member_state__name_en", "number"):
        received = [by_key.get((gap.pk, advice.pk)) for advice in approved]
        closed_with = [row is not None and row.pk == gap.closed_with_id for row in received]
        outcomes.append((gap, [Outcome(*row) for row in zip(approved, received, closed_with, strict=True)]))
    return outcomes


def not_sent_to_all(outcomes_by_gap: list[tuple[DataGap, list[Outcome]]]) -> list[Advice]:
    """Return the advice that some open gap has not received."""
    open_gaps = [outcomes for gap, outcomes in outcomes_by_gap if gap.is_open]
    return [outcome.advice for outcomes in open_gaps for outcome in outcomes if outcome.received is None]


def _entry_line(entry: ThreadEntry) -> ThreadLine:
    return ThreadLine(entry.at, str(entry.author), entry.get_kind_display(), entry.text)


def _received_lines(user: User, gap: DataGap) -> list[ThreadLine]:
    """The advice that the gap received, under the name of its approver: who drafted it is internal."""
    if not gap.was_advised:
        return []
    rows = ReceivedAdvice.objects.filter(gap=gap).select_related("advice__approved_by", "said_by")
    lines = []
    for received in rows.prefetch_related("advice__notes"):
        received.gap = gap
        who, transitions = str(received.advice.approved_by), frozenset(received.transitions_for(user))
        text = received.advice.text
        lines.append(ThreadLine(received.received_at, who, _("advice"), text, received, transitions))
    return lines


def _private_label(user: User, gap: DataGap) -> str:
    """Whose private discussion this person reads; empty for those who read none."""
    match policy.side_of(user, gap):
        case Channel.COUNTRY:
            return _("Private to %(country)s: only its own people read this.") % {"country": gap.member_state}
        case Channel.CONSULTANTS:
            return _("Private to the consultants: only they read this.")
    return ""
