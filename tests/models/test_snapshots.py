"""What a trace row keeps of a record, and how records stood on a day."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from reviews import clock
from reviews.models import NationalReport, Trace
from tests.models.transitions import fresh, last_trace
from tests.support import make


@pytest.fixture
def records(cast: Any, report: Any) -> SimpleNamespace:
    """One of each kind that a past day is rebuilt from, with every column filled that can be."""
    gap = make.gap(report, by=cast.vnm, key_result_area=make.area(), effect="No trend")
    deadline = make.deadline(report.cycle, by=cast.secretariat, last_on=date(2020, 9, 30))
    deadline.change_traced(by=cast.secretariat, expected_version=1, only_for=[cast.vnm.organisation])
    extension = make.extension(report, deadline, by=cast.vnm, asked_until=date(2020, 9, 21), reason="Floods")
    extension.grant(by=cast.secretariat, expected_version=1, until=date(2020, 9, 14), note="A week.")
    make.submitted(report, by=cast.vnm)
    meeting = make.meeting(report.cycle, by=cast.secretariat, host=cast.vnm.organisation)
    return SimpleNamespace(report=report, gap=gap, deadline=deadline, extension=extension, meeting=meeting)


@pytest.mark.parametrize("noun", ["report", "gap", "deadline", "extension", "meeting"])
def test_a_record_comes_back_from_its_snapshot(noun, records):
    record = fresh(getattr(records, noun))
    rebuilt = type(record).from_snapshot(record.snapshot())
    for field in record._meta.concrete_fields:
        assert getattr(rebuilt, field.attname) == getattr(record, field.attname), field.name
    assert rebuilt.many_ids == {
        f.name: sorted(row.pk for row in getattr(record, f.name).all()) for f in record._meta.many_to_many
    }


def test_a_snapshot_is_the_same_from_memory_and_from_the_database(records):
    """Else the history would tell of changes that nobody made."""
    for record in vars(records).values():
        assert record.snapshot() == fresh(record).snapshot() == last_trace(record).after


def test_as_it_stood_at_an_instant(cast, report):
    days = [date(2020, 8, day) for day in (1, 8, 15)]
    for value, day in enumerate(days, 1):
        with clock.at(day):
            report.post_progress(by=cast.vnm, expected_version=report.version, writing=10 * value)
    stood = {day: writing_on(report, day) for day in (date(2020, 7, 31), *days, date(2020, 8, 14))}
    assert stood == {
        days[0]: 10,
        days[1]: 20,
        days[2]: 30,
        date(2020, 8, 14): 20,
        date(2020, 7, 31): "absent",
    }


def writing_on(report: Any, day: date) -> Any:
    found = Trace.objects.as_of(NationalReport.objects.filter(pk=report.pk), clock.end_of(day))
    return found[0].writing if found else "absent"


def test_the_end_of_a_day_is_in_jakarta(cast, report):
    """17:30 UTC on 10 August is the 11th in Jakarta already."""
    late = clock.end_of(date(2020, 8, 10)) + timedelta(minutes=30)
    with clock.at(date(2020, 8, 1)):
        report.post_progress(by=cast.vnm, expected_version=report.version, writing=10)
    with clock.at(late):
        report.post_progress(by=cast.vnm, expected_version=report.version, writing=20)
    assert (writing_on(report, date(2020, 8, 10)), writing_on(report, date(2020, 8, 11))) == (10, 20)


def test_of_two_changes_at_one_instant_the_later_counts(cast, report):
    for writing in (10, 20):
        report.post_progress(by=cast.vnm, expected_version=report.version, writing=writing)
    assert writing_on(report, date(2020, 8, 20)) == 20
