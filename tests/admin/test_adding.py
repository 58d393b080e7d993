"""Adding a record in the administration, and what follows from it."""

from datetime import date

from reviews.models import (
    CycleMembership,
    DataGap,
    Deadline,
    Decision,
    Extension,
    Meeting,
    NationalReport,
    Organisation,
    Trace,
)
from tests.admin.pages import IMMUTABLE, address, each_model, sent
from tests.support import make


def test_the_secretariat_adds_reference_data(cast, sign_in):
    browser, url = sign_in(cast.secretariat), address(Organisation, "add")
    typed = {"code": "UNX", "kind": "partner", "name_en": "A partner", "why": "New partner"}
    answer = browser.post(url, sent(browser.get(url), **typed))
    assert answer.status_code == 302
    row = Trace.objects.since_version(Organisation.objects.get(code="UNX"), 0).get()
    assert (row.by, row.verb, row.why) == (cast.secretariat, "created", "New partner")


def test_adding_needs_no_reason_but_every_field_that_is_owed(cast, sign_in):
    browser, url = sign_in(cast.admin), address(Organisation, "add")
    answer = browser.post(url, sent(browser.get(url), code="UNX", kind="partner"))
    assert answer.context["adminform"].form.errors == {"name_en": ["This field is required."]}
    assert not Organisation.objects.filter(code="UNX").exists()


@each_model
def test_an_empty_form_is_an_error_and_no_failure(model, cast, records, sign_in):
    before = Trace.objects.count()
    answer = sign_in(cast.admin).post(address(model, "add"), {})
    assert answer.status_code == (403 if model in IMMUTABLE else 200)
    assert Trace.objects.count() == before


def test_a_code_that_is_taken(cast, sign_in):
    browser, url = sign_in(cast.admin), address(Organisation, "add")
    answer = browser.post(url, sent(browser.get(url), code="VNM", kind="partner", name_en="Again"))
    assert "code" in answer.context["adminform"].form.errors


def test_a_code_that_somebody_takes_at_the_same_moment(cast, sign_in, monkeypatch):
    """The form finds nothing wrong, the database does."""
    monkeypatch.setattr(Organisation, "validate_unique", lambda *args, **kwargs: None)
    browser, url = sign_in(cast.admin), address(Organisation, "add")
    answer = browser.post(url, sent(browser.get(url), code="VNM", kind="partner", name_en="Again"))
    assert answer.status_code == 200
    assert "Another record has these values already" in answer.content.decode()
    assert "Again" in answer.content.decode()


def test_what_follows_when_records_are_added(cast, cycle, report, sign_in):
    browser, vnm = sign_in(cast.admin), cast.vnm.organisation
    days = {"opens_on": "2020-08-01", "due_on": "2020-09-01"}
    plan = {"planned_from": "2020-08-11", "planned_to": "2020-08-12"}
    added = {
        Deadline: {"cycle": cycle.pk, "title": "D", "output": "progress", "only_for": [vnm.pk], **days},
        DataGap: {"cycle": cycle.pk, "member_state": vnm.pk, "kind": make.kind().pk, "missing": "M"},
        Meeting: {"cycle": cycle.pk, "code": "3", "title": "M", **plan},
    }  # fmt: skip
    for model, typed in added.items():
        url = address(model, "add")
        answer = browser.post(url, sent(browser.get(url), **typed))
        assert answer.status_code == 302, answer.context["adminform"].form.errors
    deadline, gap, meeting = Deadline.objects.get(), DataGap.objects.get(), Meeting.objects.get()
    assert (deadline.number, deadline.first_due_on, deadline.only_ids) == (1, date(2020, 9, 1), [vnm.pk])
    assert (gap.code, gap.holder, gap.raised_by) == ("VNM-1", vnm, cast.admin)
    assert (meeting.first_planned_from, meeting.first_planned_to) == (date(2020, 8, 11), date(2020, 8, 12))
    assert list(Trace.objects.filter(by=cast.admin).values_list("verb", flat=True)) == ["created"] * 3


def test_parts_of_a_meeting_get_the_next_number(cast, cycle, sign_in):
    meeting = make.meeting(cycle, by=cast.secretariat)
    Decision.add_to(meeting, by=cast.secretariat, text="First")
    browser, url = sign_in(cast.admin), address(Decision, "add")
    browser.post(url, sent(browser.get(url), meeting=meeting.pk, text="Second"))
    assert Decision.objects.get(text="Second").number == 2


def test_an_extension_is_asked_from_the_date_in_force(cast, cycle, report, sign_in):
    deadline = make.deadline(cycle, by=cast.secretariat)
    browser, url = sign_in(cast.admin), address(Extension, "add")
    typed = {"deadline": deadline.pk, "member_state": cast.vnm.organisation_id, "reason": "Floods"}
    early = browser.post(url, sent(browser.get(url), asked_until="2020-09-07", **typed))
    assert "asked_until" in early.context["adminform"].form.errors
    browser.post(url, sent(browser.get(url), asked_until="2020-09-08", **typed))
    assert Extension.objects.get().due_when_asked == date(2020, 9, 7)


def test_a_seat_in_an_open_cycle_comes_with_its_report(cast, cycle, sign_in):
    browser, url = sign_in(cast.admin), address(CycleMembership, "add")
    khm = make.organisation("KHM")
    typed = {"cycle": cycle.pk, "member_state": khm.pk, "joined_on": "2020-03-01"}
    assert browser.post(url, sent(browser.get(url), **typed)).status_code == 302
    assert NationalReport.objects.get(member_state=khm).holder == khm


def test_no_seat_in_a_closed_cycle(cast, cycle, sign_in):
    cycle.close(by=cast.secretariat, expected_version=cycle.version, why="Over")
    browser, url = sign_in(cast.admin), address(CycleMembership, "add")
    typed = {"cycle": cycle.pk, "member_state": make.organisation("KHM").pk, "joined_on": "2020-03-01"}
    answer = browser.post(url, sent(browser.get(url), **typed))
    assert "is closed" in str(answer.context["adminform"].form.non_field_errors())
