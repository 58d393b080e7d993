"""Data gaps: numbered per country, searched by words, closed in one of five ways."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from reviews import clock
from reviews.models import ClosingWay, DataGap, FrameworkNode
from reviews.models.treatments import treatment_for
from tests.models.transitions import fresh, raises, tells
from tests.support import make


def test_numbers_run_per_country_and_cycle(cast, report):
    lao = make.report(report.cycle, "LAO")
    other = make.report(make.cycle("iai", by=cast.secretariat), "VNM")
    raised = [make.gap(r, by=by) for r, by in ((report, cast.vnm), (lao, cast.lao), (report, cast.vnm_team))]
    raised.append(make.gap(other, by=cast.vnm))
    assert [gap.code for gap in raised] == ["VNM-1", "LAO-1", "VNM-2", "VNM-1"]


def test_a_number_is_never_given_twice(cast, report):
    for gap in (make.gap(report, by=cast.vnm), make.gap(report, by=cast.vnm)):
        gap.close(by=cast.vnm, expected_version=1, way="out_of_scope", note="Not asked for.")
    assert make.gap(report, by=cast.vnm).code == "VNM-3"


def test_who_raised_it_and_who_has_it(cast, report):
    gap = fresh(make.gap(report, by=cast.vnm_team))
    assert (gap.raised_by, gap.raised_at) == (cast.vnm_team, clock.now())
    assert (gap.holder.code, gap.held_since, gap.status) == ("VNM", clock.now(), "open")
    tells(gap, by=cast.vnm_team, verb="created", why="")


@pytest.mark.parametrize("way", ClosingWay.values)
def test_it_is_closed_in_a_way_and_with_a_note(way, cast, report):
    gap = make.gap(report, by=cast.vnm)
    treated = {"method": "Its neighbour.", "reliance": "low"} if treatment_for(way, gap.kind.code) else {}
    gap.close(by=cast.vnm, expected_version=1, way=way, note="Agreed with the consultants.", **treated)
    closed = fresh(gap)
    assert (closed.status, closed.closing_way, closed.holder) == ("closed", way, None)
    assert closed.closing_note == "Agreed with the consultants."


@pytest.mark.parametrize("missing", ["", None])
def test_what_is_missing_has_to_be_said(missing, cast, report):
    values = {"kind": make.kind(), "missing": missing}
    error: Any = raises(ValidationError, DataGap.raise_for, report, by=cast.vnm, **values)
    assert set(error.message_dict) == {"missing"}


def test_its_area_is_a_key_result_area_of_this_framework(cast, report):
    top = FrameworkNode.create_traced(
        by=None, framework=make.framework(), level="characteristic", code="A", title="Engages"
    )
    values = {"kind": make.kind(), "missing": "Baseline", "key_result_area": top}
    error: Any = raises(ValidationError, DataGap.raise_for, report, by=cast.vnm, **values)
    assert error.message_dict == {"key_result_area": ["Choose a key result area of this framework."]}
    assert make.gap(report, by=cast.vnm, key_result_area=make.area()).key_result_area.code == "A.1"


def test_held_by_and_open_leave_out_what_is_closed(cast, report):
    mine, asked, done = (make.gap(report, by=cast.vnm) for _n in range(3))
    asked.ask_guidance(by=cast.vnm, expected_version=1)
    done.close(by=cast.vnm, expected_version=1, way="data_found", note="Found.")
    assert list(DataGap.objects.open()) == [mine, asked]
    assert list(DataGap.objects.held_by(cast.vnm.organisation_id)) == [mine]
    assert list(DataGap.objects.held_by(cast.consultant.organisation_id)) == [asked]
