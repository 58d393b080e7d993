"""What locks a record: the status of the records that govern it, and rules that read another record."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reviews.actions.minutes import draft_minutes
from reviews.actions.rounds import close_round
from reviews.models import CoverageStatement, EditConflict, FrameworkNode, NotAllowedNow, ReviewCycle, Round
from reviews.models.base import all_or_nothing
from tests.models.transitions import fresh, raises, refused, tells
from tests.support import make
from tests.support.shared_records import shared

ACCEPTED = "It has been accepted; an administrator can correct it."


# An accepted report


@shared
def accepted(cast: Any, report: Any) -> Any:
    """Viet Nam's report, accepted with one finding and one statement."""
    make.finding(report, by=cast.vnm)
    CoverageStatement.state(report, make.area(), by=cast.vnm, expected_version=0, coverage="reported")
    return make.in_status("accepted", report, cast)


def test_an_accepted_report_keeps_its_coverage_and_findings(cast, accepted):
    finding, values = accepted.cycle.findings.get(), {"by": cast.vnm, "expected_version": 1}
    refused(ACCEPTED, CoverageStatement.state, accepted, make.area(), coverage="estimated", **values)
    refused(ACCEPTED, make.finding, accepted, by=cast.vnm)
    refused(ACCEPTED, finding.edit, text="Widened more", **values)
    refused(ACCEPTED, finding.finalise, **values)
    refused(ACCEPTED, finding.withdraw, note="Wrong.", **values)
    assert finding.transitions_for(cast.vnm) == set()


def test_pages_of_an_accepted_report_offer_no_change_and_say_why(cast, accepted, sign_in):
    browser = sign_in(cast.vnm)
    coverage, add = reverse("report-coverage-edit", args=["mtr", "VNM"]), reverse("finding-add", args=["mtr"])
    assert add not in browser.get(accepted.get_absolute_url()).content.decode()
    assert coverage not in browser.get(f"{accepted.get_absolute_url()}coverage/").content.decode()
    for url in (coverage, add, reverse("finding-edit", args=["mtr", "VNM-F1"])):
        answer = browser.get(url)
        assert answer.status_code == 409
        assert ACCEPTED in answer.content.decode()


def test_a_statement_typed_while_the_report_was_accepted_is_kept_in_the_form(cast, accepted, sign_in):
    typed = {"kind": "finding", "text": "Typed for long"}
    answer = sign_in(cast.vnm).post(reverse("finding-add", args=["mtr"]), typed)
    assert answer.status_code == 409
    assert "Typed for long</textarea>" in answer.content.decode()


def test_an_administrator_corrects_what_an_accepted_report_says(cast, accepted):
    finding = accepted.cycle.findings.get()
    finding.correct(by=cast.admin, expected_version=1, why="A name was wrong.", text="Reach widened")
    tells(finding, by=cast.admin, verb="corrected", why="A name was wrong.")


def test_gaps_go_on_after_a_report_is_accepted(cast, accepted):
    """The regional report is written from them."""
    assert make.gap(accepted, by=cast.vnm).pk


# Meetings, rounds and minutes


def test_a_meeting_whose_round_is_open_is_not_cancelled(cast, cycle, sign_in):
    meeting = make.meeting(cycle, by=cast.secretariat)
    country_round = make.frozen(meeting, by=cast.secretariat, close=False)
    values = {"by": cast.secretariat, "expected_version": 1, "why": "A storm."}
    refused("close it before you cancel", meeting.cancel, **values)
    answer = sign_in(cast.secretariat).get(reverse("meeting-cancel", args=["mtr", "3"]))
    assert answer.status_code == 409
    assert "close it before you cancel" in answer.content.decode()
    close_round(by=cast.secretariat, country_round=country_round, expected_version=1)
    meeting.cancel(**values)
    assert fresh(meeting).status == "cancelled"


def test_no_round_is_opened_for_a_meeting_cancelled_meanwhile(cast, cycle):
    meeting = make.meeting(cycle, by=cast.secretariat)
    seen = fresh(meeting)
    meeting.cancel(by=cast.secretariat, expected_version=1, why="A storm.")
    refused("cancelled", Round.open_for, seen, by=cast.secretariat)


@pytest.fixture
def circulated(cast: Any, cycle: Any) -> Any:
    """Minutes that are circulated."""
    meeting = make.meeting(cycle, by=cast.secretariat)
    held = {"held_from": meeting.planned_from, "held_to": meeting.planned_to}
    meeting.hold(by=cast.secretariat, expected_version=1, **held)
    minutes = draft_minutes(by=cast.secretariat, meeting=meeting)
    return minutes.circulate(by=cast.secretariat, expected_version=1)


def test_minutes_are_adopted_as_they_were_read(cast, circulated, sign_in):
    """A part is corrected while the page with the button is open: the page shows what is newer."""
    browser, url = sign_in(cast.secretariat), circulated.get_absolute_url()
    seen = circulated.seen_parts
    assert f'name="seen_parts" value="{seen}"' in browser.get(url).content.decode()
    part = circulated.sections.get(kind="decisions")
    part.correct(by=cast.admin, expected_version=1, why="Misheard.", text="Agreed otherwise.")
    typed = {"note": "By mail.", "version": circulated.version, "seen_parts": seen}
    answer = browser.post(f"{url}adopt/", typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Agreed otherwise." in page
    assert "By mail.</textarea>" in page
    assert fresh(circulated).status == "circulated"

    again = typed | {"seen_parts": fresh(circulated).seen_parts}
    assert f'name="seen_parts" value="{again["seen_parts"]}"' in page
    assert browser.post(f"{url}adopt/", again).status_code == 302
    assert fresh(circulated).status == "adopted"


@pytest.mark.parametrize("seen", ["", "many", "1.", "1" * 400])
def test_minutes_are_not_adopted_by_a_form_that_does_not_say_what_was_read(seen, cast, circulated, sign_in):
    typed = {"note": "By mail.", "version": circulated.version, "seen_parts": seen}
    answer = sign_in(cast.secretariat).post(f"{circulated.get_absolute_url()}adopt/", typed)
    assert "Please open the page again" in answer.content.decode()
    assert fresh(circulated).status == "circulated"


# The ladder


def test_a_body_decides_after_those_before_it(cast, cycle, sign_in):
    for code, kind in (("reports", "national_reports"), ("draft", "regional_draft"), ("soca", "ladder")):
        make.step(cycle, by=cast.secretariat, code=code, kind=kind)
    summit, steps = make.step(cycle, by=cast.secretariat), cycle.plan_steps
    values = {"by": cast.secretariat, "expected_version": 1}
    refused("still open: Draft, Soca", summit.record_outcome, outcome="adopt", **values)
    answer = sign_in(cast.secretariat).get(reverse("plan-outcome", args=["mtr", "summit-37"]))
    assert answer.status_code == 409
    assert "still open: Draft, Soca" in answer.content.decode()

    steps.get(code="draft").record_outcome(outcome="finish", **values)
    steps.get(code="soca").record_outcome(outcome="send_back", note="A chapter is missing.", **values)
    refused("still open: Soca", summit.record_outcome, outcome="adopt", **values)
    steps.get(code="soca").record_outcome(outcome="endorse", **{**values, "expected_version": 2})
    summit.record_outcome(outcome="adopt", **values)
    assert fresh(summit).status == "adopted"


def test_work_is_done_in_any_order(cast, cycle):
    make.step(cycle, by=cast.secretariat, code="draft", kind="regional_draft")
    work = make.step(cycle, by=cast.secretariat, code="printing", kind="work")
    work.record_outcome(by=cast.secretariat, expected_version=1, outcome="finish")
    assert fresh(work).status == "done"


# The framework under review


def test_the_areas_of_an_opened_cycle_stay(cast, cycle, sign_in):
    area, other = make.area(), make.area("A.2")
    values: dict[str, Any] = {"by": cast.secretariat, "expected_version": 1, "why": "Typing error."}
    for moved in ({"code": "B.1"}, {"level": "indicator"}, {"parent": other}):
        error = raises(ValidationError, area.correct, match="MTR reviews", **values, **moved)
        assert error.message_dict.keys() == moved.keys()
    new = {"framework": area.framework, "level": "key_result_area", "code": "A.3", "title": "New"}
    raises(ValidationError, FrameworkNode.add, by=cast.secretariat, match="MTR reviews", **new)
    FrameworkNode.add(by=cast.secretariat, **{**new, "level": "indicator", "parent": area})
    area.correct(title="Engaged people", **values)
    assert fresh(area).title == "Engaged people"


def test_a_framework_changes_until_its_first_cycle_is_opened(cast):
    days = {"starts_on": date(2020, 2, 1), "ends_on": date(2020, 12, 31)}
    ReviewCycle.create_traced(by=None, slug="next", name_en="Next", framework=make.framework(), **days)
    area = make.area()
    area.correct(by=cast.secretariat, expected_version=1, why="Typing error.", code="B.1")
    assert fresh(area).code == "B.1"


def test_an_opened_cycle_keeps_its_framework(cast, cycle):
    other = type(make.framework()).create_traced(by=None, code="other", title="Other")
    values = {"by": cast.admin, "expected_version": cycle.version, "why": "Wrong one."}
    error = raises(ValidationError, cycle.correct, framework=other, **values)
    assert error.message_dict.keys() == {"framework"}


def test_the_page_of_an_area_lists_what_its_wording_affects(cast, cycle, report, sign_in):
    area = make.area()
    make.gap(report, by=cast.vnm, key_result_area=area)
    CoverageStatement.state(report, area, by=cast.vnm, expected_version=0, coverage="reported")
    page = sign_in(cast.secretariat).get(f"/admin/reviews/frameworknode/{area.pk}/change/").content.decode()
    assert "MTR (open): statements on coverage: 1, data gaps: 1, findings and recommendations: 0" in page


# What was said of a gap


def test_a_question_is_asked_over_what_was_read(cast, report):
    gap = make.gap(report, by=cast.vnm)
    seen = fresh(gap)
    gap.question(by=cast.lead, expected_version=1, text="Which year?")
    raises(EditConflict, seen.question, by=cast.consultant, expected_version=1, text="Which years?")
    assert (gap.version, gap.status, gap.holder.code) == (2, "open", "VNM")


# Locks themselves


def test_what_governs_a_record_is_locked_once_in_a_transaction(cast, cycle):
    with CaptureQueriesContext(connection) as asked, all_or_nothing():
        for code in ("4", "5"):
            make.meeting(cycle, by=cast.secretariat, code=code)
    reads = [row["sql"] for row in asked if row["sql"].startswith("SELECT")]
    assert len(reads) == 1
    assert "reviews_reviewcycle" in reads[0]


def test_a_record_that_was_read_before_takes_over_what_is_stored(cast, cycle):
    seen = fresh(cycle)
    cycle.close(by=cast.secretariat, expected_version=cycle.version, why="Adopted.")
    with pytest.raises(NotAllowedNow, match="MTR is closed"):
        make.meeting(seen, by=cast.secretariat)
    assert seen.is_closed


def test_a_lock_is_taken_in_a_transaction_only(cast, cycle):
    with pytest.raises(TransactionManagementError, match="inside all_or_nothing"):
        cycle.lock()
