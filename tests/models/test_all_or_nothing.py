"""A step is written whole, with its trace, or not at all."""

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from reviews.actions.cycles import open_cycle, seat_member
from reviews.actions.reports import submit_report
from reviews.models import DataGap, Deadline, NationalReport, ProgressUpdate, ReportVersion, ReviewCycle
from reviews.models.base import all_or_nothing
from tests.models.transitions import fresh, last_trace, raises
from tests.support import make


class Planted(Exception):
    """A failure of our own making."""


@pytest.fixture
def broken_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """The row has been written when the trace fails."""

    def fail(*args: Any, **kwargs: Any) -> None:
        raise Planted

    monkeypatch.setattr("reviews.models.trace.TraceQuerySet.record", fail)


def test_no_trace_no_change(cast, gap, broken_trace):
    raises(Planted, gap.change_traced, by=cast.vnm, expected_version=1, missing="Baseline of 2015")
    assert (gap.missing, gap.version) == ("Baseline of 2016", 1)


def test_no_trace_no_new_row(cast, report, broken_trace):
    raises(Planted, make.gap, report, by=cast.vnm)


def test_no_trace_no_move(cast, gap, broken_trace):
    raises(Planted, gap.ask_guidance, by=cast.vnm, expected_version=1)
    assert (gap.status, gap.holder.code, gap.version) == ("open", "VNM", 1)


@pytest.fixture
def broken_update(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report has changed, with its trace, when its second record fails."""

    def fail(*args: Any, **kwargs: Any) -> None:
        raise Planted

    monkeypatch.setattr(ProgressUpdate, "create_traced", fail)
    monkeypatch.setattr(ReportVersion, "create_traced", fail)


def test_a_post_is_written_whole_or_not_at_all(cast, report, broken_update):
    raises(Planted, report.post_progress, by=cast.vnm, expected_version=report.version, writing=10)
    raises(Planted, fresh(report).correct, by=cast.admin, expected_version=1, why="Typing error", writing=10)


def test_a_submission_that_fails_leaves_no_file_either(cast, report, broken_update, files_folder):
    report = make.report(report.cycle, "VNM")
    models.QuerySet.update(NationalReport.objects.filter(pk=report.pk), status="in_progress")
    report = fresh(report)
    raises(
        Planted,
        submit_report,
        report=report,
        by=cast.vnm,
        expected_version=1,
        file=make.pdf(),
        reason="The rest follows.",
    )
    assert [path for path in files_folder.rglob("*") if path.is_file()] == []


def test_a_cycle_that_cannot_be_opened_whole_is_not_opened(cast, monkeypatch):
    days = {"starts_on": date(2020, 2, 1), "ends_on": date(2020, 12, 31)}
    cycle = ReviewCycle.create_traced(
        by=None, slug="next", name_en="Next", framework=make.framework(), **days
    )
    seat = {"member_state": cast.vnm.organisation, "joined_on": date(2020, 2, 1)}
    seat_member(by=cast.secretariat, cycle=cycle, **seat)
    monkeypatch.setattr(NationalReport, "create_traced", lambda **values: 1 / 0)
    raises(ZeroDivisionError, open_cycle, by=cast.secretariat, cycle=cycle, expected_version=1)


def test_a_step_within_a_step_takes_no_savepoint(cast, report):
    with CaptureQueriesContext(connection) as asked, all_or_nothing():
        report.post_progress(by=cast.vnm, expected_version=report.version, writing=10)
    assert [row["sql"].partition(" ")[0] for row in asked] == [
        "SAVEPOINT",
        "SELECT",
        "UPDATE",
        "INSERT",
        "SELECT",
        "INSERT",
        "INSERT",
        "SELECT",
        "INSERT",
        "RELEASE",
    ]  # the first SELECT locks the cycle, the next one asks whether anybody watches the record


@all_or_nothing()
def two_parts(gap: DataGap, report: NationalReport, by: Any, *hushed_up: type[Exception]) -> None:
    """A step of which the second part is refused."""
    gap.change_traced(by=by, expected_version=1, effect="No trend")
    with suppress(*hushed_up):
        report.change_traced(by=by, expected_version=report.version, writing=101)


def test_trouble_in_a_part_takes_back_the_whole(cast, gap, report):
    raises(ValidationError, two_parts, fresh(gap), report, cast.vnm)
    gap.change_traced(by=cast.vnm, expected_version=1, effect="None")  # the next step is free of it
    assert fresh(gap).effect == "None"


def test_trouble_that_is_hushed_up_is_told_all_the_same(cast, gap, report):
    """Else the caller would be told of success, and nothing would have been written."""
    error = raises(TransactionManagementError, two_parts, gap, report, cast.vnm, ValidationError)
    assert "let its error pass" in str(error)


def test_a_savepoint_within_a_step_still_keeps_trouble_to_itself(cast, gap, report):
    """As the loading of a file wants it, which tells the row that was refused."""
    with all_or_nothing():
        gap.change_traced(by=cast.vnm, expected_version=1, effect="No trend")
        with suppress(ValidationError), transaction.atomic():
            report.change_traced(by=cast.vnm, expected_version=report.version, writing=101)
    assert (fresh(gap).effect, fresh(report).writing) == ("No trend", None)


def test_a_record_that_points_at_many_reads_them_once(cast, cycle, django_assert_num_queries):
    deadline = make.deadline(cycle, by=cast.secretariat, only_for=[cast.vnm.organisation])
    deadline = Deadline.objects.select_related("cycle").get(pk=deadline.pk)
    with django_assert_num_queries(
        2 + 7
    ):  # begin and end; the cycle, the countries, the row, its history, who watches it, its entries of the search
        deadline.change_traced(by=cast.secretariat, expected_version=1, title="Second drafts")
    vnm, lao = cast.vnm.organisation, cast.lao.organisation
    deadline.change_traced(by=cast.secretariat, expected_version=2, only_for=[lao])
    assert (last_trace(deadline).before["only_for"], last_trace(deadline).after["only_for"]) == (
        [vnm.pk],
        [lao.pk],
    )
    assert list(deadline.only_for.all()) == [lao]
