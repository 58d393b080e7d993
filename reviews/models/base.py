"""Base of all tracked records: optimistic locking by version, the trace of every write, transitions of status."""

import copy
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, NoReturn, Self, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.dispatch import Signal
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.models import locks, search
from reviews.models.choices import Labelled, OfferedQuerySet, StatusChoices
from reviews.models.codes import validate_same_codes
from reviews.models.locks import all_or_nothing as all_or_nothing  # also for the other models
from reviews.models.notifications import record_event
from reviews.models.trace import Trace, Verb
from reviews.models.validators import FIRST_YEAR, validate_each_value, validate_near_cycle
from reviews.policy import Channel
from reviews.text import as_stored, fold, is_blank, sort_key

if TYPE_CHECKING:
    from reviews.models import ReviewCycle, User

edit_conflict_raised = Signal()


class NotAllowedNow(Exception):
    """The status of a record, or a closed cycle, does not allow this; the text says why and who can unlock it."""


class EditConflict(Exception):
    """The record is newer than the version that this person saw. Nothing was written."""

    def __init__(self, record: "Tracked", expected_version: int) -> None:
        super().__init__(f"{record} is no longer at version {expected_version}")
        self.record, self.expected_version = record, expected_version
        edit_conflict_raised.send(type(record))


class Transition(NamedTuple):
    """One row of a noun's transition table.

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
        if self.note_required and is_blank(note):
            raise ValidationError({self.note_field: self.note_required})


Record = TypeVar("Record", bound="Tracked", covariant=True)


class TrackedQuerySet(OfferedQuerySet[Record]):
    """A queryset without the bulk writes that would leave no trace."""

    def update_if_version(self, expected_version: int, **values: object) -> bool:
        """Update the rows that still are at this version. Return False if there are none."""
        rows = self.filter(version=expected_version)
        return bool(models.QuerySet.update(rows, version=expected_version + 1, **values))

    def update(self, **values: object) -> NoReturn:
        raise TypeError("A tracked record changes through change_traced(), which leaves a trace.")

    def delete(self) -> NoReturn:
        raise TypeError("A tracked record is never deleted.")

    def bulk_create(self, *args: object, **kwargs: object) -> NoReturn:
        raise TypeError("A tracked record is made by create_traced(), which leaves a trace.")

    def bulk_update(self, *args: object, **kwargs: object) -> NoReturn:
        raise TypeError("A tracked record changes through change_traced(), which leaves a trace.")


class Tracked(Labelled):
    """Abstract base of the records of a review: versioned, traced, never deleted.

    Everything is written by create_traced() and change_traced().
    """

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    many_ids: dict[str, list[int]]  # only on objects rebuilt from a snapshot
    never_changed: ClassVar["str | Promise"] = ""  # of an append-only noun: why a row cannot be changed
    untraced: frozenset[str] = frozenset()  # fields whose values stay out of the trace (password hashes)
    past_days: ClassVar[frozenset[str]] = frozenset()  # days of something done, which cannot lie ahead
    first_years: ClassVar[Mapping[str, int]] = {}  # of days that may lie before FIRST_YEAR
    cycle_days: ClassVar[frozenset[str]] = (
        frozenset()
    )  # days that lie within the cycle, or some years around it
    searched: tuple[str, ...] = ()  # fields that make up the folded column `search`
    lasting_codes: ClassVar[tuple[str, ...]] = ()  # codes that never change
    sorted_by: ClassVar[str] = ""  # field that the column `sort_key` is derived from
    statuses: ClassVar[type[StatusChoices]]  # of a noun that has a status
    transitions: ClassVar[Mapping[str, Transition]] = {}
    status_field: ClassVar[str] = "status"
    # Where the history words a verb in another way for this kind of record; and where its name follows.
    verb_labels: ClassVar[Mapping[str, "str | Promise"]] = {}
    verb_labels_before_name: ClassVar[Mapping[str, "str | Promise"]] = {}

    objects: Any = TrackedQuerySet.as_manager()  # models with questions of their own replace it

    class Meta:
        abstract = True

    def save(self, *args: object, **kwargs: object) -> None:
        raise TypeError(
            "A tracked record changes through create_traced() and change_traced(), which leave a trace."
        )

    @classmethod
    @all_or_nothing()
    def create_traced(
        cls, *, by: "User | None", verb: str = Verb.CREATED, why: str = "", **values: object
    ) -> Self:
        """Insert a row and its trace row; `by` None is the system.

        Raises ValidationError or NotAllowedNow; then nothing is written.
        """
        columns, related = cls._split_values(values)
        record = cls(**columns)
        record._set_derived_columns()
        record._lock_governors(verb)
        record._validate([f.name for f in cls._meta.concrete_fields if not f.is_relation])
        models.Model.save(record, force_insert=True)
        locks.note_lock(record, exclusive=True)
        record._set_related(related)
        record.clean_related()
        trace = Trace.objects.record(record, by=by, verb=verb, why=as_stored(why), before=None)
        record_event(record, trace)
        record.update_daily_counts(None)
        search.update_entries(record, None)
        return record

    @all_or_nothing()
    def change_traced(
        self,
        *,
        by: "User | None",
        expected_version: int,
        verb: str = Verb.CHANGED,
        why: str = "",
        **values: object,
    ) -> Self:
        """Update the row if it still is at `expected_version`, and write its trace row; `by` None is the system.

        Raises EditConflict, NotAllowedNow or ValidationError; then nothing is written and this object stays as it was.
        """
        if self.never_changed:
            raise NotAllowedNow(str(self.never_changed))
        if self.version != expected_version:
            raise EditConflict(self, expected_version)
        self._lock_governors(verb)
        columns, related = self._split_values(values)
        self._prefetch_related()
        after = copy.copy(self)
        for name, value in columns.items():
            setattr(after, name, value)
        after._set_derived_columns()
        after._validate(columns)
        validate_same_codes(self, after, self.lasting_codes)

        before = self.snapshot()
        written = [*columns, *self._derived_columns()]
        rows = type(self).objects.filter(pk=self.pk)
        if not rows.update_if_version(self.version, **{name: getattr(after, name) for name in written}):
            raise EditConflict(self, self.version)
        after.version = self.version + 1
        locks.note_lock(after, exclusive=True)
        after._set_related(related)
        after.clean_related()
        trace = Trace.objects.record(after, by=by, verb=verb, why=as_stored(why), before=before, earlier=self)
        record_event(after, trace)
        after.update_daily_counts(self)
        search.update_entries(after, before)

        self.__dict__.update(after.__dict__)
        return self

    def correct(self, *, by: "User", expected_version: int, why: str, **values: object) -> Self:
        """Change any field as an administrator. Raises ValidationError without a reason."""
        if is_blank(why):
            raise ValidationError({"why": _("Say why this is corrected.")})
        return self.change_traced(
            by=by, expected_version=expected_version, verb=Verb.CORRECTED, why=why, **values
        )

    # --- locks

    def lock(self, expected_version: int | None = None) -> Self:
        """Keep everybody else from changing or sharing this record until the transaction ends, and read it again.

        For a verb that reads more than this row: numbers, parts, other records. Raises EditConflict if it is newer.
        """
        for governor in self.governors():
            locks.lock(governor)
        locks.lock(self, exclusive=True)
        if expected_version is not None and self.version != expected_version:
            raise EditConflict(self, expected_version)
        return self

    def lock_shared(self) -> Self:
        """Keep everybody from changing this record until the transaction ends, and read it again."""
        for governor in self.governors():
            locks.lock(governor)
        locks.lock(self)
        return self

    def _lock_governors(self, verb: str) -> None:
        """Raise NotAllowedNow if what governs this record locks it, as stored now; else it stays so until the commit.

        An administrator may correct what is locked.
        """
        for governor in self.governors():
            locks.lock(governor)
        if verb != Verb.CORRECTED and (reason := self.governors_refusal()):
            raise NotAllowedNow(reason)

    # --- transitions

    @property
    def tone(self) -> str:
        """The tone of the status: how a page colours its badge."""
        return self.statuses(self._current_status).tone

    def transitions_for(self, user: "User") -> set[str]:
        """Names of the transitions that this person may make now: the buttons of its page."""
        if self.governors_refusal():
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
        self, name: str, *, by: "User", expected_version: int, note: str = "", **values: object
    ) -> Self:
        """Make a transition and write `values` with it: right, status and note are checked, in this order.

        Raises PermissionDenied, NotAllowedNow, ValidationError or EditConflict; then nothing is written.
        """
        values[self.status_field] = self.require_transition(name, by, note)
        verb = self.transitions[name].verb
        return self.change_traced(by=by, expected_version=expected_version, verb=verb, why=note, **values)

    def refusal_reason(self, name: str) -> str:
        """Why a transition is not allowed in the present status and who can unlock it; models are more specific."""
        status = getattr(self, f"get_{self.status_field}_display")()
        return _now("This is not possible while the status is “%(status)s”.") % {"status": status}

    def require_open_for(self, name: str = "") -> None:
        """Raise NotAllowedNow if nobody can make the transition now: asked before a form opens for it.

        Without a name, or with one that is not in the table, only what governs it keeps the form from opening.
        """
        if reason := self.governors_refusal():
            raise NotAllowedNow(reason)
        if name in self.transitions:
            self.target_of(name)

    @property
    def _current_status(self) -> str:
        return str(getattr(self, self.status_field))

    # --- what a noun says of itself

    def governing_cycle(self) -> "ReviewCycle | None":
        """Return the review cycle whose closing makes this record read-only; None for reference data."""
        return getattr(self, "cycle", None)

    def governors(self) -> "tuple[Tracked, ...]":
        """Return the records whose status may lock this one, from the outside in. Each write locks and asks them."""
        cycle = self.governing_cycle()
        return (cycle,) if cycle else ()

    def refusal_of(self, part: "Tracked") -> str:
        """Return why a record that this one governs cannot be written now, and who can unlock it; empty if it can."""
        return ""

    def governors_refusal(self) -> str:
        """Return why what governs this record keeps it from being written now; empty if nothing does."""
        return next(filter(None, (governor.refusal_of(self) for governor in self.governors())), "")

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
        """Update the daily counts of such records (reviews.models.daily_counts), in the transaction of the write."""

    def snapshot(self) -> dict[str, Any]:
        """Return the row as JSON values by column; many-to-many fields as sorted ids."""
        fields = [f for f in self._meta.concrete_fields if f.attname not in self.untraced]
        row = {f.attname: _json_value(f.value_from_object(self)) for f in fields}
        for field in self._meta.many_to_many:
            row[field.name] = sorted(related.pk for related in getattr(self, field.name).all())
        return row

    @classmethod
    def from_snapshot(cls, row: Mapping[str, Any]) -> Self:
        """Return an unsaved object with the values of a snapshot. Columns that no longer exist are dropped."""
        fields = {f.attname: f for f in cls._meta.concrete_fields}
        values = {name: fields[name].to_python(value) for name, value in row.items() if name in fields}
        record = cls(**values)
        record.many_ids = {f.name: row.get(f.name, []) for f in cls._meta.many_to_many}
        record._set_derived_columns()  # some are not in the trace
        return record

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise TypeError("A tracked record is never deleted.")

    # --- the parts of a write

    @classmethod
    def _split_values(cls, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The values of columns, texts as they are stored; and the related records of many-to-many fields."""
        many_to_many = {f.name for f in cls._meta.many_to_many}
        columns, related = {}, {}
        for name, value in values.items():
            if name in many_to_many:
                related[name] = list(value)
            else:
                columns[name] = as_stored(value) if isinstance(value, str) else value
        return columns, related

    def _set_derived_columns(self) -> None:
        """Fill the columns that follow from others: what is searched, and what lists are sorted by."""
        if self.searched:
            text = " ".join(str(getattr(self, name)) for name in self.searched)
            self.search = fold(text)  # a column of the models that are searched
        if self.sorted_by:
            self.sort_key = sort_key(getattr(self, self.sorted_by))

    @classmethod
    def _derived_columns(cls) -> list[str]:
        return ["search"] * bool(cls.searched) + ["sort_key"] * bool(cls.sorted_by)

    def _set_related(self, related: Mapping[str, Any]) -> None:
        self._prefetch_related()
        for name, records in related.items():
            if set(records) != set(getattr(self, name).all()):
                getattr(self, name).set(records)
        self._prefetch_related()

    def clean_related(self) -> None:
        """Raise ValidationError for what many-to-many fields make wrong; asked of each write, once they are set."""

    def _prefetch_related(self) -> None:
        """Read the many-to-many fields once: they change only together with the version."""
        models.prefetch_related_objects([self], *(f.name for f in self._meta.many_to_many))

    def _validate(self, names: Collection[str]) -> None:
        skipped = {f.name for f in self._meta.fields if f.name not in names or f.is_relation}
        self.clean_fields(exclude=skipped)
        days = {name: self.first_years.get(name, FIRST_YEAR) for name in names}
        validate_each_value(self, days, past=self.past_days)
        if cycle := self.governing_cycle():
            validate_near_cycle({name: getattr(self, name) for name in self.cycle_days & {*names}}, cycle)
        self.clean()


def _json_value(value: object) -> object:
    """A column's value as JSON holds it; an instant in UTC, as the database gives it back."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)
