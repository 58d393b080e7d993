"""What has to hold after any step, for `machine.py`.

Which status may follow which stands here a second time, apart from the models' transition tables: that is what
makes a mistake in those visible.
"""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.db import connection

from reviews.models import (
    Advice,
    CoverageStatement,
    DataGap,
    Extension,
    Finding,
    NationalReport,
    ReceivedAdvice,
    ThreadEntry,
    Trace,
)
from reviews.operations import daily_counts
from reviews.operations.trace_verification import Verification, tracked_models
from tests.models import (
    test_finding_transitions,
    test_gap_transitions,
    test_other_transitions,
    test_report_transitions,
)
from tests.support import grids

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
revise     -           draft       -
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
    "nationalreport": test_report_transitions.TRANSITIONS, "datagap": test_gap_transitions.TRANSITIONS,
    "finding": test_finding_transitions.TRANSITIONS,
    "reviewcycle": test_other_transitions.CYCLES, "extension": test_other_transitions.EXTENSIONS,
    "meeting": test_other_transitions.MEETINGS, "actionpoint": test_other_transitions.ACTION_POINTS, "turn": TURNS,
    "agendaitem": AGENDA, "minutes": MINUTES, "round": ROUNDS, "advice": ADVICE, "receivedadvice": USES,
    "planstep": STEPS_OF_THE_PLAN,
}  # fmt: skip
ALLOWED = {
    model: {(was, told) for _transition, was, told in grids.cells(grid) if told != "-" and told != was}
    for model, grid in GRIDS.items()
}
PEOPLE = ("vnm", "vnm_team", "lao", "consultant", "lead", "secretariat", "observer", "admin")


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
    wrong = [*Verification().problems(), *daily_counts.differences()]
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
