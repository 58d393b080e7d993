"""verify_trace over 100,000 rows: in reasonable time, and without holding them all."""

import ctypes
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import psutil
from django.db import models

from reviews import clock
from reviews.models import Organisation, Trace
from reviews.models.trace_seal import seal
from reviews.operations import trace_chain
from reviews.operations.trace_verification import Verification

RECORDS, VERSIONS = 2_000, 50


def test_a_hundred_thousand_rows(db, figure):
    for n in range(0, RECORDS, 100):
        write([f"X{k}" for k in range(n, n + 100)])
    rows = Trace.objects.count()
    with measured() as linking:
        linked = trace_chain.link_new_rows().linked
    verification = Verification()
    with measured() as verifying:
        problems = list(verification.problems())
    figure(
        "trace rows linked and verified", min(rows, linked, verification.linked), f">= {RECORDS * VERSIONS}"
    )
    figure("things found wrong with them", len(problems), 0)
    figure("linking 100,000 rows", linking["seconds"], "<= 120 s")
    figure("verifying 100,000 rows", verifying["seconds"], "<= 120 s")
    figure("memory that verifying grows by, most", verifying["megabytes"], "<= 50 MB")


def test_one_altered_row_among_them_is_found(db, figure):
    """Planted, in the middle of a tenth as many."""
    from tests.support.tampering import tampering

    for n in range(0, RECORDS // 10, 100):
        write([f"X{k}" for k in range(n, n + 100)])
    trace_chain.link_new_rows()
    with tampering() as cursor:
        last = Organisation.objects.order_by("pk").last()
        cursor.execute("UPDATE reviews_trace SET why = 'x' WHERE object_id = %s AND version = 25", [last.pk])
        figure("planted: altered rows found", len(list(Verification().problems())), 1)


def write(codes: list[str]) -> None:
    """Records with all their versions, past the verbs that would take an hour for it."""
    made = [Organisation(code=code, kind="partner", name_en=code, version=VERSIONS) for code in codes]
    models.QuerySet(Organisation).bulk_create(made)
    models.QuerySet(Trace).bulk_create(
        row(body, version) for body in made for version in range(1, VERSIONS + 1)
    )


def row(body: Organisation, version: int) -> Trace:
    after = body.snapshot() | {"version": version}
    about: dict[str, Any] = {"model": "reviews.organisation", "object_id": body.pk, "label": body.code}
    about |= {"page_model": "reviews.organisation", "page_id": body.pk, "version": version}
    made = Trace(at=clock.now(), verb="changed", before=None, after=after, why="Vì lũ lụt", **about)
    made.digest = seal(made)
    return made


@contextmanager
def measured() -> Iterator[dict[str, float]]:
    """Seconds that the block takes, and megabytes that the process grows by meanwhile."""
    give_back_what_is_free()
    process, over = psutil.Process(), Event()
    costs: dict[str, float] = {}
    before, expected_version = process.memory_info().rss, [0]

    def look() -> None:
        while not over.wait(0.02):
            expected_version.append(process.memory_info().rss)

    watcher, began = Thread(target=look), time.monotonic()
    watcher.start()
    try:
        yield costs
    finally:
        costs["seconds"] = time.monotonic() - began
        over.set()
        watcher.join()
        costs["megabytes"] = max(0.0, (max(expected_version) - before) / 1e6)


def give_back_what_is_free() -> None:
    """Else the block would grow into what was used before it, and nothing would be seen."""
    gc.collect()
    getattr(ctypes.CDLL(None), "malloc_trim", lambda _: None)(0)
