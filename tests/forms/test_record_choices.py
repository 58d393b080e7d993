"""Choices of records: what is chosen stays offered and is marked; people are told apart; who left is not offered."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from reviews.forms.actionpoints import ActionPointForm
from reviews.models import ActionPoint, Deadline, Meeting, NationalReport, PlanStep, User
from tests.admin.pages import address, correct, sent
from tests.support import make


def lines(page, field):
    """The lines of a choice, by value."""
    choices = page.context["form"].fields[field].choices
    return {str(value): str(label) for value, label in choices if value}


def switch_off(person, cast):
    person = User.objects.get(pk=person.pk)
    person.change_traced(by=cast.admin, expected_version=person.version, is_active=False)


def cancel(meeting, cast):
    return meeting.cancel(by=cast.secretariat, expected_version=meeting.version, why="Storm")


def appointed(report, cast):
    report.appoint(by=cast.vnm, expected_version=report.version, lead_author=cast.vnm_team, authors="")


def test_a_lead_author_who_was_switched_off_stays_and_is_marked(report, cast, sign_in):
    appointed(report, cast)
    switch_off(cast.vnm_team, cast)
    browser, url = sign_in(cast.vnm), reverse("report-authors", args=["mtr", "VNM"])
    page = browser.get(url)
    assert lines(page, "lead_author") == {
        str(cast.vnm.pk): "vnm.coordinator · Viet Nam",
        str(cast.vnm_team.pk): "vnm.team · Viet Nam (no longer offered: account switched off)",
    }
    typed = {"lead_author": page.context["form"]["lead_author"].value(), "authors": "Two more"}
    assert browser.post(url, typed | {"version": report.version}).status_code == 302
    report = NationalReport.objects.get(pk=report.pk)
    assert (report.lead_author, report.authors) == (cast.vnm_team, "Two more")


def test_a_lead_author_who_works_elsewhere_stays_and_is_marked(report, cast, sign_in):
    appointed(report, cast)
    person = User.objects.get(pk=cast.vnm_team.pk)
    person.change_traced(by=cast.admin, expected_version=person.version, organisation=cast.lao.organisation)
    page = sign_in(cast.vnm).get(reverse("report-authors", args=["mtr", "VNM"]))
    assert lines(page, "lead_author")[str(person.pk)] == "vnm.team · Lao PDR (no longer offered)"


def test_who_cannot_sign_in_is_not_offered_and_not_taken(cycle, cast, sign_in):
    meeting = make.meeting(cycle, by=cast.secretariat)
    switch_off(cast.vnm_team, cast)
    browser, url = sign_in(cast.secretariat), reverse("meeting-add-part", args=["mtr", "3", "actions"])
    assert str(cast.vnm_team.pk) not in lines(browser.get(url), "owner")
    typed = {"text": "Send it", "owner": cast.vnm_team.pk, "due_on": "2020-09-01", "priority": "normal"}
    answer = browser.post(url, typed)
    assert "owner" in answer.context["form"].errors
    with pytest.raises(ValidationError, match="account switched off"):
        ActionPoint.add_to(
            meeting,
            by=cast.secretariat,
            text="x",
            owner=User.objects.get(pk=cast.vnm_team.pk),
            due_on=date(2020, 9, 1),
        )
    assert not ActionPoint.objects.exists()


def test_people_of_one_name_are_told_apart(cycle, cast, sign_in):
    make.meeting(cycle, by=cast.secretariat)
    vnm, lao = cast.vnm.organisation, cast.lao.organisation
    for username, body in (("an.1", vnm), ("an.2", vnm), ("an.3", lao), ("an.4", None)):
        User.objects.create_user(
            username, name="Nguyễn An", role="team" if body else "", organisation=body, is_superuser=not body
        )
    page = sign_in(cast.secretariat).get(reverse("meeting-add-part", args=["mtr", "3", "actions"]))
    found = sorted(line for line in lines(page, "owner").values() if line.startswith("Nguyễn An"))
    assert found == [
        "Nguyễn An · Lao PDR",
        "Nguyễn An · Viet Nam · an.1",
        "Nguyễn An · Viet Nam · an.2",
        "Nguyễn An · an.4",
    ]


def test_the_administration_offers_the_same_people(cycle, cast, sign_in):
    switch_off(cast.vnm_team, cast)
    field = {"app_label": "reviews", "model_name": "actionpoint", "field_name": "owner"}
    answer = sign_in(cast.admin).get(reverse("admin:autocomplete"), {"term": "vnm", **field}).json()
    assert [row["text"] for row in answer["results"]] == ["vnm.coordinator · Viet Nam"]


def test_the_administration_keeps_and_marks_what_is_chosen(cycle, report, cast, sign_in):
    appointed(report, cast)
    switch_off(cast.vnm_team, cast)
    browser, report = sign_in(cast.admin), NationalReport.objects.get(pk=report.pk)
    page = browser.get(address(NationalReport, "change", report.pk))
    assert "vnm.team · Viet Nam (no longer offered: account switched off)" in page.content.decode()
    assert correct(browser, report, authors="Two more", why="Names").status_code == 302
    assert NationalReport.objects.get(pk=report.pk).lead_author == cast.vnm_team
    url = address(ActionPoint, "add")
    meeting = make.meeting(cycle, by=cast.secretariat)
    typed = {
        "meeting": meeting.pk,
        "text": "x",
        "due_on": "2020-09-01",
        "owner": cast.vnm_team.pk,
        "why": "x",
    }
    answer = browser.post(url, sent(browser.get(url), **typed))
    assert list(answer.context["adminform"].form.errors) == ["owner"]


def test_a_cancelled_meeting_is_not_offered_and_not_taken(cycle, cast, sign_in):
    meeting = cancel(make.meeting(cycle, by=cast.secretariat), cast)
    make.step(cycle, by=cast.secretariat, code="soca")
    browser = sign_in(cast.secretariat)
    add, step = reverse("deadline-add", args=["mtr"]), reverse("plan-edit", args=["mtr", "soca"])
    assert lines(browser.get(add), "anchor") == lines(browser.get(step), "meeting") == {}
    days = {"opens_on": "2020-08-01", "due_on": "2020-09-21", "title": "Drafts", "output": "progress"}
    answer = browser.post(add, days | {"anchor": meeting.pk, "offset_days": "5"})
    assert list(answer.context["form"].errors)[0] == "anchor"
    with pytest.raises(ValidationError) as error:
        make.deadline(cycle, by=cast.secretariat, anchor=meeting, offset_days=5)
    assert list(error.value.message_dict) == ["anchor"]
    with pytest.raises(ValidationError) as error:
        make.step(cycle, by=cast.secretariat, code="new", meeting=meeting)
    assert list(error.value.message_dict) == ["meeting"]


def test_what_depends_on_a_cancelled_meeting_keeps_it_marked(cycle, cast, sign_in):
    meeting = make.meeting(cycle, by=cast.secretariat)
    deadline = make.deadline(cycle, by=cast.secretariat, anchor=meeting, offset_days=30)
    make.step(cycle, by=cast.secretariat, code="soca", meeting=meeting)
    cancel(meeting, cast)
    browser = sign_in(cast.secretariat)
    edit, step = reverse("deadline-edit", args=["mtr", 1]), reverse("plan-edit", args=["mtr", "soca"])
    marked = {str(meeting.pk): "Meeting 3 (no longer offered: cancelled)"}
    assert lines(browser.get(edit), "anchor") == lines(browser.get(step), "meeting") == marked
    typed = {"title": "Renamed", "output": "progress", "opens_on": "2020-08-01", "due_on": "2020-09-10"}
    typed |= {"anchor": str(meeting.pk), "offset_days": "30", "version": "1"}
    answer = browser.post(edit, typed)
    assert answer.status_code == 302, answer.context["form"].errors
    deadline = Deadline.objects.get(pk=deadline.pk)
    assert (deadline.title, deadline.anchor) == ("Renamed", meeting)
    page = browser.post(step, {"title": "Renamed", "meeting": meeting.pk, "days": "7", "version": 1})
    assert page.status_code == 302
    assert PlanStep.objects.get(code="soca").meeting == meeting
    assert "(cancelled)" in browser.get(reverse("deadline", args=["mtr", 1])).content.decode()
    assert "The meeting is cancelled." in browser.get(reverse("plan", args=["mtr"])).content.decode()


def test_countries_that_have_lost_their_seat_stay_ticked(cycle, cast, sign_in):
    khm = make.organisation("KHM")
    make.deadline(cycle, by=cast.secretariat, only_for=[khm])
    browser, url = sign_in(cast.secretariat), reverse("deadline-edit", args=["mtr", 1])
    page = browser.get(url)
    assert "Cambodia (no longer offered)" in lines(page, "only_for").values()
    typed = {"title": "Renamed", "output": "progress", "opens_on": "2020-08-01", "due_on": "2020-09-07"}
    typed |= {"only_for": page.context["form"]["only_for"].value(), "version": "1"}
    assert browser.post(url, typed).status_code == 302
    assert list(Deadline.objects.get().only_for.all()) == [khm]


def test_all_choices_of_records_are_made_of_the_same_fields(cycle, cast):
    meeting = make.meeting(cycle, by=cast.secretariat)
    form = ActionPointForm(instance=ActionPoint(meeting=meeting))
    assert type(form.fields["owner"]).__name__ == type(form.fields["owner_body"]).__name__ == "RecordField"
    assert Meeting.objects.offered().get() == meeting
