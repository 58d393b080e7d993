"""The large part of the seed: gaps, progress updates and their trace; the same at every run.

The database makes the rows from their numbers: it takes a million of them in seconds. Most lie in few places, as they
do in life: the first cycle has two fifths of them, and of its member states the first has most. Time goes on with
the numbers. The trace has a row for every gap that was raised, and half as many rows for the last quarter of the
updates, each with what it changed in its report. Its `digest` is empty, as in rows older than the seals.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet

from bench import calendars, statements, world
from reviews.models import (
    DataGap,
    FrameworkNode,
    GapKind,
    NationalReport,
    Organisation,
    ProgressUpdate,
    SearchEntry,
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
    """Insert `rows` gaps, as many progress updates, and half as many trace rows again, into a world without any."""
    made = world.load()
    with connection.cursor() as cursor:
        # Without the check of each foreign key (they are taken from the tables themselves).
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(statements.TOOLS)
        _place(cursor, made)
        with _indexed_afterwards(cursor, DataGap, ProgressUpdate, SearchEntry, Trace):
            _insert(cursor, rows, made)
        cursor.execute("set local session_replication_role = default")
    daily_counts.rebuild()
    calendars.hold_round(made.provinces, made.secretariat)
    return made


@contextmanager
def _indexed_afterwards(cursor: CursorWrapper, *models: type[Model]) -> Iterator[None]:
    """Drop the indexes of these tables, but for unique ones, until the block ends: a million rows are sorted once."""
    cursor.execute("set constraints all immediate")  # a table that waits for its checks takes no index
    cursor.execute(statements.INDEXES, [[model._meta.db_table for model in models]])
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"drop index {name}")
    yield
    cursor.execute("set local maintenance_work_mem = '500MB'")
    for _name, definition in indexes:
        cursor.execute(definition)


def _place(cursor: CursorWrapper, made: world.World) -> None:
    """Fill the table of slots: which report the n-th chance falls on. In every cycle the first have most."""
    slots: list[NationalReport] = []
    for cycle, share in zip([*made.cycles, made.states, made.provinces], SHARES, strict=True):
        reports = world.reports(cycle)
        weights = [math.exp(-4.4 * n / len(reports)) for n in range(len(reports))]
        for report, weight in zip(reports, weights, strict=True):
            share_of_report = share / sum(SHARES) * weight / sum(weights)
            slots += [report] * max(1, round(share_of_report * SLOTS))
    with cursor.copy("copy slot from stdin") as copy:
        for n, report in enumerate(slots):
            copy.write_row((n, report.pk, report.cycle_id, report.member_state_id, report.code))
    cursor.execute("analyze slot")


def _insert(cursor: CursorWrapper, rows: int, made: world.World) -> None:
    values: dict[str, Any] = {
        "rows": rows,
        "first": FIRST,
        "last": LAST,
        "words": WORDS,
        "folded": [fold(word) for word in WORDS],
        "rare": RARE,
        "statuses": [status for status, n in STATUSES.items() for _each in range(n)],
        # The first kind is named most.
        "kinds": [pk for n, pk in enumerate(_ids(GapKind.objects.all())) for _each in range(6 - n)],
        "areas": [None, *_ids(FrameworkNode.objects.filter(level="key_result_area"))],
        "team": Organisation.objects.evaluators().pk,
        "person": made.coordinator.pk,
    }
    cursor.execute(statements.CHOICES, values)
    for statement in (
        _complete(DataGap, statements.GAPS),
        _complete(SearchEntry, statements.ENTRIES),
        _complete(ProgressUpdate, statements.UPDATES),
        _complete(Trace, statements.TRACED_GAPS),
        statements.LATEST_UPDATES,
        _complete(Trace, statements.TRACED_UPDATES),
        _complete(Trace, statements.TRACED_REPORTS),
        statements.REPORTS,
    ):
        cursor.execute(statement)


def _ids(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _complete(model: type[Model], statement: tuple[dict[str, str], str]) -> str:
    """Return an insert of the named columns; the others get their default."""
    columns, source = statement
    names, values = [], []
    for field in model._meta.concrete_fields:
        if field.primary_key:
            continue
        default = field.get_default()
        literal = str(default) if isinstance(default, int) else f"'{default}'"
        names.append(f'"{field.column}"')
        values.append(columns.get(field.attname) or ("null" if field.null else literal))
    return f"insert into {model._meta.db_table} ({', '.join(names)}) select {', '.join(values)} {source}"
