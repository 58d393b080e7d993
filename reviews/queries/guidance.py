"""Guidance on a data gap (thread, private discussion, drafts of advice), and what became of approved advice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from django.utils.translation import gettext as _

from reviews import policy
from reviews.models import Advice, Channel, DataGap, Difficulty, ReceivedAdvice, ThreadEntry, User
from reviews.text import isolated


@dataclass(frozen=True)
class ThreadLine:
    """One line of a thread: an entry, or advice that the gap received."""

    at: datetime
    who: str
    kind: str
    text: str
    received: ReceivedAdvice | None = None  # None: an entry of one side
    transitions: frozenset[str] = frozenset()  # that this person may make with received advice


@dataclass(frozen=True)
class Draft:
    """A draft of advice, and the transitions that this person may make."""

    advice: Advice
    transitions: set[str]


@dataclass(frozen=True)
class Outcome:
    """What the country of one gap did with one approved advice."""

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


class GapGuidance(TypedDict):
    """What the page of a gap shows besides the gap itself."""

    thread: list[ThreadLine]
    private: list[ThreadLine]
    private_label: str
    entries_allowed: set[str]
    difficulties: list[Difficulty]
    drafts: list[Draft]


def guidance_on(user: User, gap: DataGap) -> GapGuidance:
    """Return the guidance on a gap as far as this person may read it. The gap has to be read `with_guidance`."""
    readable = ThreadEntry.objects.visible_to(user).filter(gap=gap).select_related("author")
    entries = list(readable) if gap.was_discussed else []
    grouping = gap.cycle.difficulties.filter(gaps=gap).visible_to(user).order_by("number")
    difficulties = list(grouping) if gap.is_grouped and policy.may(user, "difficulty.read") else []
    thread = _received_lines(user, gap) if gap.was_advised else []
    private: list[ThreadLine] = []
    for entry in entries:
        line = ThreadLine(entry.at, str(entry.author), entry.get_kind_display(), entry.text)
        (thread if entry.channel == Channel.SHARED else private).append(line)

    side, private_label = policy.side_of(user, gap), ""
    if side == Channel.COUNTRY:
        text = _(
            "Private to %(country)s: its own people read this. An administrator can open it in the administration,"
            " and is then named in the history below."
        )
        private_label = text % {"country": isolated(str(gap.member_state))}
    elif side == Channel.CONSULTANTS:
        private_label = _(
            "Private to the consultants: they read this. An administrator can open it in the administration,"
            " and is then named in the history below."
        )
    return {
        "thread": sorted(thread, key=lambda line: line.at),
        "private": private,
        "private_label": private_label,
        "entries_allowed": entries_allowed(user, gap),
        "difficulties": difficulties,
        "drafts": drafts_on(user, gap, *difficulties) if gap.was_drafted_on or difficulties else [],
    }


def entries_allowed(user: User, gap: DataGap) -> set[str]:
    """Return what kinds of entry this person may add to the thread now: the forms below it."""
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
    gaps: dict[int | None, DataGap] = {
        subject.pk: subject for subject in subjects if isinstance(subject, DataGap)
    }
    difficulties: dict[int | None, Difficulty] = {
        subject.pk: subject for subject in subjects if isinstance(subject, Difficulty)
    }
    advice = list(advice)
    for item in advice:
        item.gap, item.difficulty = gaps.get(item.gap_id), difficulties.get(item.difficulty_id)
    return advice


def outcomes_by_gap(difficulty: Difficulty, approved: list[Advice]) -> list[tuple[DataGap, list[Outcome]]]:
    """Return (gap, its outcomes in the order of the advice) for each gap of a difficulty, by country."""
    rows = ReceivedAdvice.objects.filter(advice__in=approved).select_related("said_by")
    by_key = {(received.gap_id, received.advice_id): received for received in rows}
    gaps = difficulty.gaps.select_related("cycle", "member_state", "kind")
    outcomes = []
    for gap in gaps.order_by("member_state__sort_key", "number"):
        received = [by_key.get((gap.pk, advice.pk)) for advice in approved]
        closed_with = [row is not None and row.pk == gap.closed_with_id for row in received]
        outcomes.append((gap, [Outcome(*row) for row in zip(approved, received, closed_with, strict=True)]))
    return outcomes


def not_sent_to_all(outcomes_by_gap: list[tuple[DataGap, list[Outcome]]]) -> list[Advice]:
    """Return the advice that some open gap has not received."""
    open_gaps = [outcomes for gap, outcomes in outcomes_by_gap if gap.is_open]
    return [outcome.advice for outcomes in open_gaps for outcome in outcomes if outcome.received is None]


def _received_lines(user: User, gap: DataGap) -> list[ThreadLine]:
    """The advice that the gap received, under the name of its approver: who drafted it is internal."""
    rows = ReceivedAdvice.objects.filter(gap=gap).select_related("advice__approved_by", "said_by")
    lines = []
    for received in rows.prefetch_related("advice__notes"):
        received.gap = gap
        lines.append(
            ThreadLine(
                at=received.received_at,
                who=str(received.advice.approved_by),
                kind=_("advice"),
                text=received.advice.text,
                received=received,
                transitions=frozenset(received.transitions_for(user)),
            )
        )
    return lines
