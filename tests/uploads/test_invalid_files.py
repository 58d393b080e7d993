"""Files that cannot be taken, and those that can come back as they were."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reviews.uploads import documents
from tests.support import hostile, make
from tests.support.invalid_input import assert_kept, sent

WORD = hostile.docx()
DAMAGED = "This Word file is damaged. Please save it again in Word."
NEITHER = "This is neither a PDF nor a Word (DOCX) file."
EXECUTABLE = b"MZ\x90\x00" + b"\0" * 100
FILES: list[tuple[str, str, bytes, str]] = [
    ("text", "report.txt", b"Our report", NEITHER),
    ("renamed executable", "report.pdf", EXECUTABLE, NEITHER),
    ("two extensions", "report.pdf.exe", EXECUTABLE, NEITHER),
    ("pdf behind something else", "report.pdf", b"<script>" + make.PDF, NEITHER),
    ("page of the web", "report.pdf", b"<html></html>", NEITHER),
    ("zero bytes", "report.pdf", b"", "The submitted file is empty."),
    (
        "spreadsheet",
        "report.docx",
        hostile.archive({"[Content_Types].xml": "<x/>", "xl/workbook.xml": ""}),
        NEITHER,
    ),
    ("broken archive", "report.docx", b"PK\x03\x04" + b"\0" * 50, DAMAGED),
    ("old word", "report.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 50, NEITHER),
    ("pdf with another name", "report.docx", make.PDF, "The name of the file should end in .pdf."),
    ("word with another name", "report.pdf", WORD, "The name of the file should end in .docx."),
    ("no extension", "report", make.PDF, "The name of the file should end in .pdf."),
    (
        "too large",
        "report.pdf",
        make.PDF + b"x" * (2_048 - len(make.PDF)),
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
    assert answer["Content-Type"] == documents.CONTENT_TYPES[kind]
    assert answer["Content-Disposition"] == f'attachment; filename="VNM-mtr-v1.{kind}"'
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_exactly_the_limit_is_taken(cast, cycle, sign_in, settings):
    settings.REPORT_FILE_MAX_BYTES = len(make.PDF)
    assert sent("report-submit", cast, cycle, sign_in).answer.status_code == 302


def test_a_text_where_a_file_belongs(cast, cycle, sign_in):
    told = sent("report-submit", cast, cycle, sign_in, file="report.pdf")
    assert (told.answer.status_code, told.changed) == (200, set())
