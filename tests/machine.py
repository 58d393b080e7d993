"""Random steps by random people, and what has to hold after each of them.

What is allowed stands here a second time, apart from `policy.py` and the tables of moves: that is what makes
a mistake in those visible.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, ClassVar, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from reviews import actions, guidance, policy, tallies
from reviews import minutes as drafting
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
    PlanStep,
    ReceivedAdvice,
    Refused,
    ReviewCycle,
    Round,
    Stale,
    ThreadEntry,
    Trace,
    Turn,
)
from reviews.models.treatments import treatment_for
from reviews.verification import Verification, tracked_models
from tests import grids, make
from tests.admin.records import TREATED
from tests.models import test_finding_moves, test_gap_moves, test_other_moves, test_report_moves

REFUSALS = (Refused, Stale, PermissionDenied, ValidationError)
DAY = date(2020, 8, 20)
TEXTS = ("Because.", "Vì lũ lụt ở Đà Nẵng", "Another reason", " ", "")
WAYS = ("data_found", "proxy_agreed", "limitation")

TURNS = """
      waiting  told  passed
tell  told     told  told
pass  passed   -     -
"""
AGENDA = """
          planned    concluded  backlog  carried
conclude  concluded  concluded  -        -
put_off   backlog    -          -        -
carry     -          -          carried  -
reopen    -          planned    planned  -
"""
MINUTES = """
           draft       circulated  adopted
circulate  circulated  -           -
adopt      -           adopted     -
"""
ROUNDS = """
       open    closed
close  closed  -
"""
ADVICE = """
         draft     approved  dropped
approve  approved  -         -
drop     dropped   -         -
"""
USES = """
           received   adopted    set_aside
adopt      adopted    -          adopted
set_aside  set_aside  set_aside  -
"""
STEPS_OF_THE_PLAN = """
           planned    sent_back  noted  endorsed  adopted  done
finish     done       -          -      -         -        -
note       noted      noted      -      -         -        -
endorse    endorsed   endorsed   -      -         -        -
adopt      adopted    adopted    -      -         -        -
send_back  sent_back  sent_back  -      -         -        -
"""
GRIDS = {
    "nationalreport": test_report_moves.MOVES, "datagap": test_gap_moves.MOVES, "finding": test_finding_moves.MOVES,
    "reviewcycle": test_other_moves.CYCLES, "extension": test_other_moves.EXTENSIONS,
    "meeting": test_other_moves.MEETINGS, "actionpoint": test_other_moves.ACTION_POINTS, "turn": TURNS,
    "agendaitem": AGENDA, "minutes": MINUTES, "round": ROUNDS, "advice": ADVICE, "receivedadvice": USES,
    "planstep": STEPS_OF_THE_PLAN,
}  # fmt: skip
ALLOWED = {
    model: {(was, told) for _move, was, told in grids.cells(grid) if told != "-" and told != was}
    for model, grid in GRIDS.items()
}

COUNTRY, TEAMS = "vnm lao", "vnm vnm_team lao"
CONSULTANTS, STAFF = "consultant lead", "secretariat"
PEOPLE = ("vnm", "vnm_team", "lao", "consultant", "lead", "secretariat", "observer", "admin")
HOME = {"vnm": "VNM", "vnm_team": "VNM", "lao": "LAO"}


class Step(NamedTuple):
    """One thing that people do: to which kind of record, who may, and how."""

    model: Any
    who: str
    take: Callable[[Any], Any]


class Try(NamedTuple):
    """One attempt at a step: by whom, on which record, over which version, with what typed."""

    by: Any
    record: Any
    seen: int
    text: str
    n: int
    world: SimpleNamespace

    def typed(self) -> dict[str, Any]:
        return {"by": self.by, "seen": self.seen}

    def one_of(self, rows: Any) -> Any:
        """One of these records by chance; Refused when there are none."""
        found = list(rows.order_by("pk"))
        if not found:
            raise Refused("There is nothing to do this with.")
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
    return actions.submit_report(by=t.by, report=t.record, seen=t.seen, file=make.pdf(), reason=t.text)


def close_gap(t: Try) -> Any:
    way = WAYS[t.n % 3]
    kind = treatment_for(way, t.record.kind.code)
    values = {k: v for k, v in TREATED[kind].items() if k != "way"} if kind else {}
    return t.record.close(**t.typed(), way=way, note=t.text, **values)


def ask_for_time(t: Try) -> Any:
    until = DAY + timedelta(20 + t.n % 30)
    return Extension.ask_for(t.record, t.one_of(Deadline.objects), by=t.by, asked_until=until, reason=t.text)


def tell(t: Try) -> Any:
    report = make.report(t.record.cycle, t.record.member_state.code)
    found = [{"kind": "finding", "text": t.text}] if t.n % 2 else []
    return actions.tell_turn(
        by=t.by, turn=t.record, seen=t.seen, report=report, report_seen=report.version, note=t.text, findings=found,
        data_collection=t.n % 101, analysis=None, writing=None,
    )  # fmt: skip


def hold(t: Try) -> Any:
    return t.record.hold(**t.typed(), held_from=DAY, held_to=DAY, why=t.text)


def record_action(t: Try) -> Any:
    owner = {"owner_body": t.world.cast.vnm.organisation, "priority": "high" if t.n % 2 else "normal"}
    return t.record.record(ActionPoint, by=t.by, text=t.text or "Send it.", due_on=DAY, **owner)


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
    seen = known.version if known else 0
    return CoverageStatement.state(
        t.record, make.area(), by=t.by, seen=seen, coverage="reported", note=t.text
    )


def outcome(t: Try) -> Any:
    move = ("finish", "note", "endorse", "adopt", "send_back")[t.n % 5]
    return t.record.record_outcome(**t.typed(), move=move, note=t.text)


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
    "return": Step(NationalReport, CONSULTANTS, noted("return_for_revision")),
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
    "grant": Step(
        Extension, STAFF,
        lambda t: t.record.grant(**t.typed(), until=DAY + timedelta(15 + t.n % 40), note=t.text)),
    "refuse": Step(Extension, STAFF, noted("refuse")),
    "set a deadline": Step(ReviewCycle, STAFF, set_deadline),
    "move a deadline": Step(
        Deadline, STAFF,
        lambda t: t.record.move(**t.typed(), why=t.text, due_on=DAY + timedelta(t.n))),
    "plan a meeting": Step(
        ReviewCycle, STAFF,
        lambda t: make.meeting(t.record, by=t.by, code=str(t.record.meetings.count() + 3), **days(t))),
    "move a meeting": Step(Meeting, STAFF, lambda t: t.record.move(**t.typed(), why=t.text, **days(t))),
    "hold a meeting": Step(Meeting, STAFF, hold),
    "cancel a meeting": Step(Meeting, STAFF, noted("cancel", "why")),
    "add to the agenda": Step(
        Meeting, STAFF,
        lambda t: t.record.record(AgendaItem, by=t.by, title=t.text or "Opening")),
    "conclude an item": Step(
        AgendaItem, STAFF,
        lambda t: t.record.conclude(**t.typed(), outcome="decision", outcome_text=t.text)),
    "put off": Step(AgendaItem, STAFF, noted("put_off")),
    "carry over": Step(AgendaItem, STAFF, plain("carry")),
    "reopen an item": Step(AgendaItem, STAFF, noted("reopen")),
    "move an item": Step(AgendaItem, STAFF, lambda t: [t.record.move_up, t.record.move_down][t.n % 2](**t.typed())),
    "decide": Step(Meeting, STAFF, lambda t: t.record.record(Decision, by=t.by, text=t.text)),
    "give out work": Step(Meeting, STAFF, record_action),
    "finish work": Step(
        ActionPoint, f"vnm vnm_team {STAFF}",
        lambda t: t.record.finish(**t.typed(), note=t.text, file=make.pdf() if t.n % 3 else None)),
    "verify work": Step(ActionPoint, "lead secretariat", noted("verify")),
    "drop work": Step(ActionPoint, STAFF, noted("drop")),
    "reopen work": Step(ActionPoint, STAFF, noted("reopen")),
    "open a round": Step(Meeting, STAFF, lambda t: Round.open_for(t.record, by=t.by)),
    "tell a turn": Step(Turn, STAFF, tell),
    "pass a turn": Step(Turn, STAFF, noted("pass_over")),
    "close a round": Step(Round, STAFF, lambda t: actions.close_round(by=t.by, country_round=t.record, seen=t.seen)),
    "draft minutes": Step(Meeting, STAFF, lambda t: drafting.draft(by=t.by, meeting=t.record)),
    "word minutes": Step(MinutesSection, STAFF, noted("edit", "text")),
    "draft a part anew": Step(
        MinutesSection, STAFF,
        lambda t: drafting.redraft(by=t.by, section=t.record, seen=t.seen)),
    "circulate": Step(Minutes, STAFF, noted("circulate")),
    "adopt minutes": Step(Minutes, STAFF, noted("adopt")),
    "draft advice": Step(DataGap, CONSULTANTS, advise),
    "edit advice": Step(Advice, CONSULTANTS, noted("edit", "text")),
    "drop advice": Step(Advice, CONSULTANTS, noted("drop")),
    "approve advice": Step(Advice, "lead", lambda t: guidance.approve_advice(by=t.by, advice=t.record, seen=t.seen)),
    "send advice": Step(Advice, "lead", lambda t: guidance.send_advice(by=t.by, advice=t.record, seen=t.seen)),
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


class Reviewing(RuleBasedStateMachine):
    """One example: so many steps from the same beginning, taken back at the end."""

    world: ClassVar[SimpleNamespace]
    seen: ClassVar[Counter[str]]  # over all examples: what happened how often
    every = 100  # steps between two looks at everything
    names: ClassVar[Any] = ()  # what is drawn from
    people: ClassVar[Any] = (*PEOPLE, *["fitting"] * 24)

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.taken, self.broken = 0, False
        self.sums, self.newest = sums(), newest()

    def teardown(self) -> None:
        try:
            if not self.broken:  # else this would be told in place of what broke first
                everything_holds(self.world)
                connection.check_constraints()
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    @rule(
        name=st.runner().flatmap(lambda machine: st.sampled_from(machine.names)),
        who=st.runner().flatmap(lambda machine: st.sampled_from(machine.people)), n=st.integers(0, 40),
        which=st.integers(0, 5), text=st.sampled_from((*TEXTS, *[TEXTS[0]] * 10)), late=st.integers(0, 9),
    )  # fmt: skip
    def step(self, name: str, who: str, n: int, which: int, text: str, late: int) -> None:
        """Somebody tries something; `late`: over a version that is not the newest any more."""
        self.broken = True
        self._step(name, who, n, which, text, late == 0)
        self.broken = False

    def _step(self, name: str, who: str, n: int, which: int, text: str, stale: bool) -> None:
        wanted = STEPS[name]
        who = wanted.who.split()[n % len(wanted.who.split())] if who == "fitting" else who
        record = one(wanted.model, which, HOME.get(who) if n % 4 else None)
        if record is None:
            return
        attempt = Try(getattr(self.world.cast, who), record, record.version - stale, text, n, self.world)
        closed = self.world.cycle().is_closed
        was_refused = self._refused(wanted, attempt)
        rows = self._written()
        self.taken += 1
        self.seen["refused" if was_refused else "done"] += 1
        self.seen["steps"] += 1
        if was_refused:
            assert not rows, f"{name} was refused and wrote {rows}"
        else:
            self._may_have(name, who, record, closed, rows)
            assert not (stale and rows and name in VERSIONED), (
                f"{name} over a version that was not the newest"
            )
        if self.taken % self.every == 0:
            everything_holds(self.world)

    def _refused(self, wanted: Step, attempt: Try) -> bool:
        try:
            wanted.take(attempt)
        except REFUSALS:
            return True
        return False

    def _written(self) -> list[Trace]:
        """The new rows: exactly one for each version of each record since, and each tells what the row holds."""
        rows = list(Trace.objects.filter(pk__gt=self.newest).select_related("by").order_by("pk"))
        before, self.sums = self.sums, sums()
        assert self.sums - before == len(rows), "records and trace rows do not agree"
        self.newest = rows[-1].pk if rows else self.newest
        for row in {(row.model, row.object_id): row for row in rows}.values():
            tells_what_is(row)
        for row in rows:
            self._moved_as_allowed(row)
        return rows

    def _moved_as_allowed(self, row: Trace) -> None:
        field = "use" if row.model == "reviews.receivedadvice" else "status"
        if row.before and field in row.before:
            model, move = row.model.partition(".")[2], (row.before[field], row.after[field])
            assert move in ALLOWED[model], f"{model} went from {move[0]} to {move[1]}"
            self.seen[f"{model}: {move[0]} to {move[1]}"] += 1

    def _may_have(self, name: str, who: str, record: Any, closed: bool, rows: list[Trace]) -> None:
        assert who in STEPS[name].who.split(), f"{who} may not {name}"
        state = getattr(record, "member_state", None) if isinstance(record, COUNTRYS_OWN) else None
        assert who not in HOME or state is None or state.code == HOME[who], (
            f"{who} did so for {state}: {name}"
        )
        assert {row.by for row in rows} <= {getattr(self.world.cast, who)}
        within = [row for row in rows if row.cycle_id and row.verb != "reopened"]
        assert not (closed and within), f"{name} in a closed cycle"


# Steps on the record in hand; the others make a record beside it, whatever its version.
VERSIONED = {
    name for name, step in STEPS.items()
    if any(word in step.take.__code__.co_names for word in ("typed", "seen")) or step.take.__closure__
}  # fmt: skip
COUNTRYS_OWN = (NationalReport, DataGap, Finding, Extension)


def one(model: Any, which: int, home: str | None) -> Any:
    """One record of a kind, mostly of the person's own country; None while there is none."""
    rows = model.objects.order_by("pk")
    if home and any(f.name == "member_state" for f in model._meta.fields):
        rows = rows.filter(member_state__code=home)
    pks = list(rows.values_list("pk", flat=True))
    return model.objects.get(pk=pks[which % len(pks)]) if pks else None


def newest() -> int:
    return Trace.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def sums() -> int:
    """All versions of all records, added up: each write to a record adds one."""
    tables = [model._meta.db_table for model in tracked_models()]
    parts = " UNION ALL ".join(f"SELECT COALESCE(SUM(version), 0) AS n FROM {table}" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT SUM(n) FROM ({parts}) AS every")
        return int(cursor.fetchone()[0])


def tells_what_is(row: Trace) -> None:
    model = next(m for m in tracked_models() if m._meta.label_lower == row.model)
    record = model.objects.get(pk=row.object_id)
    rows = Trace.objects.filter(model=row.model, object_id=row.object_id).count()
    assert record.version == row.version == rows, f"{row}: {record.version}, {row.version}, {rows} rows"
    assert record.snapshot() == row.after, f"{row} was changed behind the trace's back"


def everything_holds(world: SimpleNamespace) -> None:
    wrong = [*Verification().troubles(), *tallies.differences()]
    wrong += [f"{who} sees {text}" for who in PEOPLE for text in leaks(getattr(world.cast, who))]
    assert not wrong, "\n".join(wrong)


# What belongs to a country, and the way to it.
OF_A_COUNTRY = {
    NationalReport: "member_state", DataGap: "member_state", Extension: "member_state", Finding: "member_state",
    ReceivedAdvice: "gap__member_state", ThreadEntry: "gap__member_state", CoverageStatement: "report__member_state",
}  # fmt: skip


def leaks(person: Any) -> Iterator[str]:
    """What this person finds among the records and does not own."""
    for model, way in OF_A_COUNTRY.items():
        rows = model.objects.visible_to(person)
        if person.is_national and rows.exclude(**{way: person.organisation_id}).exists():
            yield f"another country's {model.__name__}"
        if person.role == "observer" and rows.exists():
            yield f"a {model.__name__} that was not shared"
    yield from _other_sides(person)


def _other_sides(person: Any) -> Iterator[str]:
    side = {
        "coordinator": "country",
        "team": "country",
        "consultant": "consultants",
        "lead_consultant": "consultants",
    }
    private = {"country", "consultants"} - {side.get(person.role, "")}
    if ThreadEntry.objects.visible_to(person).filter(channel__in=private).exists():
        yield "a note of the other side"
    if Trace.objects.visible_to(person).filter(audience__in=private).exists():
        yield "the history of a note of the other side"
    if person.role not in ("consultant", "lead_consultant") and Advice.objects.visible_to(person).exclude(
        status="approved"
    ):
        yield "a draft of advice"


def beginning(cast: SimpleNamespace) -> SimpleNamespace:
    """Two countries at work: a report, a gap, a finding and a request of each, a meeting, a deadline."""
    cycle = make.cycle("mtr", by=cast.secretariat, shared=True)
    deadline = make.deadline(cycle, by=cast.secretariat)
    make.meeting(cycle, by=cast.secretariat, code="1")
    make.meeting(
        cycle, by=cast.secretariat, code="2", planned_from=DAY + timedelta(30), planned_to=DAY + timedelta(30)
    )
    make.area()
    for code, by in (("VNM", cast.vnm), ("LAO", cast.lao)):
        report = make.report(cycle, code)
        gap = make.gap(report, by=by)
        ThreadEntry.note(gap, by=by, text="Among us.")
        ThreadEntry.note(gap, by=cast.consultant, text="Among consultants.")
        make.finding(report, by=by)
        Extension.ask_for(report, deadline, by=by, asked_until=date(2020, 9, 21), reason="Floods")
        make.approved(by=cast.lead, gap=gap)
    assert policy.DUTIES
    return SimpleNamespace(cast=cast, cycle=ReviewCycle.objects.get)


def machine(cast: SimpleNamespace, **drawn: Any) -> type[Reviewing]:
    """A machine of its own, with its own counts; `drawn`: only these `names` of steps, or `people`."""
    drawn = {"world": beginning(cast), "seen": Counter(), "names": OFTEN} | drawn
    return type("Reviewing", (Reviewing,), drawn)
