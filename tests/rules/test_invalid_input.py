"""What bad input gets: a clear message at the field, and everything typed still there; never a half-written row."""

from typing import Any

import pytest
from django.urls import reverse

from reviews.models import Meeting, NationalReport
from tests.support import grids, make
from tests.support.invalid_input import HUGE, assert_kept, in_the_sites_look, sent, text

NOT_LATER = "This is not later than the date in force, 7 Sep 2020."
BETWEEN = "Enter a whole number from 0 to 100."
LONG = "x" * 10_001
AT_A_FIELD: list[tuple[str, dict[str, Any], str, str]] = [
    *[("report-update", {"data_collection": value}, "data_collection", BETWEEN) for value in
      ("-1", "101", "1e9", "abc", "5²", "1_0", "5.5", "5,5", "80-85", "--", "1.234", "0x10", "+", "ten", HUGE,
       "99999999999999999999", "\0")],
    ("report-update", {"data_collection": "9"}, "note", "This lowers an earlier figure (data collection): say why."),
    ("report-update", {"data_collection": ""}, "note", "This lowers an earlier figure (data collection): say why."),
    ("report-update", {"note": LONG}, "note", "Ensure this value has at most 10000 characters (it has 10001)."),
    ("report-update", {"note": "a\0b"}, "note", "Null characters are not allowed."),
    ("report-authors", {"lead_author": "999"}, "lead_author", "Select a valid choice."),
    ("report-authors", {"lead_author": "vnm"}, "lead_author", "Select a valid choice."),
    ("report-authors", {"authors": LONG}, "authors", "at most 10000 characters"),
    ("report-submit", {"reason": "  "}, "reason", "A workstream is below 100%: say why you submit all the same."),
    ("report-submit", {"cleared_on": "31.2.2020"}, "cleared_on", "Enter a valid date."),
    ("report-submit", {"cleared_on": "2099-01-01"}, "cleared_on", "That day has not come yet."),
    ("report-submit", {"cleared_on": "20/8"}, "cleared_on", "The date is not complete."),
    ("report-submit", {"reason": "\u2800\u3164"}, "reason", "A workstream is below 100%"),
    ("report-submit", {"on_behalf_of": "x" * 201}, "on_behalf_of", "at most 200 characters"),
    ("report-submit", {"file": None}, "file", "This field is required."),
    ("report-return", {"note": " \n"}, "note", "This field is required."),
    ("report-return", {"note": "\u200b\ufeff"}, "note", "This field is required."),
    ("report-recall", {"note": LONG}, "note", "at most 10000 characters"),
    ("datagap-add", {"missing": " "}, "missing", "This field is required."),
    ("datagap-add", {"missing": "\u00ad"}, "missing", "This field is required."),
    ("datagap-add", {"missing": LONG}, "missing", "at most 10000 characters"),
    ("datagap-add", {"kind": ""}, "kind", "This field is required."),
    ("datagap-add", {"kind": "999"}, "kind", "Select a valid choice."),
    ("datagap-add", {"kind": "missing"}, "kind", "Select a valid choice."),
    ("datagap-add", {"kind": HUGE}, "kind", "Select a valid choice."),
    ("datagap-edit", {"key_result_area": "999"}, "key_result_area", "Select a valid choice."),
    ("datagap-edit", {"effect": "a\0b"}, "effect", "Null characters are not allowed."),
    ("datagap-close", {"way": ""}, "way", "This field is required."),
    ("datagap-close", {"way": "forgotten"}, "way", "Select a valid choice."),
    ("datagap-close", {"note": ""}, "note", "This field is required."),
    ("datagap-reopen", {"note": ""}, "note", "This field is required."),
    ("deadline-add", {"title": ""}, "title", "This field is required."),
    ("deadline-add", {"title": "\u2060"}, "title", "This field is required."),
    ("deadline-add", {"title": "x" * 239}, "title", "at most 200 characters (it has 239)."),
    ("deadline-add", {"output": "unheard_of"}, "output", "Select a valid choice."),
    ("deadline-add", {"due_on": "2020-07-31"}, "due_on", "The due day comes before the opening."),
    ("deadline-add", {"due_on": "2020-02-30"}, "due_on", "Enter a valid date."),
    ("deadline-add", {"due_on": "0000-00-00"}, "due_on", "Enter a valid date."),
    ("deadline-add", {"due_on": "0020-09-07"}, "due_on", "do you mean 2020?"),
    ("deadline-add", {"due_on": "7/9/2563"}, "due_on", "2563 looks like a Buddhist year: do you mean 2020?"),
    ("deadline-add", {"last_on": "7/9"}, "last_on", "The date is not complete."),
    ("deadline-add", {"due_on": HUGE}, "due_on", "Enter a valid date."),
    ("deadline-add", {"due_on": ""}, "due_on", "This field is required."),
    ("deadline-add", {"last_on": "2020-09-06"}, "last_on", "The closing day comes before the due day."),
    ("deadline-add", {"only_for": "999"}, "only_for", "Select a valid choice."),
    ("deadline-add", {"only_for": "VNM"}, "only_for", "is not a valid value."),
    ("deadline-edit", {"due_on": "2020-09-14"}, "why", "Say why the dates move."),
    ("deadline-edit", {"due_on": "2020-09-14", "why": "\u200b"}, "why", "Say why the dates move."),
    ("deadline-edit", {"opens_on": "2020-09-08", "why": "x"}, "due_on", "The due day comes before the opening."),
    ("extension-ask", {"asked_until": "2020-09-07"}, "asked_until", NOT_LATER),
    ("extension-ask", {"asked_until": "9999-12-31"}, "asked_until", "Write one from 2000 to 2100."),
    ("extension-ask", {"asked_until": "soon"}, "asked_until", "Enter a valid date."),
    ("extension-ask", {"reason": " "}, "reason", "This field is required."),
    ("extension-ask", {"reason": LONG}, "reason", "at most 10000 characters"),
    ("extension-decide", {"decision": "maybe"}, "decision", "Select a valid choice."),
    ("extension-decide", {"decision": ""}, "decision", "This field is required."),
    ("extension-decide", {"until": ""}, "until", "Give the day until which it is granted."),
    ("extension-decide", {"until": "2020-09-01"}, "until", NOT_LATER),
    ("extension-decide", {"until": "14/9"}, "until", "The date is not complete."),
    ("extension-decide", {"decision": "refuse", "note": "\u3164"}, "note", "Say why it is refused."),
    ("extension-decide", {"decision": "refuse", "note": " "}, "note", "Say why it is refused."),
    ("meeting-add", {"planned_to": "2020-09-30"}, "planned_to", "The last day comes before the first."),
    ("meeting-add", {"number": "-1"}, "number", "Ensure this value is greater than or equal to 0."),
    ("meeting-add", {"number": "9" * 30}, "number", "Ensure this value is less than or equal to"),
    ("meeting-add", {"number": HUGE}, "number", "Enter a whole number."),
    ("meeting-add", {"code": "the fourth"}, "code", "Enter a valid “slug”"),
    ("meeting-add", {"code": "x" * 41}, "code", "at most 40 characters"),
    ("meeting-add", {"code": "add"}, "code", "has a meaning of its own in addresses"),
    ("meeting-add", {"series": "unheard_of"}, "series", "Select a valid choice."),
    ("meeting-add", {"mode": "by pigeon"}, "mode", "Select a valid choice."),
    ("meeting-add", {"host": "999"}, "host", "Select a valid choice."),
    *[("meeting-add", {"time_zone": value}, "time_zone", "There is no such time zone.") for value in
      ("Asia/Nowhere", "Asia", "../../etc/passwd", "/etc/passwd", "+07:00")],
    ("meeting-add", {"title": "a\0b"}, "title", "Null characters are not allowed."),
    ("meeting-edit", {"why": ""}, "why", "Say why the dates are other than planned."),
    ("meeting-hold", {"held_to": "2020-08-10", "why": "x"}, "held_to", "The last day comes before the first."),
    ("meeting-hold", {"held_from": "2020-08-10"}, "why", "Say why the dates are other than planned."),
    ("meeting-hold", {"held_from": "2020-12-01", "held_to": "2020-12-01"}, "held_to", "That day has not come yet."),
    ("meeting-hold", {"held_from": ""}, "held_from", "This field is required."),
    ("meeting-cancel", {"why": " "}, "why", "This field is required."),
    ("meeting-add-part", {"title": ""}, "title", "This field is required."),
    ("meeting-edit-part", {"presenter": "x" * 201}, "presenter", "at most 200 characters"),
    ("action-finish", {"note": ""}, "note", "This field is required."),
    ("action-reopen", {"note": LONG}, "note", "at most 10000 characters"),
    ("account_change_password", {"oldpassword": "not mine"}, "oldpassword", "Please type your current password."),
    ("account_change_password", {"password2": "another"}, "password2", "You must type the same password each time."),
    ("account_change_password", {"password1": "short", "password2": "short"}, "password1", "too short"),
]  # fmt: skip


@pytest.mark.parametrize(("page", "bad", "field", "words"), AT_A_FIELD, ids=lambda value: str(value)[:30])
def test_a_message_at_the_field(page, bad, field, words, cast, cycle, sign_in):
    bad = {name: cast.lao.pk if value == "vnm" else value for name, value in bad.items()}
    told = sent(page, cast, cycle, sign_in, **bad)
    assert told.answer.status_code == 200
    assert words in " ".join(told.answer.context["form"].errors.get(field, []))
    assert_kept(told)
    assert told.changed <= {"reviews.SignInGuess"}  # a wrong password is counted


def test_the_message_is_tied_to_its_field(cast, cycle, sign_in):
    """Beside it, and in the summary with a way to it."""
    page = text(sent("report-update", cast, cycle, sign_in, analysis="101").answer)
    assert page.count(BETWEEN) == 2
    assert '<a href="#id_analysis">' in page
    assert 'aria-invalid="true"' in page


OF_PARTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("delegations", {"organisation": "999"}, "organisation", "Select a valid choice."),
    ("delegations", {"organisation": "vnm", "size": "-1"}, "size", "greater than or equal to 0"),
    ("decisions", {"text": " "}, "text", "This field is required."),
    ("decisions", {"text": LONG}, "text", "at most 10000 characters"),
    ("actions", {"text": "Send", "due_on": "2020-09-01"}, "owner_body", "Name one owner: a person or a body."),
    ("actions", {"text": "Send", "owner_body": "vnm", "due_on": "2020-9-31"}, "due_on", "Enter a valid date."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "bad", "field", "words"), OF_PARTS, ids=lambda value: str(value)[:30])
def test_a_message_at_the_field_of_a_part(kind, bad, field, words, cast, cycle, sign_in):
    make.meeting(cycle, by=cast.secretariat)
    bad = {name: cast.vnm.organisation_id if value == "vnm" else value for name, value in bad.items()}
    before = grids.fingerprint()
    answer = sign_in(cast.secretariat).post(reverse("meeting-add-part", args=["mtr", "3", kind]), bad)
    assert words in " ".join(answer.context["form"].errors[field])
    assert (answer.status_code, grids.changed(before)) == (200, set())


def test_two_owners_are_one_too_many(cast, cycle, sign_in):
    make.meeting(cycle, by=cast.secretariat)
    both = {
        "owner": cast.vnm.pk,
        "owner_body": cast.vnm.organisation_id,
        "text": "Send",
        "due_on": "2020-09-01",
    }
    answer = sign_in(cast.secretariat).post(reverse("meeting-add-part", args=["mtr", "3", "actions"]), both)
    assert answer.context["form"].errors["owner_body"] == ["Name one owner: a person or a body."]


TAKEN: list[tuple[str, dict[str, Any]]] = [
    ("meeting-add", {"code": "3", "number": "9"}),
    ("meeting-add", {"code": "nine", "number": "3"}),
]


@pytest.mark.parametrize(("page", "bad"), TAKEN, ids=lambda value: str(value))
def test_what_is_there_already(page, bad, cast, cycle, sign_in):
    """Not a clash of two people: the person can mend it, with everything typed still there."""
    told = sent(page, cast, cycle, sign_in, **bad)
    assert told.answer.status_code == 200
    assert "already exists" in text(told.answer)
    assert_kept(told)
    assert not told.changed


def test_a_meeting_moved_onto_anothers_number(cast, cycle, sign_in):
    other = make.meeting(cycle, by=cast.secretariat, code="5")
    told = sent("meeting-edit", cast, cycle, sign_in, number="5", code="5")
    assert (told.answer.status_code, told.changed) == (200, set())
    assert "already exists" in text(told.answer)
    assert Meeting.objects.get(pk=other.pk).number == 5


def test_a_delegation_that_is_recorded_already(cast, cycle, sign_in):
    make.meeting(cycle, by=cast.secretariat)
    url, browser = reverse("meeting-add-part", args=["mtr", "3", "delegations"]), sign_in(cast.secretariat)
    typed = {"organisation": cast.vnm.organisation_id, "present": "on"}
    assert browser.post(url, typed).status_code == 302
    again = browser.post(url, typed | {"head": "Ms Hoa"})
    assert again.status_code == 200
    assert "already exists" in text(again)
    assert 'value="Ms Hoa"' in text(again)


TEXTS = {
    "5,000 characters": "Đà Nẵng " * 625, "right to left": "\u202eتقرير\u202c", "emoji": "👩🏽\u200d🔬",
    "markup": "<script>alert(1)</script> & {{ 7 }} {% now %}", "quotes": "'\"--; DROP TABLE reviews_user",
    "combining": "e" + "\u0301" * 200, "invisible": "\u200b\ufeff\u00ad", "line ends": "one\r\ntwo\rthree\nfour",
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_a_note_of_any_kind_is_kept_and_shown_as_text(name, cast, cycle, sign_in):
    told = sent("report-update", cast, cycle, sign_in, note=TEXTS[name])
    assert told.answer.status_code == 302
    page = sign_in(cast.secretariat).get(told.answer["Location"])
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert "{{ 7 }}" in text(page) or name != "markup"


def test_bytes_that_are_no_text_do_no_harm(cast, report, sign_in):
    """Half of a character, as a broken client sends it."""
    body = b"version=1&writing=5&note=%ED%A0%80%FF half"
    url = reverse("report-update", args=["mtr", "VNM"])
    answer = sign_in(cast.vnm).post(url, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 302
    assert "half" in NationalReport.objects.get(pk=report.pk).progress_updates.get().note


def test_more_fields_than_anybody_types(cast, report, sign_in):
    browser = sign_in(cast.vnm)
    browser.raise_request_exception = False
    before = grids.fingerprint()
    many = {f"field{n}": "x" for n in range(1_100)} | {"version": "1", "writing": "5"}
    answer = browser.post(reverse("report-update", args=["mtr", "VNM"]), many)
    assert (answer.status_code, grids.changed(before)) == (400, set())
    in_the_sites_look(answer)
