"""The chain through the trace: each row linked to all before it, so that none can go missing unseen.

Links are made afterwards, by a periodic job. A chain written together with the rows would make every writer
hold the end of it until its commit, so that all writers wait for each other, and two that wait for each other's
records as well would never end. A row stands without a link for as long as the job's interval, sealed all
the same.
"""

import logging
from typing import Any, NamedTuple

from django.db import connection, transaction

from reviews.models import Trace, TraceLink
from reviews.models.trace_seal import join, seal

log = logging.getLogger(__name__)

BATCH = 1_000
LOCK = 20_200_820  # any number that nothing else in the database takes


class Linked(NamedTuple):
    """What one run did: rows linked, and rows left out because their seal is not ours."""

    linked: int
    refused: int


def link_new_rows(*, adopt: bool = False) -> Linked:
    """Link every committed row that has no link yet. `adopt`: also those that have no seal at all.

    Each batch is a transaction of its own; stopped anywhere, the next run goes on from there.
    """
    linked = refused = last = 0
    while rows := list(Trace.objects.filter(link=None, pk__gt=last).order_by("pk")[:BATCH]):
        sound = [row for row in rows if row.digest == seal(row) or (adopt and not row.digest)]
        linked += _append([row.pk for row in sound])
        refused, last = refused + len(rows) - len(sound), rows[-1].pk
    if refused:
        log.error("%s rows of the trace are not sealed by us; verify_trace names them", refused)
    return Linked(linked, refused)


@transaction.atomic
def _append(ids: list[int]) -> int:
    """New links at the end, for those rows that are still without one when it is our turn."""
    _take_turn()
    end = TraceLink.objects.order_by("-number").first()
    number, previous = (end.number, end.digest) if end else (0, "")
    links = []
    for row in Trace.objects.filter(link=None, pk__in=ids).order_by("pk"):
        number, adopted = number + 1, not row.digest
        previous = join(previous, number, row.pk, row.digest or seal(row), adopted)
        links.append(TraceLink(number=number, trace=row, digest=previous, adopted=adopted))
    TraceLink.objects.bulk_create(links)
    return len(links)


def _take_turn() -> None:
    """One job at a time, until its transaction ends; on SQLite that is so anyway.

    Without this the second of two would fail at the unique number of the link, and the chain still not fork.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def head() -> Any:
    """The last link; what it holds, written down elsewhere, vouches for every row before it."""
    return TraceLink.objects.order_by("-number").first()
