"""Opens a PDF: is it whole, can everybody read it, how many pages has it? Runs in the sandbox."""

import io
import re
from typing import BinaryIO

from pypdf import PdfReader
from pypdf.errors import DependencyError, LimitReachedError
from pypdf.generic import ArrayObject, NullObject, PdfObject

from reviews.uploads import sandbox
from reviews.uploads.reasons import Reason, Refused

START, END = b"%PDF-", b"%%EOF"
# In the first object of a file that is arranged for reading while it arrives: how long the whole file is.
LINEARIZED = re.compile(rb"/Linearized\b[^>]*?/L\s+(\d+)")
HEAD_BYTES = 2_048


def examine(file: BinaryIO) -> int:
    """Return the number of pages. Raises Refused."""
    content = file.read()
    content = content[content.index(START) :]  # offsets count from here
    require_end(content)
    try:
        return count_pages(open_reader(content))
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
    except (
        NotImplementedError,
        DependencyError,
    ) as error:  # opened with a certificate, or by a rights service
        reason = Reason.PDF_RESTRICTED if b"/Encrypt" in content else Reason.PDF_DAMAGED
        raise Refused(reason) from error
    if reader.is_encrypted and not reader.decrypt(""):
        raise Refused(Reason.PDF_LOCKED)
    return reader


def count_pages(reader: PdfReader) -> int:
    """Return the number of pages, the content of each of which is in the file."""
    pages = len(reader.pages)
    if not pages:
        raise Refused(Reason.PDF_WITHOUT_PAGES)
    for page in reader.pages:
        content = page.get("/Contents")  # none on a blank page
        if content is not None and not is_present(content):
            raise Refused(Reason.PDF_DAMAGED)
    return pages


def is_present(content: PdfObject) -> bool:
    """Whether an object, or each of a list, is in the file."""
    found = content.get_object()
    if isinstance(found, ArrayObject):
        return all(is_present(part) for part in found)
    return found is not None and not isinstance(found, NullObject)


if __name__ == "__main__":
    sandbox.main(examine)
