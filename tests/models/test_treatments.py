"""Closing a gap records its treatment; opening it again retires the treatment and keeps it."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from reviews.models import (
    Beneficiaries,
    ClosingWay,
    CompletionLevel,
    EditConflict,
    GapStatus,
    NotAllowedNow,
    SeriesBreak,
    StandIn,
    Trace,
    Tracked,
)
from reviews.models.treatments import TREATMENTS, completion_range, treatment_for, treatments_by_gap
from tests.support import grids, make

# What a closing records: way x kind of gap. "-": the note is enough.
RECORDED = """
                 missing  discontinuous    completion_unclear  beneficiaries_unquantified  consultation_delayed  other
data_found             -              -                     -                           -                     -      -
proxy_agreed     StandIn        StandIn               StandIn                     StandIn               StandIn StandIn
estimate_agreed  StandIn        StandIn       CompletionLevel               Beneficiaries               StandIn StandIn
limitation             -    SeriesBreak       CompletionLevel               Beneficiaries                     -      -
out_of_scope           -              -                     -                           -                     -      -
"""
STAND_IN = {"method": "The neighbouring district.", "reliance": "medium", "value": "12 %"}
BREAK = {"broke_on": date(2018, 1, 1), "reason": "New definition."}
PEOPLE = {"basis": "survey", "low": 10, "high": 20, "overlap": "Two programmes."}
LEVEL = {
    "done": 2, "ongoing": 1, "not_started": 1, "cannot_tell": 1, "rule": "not_done", "agreed_by": "Committee"
}  # fmt: skip
FIELDS: dict[Any, dict[str, Any]] = {
    StandIn: STAND_IN, SeriesBreak: BREAK, Beneficiaries: PEOPLE, CompletionLevel: LEVEL, None: {},
}  # fmt: skip


@pytest.mark.parametrize(("way", "kind", "told"), grids.cells(RECORDED))
def test_what_a_closing_records(way, kind, told, cast, report):
    expected = treatment_for(way, kind)
    assert (expected.__name__ if expected else "-") == told
    gap = make.gap(report, by=cast.vnm, kind=make.kind(kind))
    gap.close(by=cast.vnm, expected_version=gap.version, way=way, note="So.", **FIELDS[expected])
    assert [type(t).__name__ for t in gap.treatments()] == ([told] if expected else [])
    assert gap.status == GapStatus.CLOSED


def test_every_way_is_in_the_grid():
    assert {way for way, _row in grids.read(RECORDED)} == set(ClosingWay.values)


def test_without_its_treatment_a_gap_stays_open(cast, report):
    gap, before = make.gap(report, by=cast.vnm), Trace.objects.count()
    with pytest.raises(ValidationError) as wrong:
        gap.close(by=cast.vnm, expected_version=gap.version, way="proxy_agreed", note="So.")
    assert set(wrong.value.message_dict) == {"method", "reliance"}
    gap.refresh_from_db()
    assert (gap.status, Trace.objects.count(), StandIn.objects.count()) == ("open", before, 0)


def test_a_treatment_that_is_not_asked_for_is_a_mistake_of_ours(cast, report):
    gap = make.gap(report, by=cast.vnm)
    with pytest.raises(TypeError):
        gap.close(by=cast.vnm, expected_version=gap.version, way="data_found", note="So.", **STAND_IN)


def test_a_stale_closing_writes_no_treatment(cast, report):
    gap = make.gap(report, by=cast.vnm)
    expected_version, other = gap.version, type(gap).objects.get(pk=gap.pk)
    other.take_up(by=cast.vnm, expected_version=expected_version)
    with pytest.raises(EditConflict):
        gap.close(by=cast.vnm, expected_version=expected_version, way="proxy_agreed", note="So.", **STAND_IN)
    assert StandIn.objects.count() == 0


def test_the_second_of_two_who_close_is_told(cast, report):
    gap = make.gap(report, by=cast.vnm)
    other = type(gap).objects.get(pk=gap.pk)
    other.close(by=cast.vnm, expected_version=other.version, way="proxy_agreed", note="So.", **STAND_IN)
    with pytest.raises(EditConflict):
        gap.close(by=cast.vnm_team, expected_version=gap.version, way="proxy_agreed", note="So.", **STAND_IN)
    assert StandIn.objects.count() == 1


def test_a_gap_that_an_administrator_opened_can_be_closed_again(cast, report):
    gap = closed(report, cast, "missing", "proxy_agreed", **STAND_IN)
    opened = {"status": "open", "closing_way": "", "closing_note": "", "holder": cast.vnm.organisation}
    gap.correct(by=cast.admin, expected_version=gap.version, why="Closed by mistake.", **opened)
    gap.close(by=cast.vnm, expected_version=gap.version, way="estimate_agreed", note="So.", **STAND_IN)
    assert [(t.way, t.in_force) for t in gap.treatments()] == [
        ("estimate_agreed", True), ("proxy_agreed", False)
    ]  # fmt: skip


def test_whose_gap_it_is_not_closes_nothing(cast, report):
    gap = make.gap(report, by=cast.vnm)
    for person in (cast.lao, cast.consultant, cast.secretariat, cast.observer, cast.admin):
        with pytest.raises(PermissionDenied):
            gap.close(by=person, expected_version=gap.version, way="proxy_agreed", note="So.", **STAND_IN)
    assert StandIn.objects.count() == 0


def closed(report: Any, cast: Any, kind: str, way: str, **fields: Any) -> Any:
    gap = make.gap(report, by=cast.vnm, kind=make.kind(kind))
    return gap.close(by=cast.vnm, expected_version=gap.version, way=way, note="So.", **fields)


def test_reopening_retires_and_closing_again_records_anew(cast, report):
    gap = closed(report, cast, "missing", "proxy_agreed", **STAND_IN)
    gap.reopen(by=cast.vnm, expected_version=gap.version, note="It was wrong.")
    assert [(t.in_force, t.version) for t in gap.treatments()] == [(False, 2)]
    gap.close(
        by=cast.vnm,
        expected_version=gap.version,
        way="estimate_agreed",
        note="So.",
        **STAND_IN | {"value": "13 %"},
    )
    told = [(t.way, t.value, t.in_force) for t in gap.treatments()]
    assert told == [("estimate_agreed", "13 %", True), ("proxy_agreed", "12 %", False)]
    rows = Trace.objects.on_page(gap).filter(model="reviews.standin").order_by("id")
    assert [(r.verb, r.why, r.member_state_id) for r in rows] == [
        ("created", "", gap.member_state_id), ("withdrawn", "It was wrong.", gap.member_state_id),
        ("created", "", gap.member_state_id),
    ]  # fmt: skip


def test_a_gap_has_one_treatment_of_a_kind_in_force(cast, report):
    gap = closed(report, cast, "missing", "proxy_agreed", **STAND_IN)
    with pytest.raises(IntegrityError), transaction.atomic():
        StandIn.create_traced(by=cast.admin, gap=gap, way="proxy_agreed", **STAND_IN)


def test_in_a_closed_cycle_nothing_is_closed_or_opened(cast, cycle, report):
    gap = closed(report, cast, "missing", "proxy_agreed", **STAND_IN)
    cycle.close(by=cast.secretariat, expected_version=cycle.version, why="Done.")
    gap = type(gap).objects.get(pk=gap.pk)
    with pytest.raises(NotAllowedNow):
        gap.reopen(by=cast.vnm, expected_version=gap.version, note="It was wrong.")
    assert StandIn.objects.get().in_force


def test_treatments_by_gap_many_gaps_ask_once_per_kind(cast, report, django_assert_num_queries):
    gaps = [closed(report, cast, "missing", "proxy_agreed", **STAND_IN) for _ in range(3)]
    with django_assert_num_queries(len(TREATMENTS)):
        found = treatments_by_gap(gaps)
        assert [found[gap.pk][0].in_words for gap in gaps] == [
            "The neighbouring district. (confidence: medium): 12 %"
        ] * 3


# --- beneficiaries

BAD_PEOPLE = [
    ({"low": 21}, {"high"}), ({"low": None}, {"low"}), ({"low": None, "high": None}, {"low", "high"}),
    ({"basis": "exact"}, {"high"}), ({"basis": "not_quantifiable"}, {"low", "high"}), ({"low": -1}, {"low"}),
    ({"basis": "guess"}, {"basis"}), ({"high": 10**11}, {"high"}), ({"high": "many"}, {"high"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "wrong"),
    BAD_PEOPLE,
    ids=lambda value: str(sorted(value)) if isinstance(value, set) else str(value),
)
def test_beneficiaries_that_cannot_be(typed, wrong, cast, report):
    with pytest.raises(ValidationError) as error:
        closed(report, cast, "beneficiaries_unquantified", "limitation", **PEOPLE | typed)
    assert set(error.value.message_dict) == wrong


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "10 to 20 people (survey); overlap: Two programmes."),
        ({"basis": "exact", "low": 1500, "high": 1500, "overlap": ""}, "1,500 people (exact count)"),
        ({"basis": "not_quantifiable", "low": None, "high": None, "overlap": ""}, "not quantifiable"),
        ({"low": 0, "high": 0, "overlap": ""}, "0 people (survey)"),
    ],
)
def test_beneficiaries_in_words(typed, words, cast, report):
    gap = closed(report, cast, "beneficiaries_unquantified", "estimate_agreed", **PEOPLE | typed)
    assert gap.treatments()[0].in_words == words


# --- completion levels

counts = st.integers(min_value=0, max_value=1_000_000)
rules = st.sampled_from(["not_done", "may_be_done"])


@given(counts, counts, counts, counts, rules)
def test_a_completion_range_holds_the_truth(done, ongoing, not_started, cannot_tell, rule):
    total = done + ongoing + not_started + cannot_tell
    if not total:
        with pytest.raises(ValueError, match="at least one"):
            completion_range(done, ongoing, not_started, cannot_tell, rule)
        return
    low, high = completion_range(done, ongoing, not_started, cannot_tell, rule)
    most = done + cannot_tell + (ongoing if rule == "may_be_done" else 0)
    assert 0 <= low <= high <= 100
    assert low <= Fraction(100 * done, total) < low + 1
    assert high - 1 < Fraction(100 * most, total) <= high
    # One figure only where it is exact.
    assert (low == high) == (done == most and 100 * done % total == 0)


@given(counts, counts, counts, counts)
def test_counting_what_is_under_way_only_widens_upwards(done, ongoing, not_started, cannot_tell):
    if done + ongoing + not_started + cannot_tell:
        strict = completion_range(done, ongoing, not_started, cannot_tell, "not_done")
        mild = completion_range(done, ongoing, not_started, cannot_tell, "may_be_done")
        assert strict[0] == mild[0]
        assert strict[1] <= mild[1]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "40 % to 60 %"), ({"rule": "may_be_done"}, "40 % to 80 %"),
        ({"cannot_tell": 0, "not_started": 1}, "50 %"), ({"done": 1, "cannot_tell": 0}, "33 % to 34 %"),
    ],
)  # fmt: skip
def test_completion_levels_in_words(typed, words, cast, report):
    gap = closed(report, cast, "completion_unclear", "limitation", **LEVEL | typed)
    treatment = gap.treatments()[0]
    assert treatment.level == words
    assert "agreed by Committee" in treatment.in_words


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        (dict.fromkeys(("done", "ongoing", "not_started", "cannot_tell"), 0), {"done"}),
        ({"ongoing": -1}, {"ongoing"}), ({"done": None}, {"done"}), ({"done": "2.5"}, {"done"}),
        ({"done": 10**9}, {"done"}), ({"rule": ""}, {"rule"}), ({"agreed_by": ""}, {"agreed_by"}),
    ],
    ids=str,
)  # fmt: skip
def test_completion_levels_that_cannot_be(typed, wrong, cast, report):
    with pytest.raises(ValidationError) as error:
        closed(report, cast, "completion_unclear", "limitation", **LEVEL | typed)
    assert set(error.value.message_dict) == wrong


# --- the database knows it too

BROKEN: list[tuple[type[Tracked], dict[str, Any], dict[str, Any]]] = [
    (StandIn, STAND_IN, {"reliance": "x"}), (StandIn, STAND_IN, {"way": "x"}),
    (Beneficiaries, PEOPLE, {"low": 21}), (Beneficiaries, PEOPLE, {"low": None}),
    (Beneficiaries, PEOPLE, {"basis": "not_quantifiable"}), (Beneficiaries, PEOPLE, {"basis": "x"}),
    (Beneficiaries, PEOPLE, {"low": -5}),
    (CompletionLevel, LEVEL, {"rule": "x"}), (CompletionLevel, LEVEL, {"ongoing": -1}),
    (CompletionLevel, LEVEL, dict.fromkeys(("done", "ongoing", "not_started", "cannot_tell"), 0)),
]  # fmt: skip


@pytest.mark.parametrize(("model", "values", "broken"), BROKEN, ids=lambda v: getattr(v, "__name__", str(v)))
def test_the_database_refuses_too(model, values, broken, cast, report):
    gap = make.gap(report, by=cast.vnm)
    made = model.create_traced(by=cast.vnm, gap=gap, way="limitation", **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.filter(pk=made.pk).update_if_version(made.version, **broken)
