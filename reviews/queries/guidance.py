"""A gap's page as far as guidance goes: its shared thread, the private discussion, drafts, what one may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from reviews import policy
from reviews.models import Advice, Channel, DataGap, Difficulty, ReceivedAdvice, ThreadEntry


@dataclass(frozen=True)
class Line:
    """One thing said in a thread."""

    at: datetime
    who: str
    kind: str
    text: str
    received: ReceivedAdvice | None = None  # None: no advice, but words of one side
    moves: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Draft:
    """A piece of advice, and what this person may do with it."""

    advice: Advice
    moves: set[str]


def guidance_on(user: Any, gap: DataGap) -> dict[str, Any]:
    """Return what the page of a gap, which was read `with_guidance`, shows besides the gap itself."""
    said, grouped = _said(user, gap), _difficulties(user, gap)
    shared = [_line(entry) for entry in said if entry.channel == Channel.SHARED]
    return {
        "thread": sorted([*shared, *_received(user, gap)], key=lambda line: line.at),
        "private": [_line(entry) for entry in said if entry.channel != Channel.SHARED],
        "private_label": _private_label(user, gap), "steps": steps(user, gap), "difficulties": grouped,
        "drafts": drafts(user, gap, *grouped) if gap.was_drafted_on or grouped else [],
    }  # fmt: skip


def _said(user: Any, gap: DataGap) -> list[ThreadEntry]:
    if not gap.was_discussed:
        return []
    return list(ThreadEntry.objects.visible_to(user).filter(gap=gap).select_related("author"))


def steps(user: Any, gap: DataGap) -> set[str]:
    """What this person may add to the thread now."""
    side = policy.side_of(user, gap)
    if side is None or gap.cycle.is_closed:
        return set()
    if not gap.is_open:
        return {"note", "conclude"}
    return {"note", "answer"} if side == Channel.COUNTRY else {"note", "question", "advise"}


def drafts(user: Any, *subjects: Any) -> list[Draft]:
    """What was drafted on these gaps and difficulties and not sent, dropped drafts last.

    None for those who may not read drafts.
    """
    if not policy.may(user, "guidance.write"):
        return []
    found = Advice.objects.unsent().on(subjects).select_related("drafted_by").prefetch_related("notes")
    return [Draft(advice, advice.transitions_for(user)) for advice in known(found, subjects)]


def known(found: Iterable[Advice], subjects: Iterable[Any]) -> list[Advice]:
    """Each piece of advice with what it is on, which the page has at hand."""
    at_hand = {(type(subject), subject.pk): subject for subject in subjects}
    advice = list(found)
    for one in advice:
        one.gap = at_hand.get((DataGap, one.gap_id))
        one.difficulty = at_hand.get((Difficulty, one.difficulty_id))
    return advice


def _line(entry: ThreadEntry) -> Line:
    return Line(entry.at, str(entry.author), entry.get_kind_display(), entry.text)


def _received(user: Any, gap: DataGap) -> list[Line]:
    """The advice of the thread. It is the consultants' together: drafts, and so their authors, are internal."""
    if not gap.was_advised:
        return []
    found = ReceivedAdvice.objects.filter(gap=gap).select_related("advice__approved_by", "said_by")
    lines = []
    for received in found.prefetch_related("advice__notes"):
        received.gap = gap
        who, moves = str(received.advice.approved_by), frozenset(received.transitions_for(user))
        lines.append(Line(received.received_at, who, _("advice"), received.advice.text, received, moves))
    return lines


def _private_label(user: Any, gap: DataGap) -> str:
    """Whose private discussion this person reads; empty for those who read none."""
    match policy.side_of(user, gap):
        case Channel.COUNTRY:
            return _("Private to %(country)s: only its own people read this.") % {"country": gap.member_state}
        case Channel.CONSULTANTS:
            return _("Private to the consultants: only they read this.")
    return ""


def _difficulties(user: Any, gap: DataGap) -> list[Difficulty]:
    if not gap.is_grouped or not policy.may(user, "difficulty.read"):
        return []
    return list(gap.cycle.difficulties.filter(gaps=gap).visible_to(user).order_by("number"))
