"""Verification of the audit trail: its seals, its hash chain, every record against its last row, and submitted files.

Everything is read in batches, so that a long trail needs no more memory than a short one.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Window

from reviews.models import Trace, TraceLink, Tracked
from reviews.models.trace_seal import join, seal

BATCH = 1_000
Record = TypeVar("Record", bound=models.Model)


@contextmanager
def consistent_snapshot() -> Iterator[None]:
    """Read everything in the block as of one instant, without keeping anybody from writing."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # a transaction of Django's would keep writers out
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def tracked_models() -> list[type[Tracked]]:
    return [m for m in apps.get_app_config("reviews").get_models() if issubclass(m, Tracked)]


def models_with_files() -> list[type[Tracked]]:
    return [m for m in tracked_models() if {"file", "sha256"} <= {f.name for f in m._meta.fields}]


@dataclass
class Verification:
    """One verification of everything. The counts are final when `problems()` is exhausted."""

    with_files: bool = True
    rows: int = 0
    linked: int = 0
    unlinked: int = 0
    adopted: int = 0  # of the linked rows, those without a seal
    records: int = 0
    files: int = 0
    head: str = "0:"  # number and digest of the last link

    def problems(self, earlier_head: str = "") -> Iterator[str]:
        """Yield a sentence for each problem. `earlier_head` ("number:digest") must still be in the chain."""
        number, _colon, digest = earlier_head.partition(":")
        links = TraceLink.objects.filter(number=number if number.isdecimal() else 0, digest=digest)
        if earlier_head and not links.exists():
            yield f"the chain no longer holds {earlier_head}, which was written down: its end was cut off or replaced"
        yield from self._chain_problems()
        yield from self._problems_of_unlinked_rows()
        for model in tracked_models():
            yield from self._record_problems(model)
        for model in models_with_files() if self.with_files else []:
            yield from self._file_problems(model)

    def _chain_problems(self) -> Iterator[str]:
        number, previous = 0, ""
        for links in _batches(TraceLink.objects.all()):
            # In a query of its own: a join would leave out a link whose row is gone.
            rows = Trace.objects.in_bulk([link.trace_id for link in links])
            for link in links:
                gap = link.number - number - 1
                if gap:
                    yield f"{gap} links before link {link.number} are missing"
                yield from self._link_problems(link, rows.get(link.trace_id), None if gap else previous)
                number, previous = link.number, link.digest
                self.head = str(link)

    def _link_problems(self, link: TraceLink, row: Trace | None, previous: str | None) -> Iterator[str]:
        """Check one link and its row; without the digest of the link before, only the seal of the row."""
        self.linked += 1
        self.adopted += link.adopted
        if row is None:
            yield f"trace row {link.trace_id} is missing (link {link.number})"
            return
        self.rows += 1
        digest = seal(row)
        if digest != row.digest and not (link.adopted and not row.digest):
            yield f"{_describe(row)} was altered"
        elif previous is not None:
            expected = join(previous, link.number, row.pk, digest, link.adopted)
            if link.digest != expected:
                what = f"{_describe(row)}, adopted without a seal, or " if link.adopted else ""
                yield f"{what}link {link.number} was altered, or joins another row than it did"

    def _problems_of_unlinked_rows(self) -> Iterator[str]:
        for rows in _batches(Trace.objects.filter(link=None)):
            self.rows += len(rows)
            self.unlinked += len(rows)
            for row in rows:
                if not row.digest:
                    yield f"{_describe(row)} has no seal: inserted past the product, or written by an older release"
                elif row.digest != seal(row):
                    yield f"{_describe(row)} was altered or inserted without the key"

    def _record_problems(self, model: type[Tracked]) -> Iterator[str]:
        """Compare every record of a model with its rows of the trace, and look for rows whose record is gone."""
        of_model = Trace.objects.filter(model=model._meta.label_lower).order_by()
        many = [field.name for field in model._meta.many_to_many]
        for records in _batches(model.objects.prefetch_related(*many)):
            rows = of_model.filter(object_id__in=[record.pk for record in records])
            counted = rows.values("object_id").annotate(
                n=Count("pk"), first=Min("version"), last=Max("version")
            )
            versions = {count["object_id"]: count for count in counted}
            # By a window: compared with each other, the rows of a table that was just filled take PostgreSQL minutes.
            ranked = rows.annotate(latest=Window(Max("version"), partition_by="object_id"))
            newest = dict(ranked.filter(version=F("latest")).values_list("object_id", "after"))
            for record in records:
                self.records += 1
                yield from _compare(record, versions.get(record.pk), newest.get(record.pk, {}))
        gone = of_model.filter(~Exists(model.objects.filter(pk=OuterRef("object_id")).order_by()))
        for pk in gone.values_list("object_id", flat=True).distinct():
            yield f"{model._meta.label_lower} {pk} has a trace, and the record is gone"

    def _file_problems(self, model: Any) -> Iterator[str]:
        """Compare every submitted file with the SHA-256 in its record, which the trace vouches for."""
        records: models.QuerySet[Any] = model.objects.order_by("pk")
        for pk, name, digest in records.exclude(file="").values_list("pk", "file", "sha256"):
            self.files += 1
            try:
                with default_storage.open(name) as file:
                    stored = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                yield f"{model._meta.label_lower} {pk}: its file {name} cannot be read ({error.strerror})"
                continue
            if stored != digest:
                yield f"{model._meta.label_lower} {pk}: its file {name} is not the one that was submitted"


def _compare(record: Tracked, versions: dict[str, int] | None, newest: dict[str, Any]) -> Iterator[str]:
    """Compare a record with the versions that the trace has of it, and with the newest of them.

    Columns that the trace does not contain (newer, or left out of it) are not compared. Nor is `search`: it follows
    from other columns, by a rule that a release may change.
    """
    name = f"{record._meta.label_lower} {record.pk}"
    if versions is None:
        yield f"{name} has no trace at all"
        return
    if (versions["n"], versions["first"]) != (versions["last"], 1):
        rows = Trace.objects.filter(model=record._meta.label_lower, object_id=record.pk)
        missing = set(range(1, versions["last"] + 1)) - set(rows.values_list("version", flat=True))
        yield f"{name} lacks the trace of version {', '.join(map(str, sorted(missing)))}"
    if versions["last"] != record.version:
        yield f"{name} is at version {record.version}, its trace ends at {versions['last']}"
        return
    now = record.snapshot()
    compared = sorted((now.keys() & newest.keys()) - {"search"})
    if different := [column for column in compared if now[column] != newest[column]]:
        yield f"{name} was changed behind the trace's back: {', '.join(different)}"


def _batches(rows: "models.QuerySet[Record]") -> Iterator[list[Record]]:
    """Read by primary key, so that a batch costs the same at the end as at the beginning."""
    last = -1
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


def _describe(row: Trace) -> str:
    return f"trace row {row.pk} ({row.model} {row.object_id}, version {row.version})"
