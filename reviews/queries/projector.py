"""What the projector shows in a country round: one country, as far as every member may read it."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from reviews.models import NationalReport, Round, StatusAtMeeting, Turn, TurnStatus
from reviews.models.workstreams import WORKSTREAMS, workstream_label
from reviews.queries.brief import Figure
from reviews.queries.rounds import Heard, records_heard


@dataclass(frozen=True)
class Screen:
    """The country that is shown, or none: then all have had their turn, or the round is over."""

    round: Round
    turns: list[Turn]
    turn: Turn | None
    figures: list[Figure]
    heard: Heard

    @property
    def after(self) -> Turn | None:
        """Who speaks next: the first that waits after the country shown, or else from the start."""
        others = [turn for turn in self.turns if turn.status == TurnStatus.WAITING and turn != self.turn]
        place = self.turn.position if self.turn else 0
        return next((turn for turn in others if turn.position > place), others[0] if others else None)

    @property
    def counted(self) -> dict[str, int]:
        statuses = [turn.status for turn in self.turns]
        names = {"reported": TurnStatus.REPORTED, "absent": TurnStatus.PASSED, "to_come": TurnStatus.WAITING}
        return {name: statuses.count(status) for name, status in names.items()}

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever something on the screen does."""
        figures = [(figure.now, figure.before) for figure in self.figures]
        shown = (
            self.round.status,
            self.turn and self.turn.member_state_id,
            self.turns_text,
            figures,
            self.heard,
        )
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:32]

    @property
    def turns_text(self) -> str:
        return " ".join(f"{turn.member_state_id}.{turn.status}" for turn in self.turns)


def screen_of(country_round: Round, code: str = "") -> Screen:
    """Return the screen with the member of this code; without one, with the member that waits first.

    Once nobody waits, it shows no country any more.
    """
    turns = list(Turn.objects.filter(round=country_round).select_related("member_state").order_by("position"))
    turn = _shown(turns, code) if country_round.is_open else None
    if turn is None:
        return Screen(country_round, turns, None, [], Heard())
    heard = records_heard(country_round.meeting, turn.member_state_id)[turn.member_state_id]
    heard.note = turn.note
    return Screen(country_round, turns, turn, _figures(country_round, turn), heard)


def _shown(turns: list[Turn], code: str) -> Turn | None:
    waiting = next((turn for turn in turns if turn.status == TurnStatus.WAITING), None)
    chosen = next((turn for turn in turns if turn.member_state.code == code), None)
    return waiting and (chosen or waiting)


def _figures(country_round: Round, turn: Turn) -> list[Figure]:
    """The three figures now, and at the end of the last round before this one."""
    cycle, state = country_round.cycle, turn.member_state_id
    report = NationalReport.objects.get(cycle=cycle, member_state=state)
    frozen = StatusAtMeeting.objects.filter(member_state=state, round__meeting__cycle=cycle)
    before = frozen.filter(at__lt=country_round.opened_at).order_by("-at").first()
    return [
        Figure(workstream_label(name), getattr(report, name), getattr(before, name, None))
        for name in WORKSTREAMS
    ]
