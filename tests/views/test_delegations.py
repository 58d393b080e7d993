"""Attendance: one page for all bodies, each row conditional on what the person saw."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse

from reviews.models import Delegation, Meeting, Round
from tests.admin.pages import address
from tests.admin.pages import sent as fields_of
from tests.models.transitions import fresh
from tests.support import make

URL = "/cycles/mtr/meetings/3/attendance/"


@pytest.fixture
def meeting(cast: Any, cycle: Any) -> Meeting:
    return make.meeting(cycle, by=cast.secretariat, shared=True)


def sent(page: Any, **typed: Any) -> dict[str, Any]:
    """What a browser sends from the page, with some fields typed anew."""
    values = {field.html_name: field.value() for field in page.context["form"]}
    return {name: value for name, value in (values | typed).items() if value not in (None, [])}


def recorded(meeting: Meeting) -> dict[str, bool]:
    return {row.organisation.code: row.present for row in meeting.delegations.select_related("organisation")}


def test_who_reported_in_the_round_is_ticked_already(cast, meeting, sign_in):
    opened = Round.open_for(meeting, by=cast.secretariat)
    make.told(opened.turns.get(member_state__code="VNM"), by=cast.secretariat, note="Two sectors wait.")
    browser = sign_in(cast.secretariat)
    page = browser.get(URL)
    rows = {row.seat.organisation.code: row for row in page.context["form"].rows()}
    assert [rows[code].present.value() for code in ("VNM", "LAO", "UN")] == ["yes", "", ""]
    assert [*rows][:2] == ["LAO", "VNM"]  # members first, in the order of their English names
    answer = browser.post(URL, sent(page, **{f"present_{rows['LAO'].seat.organisation.pk}": "no"}))
    assert (answer.status_code, answer["Location"]) == (302, "/cycles/mtr/meetings/3/#delegations")
    assert recorded(meeting) == {"VNM": True, "LAO": False}


def test_all_of_a_row_is_recorded_and_shown(cast, meeting, sign_in):
    body, browser = cast.vnm.organisation, sign_in(cast.secretariat)
    typed = {
        "present": "yes",
        "head": "Dr Hoa",
        "size": "4",
        "note": "From 10:00",
        "people": [str(cast.vnm.pk)],
    }
    names = {f"{name}_{body.pk}": value for name, value in typed.items()}
    assert browser.post(URL, sent(browser.get(URL), **names)).status_code == 302
    row = Delegation.objects.get()
    assert (row.head, row.size, row.note, [*row.people.all()]) == ("Dr Hoa", 4, "From 10:00", [cast.vnm])
    page = browser.get(meeting.get_absolute_url()).content.decode()
    assert "Dr Hoa" in page
    assert "vnm.coordinator (National coordinator)" in " ".join(page.split())


def test_nothing_is_written_for_rows_left_alone(cast, meeting, sign_in):
    Delegation.add_to(meeting, by=cast.secretariat, organisation=cast.lao.organisation, head="Mr Kham")
    browser = sign_in(cast.secretariat)
    page = browser.get(URL)
    assert browser.post(URL, sent(page)).status_code == 302
    assert [row.version for row in Delegation.objects.all()] == [1]


def test_two_people_may_tick_two_rows_at_once(cast, meeting, sign_in):
    lao = Delegation.add_to(meeting, by=cast.secretariat, organisation=cast.lao.organisation)
    browser = sign_in(cast.secretariat)
    page = browser.get(URL)
    lao.edit(by=cast.secretariat, expected_version=1, organisation=lao.organisation, present=False)
    assert browser.post(URL, sent(page, **{f"present_{cast.vnm.organisation_id}": "yes"})).status_code == 302
    assert recorded(meeting) == {"VNM": True, "LAO": False}


def test_a_row_that_somebody_else_changed_is_shown_first(cast, meeting, sign_in):
    """All or nothing: the other row of the same saving waits too."""
    row = Delegation.add_to(meeting, by=cast.secretariat, organisation=cast.lao.organisation)
    second = make.user("second.officer", "secretariat", cast.secretariat.organisation)
    browser, lao, vnm = sign_in(second), cast.lao.organisation_id, cast.vnm.organisation_id
    page = browser.get(URL)
    row.edit(by=cast.secretariat, expected_version=1, organisation=row.organisation, head="Mr Kham")
    typed = sent(page, **{f"head_{lao}": "Ms Keo", f"present_{vnm}": "yes"})
    answer = browser.post(URL, typed)
    assert answer.status_code == 409
    assert (fresh(row).head, recorded(meeting)) == ("Mr Kham", {"LAO": True})
    text = answer.content.decode()
    assert "Mr Kham" in text
    assert 'value="Ms Keo"' in text
    assert (
        browser.post(URL, sent(answer, **{f"head_{lao}": "Ms Keo", f"present_{vnm}": "yes"})).status_code
        == 302
    )
    assert (fresh(row).head, recorded(meeting)) == ("Ms Keo", {"LAO": True, "VNM": True})


def test_words_without_a_tick_are_asked_about(cast, meeting, sign_in):
    browser, name = sign_in(cast.secretariat), f"head_{cast.vnm.organisation_id}"
    answer = browser.post(URL, sent(browser.get(URL), **{name: "Dr Hoa"}))
    assert answer.status_code == 200
    assert answer.context["form"].errors == {
        f"present_{cast.vnm.organisation_id}": ["Choose present or absent."]
    }
    assert 'value="Dr Hoa"' in answer.content.decode()


def test_ministries_and_sectoral_bodies_have_a_row(cast, meeting, sign_in):
    make.organisation("SOMRDPE", "sectoral_body")
    make.organisation("MOLISA", "ministry", "Ministry of Labour")
    page = sign_in(cast.secretariat).get(URL)
    groups = {row.seat.organisation.code: str(row.seat.group) for row in page.context["form"].rows()}
    assert (groups["SOMRDPE"], groups["MOLISA"]) == ("sectoral body", "ministry or agency")


def test_only_who_runs_the_meeting_records_it(cast, meeting, sign_in):
    for person in (cast.vnm, cast.consultant, cast.observer):
        assert sign_in(person).get(URL).status_code == 403
    assert reverse("meeting-attendance", args=["mtr", "3"]) == URL


def boxes_sent(page: Any) -> dict[str, Any]:
    """What a browser sends: of the boxes that are ticked, those that are on the page."""
    form, values = page.context["form"], sent(page)
    for name in [name for name in values if name.startswith("people_")]:
        offered = {key for key, _label in form.fields[name].choices}
        values[name] = [key for key in values[name] if key in offered]
    return values


def test_people_who_left_since_stay_recorded(cast, meeting, sign_in):
    browser, team = sign_in(cast.secretariat), cast.vnm_team
    people = [cast.vnm, team, cast.lao]
    Delegation.add_to(
        meeting, by=cast.secretariat, organisation=cast.vnm.organisation, present=True, people=people
    )
    team.change_traced(by=None, expected_version=team.version, is_active=False)
    page = browser.get(URL)
    text = page.content.decode()
    assert "vnm.team · National team (account switched off)" in text
    assert "lao.coordinator · National coordinator (now of another body)" in text
    assert browser.post(URL, boxes_sent(page)).status_code == 302
    delegation = meeting.delegations.get(organisation=cast.vnm.organisation)
    assert (delegation.version, {*delegation.people.all()}) == (1, {*people})
    pk = cast.vnm.organisation.pk
    browser.post(URL, boxes_sent(page) | {f"head_{pk}": "Ms An"})
    delegation = meeting.delegations.get(organisation=cast.vnm.organisation)
    assert (delegation.head, {*delegation.people.all()}) == ("Ms An", {*people})


CONTRADICTIONS = [("size", "4", "clear the number"), ("people", ["vnm"], "untick them")]


@pytest.mark.parametrize(("name", "value", "words"), CONTRADICTIONS)
def test_nobody_came_of_an_absent_delegation(name, value, words, cast, meeting, sign_in):
    """Beside the field, with what was typed; two rows at once."""
    browser = sign_in(cast.secretariat)
    page, typed = browser.get(URL), {}
    for person in (cast.vnm, cast.lao):
        pk = person.organisation_id
        typed |= {f"present_{pk}": "no", f"{name}_{pk}": [person.pk] if name == "people" else value}
    answer = browser.post(URL, sent(page, **typed))
    assert (answer.status_code, Delegation.objects.count()) == (200, 0)
    for person in (cast.vnm, cast.lao):
        assert words in answer.context["form"].errors[f"{name}_{person.organisation_id}"][0]
    assert 'value="4"' in answer.content.decode() or name == "people"


def test_an_absent_delegation_has_a_note_or_a_zero(cast, meeting, sign_in):
    browser, pk = sign_in(cast.secretariat), cast.vnm.organisation_id
    typed = {f"present_{pk}": "no", f"size_{pk}": "0", f"note_{pk}": "Flight cancelled."}
    assert browser.post(URL, sent(browser.get(URL), **typed)).status_code == 302
    row = Delegation.objects.get()
    assert (row.present, row.size, row.note) == (False, 0, "Flight cancelled.")


def test_a_contradiction_from_before_stays_until_its_row_is_changed(cast, meeting, sign_in):
    row = Delegation.add_to(meeting, by=cast.secretariat, organisation=cast.lao.organisation, size=4)
    QuerySet.update(Delegation.objects.filter(pk=row.pk), present=False)
    browser = sign_in(cast.secretariat)
    page = browser.get(URL)
    assert browser.post(URL, sent(page, **{f"present_{cast.vnm.organisation_id}": "yes"})).status_code == 302
    typed = {f"note_{cast.lao.organisation_id}": "By video"}
    assert browser.post(URL, sent(browser.get(URL), **typed)).status_code == 200


@pytest.mark.parametrize("also", [{"size": 4}, {"people": True}])
def test_no_other_way_records_it(also, cast, meeting):
    """Importing and correcting go through the same rule."""
    values = {"people": [cast.vnm]} if "people" in also else also
    body = cast.vnm.organisation
    with pytest.raises(ValidationError) as refused:
        Delegation.add_to(meeting, by=cast.secretariat, organisation=body, present=False, **values)
    assert set(refused.value.error_dict) == set(values)
    row = Delegation.add_to(meeting, by=cast.secretariat, organisation=body, **values)
    with pytest.raises(ValidationError):
        row.correct(by=cast.admin, expected_version=1, why="A mistake.", present=False)
    assert fresh(row).present
    row.correct(by=cast.admin, expected_version=1, why="A mistake.", present=False, size=None, people=[])


def test_the_administration_says_it_at_the_field(cast, meeting, sign_in):
    row = Delegation.add_to(
        meeting, by=cast.secretariat, organisation=cast.vnm.organisation, size=4, people=[cast.vnm]
    )
    url, browser = address(Delegation, "change", row.pk), sign_in(cast.admin)
    typed = fields_of(browser.get(url)) | {"why": "A mistake."}
    typed.pop("present", None)
    answer = browser.post(url, typed)
    assert answer.status_code == 200
    assert {"size", "people"} <= set(answer.context["adminform"].form.errors)
