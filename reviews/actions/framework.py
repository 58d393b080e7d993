"""Frameworks: entries imported from a sheet or copied from another framework, all or nothing."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypedDict, Unpack

from django.core.exceptions import ValidationError

from reviews import policy
from reviews.actions.cycles import lock_draft
from reviews.models import Framework, FrameworkNode, ReviewCycle, User
from reviews.models.base import all_or_nothing
from reviews.models.framework import FrameworkFields, NodeFields


class Entry(NamedTuple):
    """An entry as a sheet has it; its parent by code, empty at the top of the tree."""

    code: str
    title: str
    level: str
    parent: str
    confidence: str
    title_vi: str = ""  # empty: none, or as it was


class Wording(TypedDict):
    """What an amendment enters of an entry, with its reason."""

    title: str
    confidence: str
    why: str


@all_or_nothing()
def import_framework(*, by: User, cycle: ReviewCycle, rows: Sequence[Entry], **names: str) -> Framework:
    """Write the entries into the cycle's framework: new codes are added, known ones take over what differs.

    `names` are what it calls its levels. Raises ValidationError or NotAllowedNow; then nothing is written.
    """
    framework = cycle.framework.lock()
    lock_draft(cycle, by)
    if framework.why_fixed:  # by another cycle, which reviews it too
        raise ValidationError(framework.why_fixed)
    changed: FrameworkFields = {
        name: value
        for name, value in names.items()
        if getattr(framework, name) != value  # type: ignore[assignment]
    }
    if changed:
        framework.change_traced(by=by, expected_version=framework.version, **changed)
    write_entries(by, framework, rows)
    return framework


@all_or_nothing()
def copy_entries(*, by: User, source: Framework, into: Framework) -> Framework:
    """Copy the entries of a framework, and what it calls its levels, into another one without entries."""
    policy.require(by, "cycle.run")
    names = {
        name: getattr(source, name)
        for name in ("characteristic_name", "key_result_area_name", "strategic_measure_name")
    }
    into.lock()
    into.change_traced(by=by, expected_version=into.version, **names)
    nodes = source.nodes.select_related("parent")
    write_entries(
        by,
        into,
        [
            Entry(n.code, n.title, n.level, n.parent.code if n.parent else "", n.confidence, n.title_vi)
            for n in nodes
        ],
    )
    return into


@all_or_nothing()
def amend_entry(
    *, by: User, cycle: ReviewCycle, entry: FrameworkNode, expected_version: int, **values: Unpack[Wording]
) -> FrameworkNode:
    """Another wording of an entry, in a cycle that can be edited. Raises ValidationError without a reason."""
    cycle.lock_shared()
    cycle.require_transition("edit", by)
    return entry.amend(by=by, expected_version=expected_version, **values)


@all_or_nothing()
def add_entry(*, by: User, cycle: ReviewCycle, why: str, **values: Unpack[NodeFields]) -> FrameworkNode:
    """One more entry, in a cycle that can be edited. Raises ValidationError without a reason."""
    values["framework"] = cycle.framework.lock()
    cycle.lock_shared()
    cycle.require_transition("edit", by)
    return FrameworkNode.amend_with(by=by, why=why, **values)


def write_entries(by: User, framework: Framework, entries: Iterable[Entry]) -> None:
    """Add or change entries, parents before their parts."""
    known = {node.code: node for node in framework.nodes.select_related("framework", "parent")}
    for entry in parents_first(entries):
        values = NodeFields(
            framework=framework,
            code=entry.code,
            level=entry.level,
            parent=known.get(entry.parent),
            title=entry.title,
            confidence=entry.confidence,
        )
        if entry.title_vi:
            values["title_vi"] = entry.title_vi
        node = known.get(entry.code)
        if node is None:
            known[entry.code] = FrameworkNode.add(by=by, **values)
        elif any(getattr(node, name) != value for name, value in values.items()):
            node.change_traced(by=by, expected_version=node.version, **values)


def parents_first(entries: Iterable[Entry]) -> list[Entry]:
    """The entries such that no part comes before what it is part of; one whose parent is elsewhere comes as it is."""
    waiting = {entry.code: entry for entry in entries}
    ordered: list[Entry] = []
    for code in list(waiting):
        way_up: list[Entry] = []
        while entry := waiting.pop(code, None):
            way_up.append(entry)
            code = entry.parent
        ordered += reversed(way_up)
    return ordered
