"""Opens a PDF: is it whole, can everybody read it, how many pages has it? Runs in the sandbox."""

import io
import re
from typing import BinaryIO

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, LimitReachedError
from pypdf.generic import ArrayObject, DictionaryObject, NullObject, PdfObject, StreamObject

from reviews.uploads import sandbox
from reviews.uploads.reasons import Reason, Refused

START, END = b"%PDF-", b"%%EOF"
# In the first object of a file that is arranged for reading while it arrives: how long the whole file is.
LINEARIZED = re.compile(rb"/Linearized\b[^>]*?/L\s+(\d+)")
HEAD_BYTES = 2_048
# The second line is of bytes that no text has. A program that took the file for a text put these in their place: there,
# which does no harm, and in all that is packed.
GARBLED = "\ufffd\ufffd".encode()
DRAWN = (StreamObject, NullObject)  # what a page may have for its content; null is a blank page


def examine(file: BinaryIO) -> int:
    """Return the number of pages. Raises Refused."""
    content = file.read()
    require_end(content)
    try:
        reader = open_reader(content[content.index(START) :])  # offsets count from there
        pages = count_pages(reader)
        if GARBLED in content[:HEAD_BYTES]:
            require_legible(reader.pages[0])
        return pages
    except (Refused, MemoryError, RecursionError):
        raise
    except LimitReachedError as error:
        raise Refused(Reason.TOO_COSTLY) from error
    except Exception as error:  # a broken file raises nearly anything
        raise Refused(Reason.PDF_DAMAGED) from error


def require_end(content: bytes) -> None:
    """Raise Refused if the end of the file is missing, although an older end may be inside."""
    _before, end, rest = content.rpartition(END)
    promised = LINEARIZED.search(content[:HEAD_BYTES])
    is_shorter = promised is not None and len(content) < int(promised[1])
    if not end or is_shorter or b" obj" in rest:
        raise Refused(Reason.PDF_CUT_OFF)


def open_reader(content: bytes) -> PdfReader:
    """Open it without a password: one that only forbids printing or copying can be read by everybody."""
    try:
        reader = PdfReader(io.BytesIO(content))
    except (NotImplementedError, DependencyError) as error:
        # Opened with a certificate, or by a rights service.
        reason = Reason.PDF_RESTRICTED if b"/Encrypt" in content else Reason.PDF_DAMAGED
        raise Refused(reason) from error
    if reader.is_encrypted and not reader.decrypt(""):
        raise Refused(Reason.PDF_LOCKED)
    return reader


def count_pages(reader: PdfReader) -> int:
    """Return the number of pages, all of which are in the file."""
    pages = len(reader.pages)
    if not pages:
        raise Refused(Reason.PDF_WITHOUT_PAGES)
    promised = reader.root_object["/Pages"].get_object()
    if isinstance(promised, DictionaryObject) and pages < promised.get("/Count", 0):
        raise Refused(Reason.PDF_DAMAGED)
    if not all(isinstance(content, DRAWN) for page in reader.pages for content in contents_of(page)):
        raise Refused(Reason.PDF_DAMAGED)
    return pages


def contents_of(page: PageObject) -> list[PdfObject | None]:
    """What is drawn on a page, in one piece or several; none on a blank page. None is a piece that is missing."""
    content = page.get("/Contents")
    found = content.get_object() if content is not None else ArrayObject()
    return [piece.get_object() for piece in found] if isinstance(found, ArrayObject) else [found]


def require_legible(page: PageObject) -> None:
    """Raise Refused if nothing of what is drawn on the page can be unpacked."""
    drawn = [content for content in contents_of(page) if isinstance(content, StreamObject)]
    if drawn and not any(content.get_data() for content in drawn):
        raise Refused(Reason.PDF_DAMAGED)


if __name__ == "__main__":
    sandbox.main(examine)
