"""Whether the trace is what was written, and the records what the trace tells. Reads in batches."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Window

from reviews.models import Trace, TraceLink, Tracked
from reviews.models.trace_seal import join, seal

BATCH = 1_000


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read in the block stands as of one instant, and no writer waits for it."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        yield from _reading_on_sqlite()


def _reading_on_sqlite() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")  # a transaction of Django's would keep writers out
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


class Verification:
    """One look at everything. `troubles()` tells what is wrong, then the counts are final."""

    def __init__(self) -> None:
        self.rows = self.linked = self.unlinked = self.adopted = self.records = 0
        self.head = "0:"

    def troubles(self, written_down: str = "") -> Iterator[str]:
        """`written_down`: a head ("number:digest") that an earlier look told, and that must still be there."""
        if written_down and not _stands(written_down):
            yield f"the chain no longer holds {written_down}, which was written down: its end was cut off or replaced"
        yield from self._chain()
        yield from self._unlinked()
        for model in tracked_models():
            yield from self._records(model)
            yield from _vanished(model)

    # --- the chain

    def _chain(self) -> Iterator[str]:
        number, previous = 0, ""
        for link, row in _links():
            if gap := link.number - number - 1:
                yield f"{gap} links before link {link.number} are missing"
            yield from self._link(link, row, None if gap else previous)
            number, previous = link.number, link.digest
            self.head = str(link)

    def _link(self, link: TraceLink, row: Trace | None, previous: str | None) -> Iterator[str]:
        self.linked += 1
        self.adopted += link.adopted
        if row is None:
            yield f"trace row {link.trace_id} is missing (link {link.number})"
            return
        self.rows += 1
        digest = seal(row)
        if digest != row.digest and not (link.adopted and not row.digest):
            yield f"{_named(row)} was altered"
        elif previous is not None and link.digest != join(
            previous, link.number, row.pk, digest, link.adopted
        ):
            what = f"{_named(row)}, adopted without a seal, or " if link.adopted else ""
            yield f"{what}link {link.number} was altered, or joins another row than it did"

    def _unlinked(self) -> Iterator[str]:
        for row in _in_batches(Trace.objects.filter(link=None)):
            self.rows, self.unlinked = self.rows + 1, self.unlinked + 1
            if not row.digest:
                yield f"{_named(row)} has no seal: inserted past the product, or written by an older release"
            elif row.digest != seal(row):
                yield f"{_named(row)} was altered or inserted without the key"

    # --- the records

    def _records(self, model: type[Tracked]) -> Iterator[str]:
        many = [field.name for field in model._meta.many_to_many]
        for records in _batches(model.objects.prefetch_related(*many)):
            spans, last = _told(model, [record.pk for record in records])
            for record in records:
                self.records += 1
                yield from _record(record, spans.get(record.pk), last.get(record.pk))


def tracked_models() -> list[type[Tracked]]:
    return [m for m in apps.get_app_config("reviews").get_models() if issubclass(m, Tracked)]


def _stands(written_down: str) -> bool:
    number, _colon, digest = written_down.partition(":")
    return number.isdecimal() and TraceLink.objects.filter(number=int(number), digest=digest).exists()


def _links() -> Iterator[tuple[TraceLink, Trace | None]]:
    """Each link with its row, also where the row is gone (a join would leave such a link out)."""
    for links in _batches(TraceLink.objects.all()):
        rows = Trace.objects.in_bulk([link.trace_id for link in links])
        yield from ((link, rows.get(link.trace_id)) for link in links)


def _told(model: Any, ids: list[int]) -> tuple[dict[int, Any], dict[int, Any]]:
    """By record: how many rows from which version to which; and what the last one says."""
    rows = Trace.objects.filter(model=model._meta.label_lower, object_id__in=ids).order_by()
    spans = rows.values("object_id").annotate(n=Count("pk"), first=Min("version"), last=Max("version"))
    # By a window: compared with each other, the rows of a table that was just filled take PostgreSQL minutes.
    ranked = rows.annotate(latest=Window(Max("version"), partition_by="object_id"))
    newest = ranked.filter(version=F("latest")).values_list("object_id", "after")
    return {span["object_id"]: span for span in spans}, dict(newest)


def _record(record: Tracked, span: Any, told: Any) -> Iterator[str]:
    name = f"{record._meta.label_lower} {record.pk}"
    if span is None:
        yield f"{name} has no trace at all"
        return
    if (span["n"], span["first"]) != (span["last"], 1):
        yield f"{name} lacks the trace of version {', '.join(map(str, _missing(record, span['last'])))}"
    if span["last"] != record.version:
        yield f"{name} is at version {record.version}, its trace ends at {span['last']}"
    elif differing := _differing(record, told):
        yield f"{name} was changed behind the trace's back: {', '.join(differing)}"


def _missing(record: Tracked, last: int) -> list[int]:
    rows = Trace.objects.filter(model=record._meta.label_lower, object_id=record.pk)
    return sorted(set(range(1, last + 1)) - set(rows.values_list("version", flat=True)))


def _differing(record: Tracked, told: dict[str, Any]) -> list[str]:
    """Columns other than the trace tells; those it does not tell (younger, or kept out of it) have no say.

    `search` follows from other columns, by a rule that a release may change.
    """
    now = record.snapshot()
    return [name for name in sorted(now) if name in told and name != "search" and now[name] != told[name]]


def _vanished(model: type[Tracked]) -> Iterator[str]:
    """Records that have a trace and are no more."""
    rows = Trace.objects.filter(model=model._meta.label_lower).order_by()
    gone = rows.filter(~Exists(model.objects.filter(pk=OuterRef("object_id")).order_by()))
    for pk in gone.values_list("object_id", flat=True).distinct():
        yield f"{model._meta.label_lower} {pk} has a trace, and the record is gone"


# --- reading


def _batches(rows: Any) -> Iterator[list[Any]]:
    """By primary key, so that a batch costs the same at the end as at the beginning."""
    last: int = -1
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


def _in_batches(rows: Any) -> Iterator[Any]:
    for batch in _batches(rows):
        yield from batch


def _named(row: Trace) -> str:
    return f"trace row {row.pk} ({row.model} {row.object_id}, version {row.version})"
