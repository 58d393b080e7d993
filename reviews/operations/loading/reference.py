"""Reference data: loads the files in `fixtures/reference` into the database.

A later file may correct an earlier one: rows are added and updated, never deleted. What a person corrected here since
stays as corrected, and is named.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

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
FRAMEWORK = {
    "code": "ascc-2025",
    "title": "ASCC Blueprint 2025",
    "title_vi": "Kế hoạch tổng thể Cộng đồng Văn hóa - Xã hội ASEAN 2025",
}
Values = dict[str, Any]  # of one record, by field


@dataclass
class Outcome:
    """What the loading of one file did."""

    file: str
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)  # codes in the database that the file does not list
    corrected: list[str] = field(default_factory=list)  # a person's correction, which the file does not have


@dataclass(frozen=True)
class Source:
    """A file whose first column is a code, the records in it, and how a row becomes their values."""

    file: str
    columns: tuple[str, ...]
    values: Callable[[Row, int], Values]  # from a row and its position
    records: Callable[[], QuerySet[Any]]
    lists: Callable[[Any], bool] = lambda record: True  # which of the records the file should list


@all_or_nothing()
def load() -> list[Outcome]:
    """Load every file, or nothing: raises RowError."""
    if not Framework.objects.filter(code=FRAMEWORK["code"]).exists():
        Framework.create_traced(by=None, verb=Verb.IMPORTED, **FRAMEWORK)
    return [_load(source) for source in SOURCES]


def _load(source: Source) -> Outcome:
    rows: dict[str, Row] = {}
    for row in read(FOLDER / source.file, source.columns):
        code = row.text(source.columns[0])
        if not code:
            raise row.error(f"{source.columns[0]} is empty.")
        if code in rows:
            raise row.error(f"“{code}” is in line {rows[code].line} already.")
        rows[code] = row
    outcome, records = Outcome(source.file), source.records()
    known = {record.code: record for record in records}
    corrected = _corrected_fields(records.model)
    for position, (code, row) in enumerate(rows.items(), 1):
        values = source.values(row, position)
        with row.reporting_errors():
            if record := known.get(code):
                _update(outcome, record, values, corrected[record.pk])
            else:
                records.model.create_traced(by=None, verb=Verb.IMPORTED, **values)
                outcome.added += 1
    outcome.kept = [
        record.code for code, record in known.items() if code not in rows and source.lists(record)
    ]
    return outcome


def _update(outcome: Outcome, record: Any, values: Values, corrected: set[str]) -> None:
    """Update what differs from the file, but for the fields that a person corrected."""
    different = {name: value for name, value in values.items() if getattr(record, name) != value}
    if left := sorted(different.keys() & corrected):
        outcome.corrected.append(f"{record.code} ({', '.join(left)})")
    changed = {name: value for name, value in different.items() if name not in corrected}
    if changed:
        record.change_traced(by=None, expected_version=record.version, verb=Verb.IMPORTED, **changed)
        outcome.updated += 1
    else:
        outcome.unchanged += 1


def _corrected_fields(model: type[Tracked]) -> dict[int, set[str]]:
    """Return, by record, the fields that a person and not a file changed last."""
    names = {f.attname: f.name for f in model._meta.concrete_fields}
    fields: dict[int, set[str]] = defaultdict(set)
    changes = Trace.objects.filter(model=model._meta.label_lower, before__isnull=False).order_by("id")
    for pk, by, before in changes.values_list("object_id", "by", "before"):
        changed = {names[column] for column in before or {} if column in names}
        fields[pk] = fields[pk] | changed if by else fields[pk] - changed
    return fields


def _nodes() -> QuerySet[FrameworkNode]:
    nodes = FrameworkNode.objects.filter(framework__code=FRAMEWORK["code"])
    return nodes.select_related("framework", "parent")


def _texts(row: Row, *columns: str) -> Values:
    return {column: row.text(column) for column in columns}


def _member_state(row: Row, position: int) -> Values:
    texts = _texts(row, "iso2", "name_en", "name_vi", "confidence", "groups")
    kind = OrganisationKind.MEMBER_STATE
    return {"code": row.text("iso3"), "kind": kind, "joined_on": row.day("joined_on"), **texts}


def _organisation(row: Row, position: int) -> Values:
    return _texts(row, "code", "kind", "name_en", "name_vi", "confidence")


def _node(row: Row, position: int) -> Values:
    code = row.text("parent")
    if not code and row.text("level") != FrameworkLevel.CHARACTERISTIC:
        raise row.error("only a characteristic is part of nothing: the parent is missing.")
    parent = _nodes().filter(code=code).first() if code else None
    if code and parent is None:
        raise row.error(f"the parent “{code}” is in no line above.")
    framework = Framework.objects.get(code=FRAMEWORK["code"])
    texts = _texts(row, "code", "level", "title", "title_vi", "confidence")
    return {"framework": framework, "parent": parent, **texts}


def _gap_kind(row: Row, position: int) -> Values:
    return {"position": position, **_texts(row, "code", "label_en", "label_vi", "meaning", "source")}


def _event(row: Row, position: int) -> Values:
    days: dict[str, date | None] = {}
    for first, last in (("planned_from", "planned_to"), ("held_from", "held_to")):
        start, end = row.optional_day(first), row.optional_day(last)
        if bool(start) != bool(end) or (start and end and end < start):
            raise row.error(f"{first} and {last} are not two days in order.")
        days |= {first: start, last: end}
    return _texts(row, "code", "kind", "title", "place", "mode", "source", "confidence") | days


def _method_note(row: Row, position: int) -> Values:
    kind = GapKind.objects.filter(code=row.text("kind")).first()
    if kind is None:
        raise row.error(f"the kind “{row.text('kind')}” does not exist.")
    return {"kind": kind, **_texts(row, "code", "title", "text", "source", "confidence")}


SOURCES = (
    Source(
        "member_states.csv",
        ("iso3", "iso2", "name_en", "name_vi", "joined_on", "confidence", "groups"),
        _member_state,
        Organisation.objects.all,
        lambda organisation: organisation.is_member_state,
    ),
    Source(
        "organisations.csv",
        ("code", "kind", "name_en", "name_vi", "confidence"),
        _organisation,
        Organisation.objects.all,
        lambda organisation: not organisation.is_member_state,
    ),
    Source("framework.csv", ("code", "level", "parent", "title", "title_vi", "confidence"), _node, _nodes),
    Source(
        "gap_kinds.csv",
        ("code", "label_en", "label_vi", "meaning", "source"),
        _gap_kind,
        GapKind.objects.all,
    ),
    Source(
        "timeline.csv",
        (
            "code",
            "planned_from",
            "planned_to",
            "held_from",
            "held_to",
            "kind",
            "title",
            "place",
            "mode",
            "source",
            "confidence",
        ),
        _event,
        TimelineEvent.objects.all,
    ),
    Source(
        "method_notes.csv",
        ("code", "kind", "title", "text", "source", "confidence"),
        _method_note,
        lambda: MethodNote.objects.select_related("kind"),
        lambda note: False,  # most are written here, not in the file
    ),
)
