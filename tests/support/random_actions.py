"""Everything that people do, for `machine.py`: to which kind of record, who may, and how.

Who may stands here a second time, apart from `policy.py`: that is what makes a mistake in it visible.
"""

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple

from reviews.actions import guidance
from reviews.actions.extensions import set_another_day
from reviews.actions.minutes import draft_minutes, redraft_section
from reviews.actions.reports import submit_report
from reviews.actions.rounds import close_round, record_turn
from reviews.models import (
    ActionPoint,
    Advice,
    AgendaItem,
    CoverageStatement,
    DataGap,
    Deadline,
    Decision,
    Difficulty,
    Disruption,
    Extension,
    Finding,
    Meeting,
    MethodNote,
    Minutes,
    MinutesSection,
    NationalReport,
    NotAllowedNow,
    PlanStep,
    ReceivedAdvice,
    ReviewCycle,
    Round,
    ThreadEntry,
    Turn,
)
from reviews.models.treatments import treatment_for
from tests.admin.records import TREATED
from tests.support import make

DAY = date(2020, 8, 20)
WAYS = ("data_found", "proxy_agreed", "limitation")
COUNTRY, TEAMS = "vnm lao", "vnm vnm_team lao"
CONSULTANTS, STAFF = "consultant lead", "secretariat"


class Step(NamedTuple):
    """One thing that people do: to which kind of record, who may, and how."""

    model: Any
    who: str
    take: Callable[[Any], Any]


class Try(NamedTuple):
    """One attempt at a step: by whom, on which record, over which version, with what typed."""

    by: Any
    record: Any
    expected_version: int
    text: str
    n: int
    world: SimpleNamespace

    def typed(self) -> dict[str, Any]:
        return {"by": self.by, "expected_version": self.expected_version}

    def one_of(self, rows: Any) -> Any:
        """One of these records by chance; NotAllowedNow when there are none."""
        found = list(rows.order_by("pk"))
        if not found:
            raise NotAllowedNow("There is nothing to do this with.")
        return found[self.n % len(found)]


def noted(verb: str, name: str = "note") -> Callable[[Try], Any]:
    """A step that is told with one text."""
    return lambda t: getattr(t.record, verb)(**t.typed(), **{name: t.text})


def plain(verb: str) -> Callable[[Try], Any]:
    return lambda t: getattr(t.record, verb)(**t.typed())


def days(t: Try) -> dict[str, date]:
    return {"planned_from": DAY + timedelta(t.n % 30), "planned_to": DAY + timedelta(t.n % 30 + t.n % 3)}


def post(t: Try) -> Any:
    figures = {
        name: (t.n * k) % 101 or None for k, name in enumerate(("data_collection", "analysis", "writing"), 1)
    }
    return t.record.post_progress(**t.typed(), note=t.text, **figures)


def submit(t: Try) -> Any:
    return submit_report(
        by=t.by, report=t.record, expected_version=t.expected_version, file=make.pdf(), reason=t.text
    )


def send_back(t: Try) -> Any:
    return t.record.return_for_revision(**t.typed(), note=t.text, revise_by=DAY + timedelta(t.n - 5))


def close_gap(t: Try) -> Any:
    way = WAYS[t.n % 3]
    kind = treatment_for(way, t.record.kind.code)
    values = {k: v for k, v in TREATED[kind].items() if k != "way"} if kind else {}
    return t.record.close(**t.typed(), way=way, note=t.text, **values)


def ask_for_time(t: Try) -> Any:
    until = DAY + timedelta(20 + t.n % 30)
    return make.extension(t.record, t.one_of(Deadline.objects), by=t.by, asked_until=until, reason=t.text)


def set_day(t: Try) -> Any:
    until = DAY + timedelta(10 + t.n % 40)
    deadline = t.one_of(Deadline.objects)
    return set_another_day(by=t.by, report=t.record, deadline=deadline, until=until, reason=t.text)


def tell(t: Try) -> Any:
    report = make.report(t.record.cycle, t.record.member_state.code)
    found = [{"kind": "finding", "text": t.text}] if t.n % 2 else []
    return record_turn(
        by=t.by, turn=t.record, expected_version=t.expected_version, report=report, report_seen=report.version,
        note=t.text, findings=found,
        data_collection=t.n % 101, analysis=None, writing=None,
    )  # fmt: skip


def hold(t: Try) -> Any:
    return t.record.hold(**t.typed(), held_from=DAY, held_to=DAY, why=t.text)


def record_action(t: Try) -> Any:
    owner = {"owner_body": t.world.cast.vnm.organisation, "priority": "high" if t.n % 2 else "normal"}
    return ActionPoint.add_to(t.record, by=t.by, text=t.text or "Send it.", due_on=DAY, **owner)


def advise(t: Try) -> Any:
    subject = {"gap": t.record} if t.n % 2 else {"difficulty": t.one_of(Difficulty.objects)}
    return Advice.draft(by=t.by, text=t.text or "Use two periods.", **subject)


def group(t: Try) -> Any:
    values = {"gaps": [t.one_of(DataGap.objects)], "kind": make.kind(), "title": t.text or "Series end"}
    return Difficulty.group(t.world.cycle(), by=t.by, **values)


def regroup(t: Try) -> Any:
    values = {
        "gaps": list(t.record.gaps.all())[: t.n],
        "kind": t.record.kind,
        "title": t.text or "Series end",
    }
    return t.record.edit(**t.typed(), **values)


def cover(t: Try) -> Any:
    known = CoverageStatement.objects.filter(report=t.record, key_result_area=make.area()).first()
    expected_version = known.version if known else 0
    return CoverageStatement.state(
        t.record, make.area(), by=t.by, expected_version=expected_version, coverage="reported", note=t.text
    )


def outcome(t: Try) -> Any:
    outcome = ("finish", "note", "endorse", "adopt", "send_back")[t.n % 5]
    return t.record.record_outcome(**t.typed(), outcome=outcome, note=t.text)


def set_deadline(t: Try) -> Any:
    return make.deadline(t.record, by=t.by, title=t.text or "Second", due_on=DAY + timedelta(t.n))


def enter(t: Try) -> Any:
    return make.step(
        t.record, by=t.by, code=f"step-{t.record.plan_steps.count()}", kind=("ladder", "work")[t.n % 2]
    )


STEPS: dict[str, Step] = {
    "post progress": Step(NationalReport, TEAMS, post),
    "hand in": Step(NationalReport, COUNTRY, submit),
    "take back": Step(NationalReport, COUNTRY, noted("recall")),
    "start reading": Step(NationalReport, CONSULTANTS, plain("start_reading")),
    "return": Step(NationalReport, CONSULTANTS, send_back),
    "accept": Step(NationalReport, CONSULTANTS, noted("accept")),
    "name authors": Step(
        NationalReport, COUNTRY,
        lambda t: t.record.appoint(**t.typed(), lead_author=None, authors=t.text)),
    "state coverage": Step(NationalReport, TEAMS, cover),
    "raise a gap": Step(
        NationalReport, TEAMS,
        lambda t: DataGap.raise_for(t.record, by=t.by, kind=make.kind(), missing=t.text)),
    "describe a gap": Step(DataGap, TEAMS, noted("edit", "missing")),
    "ask for guidance": Step(DataGap, TEAMS, noted("ask_guidance")),
    "ask back": Step(DataGap, CONSULTANTS, noted("question", "text")),
    "answer": Step(DataGap, TEAMS, noted("answer", "text")),
    "note on a gap": Step(
        DataGap, f"{TEAMS} {CONSULTANTS}",
        lambda t: ThreadEntry.note(t.record, by=t.by, text=t.text)),
    "conclude a gap": Step(
        DataGap, f"{TEAMS} {CONSULTANTS}",
        lambda t: ThreadEntry.conclude(t.record, by=t.by, text=t.text)),
    "take up": Step(DataGap, TEAMS, noted("take_up")),
    "close a gap": Step(DataGap, TEAMS, close_gap),
    "reopen a gap": Step(DataGap, TEAMS, noted("reopen")),
    "record a finding": Step(NationalReport, TEAMS, lambda t: make.finding(t.record, by=t.by, text=t.text)),
    "edit a finding": Step(Finding, TEAMS, noted("edit", "text")),
    "finalise": Step(Finding, TEAMS, noted("finalise")),
    "withdraw": Step(Finding, TEAMS, noted("withdraw")),
    "reopen a finding": Step(Finding, TEAMS, noted("reopen")),
    "ask for time": Step(NationalReport, COUNTRY, ask_for_time),
    "set another day": Step(NationalReport, STAFF, set_day),
    "grant": Step(
        Extension, STAFF,
        lambda t: t.record.grant(**t.typed(), until=DAY + timedelta(15 + t.n % 40), note=t.text)),
    "refuse": Step(Extension, STAFF, noted("refuse")),
    "set a deadline": Step(ReviewCycle, STAFF, set_deadline),
    "move a deadline": Step(
        Deadline, STAFF,
        lambda t: t.record.reschedule(**t.typed(), why=t.text, due_on=DAY + timedelta(t.n))),
    "plan a meeting": Step(
        ReviewCycle, STAFF,
        lambda t: make.meeting(t.record, by=t.by, code=str(t.record.meetings.count() + 3), **days(t))),
    "move a meeting": Step(Meeting, STAFF, lambda t: t.record.reschedule(**t.typed(), why=t.text, **days(t))),
    "hold a meeting": Step(Meeting, STAFF, hold),
    "cancel a meeting": Step(Meeting, STAFF, noted("cancel", "why")),
    "add to the agenda": Step(
        Meeting, STAFF,
        lambda t: AgendaItem.add_to(t.record, by=t.by, title=t.text or "Opening")),
    "conclude an item": Step(
        AgendaItem, STAFF,
        lambda t: t.record.conclude(**t.typed(), outcome="decision", outcome_text=t.text)),
    "put off": Step(AgendaItem, STAFF, noted("put_off")),
    "carry over": Step(AgendaItem, STAFF, plain("carry")),
    "reopen an item": Step(AgendaItem, STAFF, noted("reopen")),
    "move an item": Step(AgendaItem, STAFF, lambda t: [t.record.move_up, t.record.move_down][t.n % 2](**t.typed())),
    "decide": Step(Meeting, STAFF, lambda t: Decision.add_to(t.record, by=t.by, text=t.text)),
    "give out work": Step(Meeting, STAFF, record_action),
    "finish work": Step(
        ActionPoint, f"vnm vnm_team {STAFF}",
        lambda t: t.record.finish(**t.typed(), note=t.text, file=make.pdf() if t.n % 3 else None)),
    "verify work": Step(ActionPoint, "lead secretariat", noted("verify")),
    "drop work": Step(ActionPoint, STAFF, noted("drop")),
    "reopen work": Step(ActionPoint, STAFF, noted("reopen")),
    "open a round": Step(Meeting, STAFF, lambda t: Round.open_for(t.record, by=t.by, early=bool(t.n % 2))),
    "tell a turn": Step(Turn, STAFF, tell),
    "pass a turn": Step(Turn, STAFF, noted("pass_over")),
    "close a round": Step(
        Round, STAFF, lambda t: close_round(by=t.by, country_round=t.record, expected_version=t.expected_version)
    ),
    "draft minutes": Step(Meeting, STAFF, lambda t: draft_minutes(by=t.by, meeting=t.record)),
    "word minutes": Step(MinutesSection, STAFF, noted("edit", "text")),
    "draft a part anew": Step(
        MinutesSection, STAFF,
        lambda t: redraft_section(by=t.by, section=t.record, expected_version=t.expected_version)),
    "circulate": Step(Minutes, STAFF, noted("circulate")),
    "revise minutes": Step(Minutes, STAFF, noted("revise")),
    "adopt minutes": Step(Minutes, STAFF, noted("adopt")),
    "draft advice": Step(DataGap, CONSULTANTS, advise),
    "edit advice": Step(Advice, CONSULTANTS, noted("edit", "text")),
    "drop advice": Step(Advice, CONSULTANTS, noted("drop")),
    "approve advice": Step(
        Advice, "lead",
        lambda t: guidance.approve_advice(by=t.by, advice=t.record, expected_version=t.expected_version),
    ),
    "send advice": Step(
        Advice, "lead",
        lambda t: guidance.send_advice(by=t.by, advice=t.record, expected_version=t.expected_version),
    ),
    "use advice": Step(ReceivedAdvice, TEAMS, noted("adopt")),
    "set advice aside": Step(ReceivedAdvice, TEAMS, noted("set_aside")),
    "group gaps": Step(ReviewCycle, CONSULTANTS, group),
    "group anew": Step(Difficulty, CONSULTANTS, regroup),
    "write a method": Step(
        ReviewCycle, CONSULTANTS,
        lambda t: make.method(f"note-{MethodNote.objects.count()}", by=t.by)),
    "edit a method": Step(MethodNote, CONSULTANTS, noted("edit", "text")),
    "plan a step": Step(ReviewCycle, STAFF, enter),
    "move a step": Step(
        PlanStep, STAFF,
        lambda t: t.record.edit(**t.typed(), why=t.text, planned_on=DAY + timedelta(t.n))),
    "what became of a step": Step(PlanStep, STAFF, outcome),
    "register a disruption": Step(
        ReviewCycle, STAFF,
        lambda t: make.disruption(t.record, by=t.by, title=t.text or "Flood")),
    "edit a disruption": Step(Disruption, STAFF, noted("edit", "effect")),
    "close the cycle": Step(ReviewCycle, "secretariat admin", noted("close", "why")),
    "reopen the cycle": Step(ReviewCycle, "secretariat admin", noted("reopen", "why")),
}  # fmt: skip
# Steps that end the work of everybody else are drawn now and then only.
SELDOM = {"close the cycle", "cancel a meeting", "accept", "close a round"}
OFTEN = [name for name in STEPS if name not in SELDOM] * 4 + [*SELDOM, *["reopen the cycle"] * 8]
# Steps on the record in hand; the others make a record beside it, whatever its version.
VERSIONED = {
    name for name, step in STEPS.items()
    if any(word in step.take.__code__.co_names for word in ("typed", "expected_version")) or step.take.__closure__
}  # fmt: skip
