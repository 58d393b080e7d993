"""A report that was sent back is with its country again, by the day that the consultants asked for."""

from datetime import date, timedelta
from typing import Any

import pytest

from reviews import clock
from reviews.actions.reports import find_locking_deadline, submit_report
from reviews.models import NationalReport, NotAllowedNow
from reviews.queries import board, brief, deadlines, plans
from tests.models.transitions import raises
from tests.support import make
from tests.support.desks import deadlines_on_desk, tasks_on_desk

TODAY, REVISE_BY = date(2020, 8, 20), date(2020, 9, 14)


@pytest.fixture
def deadline(cast: Any, cycle: Any) -> Any:
    """Reports by 7 September; the latest date, 28 September, is that of the plan."""
    for code, kind, days, day in (
        ("reports", "national_reports", 0, None),
        ("summit-37", "ladder", 45, date(2020, 11, 12)),
    ):
        make.step(cycle, by=cast.secretariat, code=code, kind=kind, days=days, planned_on=day)
    return make.deadline(cycle, by=cast.secretariat)


@pytest.fixture
def returned(cast: Any, report: Any, deadline: Any) -> NationalReport:
    """Viet Nam's, handed in in time, and sent back on 20 August until 14 September."""
    with clock.at(date(2020, 8, 10)):
        make.in_status("being_read", report, cast)
    return send_back(report, cast)


def send_back(report: NationalReport, cast: Any, revise_by: date = REVISE_BY) -> NationalReport:
    report = make.report(report.cycle, report.code)
    return report.return_for_revision(
        by=cast.consultant, expected_version=report.version, note="Annex 2.", revise_by=revise_by
    )


def submit(report: NationalReport, cast: Any) -> None:
    submit_report(by=cast.vnm, report=report, expected_version=report.version, file=make.pdf())


def status(report: NationalReport, on: date) -> Any:
    report = make.report(report.cycle, report.code)
    deadline = report.cycle.deadlines.get()
    return deadlines.status_of(report, deadline, deadline.extensions.granted(), on)


@pytest.mark.parametrize(
    ("on", "text", "tone"),
    [
        (TODAY, "to be revised", "warn"),
        (REVISE_BY, "to be revised", "warn"),
        (REVISE_BY + timedelta(1), "overdue by 1 day", "bad"),
    ],
)
def test_its_deadline_is_open_again_until_that_day(on, text, tone, returned):
    found = status(returned, on)
    assert (found.text, found.tone, found.due_on) == (text, tone, REVISE_BY)
    assert (found.is_met, found.is_asked) == (False, True)


def test_it_is_counted_so_on_every_page(cast, cycle, returned, sign_in):
    meeting = make.meeting(cycle, by=cast.secretariat, code="9")
    late = REVISE_BY + timedelta(3)
    for day, words in ((TODAY, "to be revised"), (late, "overdue by 3 days")):
        with clock.at(day):
            row = {row.state.code: row for row in board.build(cycle, cast.secretariat, day).rows}["VNM"]
            assert (row.next_due.text, row.holder) == (words, "Viet Nam")
            asked = [line for line in deadlines_on_desk(cast.vnm, cycle) if line.status.is_asked]
            assert [(line.status.text, line.status.due_on) for line in asked] == [(words, REVISE_BY)]
            browser = sign_in(cast.secretariat)
            urls = ("/cycles/mtr/", "/cycles/mtr/deadlines/1/", returned.get_absolute_url())
            for url in urls:
                page = browser.get(url).content.decode()
                assert (words in page, "14 Sep 2020" in page) == (True, True), url
    listed = browser.get("/cycles/mtr/reports/?_export=csv")
    assert "2020-09-14" in b"".join(listed).decode()
    with clock.at(late):
        overdue = {line.state.code for line in brief.build(meeting, cast.secretariat).overdue}
    assert overdue == {"LAO", "VNM"}


def test_the_desk_of_the_country_names_the_day(cast, cycle, returned):
    (task,) = [task for task in tasks_on_desk(cast.vnm, cycle) if "Revise" in task.what]
    assert task.about == "Viet Nam · by 14 Sep 2020"


def test_slack_counts_to_the_day_of_the_revision(cast, cycle, returned):
    def slack(day: date) -> int | None:
        with clock.at(day):
            countries = {c.state.code: c for c in plans.build(cycle, day).countries}
            assert not countries["VNM"].is_handed_in
            return countries["VNM"].slack

    assert slack(TODAY) == 14
    assert slack(date(2020, 9, 28)) == 0
    assert slack(date(2020, 10, 26)) == -28  # four weeks late, and red


def test_handing_it_in_again_settles_it(cast, cycle, returned):
    with clock.at(REVISE_BY):
        submit(returned, cast)
        assert status(returned, REVISE_BY).text == "met"
        assert {c.state.code: c for c in plans.build(cycle, REVISE_BY).countries}["VNM"].is_handed_in
    with clock.at(REVISE_BY + timedelta(1)):
        returned.recall(by=cast.vnm, expected_version=returned.version)
        assert status(returned, REVISE_BY + timedelta(1)).text == "overdue by 1 day"


def test_a_day_before_the_deadline_counts_as_well(cast, report, deadline):
    make.in_status("being_read", report, cast)
    send_back(report, cast, revise_by=date(2020, 8, 31))
    assert status(report, TODAY).due_on == date(2020, 8, 31)
    assert status(report, date(2020, 9, 1)).text == "overdue by 1 day"
    assert status(report, date(2020, 9, 1)).slip == 0


def test_more_time_is_asked_and_granted_from_that_day_on(cast, returned, deadline):
    with pytest.raises(Exception, match="not later than the date in force, 14 Sep 2020"):
        make.extension(returned, deadline, by=cast.vnm, asked_until=REVISE_BY)
    asked = make.extension(returned, deadline, by=cast.vnm, asked_until=date(2020, 9, 21))
    assert asked.due_when_asked == REVISE_BY
    asked.grant(by=cast.secretariat, expected_version=1, until=date(2020, 9, 18))
    assert status(returned, TODAY).due_on == date(2020, 9, 18)


def test_time_granted_before_the_return_is_used_up(cast, report, deadline):
    asked = make.extension(report, deadline, by=cast.vnm, asked_until=date(2020, 10, 30))
    asked.grant(by=cast.secretariat, expected_version=1, until=date(2020, 10, 30))
    with clock.at(date(2020, 8, 24)):
        make.in_status("being_read", report, cast)
        send_back(report, cast)
    assert status(report, TODAY).due_on == REVISE_BY


def test_the_day_of_the_revision_unlocks_a_deadline_that_is_locked(cast, returned, deadline):
    deadline.reschedule(by=cast.secretariat, expected_version=1, why="x", last_on=date(2020, 9, 10))
    for day, is_locked in ((REVISE_BY, False), (REVISE_BY + timedelta(1), True)):
        with clock.at(day):
            found = find_locking_deadline(make.report(returned.cycle, "VNM"))
            assert (found == deadline) is is_locked, day


def test_a_return_of_an_earlier_release_named_no_day(cast, report, deadline):
    """Nobody is late for a day that was not named."""
    make.in_status("returned", report, cast)
    report.correct(by=cast.admin, expected_version=report.version, why="x", revise_by=None)
    assert status(report, date(2020, 10, 1)).text == "to be revised"


# More time is asked only for what is still asked of the country


@pytest.mark.parametrize("state", ["submitted", "accepted"])
def test_nobody_asks_for_more_time_for_what_is_met(state, cast, report, deadline, sign_in):
    make.in_status(state, report, cast)
    browser, url = sign_in(cast.vnm), "/cycles/mtr/deadlines/1/extension/"
    raises(
        NotAllowedNow,
        make.extension,
        report,
        deadline,
        by=cast.vnm,
        match="asks nothing more of your country",
    )
    for answer in (browser.get(url), browser.post(url, {"asked_until": "2020-09-21", "reason": "Floods"})):
        assert answer.status_code == 409
        assert "asks nothing more of your country: met." in answer.content.decode()
    assert not deadline.extensions.exists()


def test_nobody_asks_for_more_time_for_another_countrys_deadline(cast, report, cycle):
    other = make.deadline(cycle, by=cast.secretariat, only_for=[cast.lao.organisation])
    raises(NotAllowedNow, make.extension, report, other, by=cast.vnm, match="asks nothing of your country")


def test_more_time_for_progress_is_asked_until_it_is_posted(cast, report, cycle):
    window = make.deadline(cycle, by=cast.secretariat, output="progress")
    make.extension(report, window, by=cast.vnm).refuse(by=cast.secretariat, expected_version=1, note="No.")
    report.post_progress(by=cast.vnm, expected_version=report.version, writing=10)
    raises(NotAllowedNow, make.extension, report, window, by=cast.vnm, match="your country: met")
