"""The database itself refuses to change or remove a row of the trace, on PostgreSQL and on SQLite."""

from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction

from reviews.models import Trace, TraceLink
from reviews.operations import trace_chain
from reviews.operations.trace_verification import Verification, consistent_snapshot
from tests.support import make

STATEMENTS = {
    "update": "UPDATE {table} SET digest = ''",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table} CASCADE",
}


@pytest.mark.parametrize("table", ["reviews_trace", "reviews_tracelink"])
@pytest.mark.parametrize("way", STATEMENTS)
def test_refused(way, table, report):
    if way == "truncate" and connection.vendor == "sqlite":
        pytest.skip("SQLite knows no TRUNCATE")
    trace_chain.link_new_rows()
    connection.check_constraints()  # what still waits to be checked would keep TRUNCATE out by itself
    before = list(Trace.objects.values_list()), list(TraceLink.objects.values_list())
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(STATEMENTS[way].format(table=table))
    assert (list(Trace.objects.values_list()), list(TraceLink.objects.values_list())) == before


@pytest.mark.parametrize("model", [Trace, TraceLink])
def test_refused_past_the_managers(model, report):
    trace_chain.link_new_rows()
    rows = models.QuerySet(model)
    for write in (lambda: rows.update(digest=""), lambda: rows._raw_delete("default")):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            write()


@pytest.mark.django_db(transaction=True)
def test_emptying_the_whole_database_is_refused(monkeypatch):
    """Outside the tests' own clearing up, which takes the triggers away for a moment (tests/support/databases.py)."""
    make.cast()
    kind = type(connection.ops)
    monkeypatch.setattr(kind, "execute_sql_flush", kind.execute_sql_flush.__wrapped__)
    with pytest.raises(CommandError) as caught:
        call_command("flush", interactive=False, verbosity=0)
    monkeypatch.undo()
    assert "append-only" in str(caught.value.__cause__)
    assert Trace.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_migration_can_be_taken_back_and_done_again():
    make.cast()
    rows = Trace.objects.count()
    for target in ("0007", "reviews"):
        arguments = ("reviews", target) if target == "0007" else ("reviews",)
        call_command("migrate", *arguments, verbosity=0)
    assert Trace.objects.count() == rows
    # What was written before is without a seal now: it has to be adopted.
    assert trace_chain.link_new_rows() == (0, rows)
    assert trace_chain.link_new_rows(adopt=True) == (rows, 0)
    assert list(Verification().problems()) == []
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        models.QuerySet(Trace).update(why="x")


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_make_one_chain():
    """Each row is linked once, in one line; neither job fails."""
    made = make.cast()
    for n in range(60):
        make.organisation(f"X{n}", "partner")
    assert made
    failed: list[Exception] = []
    jobs = [Thread(target=link_in_steps, args=[failed]) for _ in range(3)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join(60)
    assert failed == []
    numbers = list(TraceLink.objects.values_list("number", flat=True))
    assert numbers == list(range(1, Trace.objects.count() + 1))
    assert list(Verification().problems()) == []


def link_in_steps(failed: list[Exception]) -> None:
    try:
        trace_chain.link_new_rows()
    except Exception as error:
        failed.append(error)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_look_at_everything_is_of_one_moment_and_keeps_nobody_waiting(monkeypatch):
    made = make.cast()
    trace_chain.link_new_rows()
    verification = Verification()
    with consistent_snapshot():
        problems = verification.problems()
        list(verification._chain_problems())
        writer = Thread(target=write_and_close, args=[made["admin"]])
        writer.start()
        writer.join(15)
        assert not writer.is_alive()
        assert list(problems) == []
    assert verification.unlinked == 0
    assert list(Verification().problems()) == []
    assert Trace.objects.filter(link=None).count() == 1


def write_and_close(by: object) -> None:
    make.organisation("NEW", "partner")
    connection.close()
