"""A file that somebody hands in: what it is, or the reason why it cannot be taken.

`open_document()` is the one place that judges a file. A `Document` is one that has been judged; nothing else is stored.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.uploads import sandbox
from reviews.uploads.reasons import Reason, Refused

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
# What may stand before a PDF: the mark that some editors and mail programs put before every file, and blank lines.
BEFORE_PDF = b"\xef\xbb\xbf\x00\t\n\x0c\r "
HEAD_BYTES = 1_024
DETAIL_MAX = 80  # characters, which the file itself may have chosen
BUSY = "busy"  # the code of the error that is not about the file: it may be sent again as it is

BREAK_LINKS = _("In Word open File, Info, Edit Links to Files and choose Break Link, or save it as a PDF.")
SENTENCES: dict[Reason, tuple[str | Promise, ...]] = {
    Reason.NEITHER: (_("This is neither a PDF nor a Word (DOCX) file."),),
    Reason.TOO_COSTLY: (
        _("This file takes too much time or memory to open. Please make it anew: print it to a PDF."),
    ),
    Reason.PDF_LOCKED: (_("This PDF is locked with a password. Please save it without one."),),
    Reason.PDF_RESTRICTED: (
        _("This PDF is locked: only people with a certain certificate or account can open it."),
        _("Please save it without that protection."),
    ),
    Reason.PDF_CUT_OFF: (
        _("The end of this PDF is missing: it was cut off while it was saved, sent or copied."),
        _("Please choose the whole file."),
    ),
    Reason.PDF_DAMAGED: (_("This PDF is damaged. Please save it as a PDF anew, and see whether it opens."),),
    Reason.PDF_WITHOUT_PAGES: (_("This PDF has no pages. Please save it as a PDF anew."),),
    Reason.WORD_DAMAGED: (_("This Word file is damaged. Please save it again in Word."),),
    Reason.WORD_TOO_LARGE: (_("Unpacked, this Word file is too large to be taken."),),
    Reason.WORD_LOCKED: (
        _("This Word file is locked with a password."),
        _("In Word open File, Info, Protect Document, Encrypt with Password, empty the box, and save it."),
    ),
    Reason.WORD_97: (
        _("This is a document of Word 97-2003 (DOC)."),
        _("In Word open File, Save As, and choose Word Document (DOCX) or PDF."),
    ),
    Reason.WORD_TEMPLATE: (
        _("This is a Word template. In Word open File, Save As, and choose Word Document (DOCX) or PDF."),
    ),
    Reason.OPEN_DOCUMENT: (_("This is an OpenDocument text (ODT). Please save it as Word (DOCX) or PDF."),),
    Reason.RICH_TEXT: (_("This is a rich text (RTF). Please save it as Word (DOCX) or PDF."),),
    Reason.MACROS: (_("This Word file has macros in it. Please save it as a document without macros."),),
    Reason.REMOTE_TEMPLATE: (
        _("This Word file loads its template from elsewhere."),
        _("In Word open File, Options, Add-ins, Manage: Templates, and empty the box, or save it as a PDF."),
    ),
    Reason.LINKED_PICTURE: (
        _("A picture of this Word file is not in it: it would be loaded from elsewhere."),
        BREAK_LINKS,
    ),
    Reason.LINKED_FILE: (_("This Word file loads another file from elsewhere."), BREAK_LINKS),
    Reason.MAIL_MERGE: (
        _("This Word file is connected with a list of addresses."),
        _("In Word open Mailings, Start Mail Merge, and choose Normal Word Document, or save it as a PDF."),
    ),
    Reason.INSERTED_FILE: (
        _("Another file is inserted in this Word file that Word has not read yet."),
        _("Please open it in Word and save it again."),
    ),
    Reason.EMBEDDED_OBJECT: (
        _("Another file is embedded in this Word file."),
        _("Please put it in as a picture or as text, or save all of it as a PDF."),
    ),
    Reason.FIELD: (
        _("This Word file has the field “%(detail)s”, which may load something from elsewhere."),
        _("In Word click on it and press Ctrl+Shift+F9, or save the file as a PDF."),
    ),
    Reason.UNKNOWN_PART: (
        _("In this Word file is something that cannot be taken (%(detail)s). Please save it as a PDF."),
    ),
    Reason.NO_SHEET: (_("This is neither an Excel workbook (XLSX) nor a CSV file."),),
    Reason.SHEET_DAMAGED: (_("This file is damaged. Please save it again as XLSX or CSV."),),
    Reason.SHEET_TOO_LARGE: (
        _("This sheet is too large: at most 20,000 rows, 50 columns and 40 MB unpacked can be read."),
    ),
    Reason.SHEET_LOCKED: (_("This workbook is locked with a password. Please save it without one."),),
    Reason.SHEET_OLD: (_("This is a workbook of Excel 97-2003 (XLS). Please save it as XLSX or CSV."),),
    Reason.SHEET_MACROS: (_("This workbook has macros in it. Please save it as XLSX or CSV."),),
    Reason.SHEET_EMPTY: (_("The sheet is empty. Its first row should name the columns."),),
    Reason.FORMULA: (
        _("The cell %(detail)s holds a formula. Please copy the sheet and paste it as values."),
    ),
    Reason.ERROR_VALUE: (
        _("The cell %(detail)s holds an error, such as #N/A. Please correct it in the spreadsheet."),
    ),
    Reason.LETTERS: (
        _("The letters of this CSV file cannot be read. In Excel save it as “CSV UTF-8”, or as XLSX."),
    ),
}


class Document(UploadedFile):
    """An uploaded file that has been opened: a PDF or a Word file that everybody can read.

    `pages` is None for a Word file, whose pages depend on who shows it.
    """

    def __init__(self, upload: UploadedFile, kind: str, pages: int | None) -> None:
        super().__init__(upload.file, upload.name, CONTENT_TYPES[kind], upload.size)
        self.kind, self.pages = kind, pages


def open_document(upload: UploadedFile) -> Document:
    """Open an uploaded file. Raises ValidationError with the reason why it cannot be taken, and what to do."""
    refuse_large(upload, settings.REPORT_FILE_MAX_BYTES)
    with reasons_in_words():
        kind = kind_of(upload)
        pages = cast(int | None, sandbox.examine(f"reviews.uploads.{kind}", upload.chunks()))
    if not (upload.name or "").lower().endswith(f".{kind}"):
        raise ValidationError(_now("The name of the file should end in .%(kind)s.") % {"kind": kind})
    return Document(upload, kind, pages)


@contextmanager
def reasons_in_words() -> Iterator[None]:
    """Raise ValidationError for what the sandbox refuses, or cannot examine now."""
    try:
        yield
    except Refused as refused:
        raise ValidationError(sentence(refused), code=refused.reason) from refused
    except sandbox.Busy as busy:
        message = _now(
            "Several files are being examined at the moment. Please send this one again in a minute."
        )
        raise ValidationError(message, code=BUSY) from busy
    except sandbox.Faulty as fault:
        message = _now(
            "The file could not be opened, by a fault of this site. Please inform the administrator."
        )
        raise ValidationError(message, code=BUSY) from fault


def refuse_large(upload: UploadedFile, limit: int) -> None:
    """Raise ValidationError if the file has more bytes."""
    size = upload.size or 0
    if size > limit:
        message = _now("The file is %(size)s; at most %(limit)s can be taken.")
        raise ValidationError(message % {"size": filesizeformat(size), "limit": filesizeformat(limit)})


def kind_of(upload: File) -> str:
    """ "pdf" or "docx", by how the file begins and not by its name. Raises Refused for anything else."""
    upload.seek(0)
    head = cast(BinaryIO, upload).read(HEAD_BYTES)
    if head.lstrip(BEFORE_PDF).startswith(b"%PDF-"):
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
        return "docx"
    raise Refused(Reason.RICH_TEXT if head.startswith(b"{\\rtf") else Reason.NEITHER)


def sentence(refused: Refused) -> str:
    """The reason in words, and what to do."""
    detail = "".join(sign for sign in refused.detail if sign.isprintable())[:DETAIL_MAX]
    return " ".join(str(part) for part in SENTENCES[refused.reason]) % {"detail": detail}
