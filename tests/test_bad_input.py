"""What bad input gets: a clear message at the field, or a page in the site's look; never a half-written row."""

import io
import zipfile
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reviews import files
from reviews.models import Meeting, NationalReport
from tests import grids, make, steps

NOT_LATER = "This is not later than the date in force, 7 Sep 2020."
BETWEEN = "Enter a whole number from 0 to 100."
LONG = "x" * 10_001
HUGE = "9" * 5_000  # more digits than Python turns into a number

# Who takes each step.
WHO = {
    "report-return": "consultant", "report-accept": "consultant",
    "report-start-reading": "consultant", "extension-decide": "secretariat",
}  # fmt: skip


def who(page: str) -> str:
    ours = page.startswith(("deadline-", "meeting-", "action-"))
    return WHO.get(page, "secretariat" if ours else "vnm")


def sent(page: str, cast: Any, cycle: Any, sign_in: Any, **bad: Any) -> SimpleNamespace:
    """A step sent with something bad in it: the answer, what was sent, and the tables that are other than before."""
    made = steps.world(page, cast, cycle)
    values = {k: v for k, v in (steps.typed(page, made) | bad).items() if v is not None}
    browser, before = sign_in(getattr(cast, who(page))), grids.fingerprint()
    browser.raise_request_exception = False
    answer = browser.post(steps.address(page, made), values)
    return SimpleNamespace(answer=answer, typed=values, changed=grids.changed(before), made=made)


def text(answer: Any) -> str:
    return unescape(answer.content.decode())


# At the field


AT_A_FIELD: list[tuple[str, dict[str, Any], str, str]] = [
    *[("report-update", {"data_collection": value}, "data_collection", BETWEEN) for value in
      ("-1", "101", "1e9", "abc", "٥", "1_0", "5.5", "0x10", "+", "ten", HUGE, "99999999999999999999", "\0")],
    ("report-update", {"data_collection": "9"}, "note", "This lowers an earlier figure (data collection): say why."),
    ("report-update", {"data_collection": ""}, "note", "This lowers an earlier figure (data collection): say why."),
    ("report-update", {"note": LONG}, "note", "Ensure this value has at most 10000 characters (it has 10001)."),
    ("report-update", {"note": "a\0b"}, "note", "Null characters are not allowed."),
    ("report-authors", {"lead_author": "999"}, "lead_author", "Select a valid choice."),
    ("report-authors", {"lead_author": "vnm"}, "lead_author", "Select a valid choice."),
    ("report-authors", {"authors": LONG}, "authors", "at most 10000 characters"),
    ("report-submit", {"reason": "  "}, "reason", "A workstream is below 100%: say why you submit all the same."),
    ("report-submit", {"cleared_on": "31.2.2020"}, "cleared_on", "Enter a valid date."),
    ("report-submit", {"on_behalf_of": "x" * 201}, "on_behalf_of", "at most 200 characters"),
    ("report-submit", {"file": None}, "file", "This field is required."),
    ("report-return", {"note": " \n"}, "note", "This field is required."),
    ("report-recall", {"note": LONG}, "note", "at most 10000 characters"),
    ("datagap-add", {"missing": " "}, "missing", "This field is required."),
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
    ("deadline-add", {"title": "x" * 201}, "title", "at most 200 characters"),
    ("deadline-add", {"output": "unheard_of"}, "output", "Select a valid choice."),
    ("deadline-add", {"due_on": "2020-07-31"}, "due_on", "The due day comes before the opening."),
    ("deadline-add", {"due_on": "2020-02-30"}, "due_on", "Enter a valid date."),
    ("deadline-add", {"due_on": "0000-00-00"}, "due_on", "Enter a valid date."),
    ("deadline-add", {"due_on": HUGE}, "due_on", "Enter a valid date."),
    ("deadline-add", {"due_on": ""}, "due_on", "This field is required."),
    ("deadline-add", {"last_on": "2020-09-06"}, "last_on", "The last acceptable day comes before the due day."),
    ("deadline-add", {"only_for": "999"}, "only_for", "Select a valid choice."),
    ("deadline-add", {"only_for": "VNM"}, "only_for", "is not a valid value."),
    ("deadline-edit", {"due_on": "2020-09-14"}, "why", "Say why the dates move."),
    ("deadline-edit", {"opens_on": "2020-09-08", "why": "x"}, "due_on", "The due day comes before the opening."),
    ("extension-ask", {"asked_until": "2020-09-07"}, "asked_until", NOT_LATER),
    ("extension-ask", {"asked_until": "soon"}, "asked_until", "Enter a valid date."),
    ("extension-ask", {"reason": " "}, "reason", "This field is required."),
    ("extension-ask", {"reason": LONG}, "reason", "at most 10000 characters"),
    ("extension-decide", {"decision": "maybe"}, "decision", "Select a valid choice."),
    ("extension-decide", {"decision": ""}, "decision", "This field is required."),
    ("extension-decide", {"until": ""}, "until", "Give the day until which it is granted."),
    ("extension-decide", {"until": "2020-09-01"}, "until", NOT_LATER),
    ("extension-decide", {"decision": "refuse", "note": " "}, "note", "Say why it is refused."),
    ("meeting-add", {"planned_to": "2020-09-30"}, "planned_to", "The last day comes before the first."),
    ("meeting-add", {"number": "-1"}, "number", "Ensure this value is greater than or equal to 0."),
    ("meeting-add", {"number": "9" * 30}, "number", "Ensure this value is less than or equal to"),
    ("meeting-add", {"number": HUGE}, "number", "Enter a whole number."),
    ("meeting-add", {"code": "the fourth"}, "code", "Enter a valid “slug”"),
    ("meeting-add", {"code": "x" * 41}, "code", "at most 40 characters"),
    ("meeting-add", {"code": "add"}, "code", "This word has a meaning of its own in addresses."),
    ("meeting-add", {"series": "unheard_of"}, "series", "Select a valid choice."),
    ("meeting-add", {"mode": "by pigeon"}, "mode", "Select a valid choice."),
    ("meeting-add", {"host": "999"}, "host", "Select a valid choice."),
    *[("meeting-add", {"time_zone": value}, "time_zone", "There is no such time zone.") for value in
      ("Asia/Nowhere", "Asia", "../../etc/passwd", "/etc/passwd", "+07:00")],
    ("meeting-add", {"title": "a\0b"}, "title", "Null characters are not allowed."),
    ("meeting-edit", {"why": ""}, "why", "Say why the dates are other than planned."),
    ("meeting-hold", {"held_to": "2020-08-10", "why": "x"}, "held_to", "The last day comes before the first."),
    ("meeting-hold", {"held_from": "2020-08-10"}, "why", "Say why the dates are other than planned."),
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
    assert not told.changed


def assert_kept(told: SimpleNamespace) -> None:
    """The page says that nothing was saved, and holds everything that was typed (passwords and files apart)."""
    page, form = text(told.answer), told.answer.context["form"]
    assert "Nothing was saved yet" in page or told.answer.status_code == 409
    for name, value in told.typed.items():
        if name in form.fields and isinstance(value, str) and "password" not in name and value != "on":
            assert form[name].value() in (value, [value])
            chosen = hasattr(form.fields[name], "choices")
            assert chosen or value.replace("\0", "\ufffd") in page.replace("\0", "\ufffd"), name


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


# The same thing twice


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


# Files


def docx(*names: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for name in names:
            packed.writestr(name, "<xml/>")
    return archive.getvalue()


WORD = docx("[Content_Types].xml", "word/document.xml")
NEITHER = "This is neither a PDF nor a Word (DOCX) file."
EXECUTABLE = b"MZ\x90\x00" + b"\0" * 100
FILES: list[tuple[str, str, bytes, str]] = [
    ("text", "report.txt", b"Our report", NEITHER),
    ("renamed executable", "report.pdf", EXECUTABLE, NEITHER),
    ("two extensions", "report.pdf.exe", EXECUTABLE, NEITHER),
    ("pdf behind something else", "report.pdf", b"<script>" + make.PDF, NEITHER),
    ("page of the web", "report.pdf", b"<html></html>", NEITHER),
    ("zero bytes", "report.pdf", b"", "The submitted file is empty."),
    ("spreadsheet", "report.docx", docx("[Content_Types].xml", "xl/workbook.xml"), NEITHER),
    ("broken archive", "report.docx", b"PK\x03\x04" + b"\0" * 50, NEITHER),
    ("old word", "report.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 50, NEITHER),
    ("pdf with another name", "report.docx", make.PDF, "The name of the file should end in .pdf."),
    ("word with another name", "report.pdf", WORD, "The name of the file should end in .docx."),
    ("no extension", "report", make.PDF, "The name of the file should end in .pdf."),
    (
        "too large",
        "report.pdf",
        make.PDF + b"x" * 2_000,
        "The file is 2.0\xa0KB; at most 2.0\xa0KB can be taken.",
    ),
]


@pytest.mark.parametrize(
    ("name", "content", "words"), [row[1:] for row in FILES], ids=[row[0] for row in FILES]
)
def test_a_file_that_cannot_be_taken(name, content, words, cast, cycle, sign_in, settings, files_folder):
    settings.REPORT_FILE_MAX_BYTES = 2_000
    upload = SimpleUploadedFile(name, content, content_type="application/pdf")
    told = sent("report-submit", cast, cycle, sign_in, file=upload, on_behalf_of="Bộ Lao động")
    assert told.answer.status_code == 200
    assert told.answer.context["form"].errors["file"] == [
        words.replace(" ", "\xa0") if "KB" in name else words
    ]
    assert_kept(told)
    assert not told.changed
    assert not [path for path in files_folder.rglob("*") if path.is_file()]


GOOD = [
    ("report.pdf", make.PDF, "pdf"),
    ("REPORT.DOCX", WORD, "docx"),
    ("Báo cáo “cuối”.pdf", make.PDF, "pdf"),
]


@pytest.mark.parametrize(("name", "content", "kind"), GOOD)
def test_a_file_that_can_be_taken_comes_back_as_it_was(name, content, kind, cast, cycle, sign_in):
    upload = SimpleUploadedFile(
        name, content, content_type="text/html"
    )  # what the browser says counts for nothing
    told = sent("report-submit", cast, cycle, sign_in, file=upload)
    assert told.answer.status_code == 302
    answer = sign_in(cast.consultant).get(reverse("report-version-file", args=["mtr", "VNM", 1]))
    assert b"".join(answer) == content
    assert answer["Content-Type"] == files.CONTENT_TYPES[kind]
    assert answer["Content-Disposition"] == f'attachment; filename="VNM-mtr-v1.{kind}"'
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_exactly_the_limit_is_taken(cast, cycle, sign_in, settings):
    settings.REPORT_FILE_MAX_BYTES = len(make.PDF)
    assert sent("report-submit", cast, cycle, sign_in).answer.status_code == 302


def test_a_text_where_a_file_belongs(cast, cycle, sign_in):
    told = sent("report-submit", cast, cycle, sign_in, file="report.pdf")
    assert (told.answer.status_code, told.changed) == (200, set())


# Versions


VERSIONED = [
    "report-update", "report-authors", "report-submit", "report-recall", "report-start-reading", "report-return",
    "report-accept", "datagap-edit", "datagap-ask-guidance", "datagap-take-up",
    "datagap-close", "datagap-reopen", "deadline-edit", "extension-decide", "meeting-edit", "meeting-hold",
    "meeting-cancel", "meeting-edit-part", "action-finish", "action-drop", "action-reopen",
]  # fmt: skip


VERSIONS = [
    *[(page, version) for page in VERSIONED for version in (None, "9" * 30)],
    *[("report-update", version) for version in ("", "abc", "0", "-1", "1.5", HUGE, "99999999999")],
]


@pytest.mark.parametrize(("page", "version"), VERSIONS, ids=lambda value: str(value)[:20])
def test_a_form_that_does_not_say_what_was_seen(page, version, cast, cycle, sign_in):
    """Or names a version that never was."""
    told = sent(page, cast, cycle, sign_in, version=version)
    assert told.answer.status_code == 200
    assert "This form does not say which version you saw. Please open the page again." in text(told.answer)
    assert not told.changed


@pytest.mark.parametrize("page", [page for page in VERSIONED if page != "extension-decide"])
def test_somebody_was_faster(page, cast, cycle, sign_in):
    """Who, what, and everything typed."""
    made = steps.world(page, cast, cycle)
    values = steps.typed(page, made)
    subject = (
        made.agenda
        if page == "meeting-edit-part"
        else getattr(made, page.partition("-")[0].removeprefix("data"))
    )
    subject.correct(by=cast.admin, seen=subject.version, why="Counted twice")
    browser, before = sign_in(getattr(cast, who(page))), grids.fingerprint()
    answer = browser.post(steps.address(page, made), values)
    assert (answer.status_code, grids.changed(before)) == (409, set())
    assert "Somebody was faster: admin changed this meanwhile" in text(answer)
    assert "Counted twice" in text(answer)
    assert_kept(SimpleNamespace(answer=answer, typed=values | {"version": str(subject.version)}))


# Moves that are not allowed


NOT_NOW: list[tuple[str, str, str]] = [
    ("report-recall", "in_progress", "It is with the national team."),
    ("report-start-reading", "in_progress", "It is with the national team."),
    ("report-submit", "being_read", "The regional consultants are reading it; they can return it."),
    ("report-update", "accepted", "It has been accepted; an administrator can correct it."),
    ("report-accept", "returned", "It has been returned to the national team."),
    ("report-submit", "not_started", "Post a first progress update."),
]


@pytest.mark.parametrize(("page", "status", "words"), NOT_NOW)
def test_a_move_that_is_not_allowed_now(page, status, words, cast, report, sign_in):
    report = make.in_status(status, report, cast)
    values = steps.TYPED.get(page, {}) | {"version": report.version, "file": make.pdf()}
    before = grids.fingerprint()
    answer = sign_in(getattr(cast, who(page))).post(reverse(page, args=["mtr", "VNM"]), values)
    assert (answer.status_code, grids.changed(before)) == (409, set())
    assert words in text(answer)
    in_the_sites_look(answer)


def in_the_sites_look(answer: Any) -> None:
    page = text(answer)
    assert '<a class="brand" href="/">' in page
    assert '<main id="main"' in page
    assert "Traceback" not in page


def test_a_cycle_closed_meanwhile(cast, cycle, sign_in):
    made = steps.world("report-update", cast, cycle)
    cycle.close(by=cast.secretariat, seen=cycle.version, why="Adopted.")
    answer = sign_in(cast.vnm).post(steps.address("report-update", made), steps.typed("report-update", made))
    assert answer.status_code == 409
    assert "MTR is closed and can only be read; the Secretariat can open it again." in text(answer)


# Addresses


ADDRESSES: list[tuple[str, str]] = [
    ("/cycles/mtr/datagaps/?colour=red", "This list has no filter called “colour”."),
    ("/cycles/mtr/datagaps/?<b>=1", "This list has no filter called “<b>”."),
    ("/cycles/mtr/datagaps/?per_page=9999", "This list has no filter called “per_page”."),
    ("/cycles/mtr/reports/?sort=colour", "This list cannot be sorted by “colour”."),
    ("/cycles/mtr/reports/?sort=status,colour", "This list cannot be sorted by “colour”."),
    ("/cycles/mtr/reports/?sort=--status", "This list cannot be sorted by “-status”."),
    ("/cycles/mtr/reports/?sort=cycle__name_en", "This list cannot be sorted by “cycle__name_en”."),
    ("/cycles/mtr/actions/?sort=holder", "This list cannot be sorted by “holder”."),
    ("/cycles/mtr/meetings/?page=0", "This list has no page “0”."),
    ("/cycles/mtr/meetings/?page=99", "This list has no page “99”."),
    ("/cycles/mtr/meetings/?page=last", "This list has no page “last”."),
    ("/cycles/mtr/meetings/?page=-1", "This list has no page “-1”."),
    (f"/cycles/mtr/meetings/?page={HUGE}", "This list has no page “9999999999"),
    ("/cycles/mtr/deadlines/?_export=pdf", "Lists can be taken away as csv or xlsx, not as “pdf”."),
    ("/cycles/mtr/?as_of=yesterday", "“yesterday” is not a day: write it like 2020-08-11."),
    ("/cycles/mtr/?as_of=2020-02-30", "“2020-02-30” is not a day"),
    ("/cycles/mtr/?as_of=2020-08-21", "That day has not come yet."),
    ("/cycles/mtr/reports/vnm/", "It does not exist, or it is not shared with your role."),
    ("/cycles/mtr/datagaps/VNM-0/", "It does not exist"),
    ("/cycles/mtr/datagaps/VNM-99999999999/", "It does not exist"),
    ("/cycles/mtr/deadlines/999999999/", "It does not exist"),
    ("/cycles/mtr/reports/VNM/versions/999999999/", "It does not exist"),
    ("/cycles/mtr/reports/VNM/versions/32768/file/", "It does not exist"),
    ("/cycles/mtr/meetings/nowhere/", "It does not exist"),
    ("/cycles/mtr/meetings/3/guests/add/", "It does not exist"),
    ("/cycles/nowhere/", "It does not exist"),
    ("/cycles/%00/", "It does not exist"),
    ("/cycles/mtr/%ED%A0%80/", "It does not exist"),
    ("/" + "x" * 5_000, "It does not exist"),
]


@pytest.mark.parametrize(("url", "words"), ADDRESSES, ids=lambda value: str(value)[:45])
def test_an_address_that_does_not_exist(url, words, cast, cycle, sign_in):
    browser = sign_in(cast.secretariat)
    browser.raise_request_exception = False
    answer = browser.get(url)
    assert answer.status_code == 404
    assert words in text(answer)
    assert "<b>" not in answer.content.decode()
    in_the_sites_look(answer)


UNKNOWN_VALUES = [
    ("report-list", "status", "unheard_of"), ("report-list", "member_state", "XYZ"), ("datagap-list", "kind", "x"),
    ("datagap-list", "key_result_area", "Z.9"), ("datagap-list", "q", "a\0b"), ("datagap-list", "q", "x" * 101),
    ("deadline-list", "output", "x"), ("meeting-list", "series", "x"), ("action-list", "status", "x"),
    ("progress-list", "since", "soon"), ("progress-list", "since", "2020-02-30"),
]  # fmt: skip


@pytest.mark.parametrize(("page", "name", "value"), UNKNOWN_VALUES)
def test_a_filter_value_that_does_not_exist(page, name, value, cast, cycle, sign_in):
    """The list is empty, and its form says why."""
    made = steps.world(page, cast, cycle)
    answer = sign_in(cast.secretariat).get(steps.address(page, made), {name: value})
    assert answer.status_code == 200
    assert answer.context["filter"].form.errors[name][0] in text(answer)
    assert len(answer.context["table"].rows) == 0


# Text of every kind


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
