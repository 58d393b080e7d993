"""Transactions and row locks: what a rule has read of one record stays so until the write of another is committed.

A record whose status, days or numbers decide about a write is locked, and read again, in the transaction of the
write. Locks are taken from the outside in, so that no two people ever wait for each other: framework, cycle, meeting,
round, minutes, report, deadline, country (of a receipt number), difficulty, gap, advice. On SQLite each transaction
locks the whole database for writing when it begins, so reading again is enough there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection, models, transaction

from reviews.uploads import storage

if TYPE_CHECKING:
    from reviews.models.base import Tracked

Record = TypeVar("Record", bound="Tracked")


class Lock(NamedTuple):
    """A row that this transaction has locked or written, as it is stored: nobody else can change it any more."""

    record: "Tracked"
    exclusive: bool


_locks: "ContextVar[dict[tuple[type[Tracked], int], Lock] | None]" = ContextVar("row locks", default=None)


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """One transaction for the block; inside another such block, a part of that one's.

    The inner block takes no savepoint of its own, which would cost two queries. So an error in a part takes the whole
    back: catching it on the way raises TransactionManagementError.
    """
    outer = _locks.get()
    with storage.removed_on_failure(), transaction.atomic(savepoint=outer is None):
        token = _locks.set({} if outer is None else outer)
        try:
            yield
        finally:
            _locks.reset(token)
        if transaction.get_rollback():
            raise transaction.TransactionManagementError(
                "A part of this transaction failed: let its error pass."
            )


def lock(record: "Tracked", *, exclusive: bool = False) -> None:
    """Lock a row until the transaction ends; a record that is older than the row takes over what is stored.

    A shared lock lets others share the row and keeps them from changing it; an exclusive one keeps all others waiting.
    """
    known = _held().get((type(record), record.pk))
    if known and known.record.version == record.version and (known.exclusive or not exclusive):
        return
    (stored,) = lock_rows(type(record)._base_manager.filter(pk=record.pk), exclusive=exclusive)
    if stored.version != record.version:
        for field in record._meta.concrete_fields:
            setattr(record, field.attname, getattr(stored, field.attname))
        record.__dict__.pop("_prefetched_objects_cache", None)


def lock_rows(rows: "models.QuerySet[Record]", *, exclusive: bool = False) -> "list[Record]":
    """Lock the rows of a queryset, in the order of their keys, and return them as they are stored."""
    rows = rows.order_by("pk")
    found = list(rows.select_for_update(of=("self",), no_key=True)) if exclusive else _shared(rows)
    for record in found:
        note_lock(record, exclusive=exclusive)
    return found


def _shared(rows: "models.QuerySet[Record]") -> "list[Record]":
    """As select_for_update(), with the shared lock that Django has no word for."""
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    if connection.features.has_select_for_update:
        sql += f" FOR SHARE OF {connection.ops.quote_name(rows.model._meta.db_table)}"
    return list(rows.model._base_manager.raw(sql, params, using=connection.alias))


def find(model: "type[Record]", **columns: int) -> "Record | None":
    """Return a record with these values among those that this transaction has locked, without a query."""
    for record, _exclusive in (_locks.get() or {}).values():
        if isinstance(record, model) and all(getattr(record, name) == columns[name] for name in columns):
            return record
    return None


def note_lock(record: "Tracked", *, exclusive: bool) -> None:
    """Remember that this transaction has locked the row, or has written it as this record is."""
    key = (type(record), record.pk)
    known = _held().get(key)
    _held()[key] = Lock(record, exclusive or bool(known and known.exclusive))


def _held() -> "dict[tuple[type[Tracked], int], Lock]":
    locks = _locks.get()
    if locks is None:
        raise transaction.TransactionManagementError("A record is locked inside all_or_nothing() only.")
    return locks
