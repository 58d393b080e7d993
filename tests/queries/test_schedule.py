"""The arithmetic of the backward plan, on plans of every shape."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.queries.schedule import (
    Projection,
    Stage,
    critical_path,
    latest_dates,
    pace,
    schedule_stages,
    with_delays,
)

DAY = date(2020, 8, 20)
days = st.dates(date(2020, 6, 1), date(2021, 6, 1))
maybe = st.none() | days


@st.composite
def plans(draw: st.DrawFn, done: bool = True) -> list[Stage]:
    """Some stages; those that have happened come first."""
    over = draw(st.integers(0, 2)) if done else 0
    rows = draw(st.lists(st.tuples(st.integers(0, 60), maybe, maybe), min_size=1, max_size=8))
    return [
        Stage(f"s{n}", need, fixed, None if fixed else planned, done_on=DAY if n < over else None)
        for n, (need, fixed, planned) in enumerate(rows)
    ]


@given(plans())
def test_latest_dates_leave_room_for_what_follows(plan):
    latest = latest_dates(plan)
    for n, stage in enumerate(plan[1:], start=1):
        if latest[n] is not None:
            assert latest[n - 1] <= latest[n] - timedelta(days=stage.days)
    for stage, last in zip(plan, latest, strict=True):
        if stage.fixed_on and not stage.done_on:
            assert last <= stage.fixed_on


@given(plans(), st.integers(1, 60), st.integers(0, 7))
def test_a_longer_step_never_makes_anything_earlier_needed_later(plan, more, n):
    n = min(n, len(plan) - 1)
    longer = [*plan[:n], Stage(**{**vars(plan[n]), "days": plan[n].days + more}), *plan[n + 1 :]]
    for before, after in zip(latest_dates(plan), latest_dates(longer), strict=True):
        assert before == after or after < before


@given(plans())
def test_slack_is_the_days_between(plan):
    for row in schedule_stages(plan, DAY):
        if row.slack is not None:
            assert row.arrives_on + timedelta(days=row.slack) == row.latest_on
        if row.stage.done_on:
            assert row.slack is None
            assert row.expected_on == row.stage.done_on


@given(plans())
def test_dates_follow_each_other(plan):
    rows = schedule_stages(plan, DAY)
    for before, row in zip(rows, rows[1:], strict=False):
        if row.stage.done_on is None and before.expected_on:
            assert row.ready_on == before.expected_on + timedelta(days=row.stage.days)
            assert row.expected_on >= row.ready_on


@given(plans(done=False), st.integers(0, 7))
def test_slack_can_be_used_up_and_no_more(plan, n):
    row = schedule_stages(plan, DAY)[n := min(n, len(plan) - 1)]
    if row.stage.fixed_on or row.slack is None or row.slack < 0:
        return
    late = {x.stage.key for x in schedule_stages(plan, DAY) if x.late_by}
    just = schedule_stages(with_delays(plan, {row.stage.key: row.slack}), DAY)
    assert just[n].slack == 0
    assert {x.stage.key for x in just if x.late_by} == late
    over = schedule_stages(with_delays(plan, {row.stage.key: row.slack + 1}), DAY)
    assert over[n].slack == -1
    assert any(x.late_by for x in over[n + 1 :])


@given(plans(), st.dictionaries(st.sampled_from([f"s{n}" for n in range(8)]), st.integers(1, 90)))
def test_the_count_that_is_shown_adds_up(plan, slips):
    rows = schedule_stages(with_delays(plan, slips), DAY)
    for n, row in enumerate(rows):
        path = critical_path(rows, n)
        if path:
            assert path.stages[-1] is row
            assert path.start.expected_on + timedelta(days=path.total) == row.ready_on
            assert path.total == path.needed + path.slip


LADDER = [
    Stage("reports", planned_on=date(2020, 9, 14)),
    Stage("draft", 14),
    Stage("wrap-up", 8, fixed_on=date(2020, 10, 6)),
    Stage("final", 10),
    Stage("soca", 7),
    Stage("council", 7),
    Stage("summit", 10, fixed_on=date(2020, 11, 12)),
]


def test_the_way_to_the_summit():
    rows = {row.stage.key: row for row in schedule_stages(LADDER, DAY)}
    assert {key: row.slack for key, row in rows.items()} == {
        "reports": 0, "draft": 0, "wrap-up": 0, "final": 3, "soca": 3, "council": 3, "summit": 3,
    }  # fmt: skip
    assert rows["soca"].latest_on == date(2020, 10, 26)


def test_a_slip_and_what_it_costs():
    rows = schedule_stages(with_delays(LADDER, {"reports": 21}), DAY)
    assert [(row.stage.key, row.late_by) for row in rows if row.late_by] == [("wrap-up", 21), ("summit", 18)]
    path = critical_path(rows, 6)
    assert (path.start.stage.key, path.needed) == ("reports", 56)


def test_a_meeting_that_moves_takes_its_day_with_it():
    rows = schedule_stages(with_delays(LADDER, {"wrap-up": 4}), DAY)
    assert [row.late_by for row in rows] == [0, 0, 0, 0, 0, 0, 1]
    assert rows[0].slack == 3  # the Summit decides now
    assert critical_path(rows, 6).start.stage.key == "wrap-up"


def test_nothing_is_known_without_a_date():
    rows = schedule_stages([Stage("draft", 14), Stage("soca", 7)], DAY)
    assert [(row.latest_on, row.expected_on, row.slack) for row in rows] == [(None, None, None)] * 2


AUG = [date(2020, 8, day) for day in (11, 18)]


def test_pace_with_its_arithmetic():
    result = pace([(date(2020, 7, 31), 10), (AUG[0], 15), (AUG[1], 20)])
    assert (result.gain, result.over, result.days, result.ends_on) == (5, 7, 112, date(2020, 12, 8))
    assert result.passes(date(2020, 9, 14))
    assert not result.passes(date(2020, 12, 8))
    assert not result.passes(None)


@pytest.mark.parametrize(
    ("updates", "projection"),
    [
        ([], Projection.NOT_REPORTED),
        ([(AUG[0], 10), (AUG[1], None)], Projection.NOT_REPORTED),
        ([(AUG[1], 10)], Projection.FIRST),
        ([(AUG[0], None), (AUG[1], 0)], Projection.FIRST),
        ([(AUG[1], 10), (AUG[1], 20)], Projection.FIRST),
        ([(AUG[0], 20), (AUG[1], 20)], Projection.NO_GAIN),
        ([(AUG[0], 30), (AUG[1], 20)], Projection.NO_GAIN),
        ([(AUG[0], 0), (AUG[1], 1)], Projection.GROWING),
        ([(AUG[0], 90), (AUG[1], 100)], Projection.COMPLETE),
    ],
)
def test_what_a_pace_can_say(updates, projection):
    result = pace(updates)
    assert result.projection is projection
    assert (result.ends_on is not None) is (projection is Projection.GROWING)


@given(st.integers(0, 98), st.integers(1, 100), st.integers(1, 400))
def test_the_day_of_a_pace_is_not_a_day_early(before, gain, over):
    value = min(before + gain, 99)
    result = pace([(DAY - timedelta(days=over), before), (DAY, value)])
    grown = (value - before) * result.days
    assert grown >= (100 - value) * over > grown - (value - before)
