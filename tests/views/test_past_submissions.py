"""A submission of an earlier day that came by mail: recorded by those who may correct, with a reason."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from reviews import clock
from reviews.models import ReportVersion
from reviews.queries import deadlines
from tests.models.transitions import fresh, last_trace, raises
from tests.support import make

URL = "/cycles/mtr/reports/VNM/past-submission/"
DAY = date(2020, 8, 10)


def sent(**values: Any) -> dict[str, Any]:
    return {
        "file": make.pdf(),
        "submitted_on": "10/8/2020",
        "why": "By mail of 10 August.",
        "version": 1,
    } | values


def test_it_counts_from_its_own_day_and_says_how_it_came(cast, cycle, report, sign_in):
    due = make.deadline(cycle, by=cast.secretariat, due_on=date(2020, 8, 14))
    browser = sign_in(cast.admin)
    assert URL in browser.get(reverse("report-files", args=["mtr", "VNM"])).content.decode()
    assert browser.get(URL).status_code == 200
    assert browser.post(URL, sent(on_behalf_of="Ministry of Labour")).status_code == 302
    stored, version = make.report(cycle, "VNM"), ReportVersion.objects.get()
    assert (stored.status, stored.holder.code) == ("submitted", "RET")
    assert clock.day_of(stored.handed_in_at) == clock.day_of(version.submitted_at) == DAY
    assert (version.submitted_by, version.reason) == (cast.admin, "By mail of 10 August.")
    row = last_trace(stored)
    assert (row.by, row.verb, row.why, clock.day_of(row.at)) == (
        cast.admin,
        "submitted",
        "By mail of 10 August.",
        clock.today(),
    )
    assert deadlines.status_of(stored, due, [], clock.today()).text == "met"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"why": " "}, "why"),
        ({"submitted_on": "21/8/2020"}, "submitted_on"),
        ({"submitted_on": "1/1/2020"}, "submitted_on"),  # before the cycle
        ({"submitted_on": ""}, "submitted_on"),
    ],
)
def test_what_is_missing_or_cannot_be(values, field, cast, report, sign_in):
    answer = sign_in(cast.admin).post(URL, sent(**values))
    assert list(answer.context["form"].errors) == [field]
    assert fresh(report).status == "not_started"


def test_not_before_what_is_known_already(cast, report):
    with clock.at(date(2020, 8, 12)):
        make.in_status("being_read", report, cast)
    with clock.at(date(2020, 8, 14)):
        values = {"note": "Annex 2.", "revise_by": date(2020, 8, 20)}
        report.return_for_revision(by=cast.consultant, expected_version=report.version, **values)
    record = {"by": cast.admin, "expected_version": report.version, "why": "By mail.", "file": make.pdf()}
    raises(ValidationError, report.record_past_submission, **record, submitted_on=date(2020, 8, 13))
    report.record_past_submission(**record, submitted_on=date(2020, 8, 14))
    assert clock.day_of(fresh(report).handed_in_at) == date(2020, 8, 12)
    assert [version.number for version in report.versions.all()] == [1, 2]


@pytest.mark.parametrize("name", ["vnm", "vnm_team", "consultant", "lead", "secretariat"])
def test_nobody_else_may(name, cast, report, sign_in):
    person = getattr(cast, name)
    assert URL not in sign_in(person).get(report.get_absolute_url()).content.decode()
    record = {"by": person, "expected_version": 1, "why": "By mail.", "file": make.pdf(), "submitted_on": DAY}
    raises(PermissionDenied, report.record_past_submission, **record)
