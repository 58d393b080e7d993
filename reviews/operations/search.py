"""The search entries (reviews.models.search): derived again from the records, and compared with them."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from reviews.models import SearchEntry
from reviews.models.search import KINDS, SearchKind, entries_of

BATCH = 500


def rebuild() -> int:
    """Write the entries of all records anew where they differ. Return how many did."""
    written = 0
    for kind in KINDS.values():
        for keys in batches(kind):
            with transaction.atomic():
                # Whoever changes one of these records meanwhile waits, and then writes its entries again.
                records = records_of(kind).filter(pk__in=keys).select_for_update(of=("self",))
                written += SearchEntry.objects.write(kind, records)
        written += superfluous(kind).delete()[0]
    return written


def differences() -> Iterator[str]:
    """Yield, in words for the log, each record whose entries are not those that follow from it."""
    for kind in KINDS.values():
        for keys in batches(kind):
            stored: dict[tuple[int, str], SearchEntry] = {
                (row.object_id, row.readers): row
                for row in SearchEntry.objects.filter(kind=kind.name, object_id__in=keys)
            }
            rows = [
                row for record in records_of(kind).filter(pk__in=keys) for row in entries_of(kind, record)
            ]
            for row in rows:
                found = stored.pop((row.object_id, row.readers), None)
                if found is None or not found.equals(row):
                    yield f"{row} for {row.readers}: {'differs' if found else 'missing'}"
            yield from (f"{row} for {row.readers}: superfluous" for row in stored.values())
        yield from (f"{row} for {row.readers}: superfluous" for row in superfluous(kind))


def batches(kind: SearchKind) -> Iterator[list[int]]:
    keys = list(kind.model.objects.order_by("pk").values_list("pk", flat=True))
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))


def records_of(kind: SearchKind) -> "QuerySet[Any]":
    return kind.model.objects.order_by("pk").select_related(*kind.related)


def superfluous(kind: SearchKind) -> "QuerySet[SearchEntry]":
    """Entries of records that do not exist."""
    return SearchEntry.objects.filter(kind=kind.name).exclude(object_id__in=kind.model.objects.values("pk"))
