"""Findings and recommendations: every status x every move, and their numbers."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from reviews.models import Finding
from reviews.models.findings import FINDING_TRANSITIONS
from tests.models.transitions import fresh, raises, refused, tells
from tests.support import grids, make

MOVES = """
           preliminary  final        withdrawn
finalise   final        -            -
withdraw   withdrawn    withdrawn    -
reopen     -            preliminary  preliminary
edit       preliminary  -            -
"""
RIGHTS = """
           vnm  vnm_team  lao  consultant  lead  secretariat  observer  admin
any        yes  yes       no   no          no    no           no        no
"""
VERBS = {"finalise": "finalised", "withdraw": "withdrawn", "reopen": "reopened", "edit": "changed"}


def take(move: str, finding: Finding, by: Any) -> None:
    values: dict[str, Any] = {"by": by, "expected_version": finding.version}
    values |= {"text": "Widened more"} if move == "edit" else {"note": "Because."}
    getattr(finding, move)(**values)


def in_status(status: str, report: Any, cast: Any) -> Finding:
    finding = make.finding(report, by=cast.vnm)
    way = {"final": "finalise", "withdrawn": "withdraw"}.get(status)
    if way:
        take(way, finding, cast.vnm)
    return finding


def test_the_grid_is_whole():
    assert {name for name, _row in grids.read(MOVES)} == {*FINDING_TRANSITIONS}


@pytest.mark.parametrize(("move", "status", "target"), grids.cells(MOVES))
def test_every_status_by_every_move(move, status, target, cast, report):
    finding = in_status(status, report, cast)
    if target == "-":
        refused("status|preliminary", take, move, finding, cast.vnm)
        return
    take(move, finding, cast.vnm)
    assert fresh(finding).status == target
    tells(finding, by=cast.vnm, verb=VERBS[move], why="" if move == "edit" else "Because.", was=status)


@pytest.mark.parametrize(("_any", "name", "may"), grids.cells(RIGHTS))
@pytest.mark.parametrize("move", ["finalise", "withdraw", "edit"])
def test_who_may(move, _any, name, may, cast, report):
    finding = make.finding(report, by=cast.vnm)
    if may == "yes":
        take(move, finding, getattr(cast, name))
    else:
        raises(PermissionDenied, take, move, finding, getattr(cast, name))


def test_withdrawing_owes_a_reason(cast, report):
    finding = make.finding(report, by=cast.vnm)
    raises(ValidationError, finding.withdraw, by=cast.vnm, expected_version=finding.version, note=" ")


def test_numbers_by_country_and_kind(cast, cycle, report):
    lao = make.report(cycle, "LAO")
    codes = [make.finding(report, by=cast.vnm).code, make.finding(report, by=cast.vnm_team).code]
    codes += [
        make.finding(report, by=cast.vnm, kind="recommendation").code,
        make.finding(lao, by=cast.lao).code,
    ]
    assert codes == ["VNM-F1", "VNM-F2", "VNM-R1", "LAO-F1"]


def test_at_a_meeting_the_secretariat_types_for_the_country(cast, cycle, report):
    meeting = make.meeting(cycle, by=cast.secretariat)
    finding = make.finding(report, by=cast.secretariat, meeting=meeting)
    assert (finding.recorded_by, finding.meeting, finding.code) == (cast.secretariat, meeting, "VNM-F1")
    raises(PermissionDenied, make.finding, report, by=cast.secretariat)
    raises(PermissionDenied, make.finding, report, by=cast.lao, meeting=meeting)
