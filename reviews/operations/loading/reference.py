"""Reference data: what the files in `fixtures/reference` say, brought into the database.

A file says what is so, and a later file may say it better: rows are added and updated, never deleted. What a
person corrected here since stays as corrected, and is named.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from reviews.models import (
    Framework,
    FrameworkLevel,
    FrameworkNode,
    GapKind,
    MethodNote,
    Organisation,
    OrganisationKind,
    TimelineEvent,
    Trace,
    Tracked,
    Verb,
)
from reviews.models.base import all_or_nothing
from reviews.operations.loading.rows import FIXTURES, Row, read

FOLDER = FIXTURES / "reference"
FRAMEWORK = {"code": "ascc-2025", "title": "ASCC Blueprint 2025"}


@dataclass
class Outcome:
    """What the loading of one file did."""

    file: str
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)  # codes in the database that the file does not list
    corrected: list[str] = field(default_factory=list)  # a person's correction, which the file does not know


@dataclass(frozen=True)
class Source:
    """A file whose first column is a code, the records it tells of, and how a row becomes their values."""

    file: str
    columns: tuple[str, ...]
    values: Callable[[Row, int], dict[str, Any]]
    records: Any  # a queryset
    lists: Callable[[Any], bool] = lambda record: True  # which of the records the file ought to list


@all_or_nothing()
def load() -> list[Outcome]:
    """Load every file, or nothing: raises RowError."""
    _load_framework()
    return [_load(source) for source in SOURCES]


def _load_framework() -> None:
    if not Framework.objects.filter(code=FRAMEWORK["code"]).exists():
        Framework.create_traced(by=None, verb=Verb.IMPORTED, **FRAMEWORK)


def _load(source: Source) -> Outcome:
    outcome, rows = Outcome(source.file), _each_once(read(FOLDER / source.file, source.columns), source)
    known = {record.code: record for record in source.records.all()}
    corrected = _corrected(source.records.model)
    for position, (code, row) in enumerate(rows.items(), 1):
        values = source.values(row, position)
        with row.blamed():
            _save(source, outcome, known.get(code), corrected, values)
    outcome.kept = [r.code for r in known.values() if r.code not in rows and source.lists(r)]
    return outcome


def _each_once(rows: Iterable[Row], source: Source) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in rows:
        code = row.text(source.columns[0])
        if not code:
            raise row.wrong(f"{source.columns[0]} is empty.")
        if code in found:
            raise row.wrong(f"“{code}” is in line {found[code].line} already.")
        found[code] = row
    return found


def _save(source: Source, outcome: Outcome, record: Any, corrected: Any, values: dict[str, Any]) -> None:
    if record is None:
        source.records.model.create_traced(by=None, verb=Verb.IMPORTED, **values)
        outcome.added += 1
        return
    changed = {name: value for name, value in values.items() if getattr(record, name) != value}
    theirs = sorted(changed.keys() & corrected[record.pk])
    outcome.corrected += [f"{record.code} ({', '.join(theirs)})"] if theirs else []
    _update(outcome, record, {name: value for name, value in changed.items() if name not in theirs})


def _update(outcome: Outcome, record: Tracked, changed: dict[str, Any]) -> None:
    if changed:
        record.change_traced(by=None, expected_version=record.version, verb=Verb.IMPORTED, **changed)
        outcome.updated += 1
    else:
        outcome.unchanged += 1


def _corrected(model: type[Tracked]) -> dict[int, set[str]]:
    """By record, the fields that a person and not a file changed last."""
    names = {f.attname: f.name for f in model._meta.concrete_fields}
    found: dict[int, set[str]] = defaultdict(set)
    told = Trace.objects.filter(model=model._meta.label_lower, before__isnull=False).order_by("id")
    for pk, by, before in told.values_list("object_id", "by", "before"):
        touched = {names[column] for column in before or {} if column in names}
        found[pk] = found[pk] | touched if by else found[pk] - touched
    return found


def _member_state(row: Row, position: int) -> dict[str, Any]:
    texts = {name: row.text(name) for name in ("iso2", "name_en", "name_vi", "confidence")}
    joined_on = row.day("joined_on")
    if joined_on is None:
        raise row.wrong("joined_on is empty.")
    return {"code": row.text("iso3"), "kind": OrganisationKind.MEMBER_STATE, "joined_on": joined_on, **texts}


def _organisation(row: Row, position: int) -> dict[str, Any]:
    return {name: row.text(name) for name in ("code", "kind", "name_en", "confidence")}


def _node(row: Row, position: int) -> dict[str, Any]:
    texts = {name: row.text(name) for name in ("code", "level", "title", "confidence")}
    return {"framework": Framework.objects.get(code=FRAMEWORK["code"]), "parent": _parent(row), **texts}


def _parent(row: Row) -> FrameworkNode | None:
    code = row.text("parent")
    if not code and row.text("level") != FrameworkLevel.CHARACTERISTIC:
        raise row.wrong("only a characteristic is part of nothing: the parent is missing.")
    parent = _NODES.filter(code=code).first() if code else None
    if code and parent is None:
        raise row.wrong(f"the parent “{code}” is in no line above.")
    return parent


def _gap_kind(row: Row, position: int) -> dict[str, Any]:
    texts = ("code", "label_en", "label_vi", "meaning", "source")
    return {"position": position, **{name: row.text(name) for name in texts}}


def _event(row: Row, position: int) -> dict[str, Any]:
    texts = ("code", "kind", "title", "place", "mode", "source", "confidence")
    days = {name: row.day(name) for name in ("planned_from", "planned_to", "held_from", "held_to")}
    for first, last in (("planned_from", "planned_to"), ("held_from", "held_to")):
        start, end = days[first], days[last]
        if bool(start) != bool(end) or (start and end and end < start):
            raise row.wrong(f"{first} and {last} are not two days in order.")
    return {name: row.text(name) for name in texts} | days


def _method_note(row: Row, position: int) -> dict[str, Any]:
    kind = GapKind.objects.filter(code=row.text("kind")).first()
    if kind is None:
        raise row.wrong(f"the kind “{row.text('kind')}” does not exist.")
    texts = ("code", "title", "text", "source", "confidence")
    return {"kind": kind, **{name: row.text(name) for name in texts}}


_ORGANISATIONS = Organisation.objects.all()
_NODES = FrameworkNode.objects.filter(framework__code=FRAMEWORK["code"]).select_related("framework", "parent")

SOURCES = (
    Source(
        "member_states.csv",
        ("iso3", "iso2", "name_en", "name_vi", "joined_on", "confidence"),
        _member_state,
        _ORGANISATIONS,
        lambda organisation: organisation.is_member_state,
    ),
    Source(
        "organisations.csv",
        ("code", "kind", "name_en", "confidence"),
        _organisation,
        _ORGANISATIONS,
        lambda organisation: not organisation.is_member_state,
    ),
    Source("framework.csv", ("code", "level", "parent", "title", "confidence"), _node, _NODES),
    Source(
        "gap_kinds.csv",
        ("code", "label_en", "label_vi", "meaning", "source"),
        _gap_kind,
        GapKind.objects.all(),
    ),
    Source(
        "timeline.csv",
        (
            "code", "planned_from", "planned_to", "held_from", "held_to", "kind", "title", "place", "mode",
            "source", "confidence",
        ),
        _event,
        TimelineEvent.objects.all(),
    ),
    Source(
        "method_notes.csv",
        ("code", "kind", "title", "text", "source", "confidence"),
        _method_note,
        MethodNote.objects.select_related("kind"),
        lambda note: False,  # most are written here, not in the file
    ),
)  # fmt: skip
