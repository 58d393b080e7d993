"""What is asked of a country on a day: of members only, and no longer than there is something left to do."""

from datetime import date, timedelta
from typing import Any

import pytest

from reviews import clock
from reviews.actions.cycles import seat_member
from reviews.actions.reports import find_locking_deadline
from reviews.models import Extension, NationalReport, Trace
from reviews.operations import daily_counts
from reviews.queries import board, brief, deadlines, plans
from tests.support import make
from tests.support.desks import deadlines_on_desk, tasks_on_desk

DUE = date(2020, 9, 7)
LATER = date(2020, 10, 30)  # weeks after every deadline here


@pytest.fixture
def window(cast: Any, cycle: Any) -> Any:
    """Progress from 1 August to 7 September."""
    return make.deadline(cycle, by=cast.secretariat, title="Progress", output="progress")


def statuses(report: NationalReport, on: date) -> list[str]:
    """The deadlines of a country in words, on a day."""
    report = make.report(report.cycle, report.code)
    granted = Extension.objects.granted()
    found = deadlines.deadline_statuses([report], report.cycle.deadlines.all(), granted, on)
    return [status.text for status in found[report.pk]]


# A report that is out of the country's hands


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("in_progress", "overdue by 53 days"),
        ("submitted", "not required: report submitted"),
        ("being_read", "not required: report submitted"),
        ("accepted", "not required: report accepted"),
    ],
)
def test_progress_is_asked_only_while_it_can_be_posted(status, text, cast, report, window):
    with clock.at(date(2020, 7, 20)):  # progress before the window does not meet it
        make.in_status(status, report, cast)
    assert statuses(report, LATER) == [text]


def test_sent_back_only_what_is_due_from_that_day_on_is_asked(cast, report, window):
    with clock.at(date(2020, 7, 20)):
        make.in_status("being_read", report, cast)
    with clock.at(DUE + timedelta(1)):
        report = make.report(report.cycle, "VNM")
        report.return_for_revision(
            by=cast.consultant, expected_version=report.version, note="More.", revise_by=LATER
        )
    make.deadline(report.cycle, by=cast.secretariat, output="progress", due_on=DUE + timedelta(20))
    assert statuses(report, LATER) == ["not required: report submitted", "overdue by 33 days"]


def test_a_recalled_report_is_asked_again(cast, report, window):
    make.in_status("submitted", report, cast)
    with clock.at(date(2020, 8, 25)):
        report = make.report(report.cycle, "VNM")
        report.recall(by=cast.vnm, expected_version=report.version)
    window.reschedule(by=cast.secretariat, expected_version=1, why="Anew.", opens_on=date(2020, 8, 26))
    assert statuses(report, LATER) == ["overdue by 53 days"]


def test_an_accepted_report_owes_nothing_anywhere(cast, report, window, sign_in):
    with clock.at(date(2020, 7, 20)):
        make.in_status("accepted", report, cast)
    cycle = report.cycle
    meeting = make.meeting(cycle, by=cast.secretariat, code="9")
    with clock.at(LATER):
        rows = {row.state.code: row for row in board.build(cycle, cast.secretariat, LATER).rows}
        assert rows["VNM"].next_due is None
        assert rows["LAO"].next_due.text == "overdue by 53 days"
        overdue = brief.build(meeting, cast.secretariat).overdue
        assert [line.state.code for line in overdue] == ["LAO"]
        asked = [line for line in deadlines_on_desk(cast.secretariat, cycle) if line.status.is_asked]
        assert [line.state.code for line in asked] == ["LAO"]
        page = sign_in(cast.secretariat).get(window.get_absolute_url()).content.decode()
    assert "not required: report accepted" in page
    assert page.count("overdue by") == 1


# Members from their day on


@pytest.fixture
def newcomer(cast: Any, cycle: Any) -> NationalReport:
    """Timor-Leste, which is counted from 26 October 2025."""
    state = make.organisation("TLS", name="Timor-Leste")
    seat_member(by=cast.secretariat, cycle=cycle, member_state=state, joined_on=date(2025, 10, 26))
    return make.report(cycle, "TLS")


def test_before_its_seat_nothing_is_asked_of_a_country(cast, cycle, newcomer, sign_in):
    past = {"opens_on": date(2020, 7, 1), "due_on": date(2020, 8, 10), "last_on": date(2020, 8, 10)}
    passed = make.deadline(cycle, by=cast.secretariat, **past)
    cycle.change_traced(by=None, expected_version=cycle.version, ends_on=date(2025, 12, 31))
    due_after = make.deadline(cycle, by=cast.secretariat, due_on=date(2025, 12, 1))
    browser = sign_in(cast.secretariat)
    for deadline in (passed, due_after):
        text = browser.get(deadline.get_absolute_url()).content.decode()
        assert ("Viet Nam" in text, "Timor-Leste" in text) == (True, False)
    listed = browser.get("/cycles/mtr/reports/").context["table"].rows
    assert [row.record.code for row in listed] == ["LAO", "VNM"]
    asked = [line for line in deadlines_on_desk(cast.secretariat, cycle) if line.status.is_asked]
    assert {line.state.code for line in asked} == {"LAO", "VNM"}
    assert not any("Timor" in task.about for task in tasks_on_desk(cast.secretariat, cycle))
    assert statuses(newcomer, date(2025, 10, 25)) == []
    assert statuses(newcomer, date(2025, 10, 26)) == ["open"]
    with clock.at(date(2025, 10, 27)):
        assert find_locking_deadline(newcomer) is None  # its own window was not open for a day
    assert find_locking_deadline(make.report(cycle, "VNM")) == passed


# Silence


def silent(cast: Any, cycle: Any) -> list[str]:
    tasks = tasks_on_desk(cast.secretariat, cycle)
    return [task.what for task in tasks if "no progress for" in task.what]


def test_silence_counts_from_the_opening_of_the_cycle(cast):
    with clock.at(date(2020, 8, 1)):
        cycle = make.cycle("new", by=cast.secretariat)
    for day, count in ((date(2020, 8, 1), 0), (date(2020, 8, 15), 0), (date(2020, 8, 16), 2)):
        with clock.at(day):
            assert len(silent(cast, cycle)) == count, day


def test_silence_counts_from_the_seat_and_from_the_return_of_a_report(cast, cycle, report):
    state = make.organisation("TLS", name="Timor-Leste")
    seat_member(by=cast.secretariat, cycle=cycle, member_state=state, joined_on=date(2020, 10, 1))
    make.in_status("returned", report, cast)  # today, 20 August
    with clock.at(date(2020, 9, 3)):
        assert silent(cast, cycle) == []
    with clock.at(date(2020, 9, 10)):
        assert silent(cast, cycle) == [
            "Lao PDR: no progress for 21 days",
            "Viet Nam: no progress for 21 days",
        ]
    with clock.at(date(2020, 10, 10)):
        assert "Timor-Leste" not in str(silent(cast, cycle))
    with clock.at(date(2020, 10, 16)):
        assert "Timor-Leste: no progress for 15 days" in silent(cast, cycle)


@pytest.fixture
def plan(cast: Any, cycle: Any) -> Any:
    """The latest date for national reports is 14 September, a week after they are due."""
    for code, kind, days, day in (
        ("reports", "national_reports", 0, None),
        ("summit-37", "ladder", 59, date(2020, 11, 12)),
    ):
        make.step(cycle, by=cast.secretariat, code=code, kind=kind, days=days, planned_on=day)
    return make.deadline(cycle, by=cast.secretariat)


def test_of_a_country_without_a_figure_nobody_can_tell_the_slack(cast, cycle, report, plan, sign_in):
    lao = make.report(cycle, "LAO")
    lao.post_progress(by=cast.lao, expected_version=lao.version, writing=10)
    report.post_progress(by=cast.vnm, expected_version=report.version, note="We are well.")
    shown = {c.state.code: c for c in plans.build(cycle, clock.today()).countries}
    assert (shown["LAO"].slack, shown["VNM"].slack, shown["VNM"].cannot_tell_slack) == (7, None, True)
    browser = sign_in(cast.secretariat)
    for url in ("/cycles/mtr/plan/", "/cycles/mtr/", report.get_absolute_url()):
        assert "cannot tell" in browser.get(url).content.decode(), url
    assert "cannot tell" not in browser.get(lao.get_absolute_url()).content.decode()
    exported = b"".join(browser.get("/cycles/mtr/plan/?_export=csv&of=countries")).decode()
    assert "Viet Nam,2020-09-07,2020-09-14,cannot tell" in exported


def test_a_date_that_is_too_late_is_so_whatever_a_country_posts(cast, cycle, report, plan):
    asked = make.extension(report, plan, by=cast.vnm, asked_until=date(2020, 9, 18), reason="Floods")
    asked.grant(by=cast.secretariat, expected_version=1, until=date(2020, 9, 18))
    shown = {c.state.code: c for c in plans.build(cycle, clock.today()).countries}
    assert (shown["VNM"].slack, shown["VNM"].cannot_tell_slack) == (-4, False)


# The desk of a country


def own_tasks(person: Any, cycle: Any) -> list[tuple[str, int]]:
    tasks = tasks_on_desk(person, cycle)
    return [(task.what, task.days) for task in tasks]


def test_progress_is_a_task_only_when_a_deadline_asks_for_it(cast, cycle, report):
    assert own_tasks(cast.vnm, cycle) == [("Post the first progress", 0)]
    report.post_progress(by=cast.vnm, expected_version=report.version, writing=10)
    assert own_tasks(cast.vnm, cycle) == []
    days = {"opens_on": date(2020, 8, 25), "due_on": date(2020, 8, 31)}
    make.deadline(cycle, by=cast.secretariat, output="progress", **days)
    assert own_tasks(cast.vnm, cycle) == []
    with clock.at(date(2020, 8, 27)):
        assert own_tasks(cast.vnm, cycle) == [
            ("Post progress by 31 Aug 2020", 2)
        ]  # it waits since the window opened
        report.post_progress(by=cast.vnm, expected_version=report.version, writing=20)
        assert own_tasks(cast.vnm, cycle) == []


def test_a_returned_report_waits_since_its_return(cast, cycle, report):
    make.in_status("returned", report, cast)
    with clock.at(date(2020, 8, 30)):
        report.post_progress(by=cast.vnm, expected_version=report.version, writing=100, note="x")
        assert own_tasks(cast.vnm, cycle) == [("Revise the returned report", 10)]


# Slip


def test_slip_is_of_those_who_needed_the_later_date(cast, cycle, report):
    deadline = make.deadline(cycle, by=cast.secretariat)
    make.submitted(report, by=cast.vnm)
    deadline.reschedule(by=cast.secretariat, expected_version=1, why="Floods", due_on=DUE + timedelta(3))
    granted = Extension.objects.granted()
    found = deadlines.deadline_statuses(cycle.member_reports(), [deadline], granted, clock.today())
    slips = {report.code: found[report.pk][0].slip for report in cycle.member_reports()}
    assert slips == {"VNM": 0, "LAO": 3}


# What meets a progress deadline


def post(report: Any, by: Any, day: date, **values: Any) -> None:
    report.refresh_from_db()
    with clock.at(day):
        report.post_progress(by=by, expected_version=report.version, **values)


SAME = {"data_collection": 10, "analysis": None, "writing": None}
MEETS = [
    ({"data_collection": 20}, True),
    ({"data_collection": 5, "note": "Counted anew."}, True),
    (SAME | {"no_change": True}, True),
    (SAME | {"note": "We are well."}, False),
    (SAME, False),
    (dict.fromkeys(SAME, None) | {"note": "Withdrawn."}, False),
]


@pytest.mark.parametrize(("values", "meets"), MEETS)
def test_other_figures_or_no_change_meet_it(values, meets, cast, report, window):
    post(report, cast.vnm, date(2020, 7, 20), **SAME)
    post(report, cast.vnm, date(2020, 8, 10), **values)
    assert statuses(report, LATER) == ["met" if meets else "overdue by 53 days"]
    assert list(daily_counts.differences()) == []


def test_what_the_secretariat_records_in_a_round_does_not_meet_it(cast, report, window):
    meeting = make.meeting(report.cycle, by=cast.secretariat)
    post(report, cast.secretariat, date(2020, 8, 10), meeting=meeting, data_collection=30)
    assert statuses(report, LATER) == ["overdue by 53 days"]
    post(report, cast.vnm, date(2020, 9, 10), **SAME | {"data_collection": 30, "no_change": True})
    assert statuses(report, LATER) == ["met late by 3 days"]


def test_what_a_country_posted_stays_its_own_when_its_author_moves(cast, report, window):
    post(report, cast.vnm, date(2020, 8, 10), data_collection=30)
    cast.vnm.organisation = cast.lao.organisation
    cast.vnm.save()
    daily_counts.rebuild()
    assert statuses(report, LATER) == ["met"]


def test_a_later_post_of_the_same_day_does_not_undo_it(cast, report, window):
    post(report, cast.vnm, date(2020, 8, 10), **SAME)
    post(report, cast.vnm, date(2020, 8, 10), **SAME | {"note": "Thank you."})
    assert statuses(report, LATER) == ["met"]
    assert list(daily_counts.differences()) == []


def test_no_change_is_a_choice_of_the_form(cast, report, window, sign_in):
    browser, url = sign_in(cast.vnm), "/cycles/mtr/reports/VNM/update/"
    typed = {"data_collection": "10", "analysis": "", "writing": "", "note": "", "no_change": "on"}
    answer = browser.post(url, typed | {"version": 1})
    assert "No figure has been posted yet" in answer.content.decode()
    browser.post(url, typed | {"version": 1, "no_change": ""})
    answer = browser.post(url, typed | {"version": 2, "data_collection": "20"})
    assert list(answer.context["form"].errors) == ["no_change"]
    assert 'value="20"' in answer.content.decode()
    assert browser.post(url, typed | {"version": 2}).status_code == 302
    page = browser.get(report.get_absolute_url()).content.decode()
    assert "No change since the last update." in page
    listed = b"".join(browser.get("/cycles/mtr/reports/VNM/progress/?_export=csv")).decode()
    assert "No change since the last update." in listed
    row = Trace.objects.filter(model="reviews.progressupdate").first()
    assert (row.after["no_change"], row.after["by_country"]) == (True, True)
