"""What boards read day by day is what the records tell, whatever order things happen in."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from reviews import clock
from reviews.models import DailyOpenGaps, DailyProgress, DataGap, NationalReport
from reviews.operations import daily_counts
from reviews.queries import progress
from tests.support import make

DAY = date(2020, 8, 11)


@pytest.fixture
def gap(cast, report):
    with clock.at(DAY):
        return DataGap.raise_for(report, by=cast.vnm, kind=make.kind(), missing="Baseline")


def rows():
    return list(DailyOpenGaps.objects.order_by("on", "kind").values_list("on", "kind__code", "number"))


def close(gap, by):
    gap.close(by=by, expected_version=gap.version, way="data_found", note="Found.")


def test_a_gap_counts_from_the_day_it_is_raised_to_the_day_it_is_closed(cast, gap, report):
    with clock.at(DAY + timedelta(9)):
        close(gap, cast.vnm)
    assert rows() == [(DAY, gap.kind.code, 1), (DAY + timedelta(9), gap.kind.code, 0)]
    for days, number in ((-1, 0), (0, 1), (8, 1), (9, 0), (90, 0)):
        open_then = progress.count_members([report], [gap.kind], {}, DAY + timedelta(days)).open_gaps
        assert open_then == {(report.member_state_id, gap.kind_id): number}


def test_what_changes_within_a_day_leaves_one_row(cast, gap, report):
    with clock.at(DAY):
        close(gap, cast.vnm)
        gap.reopen(by=cast.vnm, expected_version=gap.version, note="It was another survey.")
        DataGap.raise_for(report, by=cast.vnm, kind=gap.kind, missing="Series")
    assert rows() == [(DAY, gap.kind.code, 2)]


def test_words_change_no_count(cast, gap):
    gap.edit(by=cast.vnm, expected_version=gap.version, missing="Baseline of 2016")
    assert rows() == [(DAY, gap.kind.code, 1)]


def test_another_kind_moves_it(cast, gap):
    was, other = gap.kind, make.kind("access")
    with clock.at(DAY + timedelta(1)):
        gap.edit(by=cast.vnm, expected_version=gap.version, kind=other)
    assert {(kind, number) for on, kind, number in rows() if on > DAY} == {(was.code, 0), (other.code, 1)}


def test_what_comes_late_counts_for_the_days_after(cast, gap, report):
    """A clock that was behind: an earlier day is written after a later one."""
    with clock.at(DAY - timedelta(3)):
        DataGap.raise_for(report, by=cast.vnm, kind=gap.kind, missing="Series")
    assert rows() == [(DAY - timedelta(3), gap.kind.code, 1), (DAY, gap.kind.code, 2)]


def post(report, by, day, *figures):
    report.refresh_from_db()
    with clock.at(day):
        report.post_progress(
            by=by,
            expected_version=report.version,
            note="x",
            **dict(zip(("data_collection", "analysis", "writing"), figures, strict=True)),
        )


def test_the_last_word_of_a_day_counts(cast, report):
    post(report, cast.vnm, DAY, 10, None, None)
    post(report, cast.vnm, DAY, 20, 5, None)
    post(report, cast.vnm, DAY + timedelta(2), 60, None, None)
    kept = DailyProgress.objects.order_by("on").values_list(
        "on", "data_collection", "data_collection_was", "is_first"
    )
    assert list(kept) == [(DAY, 20, None, True), (DAY + timedelta(2), 60, 20, False)]


def test_averages_over_time(cast, cycle, report):
    lao, reports = make.report(cycle, "LAO"), list(cycle.member_reports())
    post(report, cast.vnm, DAY, 10, None, None)
    post(lao, cast.lao, DAY + timedelta(1), 50, 20, None)
    post(report, cast.vnm, DAY + timedelta(4), 30, None, None)
    assert progress.averages(reports, DAY + timedelta(9)) == [
        (DAY, (10, None, None), 1, (1, 0, 0)),
        (DAY + timedelta(1), (30, 20, None), 2, (2, 1, 0)),
        (DAY + timedelta(4), (40, 20, None), 2, (2, 1, 0)),
    ]
    assert len(progress.averages(reports, DAY + timedelta(1))) == 2


def test_a_member_counts_from_the_day_of_its_seat(cast, cycle, report):
    """What it posted before is in the averages from then on, and in none of an earlier day."""
    seat = cycle.memberships.get(member_state__code="LAO")
    seat.correct(by=cast.admin, expected_version=1, why="Joined later.", joined_on=DAY + timedelta(5))
    lao = make.report(cycle, "LAO")
    post(report, cast.vnm, DAY, 10, None, None)
    post(lao, cast.lao, DAY + timedelta(1), 50, 20, None)
    post(lao, cast.lao, DAY + timedelta(2), 70, 20, None)
    before, after = DAY + timedelta(4), DAY + timedelta(5)
    alone = (DAY, (10, None, None), 1, (1, 0, 0))
    assert progress.averages(list(cycle.member_reports(before)), before) == [alone]
    assert progress.averages(list(cycle.member_reports(after)), after) == [
        alone,
        (after, (40, 20, None), 2, (2, 1, 0)),
    ]


def test_a_pace_skips_what_was_not_told(cast, report):
    post(report, cast.vnm, DAY, 10, 40, None)
    post(report, cast.vnm, DAY + timedelta(3), None, None, None)
    post(report, cast.vnm, DAY + timedelta(5), 30, None, None)
    data, analysis, writing = progress.paces([report], DAY + timedelta(9))[report.pk]
    assert (data.value, data.updated_on, data.before_on, data.gain) == (30, DAY + timedelta(5), DAY, 20)
    assert analysis.value is writing.value is None


def test_the_first_day_in_a_window(cast, report):
    for days in (0, 5, 7):
        post(report, cast.vnm, DAY + timedelta(days), 10 + days, None, None)
    opened = (DAY + timedelta(1), DAY + timedelta(8))
    for on, expected in (
        (DAY + timedelta(9), [DAY + timedelta(5), None]),
        (DAY + timedelta(4), [None, None]),
    ):
        rows = NationalReport.objects.filter(pk=report.pk)
        found = [rows.annotate(first=progress.first_day(day, on)).get().first for day in opened]
        assert found == expected


def test_points_of_a_long_time_are_thinned():
    points = [progress.Point(DAY + timedelta(n), (n,), 1, (1,)) for n in range(600)]
    shown = progress.thinned(points)
    assert len(shown) <= progress.MOST_POINTS
    assert shown[-1] == points[-1]
    assert progress.thinned(points[:30]) == points[:30]


def test_all_can_be_counted_anew(cast, gap, report, capsys):
    post(report, cast.vnm, DAY, 10, 5, None)
    with clock.at(DAY + timedelta(3)):
        close(gap, cast.vnm)
    before = rows(), list(DailyProgress.objects.values())
    assert list(daily_counts.differences()) == []
    DailyOpenGaps.objects.filter(on=DAY).update(number=7)
    DailyProgress.objects.all().delete()
    assert len(list(daily_counts.differences())) == 3
    call_command("rebuild_tallies")
    assert "3 differences, counted anew" in capsys.readouterr().out
    assert rows() == before[0]
    assert [{**row, "id": 0} for row in DailyProgress.objects.values()] == [
        {**row, "id": 0} for row in before[1]
    ]
    call_command("rebuild_tallies", check=True)
    assert "0 differences" in capsys.readouterr().out
