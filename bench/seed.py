"""The part of the seed that is large: gaps, progress updates and their trace, copied in; the same at every run.

Most rows lie in few places, as they do in life: the first cycle has two fifths of them, and of its member
states the first has most.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.db import connection

from bench import world
from reviews.models import DataGap, FrameworkNode, GapKind, Organisation, ProgressUpdate, Trace
from reviews.models.datagaps import ClosingWay, GapStatus
from reviews.text import fold

FIRST = datetime(2019, 1, 2, tzinfo=UTC)
MINUTES = 590 * 24 * 60  # of the cycles' time up to August 2020
TEXT = """baseline survey of 2016 budget execution enrolment by sex district hospital beds disaster drills air
quality hộ nghèo đa chiều bảo hiểm y tế lao động di cư vùng sâu migrant workers older persons volunteers"""
WORDS = TEXT.split()
WEIGHTS = (8, 3, 3, 3, 3)
STATUSES = {"open": 30, "guidance_asked": 10, "guidance_given": 10, "being_resolved": 15, "closed": 35}


def fill(rows: int) -> world.World:
    """`rows` gaps, as many progress updates, and as many trace rows of them, half and half."""
    made = world.make()
    random = Random(20200820)
    gaps = list(_gaps(rows, made, random))
    updates = list(_updates(rows, made, random))
    _copy(DataGap, gaps)
    _copy(ProgressUpdate, updates)
    # Asked first: a connection that copies answers no question.
    states = {r.pk: (r.cycle_id, r.member_state_id) for c in made.cycles for r in world.reports(c)}
    _copy(Trace, _traced(gaps[: rows // 2], updates[: rows - rows // 2], states, made))
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    return made


def _moment(random: Random) -> datetime:
    return FIRST + timedelta(minutes=random.randrange(MINUTES))


def _gaps(rows: int, made: world.World, random: Random) -> Iterator[dict[str, Any]]:
    kinds, areas = _ids(GapKind), [None, *_ids(FrameworkNode.objects.filter(level="key_result_area"))]
    evaluators, numbers = Organisation.objects.evaluators().pk, Counter[tuple[int, int]]()
    places = {cycle.pk: world.reports(cycle) for cycle in made.cycles}
    for _row in range(rows):
        report = _one_of(places, random)
        where = (report.cycle_id, report.member_state_id)
        numbers[where] += 1
        status = random.choices(list(STATUSES), list(STATUSES.values()))[0]
        closed, words = status == GapStatus.CLOSED, " ".join(random.choices(WORDS, k=9))
        yield {
            "cycle_id": where[0], "member_state_id": where[1], "number": numbers[where], "status": status,
            "kind_id": random.choice(kinds), "key_result_area_id": random.choice(areas), "missing": words,
            "holder_id": None if closed else evaluators if status == "guidance_asked" else where[1],
            "held_since": (moment := _moment(random)), "raised_at": moment, "search": fold(words),
            "closing_way": ClosingWay.DATA_FOUND if closed else "", "closing_note": "Found." if closed else "",
            "raised_by_id": made.coordinator.pk,
        }  # fmt: skip


def _updates(rows: int, made: world.World, random: Random) -> Iterator[dict[str, Any]]:
    places = {cycle.pk: world.reports(cycle) for cycle in made.cycles}
    for _row in range(rows):
        done = random.randrange(101)
        yield {
            "report_id": _one_of(places, random).pk, "data_collection": done, "analysis": done // 2,
            "writing": done // 3 if done > 20 else None, "note": random.choice(WORDS),
            "author_id": made.coordinator.pk, "at": _moment(random),
        }  # fmt: skip


def _one_of(places: dict[int, list[Any]], random: Random) -> Any:
    reports = random.choices(list(places.values()), WEIGHTS)[0]
    return reports[min(int(random.expovariate(0.4)), len(reports) - 1)]


def _traced(
    gaps: list[Any], updates: list[Any], states: dict[int, tuple[int, int]], made: world.World
) -> Iterator[dict[str, Any]]:
    """Each with its making in the trace; `states`: cycle and member state by report."""
    for number, row in enumerate(gaps, 1):
        where = row["cycle_id"], row["member_state_id"]
        yield _trace(DataGap, number, row, row["raised_at"], where, made)
    for number, row in enumerate(updates, 1):
        yield _trace(ProgressUpdate, number, row, row["at"], states[row["report_id"]], made)


def _trace(
    model: Any, pk: int, row: Any, at: datetime, where: tuple[int, int], made: world.World
) -> dict[str, Any]:
    name = model._meta.label_lower
    after = {"id": pk, **row, **{k: v.isoformat() for k, v in row.items() if isinstance(v, datetime)}}
    return {
        "at": at, "by_id": made.coordinator.pk, "verb": "created", "model": name, "object_id": pk, "version": 1,
        "label": f"{name} {pk}", "page_model": name, "page_id": pk, "cycle_id": where[0],
        "member_state_id": where[1], "before": None, "after": json.dumps(after | {"version": 1}), "names": "{}",
    }  # fmt: skip


def _ids(rows: Any) -> list[int]:
    return list(getattr(rows, "objects", rows).order_by("pk").values_list("pk", flat=True))


def _copy(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Copy rows in; the columns they do not name have their defaults."""
    fields = [f for f in model._meta.concrete_fields if not f.primary_key]
    empty = {f.attname: None if f.null else f.get_default() for f in fields}
    columns = ", ".join(f'"{f.column}"' for f in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy {model._meta.db_table} ({columns}) from stdin") as to,
    ):
        for row in rows:
            to.write_row([(empty | row)[f.attname] for f in fields])
