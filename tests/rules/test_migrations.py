"""An upgrade can be taken, and taken back: one line of migrations, each with its way back."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from reviews.models import CoverageStatement, Trace
from tests.support import make
from tests.support.grids import fingerprint


def test_one_line():
    graph = MigrationLoader(None).graph
    ours = [node for node in graph.nodes if node[0] == "reviews"]
    assert len([node for node in graph.leaf_nodes() if node[0] == "reviews"]) == 1
    for node in ours:
        before = [parent for parent in graph.node_map[node].parents if parent.key[0] == "reviews"]
        assert len(before) == (0 if node[1].startswith("0001") else 1), node


def test_every_step_has_a_way_back():
    nodes = MigrationLoader(None).graph.nodes
    steps = [(key, step) for key, made in nodes.items() if key[0] == "reviews" for step in made.operations]
    assert len(steps) > 50
    assert [(key, step) for key, step in steps if not step.reversible] == []


@pytest.mark.django_db(transaction=True)
def test_down_to_nothing_and_up_again():
    tables = set(connection.introspection.table_names())
    try:
        call_command("migrate", "reviews", "zero", verbosity=0)
        left = set(connection.introspection.table_names())
        assert {name for name in left if name.startswith("reviews_")} == set()
    finally:
        call_command("migrate", verbosity=0)
    assert set(connection.introspection.table_names()) == tables
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert fingerprint()


@pytest.mark.django_db(transaction=True)
def test_the_way_back_takes_new_answers_along(cast, report):
    """The release before knows no “not collected”: its tables take the row all the same, and its history tells why."""
    said = {"coverage": "not_collected", "note": "No survey was made."}
    made = CoverageStatement.state(report, make.area(), by=cast.vnm, expected_version=0, **said)
    try:
        call_command("migrate", "reviews", "0007_guidance", verbosity=0)
    finally:
        call_command("migrate", verbosity=0)
    made.refresh_from_db()
    assert (made.coverage, made.note, made.version) == ("nothing", "No survey was made.", 2)
    last = Trace.objects.since_version(made, 1).get()
    assert last.after == made.snapshot()
    assert (last.by, last.before, last.why[:18]) == (
        None,
        {"coverage": "not_collected"},
        "the release before",
    )
