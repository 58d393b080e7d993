"""What LibreOffice saves is judged as it is: the files people really hand in."""

import io

import docx
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from docx.enum.text import WD_BREAK

from reviews.uploads.documents import open_document
from reviews.uploads.reasons import Reason

PASSWORD = (
    ':writer_pdf_Export:{"EncryptFile":{"type":"boolean","value":"true"},'
    '"DocumentOpenPassword":{"type":"string","value":"secret"}}'
)


def document() -> bytes:
    """Two pages with a heading, a table and a header."""
    made, target = docx.Document(), io.BytesIO()
    made.sections[0].header.paragraphs[0].text = "Viet Nam"
    made.add_heading("Báo cáo quốc gia")
    made.add_table(2, 2).cell(0, 0).text = "Baseline"
    made.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    made.add_paragraph("The end.")
    made.save(target)
    return target.getvalue()


@pytest.mark.parametrize(("kind", "pages"), [("docx", None), ("pdf", 2)])
def test_what_it_saves_is_taken(kind, pages, converted):
    content = converted(document(), kind)
    opened = open_document(SimpleUploadedFile(f"report.{kind}", content))
    assert (opened.kind, opened.pages) == (kind, pages)


@pytest.mark.parametrize(
    ("kind", "options", "reason"),
    [
        ("pdf", PASSWORD, Reason.PDF_LOCKED),
        ("doc", "", Reason.WORD_97),
        ("rtf", "", Reason.RICH_TEXT),
        ("odt", "", Reason.OPEN_DOCUMENT),
        ("dotx", "", Reason.WORD_TEMPLATE),
    ],
)
def test_the_reason_is_true(kind, options, reason, converted):
    content = converted(document(), kind, options)
    with pytest.raises(ValidationError) as error:
        open_document(SimpleUploadedFile(f"report.{kind}", content))
    assert error.value.code == reason
