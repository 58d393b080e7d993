"""verify_trace: each way to tamper with the trace or behind it, planted with SQL, is told where it is."""

import hashlib
import re
from collections.abc import Iterator
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import models

from reviews.models import DataGap, NationalReport, ReportVersion, Trace, TraceLink
from reviews.models.trace_seal import SEALED, seal
from reviews.operations import trace_chain, trace_verification
from reviews.operations.trace_verification import Verification
from tests.support import make
from tests.support.shared_records import shared
from tests.support.tampering import tampering


def problems(head: str = "") -> list[str]:
    return list(Verification().problems(head))


@pytest.fixture(params=[1_000, 2], ids=["at once", "in batches of two"])
def batches(request, monkeypatch) -> None:
    for module in (trace_chain, trace_verification):
        monkeypatch.setattr(module, "BATCH", request.param)


@shared
def story(cast, report) -> SimpleNamespace:
    """Some history, linked: a gap of four versions, and a deadline for one country."""
    gap = make.gap(report, by=cast.vnm)
    for n in range(3):
        gap.edit(by=cast.vnm, expected_version=gap.version, missing=f"Bảng {n}")
    deadline = make.deadline(report.cycle, by=cast.secretariat, only_for=[cast.vnm.organisation])
    method = make.method(by=cast.lead)
    trace_chain.link_new_rows()
    rows_of_gaps = Trace.objects.filter(model="reviews.datagap").order_by("pk")
    end = Trace.objects.order_by("-pk").first()
    return SimpleNamespace(
        gap=gap.pk, deadline=deadline.pk, method=method.pk, rows=[row.pk for row in rows_of_gaps], end=end.pk,
        links=[row.link.number for row in rows_of_gaps], head=str(trace_chain.head()), n=TraceLink.objects.count(),
    )  # fmt: skip


def test_nothing_is_wrong(batches, story):
    assert problems(story.head) == []


ROW = r"trace row {row} \(reviews.datagap {gap}, version 3\)"
NEW_ROW = r"trace row \d+ \(reviews.datagap {gap}, version 5\)"
LAST_ROW = r"trace row {last} \(reviews.datagap {gap}, version 4\)"
COPY = (
    "INSERT INTO reviews_trace (at, by_id, verb, model, object_id, label, version, page_model, page_id, cycle_id,"
    " member_state_id, common, audience, before, after, names, why, request_id, digest)"
    " SELECT at, by_id, verb, model, object_id, label, version + 1, page_model, page_id, cycle_id,"
    " member_state_id, common, audience, before, {after}, names, why, request_id, {digest}"
    " FROM reviews_trace WHERE id = {last}"
)
BUMP = "UPDATE reviews_datagap SET version = version + 1 WHERE id = {gap}"
BEHIND = "reviews.{kind} {pk} was changed behind the trace's back: {column}"
GAP_VERSION = BEHIND.format(kind="datagap", pk="{gap}", column="version")

# What is done with SQL, and everything that is told of it.
PLANTED: dict[str, tuple[list[str], list[str]]] = {
    "a reason": (["UPDATE reviews_trace SET why = 'x' WHERE id = {row}"], [f"{ROW} was altered"]),
    "who it was": (["UPDATE reviews_trace SET by_id = NULL WHERE id = {row}"], [f"{ROW} was altered"]),
    "when": (["UPDATE reviews_trace SET at = '2020-08-19 00:00:00+00' WHERE id = {row}"], [f"{ROW} was altered"]),
    "what was before": (["UPDATE reviews_trace SET before = NULL WHERE id = {row}"], [f"{ROW} was altered"]),
    "who may read it": (["UPDATE reviews_trace SET common = NOT common WHERE id = {row}"], [f"{ROW} was altered"]),
    "the seal": (["UPDATE reviews_trace SET digest = 'f' WHERE id = {row}"], [f"{ROW} was altered"]),
    "the seal of another row": (
        ["UPDATE reviews_trace SET digest = (SELECT digest FROM reviews_trace WHERE id = {last}) WHERE id = {row}"],
        [f"{ROW} was altered"],
    ),
    "the seal taken off": (
        ["UPDATE reviews_trace SET why = 'x', digest = '' WHERE id = {row}"],
        [f"{ROW} was altered"],
    ),
    "called adopted": (
        ["UPDATE reviews_trace SET why = 'x', digest = '' WHERE id = {row}",
         "UPDATE reviews_tracelink SET adopted = true WHERE trace_id = {row}"],
        [f"{ROW}, adopted without a seal, or link {{link}} was altered, or joins another row than it did"],
    ),
    "a row removed": (
        ["DELETE FROM reviews_trace WHERE id = {row}"],
        [r"trace row {row} is missing \(link {link}\)", "reviews.datagap {gap} lacks the trace of version 3"],
    ),
    "a row and its link removed": (
        ["DELETE FROM reviews_trace WHERE id = {row}", "DELETE FROM reviews_tracelink WHERE trace_id = {row}"],
        ["1 links before link {after} are missing", "reviews.datagap {gap} lacks the trace of version 3"],
    ),
    "a row removed, and the later links moved up": (
        ["DELETE FROM reviews_trace WHERE id = {row}", "DELETE FROM reviews_tracelink WHERE trace_id = {row}",
         "UPDATE reviews_tracelink SET number = number + 1000 WHERE number > {link}",
         "UPDATE reviews_tracelink SET number = number - 1001 WHERE number > 1000"],
        ["the chain no longer holds {head}, which was written down: its end was cut off or replaced",
         "link {link} was altered, or joins another row than it did",
         "link {link+1} was altered, or joins another row than it did",
         "link {link+2} was altered, or joins another row than it did",
         "reviews.datagap {gap} lacks the trace of version 3"],
    ),
    "a link": (
        ["UPDATE reviews_tracelink SET digest = 'f' WHERE number = {link}"],
        ["link {link} was altered, or joins another row than it did",
         "link {link+1} was altered, or joins another row than it did"],
    ),
    "a link made to join another row": (
        ["UPDATE reviews_tracelink SET trace_id = -1 WHERE number = {link}"],
        [r"trace row -1 is missing \(link {link}\)"],
    ),
    "the numbers of two rows exchanged": (
        ["UPDATE reviews_trace SET id = -1 WHERE id = {row}", "UPDATE reviews_trace SET id = {row} WHERE id = {last}",
         "UPDATE reviews_trace SET id = {last} WHERE id = -1"],
        ["link {link} was altered, or joins another row than it did",
         "link {link+1} was altered, or joins another row than it did"],
    ),
    "a row inserted without the key": (
        [COPY.replace("{digest}", "'f'").replace("{after}", "after"), BUMP],
        [f"{NEW_ROW} was altered or inserted without the key", GAP_VERSION],
    ),
    "a row inserted without a seal": (
        [COPY.replace("{digest}", "''").replace("{after}", "after"), BUMP],
        [f"{NEW_ROW} has no seal: inserted past the product, or written by an older release",
         GAP_VERSION],
    ),
    "a row inserted under a copied seal": (
        [COPY.replace("{digest}", "digest").replace("{after}", "after"), BUMP],
        [f"{NEW_ROW} was altered or inserted without the key", GAP_VERSION],
    ),
    "a record": (
        ["UPDATE reviews_datagap SET missing = 'x' WHERE id = {gap}"],
        [BEHIND.format(kind="datagap", pk="{gap}", column="missing")],
    ),
    "a record and its version": (
        ["UPDATE reviews_datagap SET missing = 'x', version = version + 1 WHERE id = {gap}"],
        ["reviews.datagap {gap} is at version 5, its trace ends at 4"],
    ),
    "a record taken back": (
        ["UPDATE reviews_datagap SET version = 2 WHERE id = {gap}"],
        ["reviews.datagap {gap} is at version 2, its trace ends at 4"],
    ),
    "a record removed": (
        ["DELETE FROM reviews_methodnote WHERE id = {method}"],
        ["reviews.methodnote {method} has a trace, and the record is gone"],
    ),
    "a record put in": (
        ["INSERT INTO reviews_framework (version, code, title) VALUES (1, 'x', 'x')"],
        [r"reviews.framework \d+ has no trace at all"],
    ),
    "which countries a deadline is for": (
        ["DELETE FROM reviews_deadline_only_for WHERE deadline_id = {deadline}"],
        [BEHIND.format(kind="deadline", pk="{deadline}", column="only_for")],
    ),
    "the end cut off": (
        ["DELETE FROM reviews_tracelink WHERE trace_id >= {end}", "DELETE FROM reviews_trace WHERE id >= {end}"],
        ["the chain no longer holds {head}, which was written down: its end was cut off or replaced",
         "reviews.methodnote {method} has no trace at all"],
    ),
    "the end cut off, with the record": (
        ["DELETE FROM reviews_tracelink WHERE trace_id >= {end}", "DELETE FROM reviews_trace WHERE id >= {end}",
         "DELETE FROM reviews_methodnote WHERE id = {method}"],
        ["the chain no longer holds {head}, which was written down: its end was cut off or replaced"],
    ),
}  # fmt: skip


def filled(text: str, story: SimpleNamespace) -> str:
    row, link = story.rows[2], story.links[2]
    known = {"row": row, "last": story.rows[3], "link": link, "after": link + 1} | vars(story)
    known |= {f"link+{n}": link + n for n in range(4)}
    return re.sub(r"\{([\w+]+)\}", lambda match: str(known[match[1]]), text)


@pytest.mark.parametrize("planted", PLANTED)
def test_each_kind_of_tampering_is_told_and_nothing_else(planted, batches, story):
    statements, expected = PLANTED[planted]
    with tampering() as cursor:
        for statement in statements:
            cursor.execute(filled(statement, story))
        reported = problems(story.head)
    assert len(reported) == len(expected), reported
    for pattern, text in zip(expected, reported, strict=True):
        assert re.fullmatch(filled(pattern, story), text), text


@pytest.mark.parametrize("column", ["search", "password", "last_login"])
def test_what_the_trace_does_not_vouch_for(column, story, cast):
    table, value = (
        ("reviews_datagap", "x") if column == "search" else ("reviews_user", "2020-08-19 00:00:00+00")
    )
    with tampering() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s", [value])
        assert problems() == []


def test_rows_not_linked_yet_are_sealed_all_the_same(cast, report, story):
    gap = DataGap.objects.get(pk=story.gap)
    gap.edit(by=cast.vnm, expected_version=gap.version, missing="Later")
    row = Trace.objects.order_by("-pk").first()
    verification = Verification()
    assert list(verification.problems()) == []
    assert verification.unlinked == 1
    with tampering() as cursor:
        cursor.execute("UPDATE reviews_trace SET why = 'x' WHERE id = %s", [row.pk])
        assert problems() == [
            f"trace row {row.pk} (reviews.datagap {gap.pk}, version 5) was altered or inserted without the key"
        ]


# --- sealing and linking


def test_every_column_is_sealed():
    columns = {field.attname for field in Trace._meta.concrete_fields}
    assert columns - set(SEALED) == {"id", "digest"}


@pytest.mark.parametrize("name", SEALED)
def test_no_column_can_differ_under_one_seal(name, story):
    row = Trace.objects.get(pk=story.rows[1])
    assert seal(row) == row.digest
    value = getattr(row, name)
    others = {"at": row.at.replace(year=2019), "request_id": "another", "common": not row.common}
    setattr(
        row, name, others.get(name, {"x": 1} if value is None or isinstance(value, dict) else f"{value}x")
    )
    assert seal(row) != row.digest


def test_another_key_makes_no_seal_of_ours(settings, story):
    settings.TRACE_KEY = "another key"
    assert len(problems()) == TraceLink.objects.count()


def test_a_row_past_record_is_refused(story):
    with pytest.raises(TypeError, match="record"):
        Trace.objects.bulk_create([Trace.objects.first()])


def test_linking_goes_on_where_it_ended(batches, cast, report):
    assert trace_chain.link_new_rows().linked == Trace.objects.count()
    first = list(TraceLink.objects.values_list())
    assert trace_chain.link_new_rows() == (0, 0)
    make.area()
    assert trace_chain.link_new_rows() == (1, 0)
    assert list(TraceLink.objects.values_list())[:-1] == first
    assert list(TraceLink.objects.values_list("number", flat=True)) == list(range(1, len(first) + 2))


def test_a_row_that_was_committed_late_comes_after_those_that_were_linked(cast, report, story):
    """Numbers are given when a row is written, and seen when it is committed."""
    row = Trace.objects.get(pk=story.end)
    with tampering() as cursor:
        cursor.execute("DELETE FROM reviews_tracelink WHERE trace_id = %s", [row.pk])
        cursor.execute("DELETE FROM reviews_trace WHERE id = %s", [row.pk])
        make.gap(report, by=cast.vnm)
        trace_chain.link_new_rows()
        models.QuerySet(Trace).bulk_create([row])
        assert trace_chain.link_new_rows() == (1, 0)
        assert TraceLink.objects.last().trace_id < TraceLink.objects.order_by("-number")[1].trace_id
        assert problems() == []


@pytest.fixture
def older(story) -> Iterator[Trace]:
    """A row as a release before this one wrote it."""
    with tampering() as cursor:
        cursor.execute("DELETE FROM reviews_tracelink WHERE trace_id = %s", [story.end])
        cursor.execute("UPDATE reviews_trace SET digest = '' WHERE id = %s", [story.end])
        yield Trace.objects.get(pk=story.end)


def test_a_row_without_a_seal_is_linked_only_when_somebody_vouches_for_it(older):
    assert trace_chain.link_new_rows() == (0, 1)
    assert "has no seal" in problems()[0]
    assert trace_chain.link_new_rows(adopt=True) == (1, 0)
    verification = Verification()
    assert list(verification.problems()) == []
    assert (verification.adopted, verification.unlinked) == (1, 0)


def test_adopting_takes_no_row_with_a_wrong_seal(older):
    models.QuerySet(Trace).filter(pk=older.pk).update(digest="f" * 64)
    assert trace_chain.link_new_rows(adopt=True) == (0, 1)


# --- submitted files


@pytest.fixture
def submitted(cast, report) -> ReportVersion:
    return make.submitted(report, by=cast.vnm).versions.get()


def test_a_submitted_file_is_compared_with_its_hash(submitted, files_folder):
    verification = Verification()
    assert list(verification.problems()) == []
    assert verification.files == 1
    (files_folder / submitted.file.name).write_bytes(b"%PDF-1.7 another report")
    name = f"reviews.reportversion {submitted.pk}: its file {submitted.file.name}"
    assert problems() == [f"{name} is not the one that was submitted"]
    (files_folder / submitted.file.name).unlink()
    assert problems() == [f"{name} cannot be read (No such file or directory)"]
    assert list(Verification(with_files=False).problems()) == []


def test_a_hash_exchanged_together_with_its_file_is_noticed(submitted, files_folder):
    """The hash is part of the record, and the trace has the record."""
    (files_folder / submitted.file.name).write_bytes(b"forged")
    forged = hashlib.sha256(b"forged").hexdigest()
    with tampering() as cursor:
        cursor.execute("UPDATE reviews_reportversion SET sha256 = %s", [forged])
        [problem] = problems()
    assert problem == BEHIND.format(kind="reportversion", pk=submitted.pk, column="sha256")


# --- the commands


def run(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_the_commands(story, report):
    rows = Trace.objects.count()
    assert run("link_trace") == f"0 rows linked; the head is {story.head}\n"
    output = run("verify_trace", head=story.head)
    assert f"{rows} trace rows and" in output
    assert f"{rows} rows linked (0 of them adopted without a seal), 0 not yet." in output
    assert output.endswith(f"The head, to be written down elsewhere: {story.head}\n")


def test_the_commands_fail_where_something_is_wrong(story):
    out = StringIO()
    with tampering() as cursor:
        cursor.execute("UPDATE reviews_trace SET why = 'x' WHERE id = %s", [story.rows[0]])
        cursor.execute("UPDATE reviews_datagap SET effect = 'x'")
        with pytest.raises(CommandError, match="^2 things are wrong.$"):
            call_command("verify_trace", stdout=out)
    assert out.getvalue().startswith(
        f"trace row {story.rows[0]} (reviews.datagap {story.gap}, version 1) was altered\n"
    )


def test_linking_says_what_it_leaves_out(older):
    with pytest.raises(CommandError, match="1 rows are not sealed by us"):
        run("link_trace")


@pytest.mark.parametrize("head", ["1:f", "99999:f", "x", "1"])
def test_a_head_that_never_was(head, story):
    assert "no longer holds" in problems(head)[0]


def test_an_empty_trace(db):
    verification = Verification()
    assert list(verification.problems()) == []
    assert verification.head == "0:"


# --- what it costs


def test_a_write_asks_the_database_for_nothing_more(cast, report, django_assert_num_queries):
    """As many as before rows were sealed: savepoint, row, trace row, end of savepoint, and what the verb reads."""
    gap = make.gap(report, by=cast.vnm)
    with django_assert_num_queries(8) as captured:
        gap.edit(by=cast.vnm, expected_version=gap.version, missing="Series of 2017")
    assert [q["sql"].split()[0] for q in captured.captured_queries] == [
        "SAVEPOINT",
        "SELECT",  # the lock on the cycle
        "UPDATE",
        "INSERT",
        "SELECT",  # whether anybody watches it
        "SELECT",  # the entries of the search
        "INSERT",
        "RELEASE",
    ]
    report = NationalReport.objects.get(pk=report.pk)
    assert report.cycle
    with django_assert_num_queries(9 + 2):  # the day's progress
        report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=20)
