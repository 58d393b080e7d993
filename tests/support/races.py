"""Two people at the same moment: one changes what a rule reads, the other writes what the rule allows or not.

Each loads its record as a page does, then both set out together. One of them comes first; whoever comes second must
not act on what was read before.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from threading import Barrier
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections

from reviews.models import (
    CycleMembership,
    Delivery,
    EditConflict,
    NotAllowedNow,
    Trace,
)
from reviews.models.base import Tracked
from tests.models.transitions import fresh
from tests.support import make
from tests.support.race_steps import (
    NEW_DEADLINE,
    NEW_DECISION,
    NEW_FINDING,
    NEW_GAP,
    NEW_MEETING,
    PAST_DEADLINE,
    Loads,
    World,
    accept,
    add_area,
    adopt,
    approve,
    ask_for_extension,
    being_read,
    cancel,
    carry,
    circulated,
    close_cycle,
    close_gap,
    closed_gap,
    conclude,
    draft,
    drafted,
    drafted_for_two,
    edit_finding,
    freeze,
    hand_in,
    hang_deadline,
    ladder,
    move_deadline,
    move_meeting,
    not_reached,
    open_again,
    open_next,
    open_round,
    outcome_of,
    preparing,
    progress,
    recode_area,
    reopen_gap,
    report_late,
    round_over,
    say,
    seat,
    state_coverage,
    take_out,
    to_be_asked_for,
    to_be_handed_in,
    with_gap,
    with_meeting,
    with_planned_meeting,
    word_part,
)
from tests.support.race_steps_reminders import (
    another_body,
    asked_why,
    assign_role,
    explain,
    one_day_at_most,
    request_why,
    send_reminder,
    set_day,
    without_another_day,
)
from tests.support.race_steps_set_up import (
    ask_for_the_report,
    choose_others,
    circulate,
    drafted_minutes,
    enter_ladder,
    for_comments,
    record_it,
    say_it_is_met,
    seated,
    tick,
)

REFUSALS = (EditConflict, NotAllowedNow, PermissionDenied, ValidationError)
LONGEST_WAIT = 30  # seconds, after which a thread gives up waiting for the other one


class Outcome(NamedTuple):
    """What each of the two got: the trace row of what was written, or None where it was refused."""

    change: Trace | None
    write: Trace | None


class Rule(NamedTuple):
    """A rule that reads one record and writes another."""

    prepare: Callable[[World], object]
    change: Loads  # changes what the rule reads
    write: Loads  # writes what the rule is about
    holds: Callable[[World, Outcome], bool]


# --- what may come of the two


def written_before_or_never(world: World, outcome: Outcome) -> bool:
    """Nothing is written once the change is there."""
    return not (outcome.change and outcome.write) or outcome.write.pk < outcome.change.pk


def written_after_or_never(world: World, outcome: Outcome) -> bool:
    """Nothing is written before the change is there."""
    return not outcome.write or bool(outcome.change and outcome.change.pk < outcome.write.pk)


def never_both(world: World, outcome: Outcome) -> bool:
    return not (outcome.change and outcome.write)


def follows_its_meeting(w: World, outcome: Outcome) -> bool:
    return not outcome.write or fresh(w.deadline).due_on == fresh(w.meeting).day_at(14)


def who_received_stays(w: World, outcome: Outcome) -> bool:
    grouped = {gap.pk for gap in w.difficulty.gaps.all()}
    return {received.gap_id for received in w.advice.received.all()} <= grouped


def one_record(w: World, outcome: Outcome) -> bool:
    """Whoever comes second finds it recorded, and changes nothing."""
    return Delivery.objects.get(deadline=w.deadline).version == 1


def each_seat_has_its_report(w: World, outcome: Outcome) -> bool:
    return CycleMembership.objects.filter(cycle=w.next).count() == w.next.reports.count() == 1


BEFORE = written_before_or_never
RULES = {
    "progress in a cycle that closes": Rule(open_again, close_cycle, progress, BEFORE),
    "a gap in a cycle that closes": Rule(open_again, close_cycle, NEW_GAP, BEFORE),
    "a question in a cycle that closes": Rule(with_gap, close_cycle, say("consultant", "question"), BEFORE),
    "a meeting in a cycle that closes": Rule(with_meeting, close_cycle, NEW_MEETING, BEFORE),
    "a deadline in a cycle that closes": Rule(open_again, close_cycle, NEW_DEADLINE, BEFORE),
    "a decision in a cycle that closes": Rule(with_meeting, close_cycle, NEW_DECISION, BEFORE),
    "coverage of a report that is accepted": Rule(being_read, accept, state_coverage, BEFORE),
    "a finding of a report that is accepted": Rule(being_read, accept, NEW_FINDING, BEFORE),
    "another wording of a report's finding": Rule(being_read, accept, edit_finding, BEFORE),
    "handing in when the last day moves": Rule(to_be_handed_in, move_deadline, hand_in, BEFORE),
    "handing in when a deadline is added": Rule(to_be_handed_in, PAST_DEADLINE, hand_in, BEFORE),
    "more time until a day that is due anyway": Rule(
        to_be_asked_for, lambda w: move_deadline(w, due_on=date(2020, 9, 15)), ask_for_extension, BEFORE
    ),
    "a deadline that hangs from a meeting": Rule(
        with_planned_meeting, move_meeting, hang_deadline, follows_its_meeting
    ),
    "a part of minutes that are adopted": Rule(circulated, adopt, word_part, never_both),
    "a round of a meeting that is cancelled": Rule(with_meeting, cancel, open_round, never_both),
    "two rounds of one meeting": Rule(with_meeting, open_round, open_round, never_both),
    "a turn of a round that closes": Rule(round_over, freeze, report_late, BEFORE),
    "an item for a meeting that is cancelled": Rule(not_reached, cancel, carry, BEFORE),
    "two questions over one version": Rule(
        with_gap, say("lead", "question"), say("consultant", "question"), never_both
    ),
    "two answers over one version": Rule(
        with_gap, say("vnm", "answer"), say("vnm_team", "answer"), never_both
    ),
    "a question on a gap that is closed": Rule(
        with_gap, close_gap, say("consultant", "question"), never_both
    ),
    "a conclusion on a gap that is reopened": Rule(closed_gap, reopen_gap, conclude, BEFORE),
    "a draft on a gap that is closed": Rule(with_gap, close_gap, draft, BEFORE),
    "advice for a gap that is closed": Rule(drafted, close_gap, approve, BEFORE),
    "advice for a gap that is taken out": Rule(drafted_for_two, take_out, approve, who_received_stays),
    "an outcome before that of a step below": Rule(
        ladder, outcome_of("soca", "endorse"), outcome_of("summit", "adopt"), written_after_or_never
    ),
    "a key result area under a cycle that opens": Rule(preparing, open_next, add_area, BEFORE),
    "a code under a cycle that opens": Rule(preparing, open_next, recode_area, BEFORE),
    "a seat in a cycle that opens": Rule(preparing, open_next, seat, each_seat_has_its_report),
    "members of a draft that opens": Rule(seated, open_next, choose_others, BEFORE),
    "the ladder of a draft that opens": Rule(preparing, open_next, enter_ladder, BEFORE),
    "a country's word when the last day moves": Rule(for_comments, move_deadline, say_it_is_met, BEFORE),
    "a record of what the report itself meets": Rule(for_comments, ask_for_the_report, record_it, BEFORE),
    "one country's record, twice": Rule(for_comments, say_it_is_met, record_it, one_record),
    "a record in a cycle that closes": Rule(for_comments, close_cycle, record_it, BEFORE),
    "attendance of one country, twice": Rule(with_meeting, tick, tick, never_both),
    "a part of minutes that are circulated": Rule(drafted_minutes, circulate, word_part, BEFORE),
    "a reminder of what a country meets": Rule(for_comments, say_it_is_met, send_reminder, BEFORE),
    "a reminder in a cycle that closes": Rule(for_comments, close_cycle, send_reminder, BEFORE),
    "one country's reminder, twice a day": Rule(for_comments, send_reminder, send_reminder, never_both),
    "a request to explain what a country meets": Rule(for_comments, say_it_is_met, request_why, BEFORE),
    "one request to explain, twice": Rule(for_comments, request_why, request_why, never_both),
    "one explanation, twice": Rule(asked_why, explain, explain, never_both),
    "another day when the deadline moves": Rule(without_another_day, move_deadline, set_day, BEFORE),
    "another day for a country that asks": Rule(without_another_day, ask_for_extension, set_day, BEFORE),
    "another day, set by two officers": Rule(without_another_day, set_day, set_day, one_day_at_most),
    "a role of a body in a cycle that closes": Rule(another_body, close_cycle, assign_role, BEFORE),
    "one role of one body, twice": Rule(another_body, assign_role, assign_role, never_both),
}


@contextmanager
def two_threads() -> Iterator[ThreadPoolExecutor]:
    """Two threads with a database connection each, which they give back."""
    threads, door = ThreadPoolExecutor(2), Barrier(2, timeout=LONGEST_WAIT)

    def close(_: int) -> None:
        door.wait()
        connections.close_all()

    yield threads
    list(threads.map(close, range(2)))
    threads.shutdown()


def broken_pairs(rule: Rule, world: World, pairs: int) -> list[Outcome]:
    """Let two people meet so often; return what came of those pairs in which the rule did not hold."""
    with two_threads() as threads:
        outcomes = []
        for _pair in range(pairs):
            rule.prepare(world)
            door = Barrier(2, timeout=LONGEST_WAIT)
            steps = ((load, world, door) for load in (rule.change, rule.write))
            outcome = Outcome(*threads.map(lambda step: attempt(*step), steps))
            assert any(outcome), "Both were refused."
            if not rule.holds(world, outcome):
                outcomes.append(outcome)
        return outcomes


def attempt(load: Loads, world: World, door: Barrier) -> Trace | None:
    """Load, meet the other person, write; the newest trace row of what was written, None if it was refused."""
    verb = load(world)
    door.wait()
    try:
        written: Tracked = verb()
    except REFUSALS:
        return None
    return Trace.objects.since_version(written, 0).last()


def world_of(cast: Any, report: Any) -> World:
    """Where all of it happens: the people, Viet Nam's report and its cycle."""
    return World(**vars(cast), report=report, cycle=report.cycle, area=make.area(), finding=None, number=10)
