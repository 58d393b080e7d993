"""The hash chain of the audit trail: each row is linked to all before it, so that none can go missing unseen.

Links are made afterwards, by a periodic job. A chain written together with the rows would make every writer
keep the end of it locked until its commit: all writers would wait for each other, and two that wait for each other's
records as well would never end. A row is without a link for as long as the job's interval, but sealed all
the same.
"""

import logging
from typing import NamedTuple

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
    """Append links for those rows that are still without one, and return how many they are.

    One job at a time, until its transaction ends; SQLite has only one writer anyway. Without the lock the second of
    two would fail at the unique number of the link, and the chain would still not fork.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    end = head()
    number, previous = (end.number, end.digest) if end else (0, "")
    links = []
    for row in Trace.objects.filter(link=None, pk__in=ids).order_by("pk"):
        number, adopted = number + 1, not row.digest
        previous = join(previous, number, row.pk, row.digest or seal(row), adopted)
        links.append(TraceLink(number=number, trace=row, digest=previous, adopted=adopted))
    TraceLink.objects.bulk_create(links)
    return len(links)


def head() -> TraceLink | None:
    """Return the last link. Written down elsewhere, its digest vouches for every row before it."""
    return TraceLink.objects.order_by("-number").first()
