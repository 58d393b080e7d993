"""What is on whose calendar, and that the number of an entry rises with whatever is shown."""

from datetime import date, time
from typing import Any

import pytest

from reviews.models import Delivery, Meeting, PlanStep
from reviews.queries.calendars import entries_for, last_changes, weeks_of_month
from tests.support import make


def shown(entries: Any) -> list[tuple[str, date, str]]:
    return [(entry.title, entry.starts_on, entry.status) for entry in entries]


@pytest.fixture
def deadline(cast: Any, cycle: Any) -> Any:
    return make.deadline(cycle, by=cast.secretariat, shared=True)


def granted(deadline: Any, cast: Any, until: date = date(2020, 9, 14)) -> Any:
    asked = make.extension(make.report(deadline.cycle, "VNM"), deadline, by=cast.vnm)
    return asked.grant(by=cast.secretariat, expected_version=1, until=until)


def test_a_country_sees_its_own_date_and_nobody_elses(cast, cycle, deadline):
    granted(deadline, cast)
    vnm = shown(entries_for(cast.vnm, [cycle], cast.vnm.organisation))
    assert vnm == [("National reports", date(2020, 9, 14), "extended")]
    lao = shown(entries_for(cast.lao, [cycle], cast.lao.organisation))
    assert lao == [("National reports", date(2020, 9, 7), "")]
    assert shown(entries_for(cast.lao, [cycle], cast.vnm.organisation)) == []


def test_who_reads_all_countries_sees_their_later_dates_beside_the_common_one(cast, cycle, deadline):
    granted(deadline, cast)
    assert shown(entries_for(cast.secretariat, [cycle])) == [
        ("National reports", date(2020, 9, 7), ""),
        ("National reports (Viet Nam)", date(2020, 9, 14), "extended"),
    ]
    assert shown(entries_for(cast.observer, [cycle])) == [("National reports", date(2020, 9, 7), "")]


def test_a_deadline_of_one_country_is_on_no_other_calendar(cast, cycle):
    make.deadline(cycle, by=cast.secretariat, title="For Lao PDR", only_for=[cast.lao.organisation])
    assert shown(entries_for(cast.vnm, [cycle], cast.vnm.organisation)) == []
    assert len(entries_for(cast.lao, [cycle], cast.lao.organisation)) == 1
    assert shown(entries_for(cast.secretariat, [cycle])) == [("For Lao PDR (Lao PDR)", date(2020, 9, 7), "")]


def test_a_report_that_was_sent_back_is_there_on_the_day_of_its_revision(cast, cycle, deadline):
    report = make.in_status("returned", make.report(cycle, "VNM"), cast)
    (entry,) = entries_for(cast.vnm, [cycle], cast.vnm.organisation)
    assert (entry.starts_on, entry.status) == (report.revise_by, "to be revised")
    assert ("National reports (Viet Nam)", date(2020, 9, 30), "to be revised") in shown(
        entries_for(cast.secretariat, [cycle])
    )


def test_what_is_met_needs_no_reminder(cast, cycle, deadline):
    make.submitted(make.report(cycle, "VNM"), by=cast.vnm)
    (entry,) = entries_for(cast.vnm, [cycle], cast.vnm.organisation)
    assert (entry.status, entry.is_over) == ("met", True)


def test_steps_of_the_plan(cast, cycle):
    make.step(cycle, by=cast.secretariat)
    make.step(cycle, by=cast.secretariat, code="later", planned_on=None)  # no day, no place
    make.step(cycle, by=cast.secretariat, code="reports", kind="national_reports")  # there with its deadline
    assert shown(entries_for(cast.vnm, [cycle], cast.vnm.organisation)) == [
        ("Summit-37", date(2020, 11, 12), "")
    ]
    assert entries_for(cast.observer, [cycle]) == []


def test_a_step_whose_meeting_is_cancelled_says_so(cast, cycle):
    meeting = make.meeting(cycle, by=cast.secretariat)
    make.step(cycle, by=cast.secretariat, meeting=meeting)
    meeting.cancel(by=cast.secretariat, expected_version=1, why="Storm")
    assert [entry.is_cancelled for entry in entries_for(cast.vnm, [cycle])] == [True, True]


def number_of(cast: Any, cycle: Any, who: str = "vnm") -> int:
    person = getattr(cast, who)
    entries = entries_for(person, [cycle], person.organisation if person.is_national else None)
    return max(change.number for change in last_changes(entries))


RISES: dict[str, Any] = {
    "place": {"place": "Da Nang"},
    "title": {"title": "Fourth"},
    "link": {"video_link": "https://meet.example/4"},
    "time": {"start_time": time(9), "end_time": time(10)},
    "zone": {"time_zone": "Asia/Manila"},
}


@pytest.mark.parametrize("what", RISES)
def test_the_number_rises_with_what_a_meeting_shows(what, cast, cycle):
    meeting = make.meeting(cycle, by=cast.secretariat, start_time=time(8), end_time=time(9))
    before = number_of(cast, cycle)
    meeting.reschedule(by=cast.secretariat, expected_version=1, why="", **RISES[what])
    assert number_of(cast, cycle) > before


def test_the_number_rises_with_a_granted_extension(cast, cycle, deadline):
    before, staff = number_of(cast, cycle), number_of(cast, cycle, "secretariat")
    granted(deadline, cast)
    assert number_of(cast, cycle) > before
    assert number_of(cast, cycle, "secretariat") > staff


def test_the_number_rises_when_it_is_met_sent_back_or_taken_back(cast, cycle, deadline):
    numbers = [number_of(cast, cycle)]
    make.in_status("returned", make.report(cycle, "VNM"), cast)
    numbers.append(number_of(cast, cycle))
    comments = make.deadline(cycle, by=cast.secretariat, output="comments")
    numbers.append(number_of(cast, cycle))
    delivery = make.delivery(comments, by=cast.vnm)
    numbers.append(number_of(cast, cycle))
    Delivery.objects.get(pk=delivery.pk).take_back(by=cast.vnm, expected_version=1, note="Not yet")
    numbers.append(number_of(cast, cycle))
    assert sorted({*numbers}) == numbers


def test_the_number_rises_when_a_step_moves_to_a_meeting_that_was_changed_less(cast, cycle):
    """A sum of versions would fall here."""
    busy, quiet = (make.meeting(cycle, by=cast.secretariat, code=code, shared=False) for code in "34")
    for n in range(3):
        busy.reschedule(by=cast.secretariat, expected_version=busy.version, why="", title=f"Third {n}")
    step = make.step(cycle, by=cast.secretariat, meeting=busy)
    before = number_of_step(step, cast)
    step.edit(by=cast.secretariat, expected_version=1, why="Moved", meeting=quiet)
    assert number_of_step(PlanStep.objects.get(pk=step.pk), cast) > before


def number_of_step(step: PlanStep, cast: Any) -> int:
    entries = [entry for entry in entries_for(cast.vnm, [step.cycle]) if entry.record == step]
    return last_changes(entries)[0].number


def test_a_month_has_whole_weeks_and_marks_today(cast, cycle, deadline):
    make.meeting(cycle, by=cast.secretariat, planned_from=date(2020, 8, 30), planned_to=date(2020, 9, 1))
    weeks = weeks_of_month(entries_for(cast.vnm, [cycle], cast.vnm.organisation), date(2020, 8, 1))
    assert [len(week.days) for week in weeks] == [7] * 6
    assert [day.on for week in weeks for day in week.days if day.is_today] == [date(2020, 8, 20)]
    assert [day.on.day for week in weeks for day in week.days if day.lines] == [30, 31, 1]


def test_later_dates_of_several_countries_are_one_line(cast, cycle, deadline):
    granted(deadline, cast)
    asked = make.extension(make.report(cycle, "LAO"), deadline, by=cast.lao)
    asked.grant(by=cast.secretariat, expected_version=1, until=date(2020, 9, 14))
    weeks = weeks_of_month(entries_for(cast.secretariat, [cycle]), date(2020, 9, 1))
    lines = [line.title for week in weeks for day in week.days for line in day.lines]
    assert lines == ["National reports", "National reports (Lao PDR, Viet Nam)"]


def test_it_is_one_query_more_for_the_numbers(cast, cycle, deadline, django_assert_num_queries):
    for n in range(4, 9):
        make.meeting(cycle, by=cast.secretariat, code=str(n))
    entries = entries_for(cast.secretariat, [cycle])
    assert {type(entry.record) for entry in entries} >= {Meeting}
    with django_assert_num_queries(1):
        last_changes(entries)
