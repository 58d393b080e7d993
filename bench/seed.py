"""The part of the seed that is large: gaps, progress updates and their trace; the same at every run.

The database makes the rows from their numbers: it takes a million of them in seconds. Most lie in few places, as they
do in life: the first cycle has two fifths of them, and of its member states the first has most. Time goes on with
the numbers. The trace tells how every gap was raised, and half as many rows of the last quarter of the updates, each
with what it changed in its report. Its `digest` is empty, as in a row of before the seals.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from bench import calendars, statements, world
from reviews.models import (
    DataGap,
    FrameworkNode,
    GapKind,
    NationalReport,
    Organisation,
    ProgressUpdate,
    Trace,
)
from reviews.operations import daily_counts
from reviews.text import fold

FIRST, LAST = datetime(2019, 1, 2, tzinfo=UTC), datetime(2020, 8, 17, tzinfo=UTC)
TEXT = """baseline survey of 2016 budget execution enrolment by sex district hospital beds disaster drills air
quality hộ nghèo đa chiều bảo hiểm y tế lao động di cư vùng sâu migrant workers older persons volunteers"""
WORDS = TEXT.split()
RARE = "tsunami"  # in fifty gaps, however many there are
SHARES = (8, 2, 2, 2, 2, 3, 1)  # of the five cycles, of the states, of the provinces
SLOTS = 20_000
STATUSES = {"open": 30, "guidance_asked": 10, "guidance_given": 10, "being_resolved": 15, "closed": 35}


@transaction.atomic
def fill(rows: int) -> world.World:
    """`rows` gaps, as many progress updates, and half as many trace rows again, into a world without any."""
    made = world.found()
    with connection.cursor() as cursor:
        # Without the check of each foreign key (they are taken from the tables themselves).
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(statements.TOOLS)
        _place(cursor, made)
        with _indexed_afterwards(cursor, DataGap, ProgressUpdate, Trace):
            _insert(cursor, rows, made)
        cursor.execute("set local session_replication_role = default")
    daily_counts.rebuild()
    calendars.hold_round(made.provinces, made.secretariat)
    return made


@contextmanager
def _indexed_afterwards(cursor: Any, *models: Any) -> Iterator[None]:
    """Without the indexes of these tables, but for what they forbid: a million rows are sorted once, not one by one."""
    cursor.execute("set constraints all immediate")  # a table that waits for its checks takes no index
    cursor.execute(statements.INDEXES, [[model._meta.db_table for model in models]])
    found = cursor.fetchall()
    for name, _made in found:
        cursor.execute(f"drop index {name}")
    yield
    cursor.execute("set local maintenance_work_mem = '500MB'")
    for _name, made in found:
        cursor.execute(made)


def _place(cursor: Any, made: world.World) -> None:
    """Which report the n-th chance falls on."""
    slots = [report for report, share in _shares(made) for _slot in range(max(1, round(share * SLOTS)))]
    with cursor.copy("copy slot from stdin") as to:
        for n, r in enumerate(slots):
            to.write_row((n, r.pk, r.cycle_id, r.member_state_id, r.code))
    cursor.execute("analyze slot")


def _shares(made: world.World) -> list[tuple[NationalReport, float]]:
    """Each report's share of all rows: in every cycle the first have most."""
    found = []
    for cycle, share in zip([*made.cycles, made.states, made.provinces], SHARES, strict=True):
        theirs = world.reports(cycle)
        weights = [math.exp(-4.4 * n / len(theirs)) for n in range(len(theirs))]
        found += [(r, share / sum(SHARES) * w / sum(weights)) for r, w in zip(theirs, weights, strict=True)]
    return found


def _insert(cursor: Any, rows: int, made: world.World) -> None:
    values = {
        "rows": rows, "first": FIRST, "last": LAST, "words": WORDS, "folded": [fold(word) for word in WORDS],
        "rare": RARE, "statuses": [status for status, n in STATUSES.items() for _each in range(n)],
        # The first kind is named most.
        "kinds": [pk for n, pk in enumerate(_ids(GapKind.objects)) for _each in range(6 - n)],
        "areas": [None, *_ids(FrameworkNode.objects.filter(level="key_result_area"))],
        "team": Organisation.objects.evaluators().pk, "person": made.coordinator.pk,
    }  # fmt: skip
    cursor.execute(statements.CHOICES, values)
    for statement in (
        _complete(DataGap, statements.GAPS),
        _complete(ProgressUpdate, statements.UPDATES),
        _complete(Trace, statements.TRACED_GAPS),
        statements.STANDING,
        _complete(Trace, statements.TRACED_UPDATES),
        _complete(Trace, statements.TRACED_REPORTS),
        statements.REPORTS,
    ):
        cursor.execute(statement)


def _ids(rows: Any) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _complete(model: Any, statement: tuple[dict[str, str], str]) -> str:
    """An insert of the named columns; those not named are empty."""
    columns, source = statement
    fields = [f for f in model._meta.concrete_fields if not f.primary_key]
    values = [columns.get(f.attname) or _empty(f) for f in fields]
    names = ", ".join(f'"{f.column}"' for f in fields)
    return f"insert into {model._meta.db_table} ({names}) select {', '.join(values)} {source}"


def _empty(field: Any) -> str:
    """The default of a column, as a statement writes it."""
    if field.null:
        return "null"
    default = field.get_default()
    return str(default) if isinstance(default, int) else f"'{default}'"
