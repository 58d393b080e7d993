"""Deadlines for a phase: met while the figure of that workstream is 100, and counted on every page as the others."""

from datetime import date
from typing import Any

import pytest

from reviews import clock
from reviews.models import Deadline, Extension, NationalReport
from reviews.queries import board, brief, progress_reports
from reviews.queries.deadlines import met_by_deadline, status_of
from tests.support import make
from tests.support.desks import tasks_on_desk

DUE = date(2020, 8, 25)
TODAY = date(2020, 8, 20)


@pytest.fixture
def collected(cycle: Any, cast: Any) -> Deadline:
    days = {"opens_on": date(2020, 7, 1), "due_on": DUE}
    return make.deadline(
        cycle, by=cast.secretariat, title="Data collection", output="data_collection", **days
    )


def post(report: NationalReport, cast: Any, day: date, figure: int | None, by: Any = None) -> None:
    with clock.at(day):
        report = make.report(report.cycle, report.code)
        by = by or cast.vnm
        report.post_progress(by=by, expected_version=report.version, data_collection=figure, note="x")


def state(report: NationalReport, deadline: Deadline, on: date = TODAY) -> tuple[str, date | None]:
    report = make.report(report.cycle, report.code)
    status = status_of(report, deadline, Extension.objects.granted(), on)
    assert status
    return status.text, status.met_on


def test_it_is_met_on_the_day_on_which_the_figure_reached_100(report, collected, cast):
    post(report, cast, date(2020, 8, 3), 99)
    assert state(report, collected) == ("due soon", None)
    post(report, cast, date(2020, 8, 10), 100)
    post(report, cast, date(2020, 8, 12), 100)
    assert state(report, collected) == ("met", date(2020, 8, 10))
    assert state(report, collected, date(2020, 8, 9)) == ("open", None)


def test_finished_before_it_opened_it_is_met(report, collected, cast):
    post(report, cast, date(2020, 6, 20), 100)
    assert state(report, collected) == ("met", date(2020, 6, 20))


def test_fallen_below_100_again_it_is_not_met_any_more(report, collected, cast):
    post(report, cast, date(2020, 8, 10), 100)
    post(report, cast, date(2020, 8, 12), 80)
    assert state(report, collected) == ("due soon", None)
    assert state(report, collected, date(2020, 8, 11)) == ("met", date(2020, 8, 10))
    post(report, cast, date(2020, 8, 26), 100)
    assert state(report, collected, date(2020, 8, 26)) == ("met late by 1 day", date(2020, 8, 26))


def test_not_reported_is_not_finished(report, collected, cast):
    post(report, cast, date(2020, 8, 10), 100)
    post(report, cast, date(2020, 8, 12), None)
    assert state(report, collected)[1] is None


def test_another_workstream_does_not_meet_it(cycle, report, cast):
    writing = make.deadline(cycle, by=cast.secretariat, title="Writing", output="writing")
    post(report, cast, date(2020, 8, 10), 100)
    assert state(report, writing) == ("open", None)


@pytest.mark.parametrize(("status", "of"), [("submitted", "submitted"), ("accepted", "accepted")])
def test_a_report_that_is_in_owes_no_phase(status, of, cycle, report, collected, cast):
    with clock.at(date(2020, 8, 1)):
        make.in_status(status, report, cast)
    writing = make.deadline(cycle, by=cast.secretariat, title="Writing", output="writing")
    report = make.report(cycle, "VNM")
    text, met_on = state(report, writing, date(2020, 10, 1))
    assert text in ("met", f"not required: report {of}")
    if report.writing != 100:
        assert met_on is None


def test_every_page_counts_it(cycle, report, collected, cast, sign_in):
    post(report, cast, date(2020, 8, 10), 100)
    late = date(2020, 8, 30)
    with clock.at(late):
        assert met_by_deadline(cycle, [collected], late)[collected.pk].text == "1 of 2 met"
        rows = {row.state.code: row for row in board.build(cycle, cast.secretariat, late).rows}
        assert rows["VNM"].next_due is None
        assert (rows["LAO"].next_due.text, rows["LAO"].outlook.word) == ("overdue by 5 days", "late")
        then = board.build(cycle, cast.secretariat, TODAY, clock.end_of(TODAY)).rows
        assert [row.next_due and row.next_due.text for row in then] == ["due soon", None]
        report_on_day = progress_reports.build(cycle, cast.secretariat, late)
        assert [row.state.code for row in report_on_day.late] == ["LAO"]
        meeting = make.meeting(cycle, by=cast.secretariat, code="9")
        assert [row.state.code for row in brief.build(meeting, cast.secretariat).overdue] == ["LAO"]
        browser = sign_in(cast.secretariat)
        for address in ("/cycles/mtr/deadlines/", collected.get_absolute_url(), "/"):
            assert "1 of 2 met" in browser.get(address).content.decode(), address
        assert "data collection finished" in browser.get("/cycles/mtr/deadlines/").content.decode()
        assert "overdue by 5 days" in browser.get("/cycles/mtr/reports/LAO/").content.decode()


def test_the_desk_says_what_to_finish_soon(cycle, report, collected, cast):
    post(report, cast, date(2020, 8, 10), 90)
    task = next(task for task in tasks_on_desk(cast.vnm, cycle) if "Finish" in task.what)
    assert task.what == "Finish data collection by 25 Aug 2020"
    assert task.url == "/cycles/mtr/reports/VNM/update/"
    post(report, cast, date(2020, 8, 19), 100)
    assert not [task for task in tasks_on_desk(cast.vnm, cycle) if "Finish" in task.what]


def test_comments_are_marked_as_done_from_the_desk(cycle, report, cast, sign_in):
    make.deadline(cycle, by=cast.secretariat, title="Comments on the draft", output="comments")
    link = "/cycles/mtr/deadlines/1/done/"
    assert link in sign_in(cast.vnm).get("/").content.decode()
    task = next(task for task in tasks_on_desk(cast.vnm, cycle) if task.done_url)
    assert task.what == "Comments on the draft: by 7 Sep 2020"
    for person in (cast.vnm_team, cast.secretariat, cast.consultant):
        assert not [task for task in tasks_on_desk(person, cycle) if task.done_url]
    make.delivery(cycle.deadlines.get(), by=cast.vnm)
    assert not [task for task in tasks_on_desk(cast.vnm, cycle) if task.done_url]


def test_after_the_last_day_it_cannot_be_marked_as_done(cycle, report, cast):
    past = {"opens_on": date(2020, 7, 1), "due_on": date(2020, 8, 1), "last_on": date(2020, 8, 10)}
    make.deadline(cycle, by=cast.secretariat, title="Comments", output="comments", **past)
    assert not [task for task in tasks_on_desk(cast.vnm, cycle) if task.done_url]
