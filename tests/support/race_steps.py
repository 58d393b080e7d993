"""The steps of two people who race: each reads its record as a page does, and returns what then writes."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

from reviews.actions import extensions
from reviews.actions.cycles import open_cycle, seat_member
from reviews.actions.guidance import approve_advice
from reviews.actions.minutes import draft_minutes
from reviews.actions.reports import submit_report
from reviews.actions.rounds import close_round
from reviews.models import (
    AgendaItem,
    CoverageStatement,
    DataGap,
    Deadline,
    Decision,
    Extension,
    Finding,
    FrameworkNode,
    ReviewCycle,
    Round,
    ThreadEntry,
)
from tests.models.transitions import fresh
from tests.support import make

WEEK = {"opens_on": date(2020, 8, 1), "due_on": date(2020, 8, 14), "last_on": date(2020, 8, 19)}
LATER = {"opens_on": date(2020, 8, 1), "due_on": date(2020, 9, 7), "last_on": date(2020, 9, 20)}

World = SimpleNamespace
Verb = Callable[[], Any]
Loads = Callable[[World], Verb]  # reads what its verb is called on


# --- a cycle that closes


def open_again(w: World) -> None:
    w.cycle = fresh(w.cycle)
    if w.cycle.is_closed:
        w.cycle.reopen(by=w.secretariat, expected_version=w.cycle.version, why="Again.")


def close_cycle(w: World) -> Verb:
    cycle = fresh(w.cycle)
    return lambda: cycle.close(by=w.secretariat, expected_version=cycle.version, why="Adopted.")


def progress(w: World) -> Verb:
    report = loaded_report(w)
    return lambda: (
        report.post_progress(by=w.vnm, expected_version=report.version, note="As before.") and report
    )


def with_meeting(w: World) -> None:
    open_again(w)
    w.number += 1
    w.meeting = make.meeting(w.cycle, by=w.secretariat, code=str(w.number))


def with_gap(w: World) -> None:
    open_again(w)
    w.gap = make.gap(w.report, by=w.vnm)


# --- a report that is accepted


def being_read(w: World) -> None:
    """The report as its reader has it; an administrator takes back what the pair before has done."""
    report = fresh(w.report)
    if report.status == "not_started":
        report = make.in_status("being_read", loaded_report(w), w)
    elif report.status == "accepted":
        holder = make.organisation("RET")
        report.correct(
            by=w.admin, expected_version=report.version, why="Again.", status="being_read", holder=holder
        )
    w.finding = w.finding or make.finding(loaded_report(w), by=w.vnm)


def accept(w: World) -> Verb:
    report = loaded_report(w)
    return lambda: report.accept(by=w.consultant, expected_version=report.version)


def state_coverage(w: World) -> Verb:
    report, known = loaded_report(w), CoverageStatement.objects.first()
    values = {
        "expected_version": known.version if known else 0,
        "coverage": "reported",
        "note": f"{w.number}",
    }
    return lambda: CoverageStatement.state(report, w.area, by=w.vnm, **values)


def edit_finding(w: World) -> Verb:
    finding = Finding.objects.select_related("cycle", "member_state").get(pk=w.finding.pk)
    return lambda: finding.edit(by=w.vnm, expected_version=finding.version, text="Access widened more")


# --- a report that is handed in, while its last acceptable day moves


def to_be_handed_in(w: World) -> None:
    report = loaded_report(w)
    if report.status == "submitted":
        report.recall(by=w.vnm, expected_version=report.version)
    elif report.status == "not_started":
        report.post_progress(by=w.vnm, expected_version=report.version, data_collection=50)
    for deadline in Deadline.objects.select_related("cycle"):
        deadline.reschedule(by=w.secretariat, expected_version=deadline.version, why="Again.", **LATER)
    w.deadline = Deadline.objects.first() or make.deadline(w.cycle, by=w.secretariat, **LATER)


def hand_in(w: World) -> Verb:
    report = loaded_report(w)
    values = {"file": make.pdf(), "reason": "The rest follows."}
    return lambda: submit_report(by=w.vnm, report=report, expected_version=report.version, **values)


def move_deadline(w: World, **dates: date) -> Verb:
    deadline = loaded(Deadline, w.deadline, "cycle")
    values = {"expected_version": deadline.version, "why": "Earlier.", **(dates or WEEK)}
    return lambda: deadline.reschedule(by=w.secretariat, **values)


def to_be_asked_for(w: World) -> None:
    for request in Extension.objects.to_decide():
        request.refuse(by=w.secretariat, expected_version=request.version, note="Again.")
    to_be_handed_in(w)


def ask_for_extension(w: World) -> Verb:
    report, deadline = loaded_report(w), loaded(Deadline, w.deadline, "cycle")
    values = {"asked_until": date(2020, 9, 14), "reason": "Floods"}
    return lambda: extensions.ask_for_extension(by=w.vnm, report=report, deadline=deadline, **values)


# --- a deadline that is set from a meeting, while the meeting moves


def with_planned_meeting(w: World) -> None:
    with_meeting(w)
    w.deadline = make.deadline(w.cycle, by=w.secretariat)


def move_meeting(w: World) -> Verb:
    meeting, days = fresh(w.meeting), {"planned_from": date(2020, 8, 25), "planned_to": date(2020, 8, 25)}
    return lambda: meeting.reschedule(by=w.secretariat, expected_version=1, why="A storm.", **days)


def hang_deadline(w: World) -> Verb:
    deadline, meeting = loaded(Deadline, w.deadline, "cycle"), fresh(w.meeting)
    values = {"opens_on": date(2020, 8, 1), "due_on": date(2020, 9, 7), "anchor": meeting, "offset_days": 14}
    return lambda: deadline.reschedule(by=w.secretariat, expected_version=1, why="It follows.", **values)


# --- minutes


def circulated(w: World) -> None:
    with_meeting(w)
    days = {"held_from": w.meeting.planned_from, "held_to": w.meeting.planned_to}
    w.meeting.hold(by=w.secretariat, expected_version=1, **days)
    w.minutes = draft_minutes(by=w.secretariat, meeting=w.meeting)
    w.minutes.circulate(by=w.secretariat, expected_version=1)


def adopt(w: World) -> Verb:
    minutes = fresh(w.minutes)
    values = {"expected_version": minutes.version, "note": "By mail.", "seen_parts": minutes.seen_parts}
    return lambda: minutes.adopt(by=w.secretariat, **values)


def word_part(w: World) -> Verb:
    part = w.minutes.sections.select_related("minutes__meeting__cycle").first()
    return lambda: part.edit(by=w.secretariat, expected_version=part.version, text="All were there.")


def cancel(w: World) -> Verb:
    meeting = fresh(w.meeting)
    return lambda: meeting.cancel(by=w.secretariat, expected_version=meeting.version, why="A storm.")


# --- the country round


def open_round(w: World) -> Verb:
    meeting = fresh(w.meeting)
    return lambda: Round.open_for(meeting, by=w.secretariat)


def round_over(w: World) -> None:
    with_meeting(w)
    w.round = make.frozen(w.meeting, by=w.secretariat, close=False)


def freeze(w: World) -> Verb:
    country_round = loaded(Round, w.round, "meeting__cycle")
    values = {"country_round": country_round, "expected_version": country_round.version}
    return lambda: close_round(by=w.secretariat, **values)


def report_late(w: World) -> Verb:
    turn = w.round.turns.select_related("round__meeting__cycle", "member_state").first()
    return lambda: turn.mark_reported(by=w.secretariat, expected_version=turn.version, note="Late.")


def not_reached(w: World) -> None:
    with_meeting(w)
    w.item = AgendaItem.add_to(w.meeting, by=w.secretariat, title="Opening")
    w.item.put_off(by=w.secretariat, expected_version=1)
    w.item = AgendaItem.objects.select_related("meeting__cycle").get(pk=w.item.pk)
    with_meeting(w)


def carry(w: World) -> Verb:
    item = fresh(w.item)
    return lambda: item.carry(by=w.secretariat, expected_version=item.version, into=fresh(w.meeting))


# --- guidance


def closed_gap(w: World) -> None:
    with_gap(w)
    w.gap.close(by=w.vnm, expected_version=1, way="data_found", note="Found.")


def close_gap(w: World) -> Verb:
    gap = loaded(DataGap, w.gap, "cycle", "member_state", "kind")
    return lambda: gap.close(by=w.vnm, expected_version=gap.version, way="data_found", note="Found.")


def reopen_gap(w: World) -> Verb:
    gap = loaded(DataGap, w.gap, "cycle", "member_state", "kind")
    return lambda: gap.reopen(by=w.vnm, expected_version=gap.version, note="Wrong year.")


def say(who: str, verb: str) -> Loads:
    """A question or an answer of this person."""

    def load(w: World) -> Verb:
        gap = loaded(DataGap, w.gap, "cycle", "member_state")
        return lambda: getattr(gap, verb)(
            by=getattr(w, who), expected_version=gap.version, text="Which year?"
        )

    return load


def conclude(w: World) -> Verb:
    gap = loaded(DataGap, w.gap, "cycle", "member_state")
    return lambda: ThreadEntry.conclude(gap, by=w.consultant, text="Two periods.")


def draft(w: World) -> Verb:
    gap = loaded(DataGap, w.gap, "cycle", "member_state")
    return lambda: make.advice(by=w.consultant, gap=gap)


def drafted(w: World) -> None:
    with_gap(w)
    w.advice = make.advice(by=w.consultant, gap=w.gap)


def approve(w: World) -> Verb:
    advice = fresh(w.advice)
    return lambda: approve_advice(by=w.lead, advice=advice, expected_version=advice.version)


def drafted_for_two(w: World) -> None:
    with_gap(w)
    w.stays = make.gap(w.report, by=w.vnm)
    w.difficulty = make.difficulty(w.cycle, [w.gap, w.stays], by=w.consultant)
    w.advice = make.advice(by=w.consultant, difficulty=w.difficulty)


def take_out(w: World) -> Verb:
    difficulty = fresh(w.difficulty)
    values = {"gaps": [w.stays], "title": "Series end", "kind": w.gap.kind}
    return lambda: difficulty.edit(by=w.consultant, expected_version=difficulty.version, **values)


# --- the ladder, the framework, the seats


def ladder(w: World) -> None:
    """The Summit's step has SOCA's before it; both without an outcome."""
    for step in w.cycle.plan_steps.exclude(status="planned"):
        values = {"expected_version": step.version, "status": "planned"}
        step.correct(by=w.admin, why="Again.", **values)
    if not w.cycle.plan_steps.exists():
        w.soca = make.step(w.cycle, by=w.secretariat, code="soca")
        w.summit = make.step(w.cycle, by=w.secretariat, code="summit")


def outcome_of(step: str, outcome: str) -> Loads:
    def load(w: World) -> Verb:
        record = fresh(getattr(w, step))
        values = {"expected_version": record.version, "outcome": outcome}
        return lambda: record.record_outcome(by=w.secretariat, **values)

    return load


def preparing(w: World) -> None:
    """A cycle of a framework of its own, with one seat."""
    w.number += 1
    code = f"next-{w.number}"
    w.framework = type(make.framework()).create_traced(by=None, code=code, title="Next")
    values = {"framework": w.framework, "level": "key_result_area", "title": "Reach"}
    w.node = FrameworkNode.create_traced(by=None, code=f"N.{w.number}", **values)
    days = {"starts_on": date(2020, 2, 1), "ends_on": date(2020, 12, 31)}
    w.next = ReviewCycle.create_traced(by=None, slug=code, name_en=code, framework=w.framework, **days)


def open_next(w: World) -> Verb:
    cycle = loaded(ReviewCycle, w.next, "framework")
    return lambda: open_cycle(by=w.secretariat, cycle=cycle, expected_version=cycle.version)


def seat(w: World) -> Verb:
    cycle, body = loaded(ReviewCycle, w.next), w.vnm.organisation
    return lambda: seat_member(by=w.secretariat, cycle=cycle, member_state=body, joined_on=date(2020, 2, 1))


def add_area(w: World) -> Verb:
    values = {
        "framework": fresh(w.framework),
        "level": "key_result_area",
        "code": f"M.{w.number}",
        "title": "More",
    }
    return lambda: FrameworkNode.add(by=w.secretariat, why="Forgotten.", **values)


def recode_area(w: World) -> Verb:
    node = loaded(FrameworkNode, w.node, "framework")
    values = {"expected_version": node.version, "why": "Typing error.", "code": f"M.{w.number}"}
    return lambda: node.correct(by=w.secretariat, **values)


# --- loading


def loaded(model: Any, record: Any, *related: str) -> Any:
    """The record as a page reads it."""
    return model.objects.select_related(*related).get(pk=record.pk)


def loaded_report(w: World) -> Any:
    return make.report(w.cycle, "VNM")


def on_report(verb: Callable[[World, Any], Any]) -> Loads:
    def load(w: World) -> Verb:
        report = loaded_report(w)
        return lambda: verb(w, report)

    return load


def on_cycle(verb: Callable[[World, Any], Any]) -> Loads:
    def load(w: World) -> Verb:
        cycle = fresh(w.cycle)
        return lambda: verb(w, cycle)

    return load


def on_meeting(verb: Callable[[World, Any], Any]) -> Loads:
    def load(w: World) -> Verb:
        meeting = loaded(type(w.meeting), w.meeting, "cycle")
        return lambda: verb(w, meeting)

    return load


NEW_GAP = on_report(lambda w, report: make.gap(report, by=w.vnm))
NEW_FINDING = on_report(lambda w, report: make.finding(report, by=w.vnm))
NEW_MEETING = on_cycle(
    lambda w, cycle: make.meeting(cycle, by=w.secretariat, code=f"{w.number}b", number=None)
)
NEW_DEADLINE = on_cycle(lambda w, cycle: make.deadline(cycle, by=w.secretariat))
PAST_DEADLINE = on_cycle(lambda w, cycle: make.deadline(cycle, by=w.secretariat, **WEEK))
NEW_DECISION = on_meeting(lambda w, meeting: Decision.add_to(meeting, by=w.secretariat, text="Agreed."))
NEW_MINUTES = on_meeting(lambda w, meeting: draft_minutes(by=w.secretariat, meeting=meeting))
