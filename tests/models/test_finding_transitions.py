"""Findings and recommendations: every status x every transition, and their numbers."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from reviews.models import Finding
from reviews.models.findings import FINDING_TRANSITIONS
from tests.models.transitions import fresh, raises, refused, tells
from tests.support import grids, make

TRANSITIONS = """
           preliminary  final        withdrawn
finalise   final        -            -
withdraw   withdrawn    withdrawn    -
reopen     -            preliminary  preliminary
edit       preliminary  -            -
"""
PERMISSIONS = """
           vnm  vnm_team  lao  consultant  lead  secretariat  observer  admin
any        yes  yes       no   no          no    no           no        no
"""
VERBS = {"finalise": "finalised", "withdraw": "withdrawn", "reopen": "reopened", "edit": "changed"}


def take(transition: str, finding: Finding, by: Any) -> None:
    values: dict[str, Any] = {"by": by, "expected_version": finding.version}
    values |= {"text": "Widened more"} if transition == "edit" else {"note": "Because."}
    getattr(finding, transition)(**values)


def in_status(status: str, report: Any, cast: Any) -> Finding:
    finding = make.finding(report, by=cast.vnm)
    way = {"final": "finalise", "withdrawn": "withdraw"}.get(status)
    if way:
        take(way, finding, cast.vnm)
    return finding


def test_the_grid_is_whole():
    assert {name for name, _row in grids.read(TRANSITIONS)} == {*FINDING_TRANSITIONS}


@pytest.mark.parametrize(("transition", "status", "target"), grids.cells(TRANSITIONS))
def test_every_status_by_every_transition(transition, status, target, cast, report):
    finding = in_status(status, report, cast)
    if target == "-":
        refused("status|preliminary", take, transition, finding, cast.vnm)
        return
    take(transition, finding, cast.vnm)
    assert fresh(finding).status == target
    tells(
        finding,
        by=cast.vnm,
        verb=VERBS[transition],
        why="" if transition == "edit" else "Because.",
        was=status,
    )


@pytest.mark.parametrize(("_any", "name", "may"), grids.cells(PERMISSIONS))
@pytest.mark.parametrize("transition", ["finalise", "withdraw", "edit"])
def test_who_may(transition, _any, name, may, cast, report):
    finding = make.finding(report, by=cast.vnm)
    if may == "yes":
        take(transition, finding, getattr(cast, name))
    else:
        raises(PermissionDenied, take, transition, finding, getattr(cast, name))


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
