"""Random steps by random people (`machine_steps.py`), and what has to hold after each (`machine_rules.py`)."""

from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from reviews import policy
from reviews.models import (
    DataGap,
    EditConflict,
    Extension,
    Finding,
    NationalReport,
    NotAllowedNow,
    ReviewCycle,
    ThreadEntry,
    Trace,
)
from tests.support import make
from tests.support.random_actions import DAY, OFTEN, STEPS, VERSIONED, Step, Try
from tests.support.random_rules import ALLOWED, PEOPLE, everything_holds, newest, sums, tells_what_is

REFUSALS = (NotAllowedNow, EditConflict, PermissionDenied, ValidationError)
TEXTS = ("Because.", "Vì lũ lụt ở Đà Nẵng", "Another reason", " ", "")
HOME = {"vnm": "VNM", "vnm_team": "VNM", "lao": "LAO"}


class Reviewing(RuleBasedStateMachine):
    """One example: so many steps from the same beginning, taken back at the end."""

    world: ClassVar[SimpleNamespace]
    expected_version: ClassVar[Counter[str]]  # over all examples: what happened how often
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
        self.expected_version["refused" if was_refused else "done"] += 1
        self.expected_version["steps"] += 1
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
            self.expected_version[f"{model}: {move[0]} to {move[1]}"] += 1

    def _may_have(self, name: str, who: str, record: Any, closed: bool, rows: list[Trace]) -> None:
        assert who in STEPS[name].who.split(), f"{who} may not {name}"
        state = getattr(record, "member_state", None) if isinstance(record, COUNTRYS_OWN) else None
        assert who not in HOME or state is None or state.code == HOME[who], (
            f"{who} did so for {state}: {name}"
        )
        assert {row.by for row in rows} <= {getattr(self.world.cast, who)}
        within = [row for row in rows if row.cycle_id and row.verb != "reopened"]
        assert not (closed and within), f"{name} in a closed cycle"


COUNTRYS_OWN = (NationalReport, DataGap, Finding, Extension)


def one(model: Any, which: int, home: str | None) -> Any:
    """One record of a kind, mostly of the person's own country; None while there is none."""
    rows = model.objects.order_by("pk")
    if home and any(f.name == "member_state" for f in model._meta.fields):
        rows = rows.filter(member_state__code=home)
    pks = list(rows.values_list("pk", flat=True))
    return model.objects.get(pk=pks[which % len(pks)]) if pks else None


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
        make.extension(report, deadline, by=by, asked_until=date(2020, 9, 21), reason="Floods")
        make.approved(by=cast.lead, gap=gap)
    assert policy.ROLE_GRANTS
    return SimpleNamespace(cast=cast, cycle=ReviewCycle.objects.get)


def machine(cast: SimpleNamespace, **drawn: Any) -> type[Reviewing]:
    """A machine of its own, with its own counts; `drawn`: only these `names` of steps, or `people`."""
    drawn = {"world": beginning(cast), "expected_version": Counter(), "names": OFTEN} | drawn
    return type("Reviewing", (Reviewing,), drawn)
