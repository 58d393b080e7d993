"""Base of all tracked records: optimistic locking by version, the trace of every write, transitions of status."""

import copy
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.dispatch import Signal
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.models.choices import Labelled, StatusChoices
from reviews.models.trace import Trace, Verb
from reviews.policy import Channel
from reviews.text import fold, nfc

if TYPE_CHECKING:
    from reviews.models.people import User

edit_conflict_raised = Signal()


class NotAllowedNow(Exception):
    """The status of a record, or a closed cycle, does not allow this; the text says why and who can unlock it."""


class EditConflict(Exception):
    """The record is newer than the version that this person saw. Nothing was written."""

    def __init__(self, record: "Tracked", expected_version: int) -> None:
        super().__init__(f"{record} is no longer at version {expected_version}")
        self.record, self.expected_version = record, expected_version
        edit_conflict_raised.send(type(record))


_within: ContextVar[bool] = ContextVar("within all_or_nothing", default=False)


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """One transaction for everything inside; within another such block, a part of it.

    The inner block takes no savepoint of its own, which would cost two queries. So an error in a part takes the whole
    back: catching it on the way raises TransactionManagementError.
    """
    with transaction.atomic(savepoint=not _within.get()):
        token = _within.set(True)
        try:
            yield
        finally:
            _within.reset(token)
        if transaction.get_rollback():
            raise transaction.TransactionManagementError(
                "A part of this transaction failed: let its error pass."
            )


class Transition(NamedTuple):
    """One row of a noun's table of transitions: a step that a person takes with a record.

    Without a `target` the status stays, as when a record is edited. `note_required` is the error beside the field where
    a note is missing; empty, the note may be left out.
    """

    sources: tuple[str, ...]
    target: str = ""
    right: str = ""  # in reviews.policy
    verb: str = Verb.CHANGED  # in the trace
    note_required: "str | Promise" = ""
    note_field: str = "note"  # of the form: where the error is shown

    def require_note(self, note: str) -> None:
        """Raise ValidationError at the note's field if the transition requires a note and there is none."""
        if self.note_required and not note.strip():
            raise ValidationError({self.note_field: self.note_required})


class TrackedQuerySet(models.QuerySet[Any]):
    """A queryset without the bulk writes that would leave no trace."""

    def update_if_version(self, expected_version: int, **values: Any) -> bool:
        """Update the rows that still are at this version. Return False if there are none."""
        rows = self.filter(version=expected_version)
        return bool(models.QuerySet.update(rows, version=expected_version + 1, **values))

    def update(self, **values: Any) -> int:
        raise TypeError("A tracked record changes through change_traced(), which leaves a trace.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("A tracked record is never deleted.")

    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("A tracked record is made by create_traced(), which leaves a trace.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("A tracked record changes through change_traced(), which leaves a trace.")


class Tracked(Labelled):
    """Abstract base of the records of a review: versioned, traced, never deleted.

    Everything is written by create_traced() and change_traced().
    """

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    many_ids: dict[str, list[int]]  # only on objects rebuilt from a snapshot
    untraced: frozenset[str] = frozenset()  # fields whose values stay out of the trace (password hashes)
    searched: tuple[str, ...] = ()  # fields that make up the folded `search` column
    statuses: ClassVar[type[StatusChoices]]  # of a noun that has a status
    transitions: ClassVar[Mapping[str, Transition]] = {}
    status_field: ClassVar[str] = "status"
    # Where the history words a verb in another way for this kind of record; and where its name follows.
    verb_labels: ClassVar[Mapping[str, "str | Promise"]] = {}
    verb_labels_before_name: ClassVar[Mapping[str, "str | Promise"]] = {}

    objects: Any = TrackedQuerySet.as_manager()  # subclasses bring their own words

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError(
            "A tracked record changes through create_traced() and change_traced(), which leave a trace."
        )

    @classmethod
    @all_or_nothing()
    def create_traced(cls, *, by: Any, verb: str = Verb.CREATED, why: str = "", **values: Any) -> Self:
        """Insert a row and its trace row. Raises ValidationError or NotAllowedNow; then nothing is written."""
        plain, many = cls._sort_values(values)
        record = cls(**cls._prepared(plain, cls(**plain)))
        record._require_open_cycle(verb)
        record._check([f.name for f in cls._meta.concrete_fields if not f.is_relation])
        models.Model.save(record, force_insert=True)
        record._set_many(many)
        Trace.objects.record(record, by=by, verb=verb, why=nfc(why), before=None)
        record.update_daily_counts(None)
        return record

    @all_or_nothing()
    def change_traced(
        self, *, by: Any, expected_version: int, verb: str = Verb.CHANGED, why: str = "", **values: Any
    ) -> Self:
        """Update the row if it still is at `expected_version`, and write its trace row.

        Raises EditConflict, NotAllowedNow or ValidationError; then nothing is written and this object stays as it was.
        """
        if self.version != expected_version:
            raise EditConflict(self, expected_version)
        plain, many = self._sort_values(values)
        self._read_many()
        after = copy.copy(self)
        for name, value in self._prepared(plain, after).items():
            setattr(after, name, value)
        after._write(self, by=by, verb=verb, why=nfc(why), changed=list(plain), many=many)
        self.__dict__.update(after.__dict__)
        return self

    def correct(self, *, by: Any, expected_version: int, why: str, **values: Any) -> Self:
        """Change any field as an administrator. Raises ValidationError without a reason."""
        if not why.strip():
            raise ValidationError({"why": _("Say why this is corrected.")})
        return self.change_traced(
            by=by, expected_version=expected_version, verb=Verb.CORRECTED, why=why, **values
        )

    # --- transitions

    @property
    def tone(self) -> str:
        """The tone of the status: how a page colours its badge."""
        return self.statuses(self._current_status).tone

    def transitions_for(self, user: "User") -> set[str]:
        """Names of the transitions that this person may make now: the buttons of its page."""
        cycle = self.governing_cycle()
        if cycle and cycle.is_closed:
            return set()
        possible = (name for name, row in self.transitions.items() if self._current_status in row.sources)
        return {name for name in possible if self.permits(name, user)}

    def permits(self, name: str, user: "User") -> bool:
        """Whether the person's role includes the transition, whatever the status."""
        return policy.may(user, self.transitions[name].right, self)

    def require_permission(self, name: str, by: "User") -> None:
        """Raise PermissionDenied unless the person's role includes the transition."""
        policy.require(by, self.transitions[name].right, self)

    def target_of(self, name: str) -> str:
        """The status that a transition leads to. Raises NotAllowedNow with the reason if it is not allowed now."""
        if self._current_status not in self.transitions[name].sources:
            raise NotAllowedNow(self.refusal_reason(name))
        return self.transitions[name].target or self._current_status

    def require_transition(self, name: str, by: "User", note: str | None = None) -> str:
        """Return the target if the transition is allowed now: for a verb that checks or writes more before it.

        Raises PermissionDenied, NotAllowedNow or, where a note is given to be checked, ValidationError; in this order.
        """
        self.require_permission(name, by)
        target = self.target_of(name)
        if note is not None:
            self.transitions[name].require_note(note)
        return target

    def make_transition(
        self, name: str, *, by: "User", expected_version: int, note: str = "", **values: Any
    ) -> Self:
        """Make a transition and write `values` with it: right, status and note are checked, in this order.

        Raises PermissionDenied, NotAllowedNow, ValidationError or EditConflict; then nothing is written.
        """
        values[self.status_field] = self.require_transition(name, by, note)
        verb = self.transitions[name].verb
        return self.change_traced(by=by, expected_version=expected_version, verb=verb, why=note, **values)

    def refusal_reason(self, name: str) -> str:
        """Why a transition is not allowed in the present status and who can unlock it; models say it better."""
        status = getattr(self, f"get_{self.status_field}_display")()
        return _now("This is not possible while the status is “%(status)s”.") % {"status": status}

    def require_open_for(self, name: str = "") -> None:
        """Raise NotAllowedNow if nobody can make the transition now: asked before a form opens for it.

        Without a name, or with one that is not in the table, only a closed cycle keeps the form from opening.
        """
        self._require_open_cycle(name)
        if name in self.transitions:
            self.target_of(name)

    @property
    def _current_status(self) -> str:
        return str(getattr(self, self.status_field))

    # --- what a noun says of itself

    def governing_cycle(self) -> Any:
        """Return the review cycle whose closing makes this record read-only; None for reference data."""
        return getattr(self, "cycle", None)

    def history_owner(self) -> "Tracked":
        """Return the record on whose page this one's history is shown."""
        return self

    def visible_to_all_members(self) -> bool:
        """Whether every member of the cycle may read about this in lists of changes."""
        return self.governing_cycle() is not None and getattr(self, "member_state_id", None) is None

    def audience(self) -> str:
        """Return the channel whose readers may read about this in the history; nobody else does."""
        return Channel.SHARED

    def update_daily_counts(self, before: Self | None) -> None:
        """Update the daily counts of such records (reviews.models.daily_counts), in the transaction that wrote them."""

    def snapshot(self) -> dict[str, Any]:
        """Return the row as JSON values by column; many-to-many fields as sorted ids."""
        fields = [f for f in self._meta.concrete_fields if f.attname not in self.untraced]
        row = {f.attname: _plain(f.value_from_object(self)) for f in fields}
        return row | {f.name: _ids(getattr(self, f.name).all()) for f in self._meta.many_to_many}

    @classmethod
    def from_snapshot(cls, row: Mapping[str, Any]) -> Self:
        """Return an unsaved object with the values of a snapshot. Columns that no longer exist are dropped."""
        fields = {f.attname: f for f in cls._meta.concrete_fields}
        values = {name: fields[name].to_python(value) for name, value in row.items() if name in fields}
        record = cls(**values)
        record.many_ids = {f.name: row.get(f.name, []) for f in cls._meta.many_to_many}
        return record

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("A tracked record is never deleted.")

    @classmethod
    def _sort_values(cls, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        names = {f.name for f in cls._meta.many_to_many}
        many = {name: list(value) for name, value in values.items() if name in names}
        return {name: value for name, value in values.items() if name not in names}, many

    @classmethod
    def _prepared(cls, values: dict[str, Any], record: "Tracked") -> dict[str, Any]:
        values = {name: nfc(v) if isinstance(v, str) else v for name, v in values.items()}
        if cls.searched:
            texts = (str(values.get(name, getattr(record, name))) for name in cls.searched)
            values["search"] = fold(" ".join(texts))
        return values

    def _write(
        self, before: "Tracked", *, by: Any, verb: str, why: str, changed: list[str], many: dict[str, Any]
    ) -> None:
        self._require_open_cycle(verb)
        self._check(changed)
        was = before.snapshot()
        if (
            not type(self)
            .objects.filter(pk=self.pk)
            .update_if_version(before.version, **self._columns(changed))
        ):
            raise EditConflict(before, before.version)
        self.version = before.version + 1
        self._set_many(many)
        Trace.objects.record(self, by=by, verb=verb, why=why, before=was, earlier=before)
        self.update_daily_counts(before)

    def _columns(self, changed: Iterable[str]) -> dict[str, Any]:
        names = [*changed, *(["search"] if self.searched else [])]
        return {name: getattr(self, name) for name in names}

    def _set_many(self, many: Mapping[str, Any]) -> None:
        self._read_many()
        for name, value in many.items():
            if set(value) != set(getattr(self, name).all()):
                getattr(self, name).set(value)
        self._read_many()

    def _read_many(self) -> None:
        """Keep the many that it points at, so that nobody asks for them again; they change with its version only."""
        models.prefetch_related_objects([self], *(f.name for f in self._meta.many_to_many))

    def _check(self, names: Iterable[str]) -> None:
        named = set(names)
        skipped = {f.name for f in self._meta.fields if f.name not in named or f.is_relation}
        self.clean_fields(exclude=skipped)
        self.clean()

    def _require_open_cycle(self, verb: str) -> None:
        cycle = self.governing_cycle()
        if cycle and cycle.is_closed and verb != Verb.CORRECTED:
            raise NotAllowedNow(
                _now("%(cycle)s is closed and can only be read; the Secretariat can open it again.")
                % {"cycle": cycle.name}
            )


def _plain(value: Any) -> Any:
    """A column's value as JSON holds it; an instant in UTC, as the database gives it back."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


def _ids(rows: models.QuerySet[Any]) -> list[int]:
    return sorted(row.pk for row in rows)
