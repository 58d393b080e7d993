"""Reads a sheet, XLSX or CSV, as rows of texts. Runs in the sandbox.

A small workbook can hold millions of cells, or claim to: 2.4 MB of one took 21 seconds and 508 MB. So its parts are
measured before anything is parsed, and rows and cells are counted while they are read.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import BinaryIO
from xml.parsers import expat  # noqa: S407 - without document types, see reviews.uploads.package

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.utils.escape import unescape

from reviews.uploads import sandbox
from reviews.uploads.package import DAMAGED, Handler, Package
from reviews.uploads.reasons import Reason, Refused

PARTS_MAX = 200
PART_MAX_BYTES, UNPACKED_MAX_BYTES = 20 * 1024 * 1024, 40 * 1024 * 1024
RATIO_MAX, RATIO_FROM_BYTES = 200, 1024 * 1024  # unpacked to packed; a real sheet has 11 to 20
ROWS_MAX, COLUMNS_MAX, CELLS_MAX = 20_000, 50, 500_000
CELL_LENGTH = 32_767  # characters, as many as Excel takes

ZIP, COMPOUND_FILE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = "EncryptedPackage".encode("utf-16-le")
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
DELIMITERS = (";", ",", "\t")
DELIMITER_NAMED = re.compile(r"sep=([;,\t])\r?\n", re.IGNORECASE)  # Excel's own first line
# What our exports put before a text that a spreadsheet would take for a formula.
GUARDED = re.compile(r"'(?=[=+\-@\t＝＋－＠\d])")
NEVER_TEXT = re.compile("[\0\ud800-\udfff]")  # no database keeps it
# What a spreadsheet shows in place of a value that it could not work out.
ERROR_VALUES = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}

Row = tuple[int, list[str]]  # its number as the spreadsheet shows it, and its cells


def examine(file: BinaryIO) -> list[Row]:
    """Return the rows that are not empty. Raises Refused."""
    content = file.read()
    if content.startswith(COMPOUND_FILE):
        raise Refused(Reason.SHEET_LOCKED if LOCKED in content else Reason.SHEET_OLD)
    is_workbook = content.startswith(ZIP)
    rows = list(filled(rows_of_workbook(content) if is_workbook else rows_of_text(content)))
    if not rows:
        raise Refused(Reason.SHEET_EMPTY)
    return rows


def filled(rows: Iterable[list[str]]) -> Iterator[Row]:
    """The rows with something in them, each with its number. Raises Refused beyond the limits."""
    cells = 0
    for number, row in enumerate(rows, 1):
        texts = [GUARDED.sub("", text.strip()) for text in row]
        while texts and not texts[-1]:
            texts.pop()
        cells += len(row)
        is_too_wide = len(texts) > COLUMNS_MAX or any(len(text) > CELL_LENGTH for text in texts)
        wrong = next((n for n, text in enumerate(texts, 1) if text.upper() in ERROR_VALUES), None)
        if any(map(NEVER_TEXT.search, texts)):
            raise Refused(Reason.SHEET_DAMAGED)
        if wrong:
            raise Refused(Reason.ERROR_VALUE, f"{get_column_letter(wrong)}{number}")
        if number > ROWS_MAX or cells > CELLS_MAX or is_too_wide:
            raise Refused(Reason.SHEET_TOO_LARGE)
        if texts:
            yield number, texts


# CSV


def rows_of_text(content: bytes) -> Iterator[list[str]]:
    text = decoded(content)
    named = DELIMITER_NAMED.match(text)
    if named:
        text = text[named.end() :]
    try:
        delimiter = named[1] if named else delimiter_of(text)
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise Refused(Reason.SHEET_DAMAGED) from error


def decoded(content: bytes) -> str:
    """The text of UTF-8 or UTF-16, as Excel and other programs write it. Raises Refused for any other letters."""
    encoding = next((MARKS[mark] for mark in MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        is_binary = b"\0" in content
        raise Refused(Reason.NO_SHEET if is_binary else Reason.LETTERS) from error
    if "\0" in text or text.startswith("%PDF-"):
        raise Refused(Reason.NO_SHEET)
    return text


def delimiter_of(text: str) -> str:
    """The sign that divides the first line into most cells; the comma for a single column."""

    def cells(delimiter: str) -> int:
        return len(next(csv.reader(io.StringIO(text.lstrip(), newline=""), delimiter=delimiter), []))

    return max((",", *DELIMITERS), key=cells)


# XLSX


def rows_of_workbook(content: bytes) -> Iterator[list[str]]:
    """The rows of the first sheet that is shown."""
    try:
        require_small(content)
        require_plain(Package(io.BytesIO(content)))
        workbook = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        shown = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
        if not shown:
            raise Refused(Reason.SHEET_EMPTY)
        shown[0].reset_dimensions()  # what the file says of its size may be a lie
        for row in shown[0].iter_rows():
            yield [text_of(cell) for cell in row]
    except Refused as refused:
        raise Refused(OF_A_SHEET.get(refused.reason, refused.reason), refused.detail) from refused
    except (*DAMAGED, TypeError, AttributeError, LookupError, SyntaxError, expat.ExpatError) as error:
        raise Refused(Reason.SHEET_DAMAGED) from error


# What the package of any Office file is refused for, in the words of a sheet.
OF_A_SHEET = {
    Reason.WORD_TOO_LARGE: Reason.SHEET_TOO_LARGE,
    Reason.WORD_LOCKED: Reason.SHEET_LOCKED,
    Reason.WORD_DAMAGED: Reason.SHEET_DAMAGED,
    Reason.OPEN_DOCUMENT: Reason.NO_SHEET,
    Reason.NEITHER: Reason.NO_SHEET,
}


def require_small(content: bytes) -> None:
    """Raise Refused for more, or for larger parts than a sheet has; nothing is unpacked for that."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    is_large = len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > UNPACKED_MAX_BYTES
    for part in parts:
        is_bomb = part.file_size > RATIO_FROM_BYTES and part.file_size > RATIO_MAX * part.compress_size
        if is_large or is_bomb or part.file_size > PART_MAX_BYTES:
            raise Refused(Reason.SHEET_TOO_LARGE)


def require_plain(package: Package) -> None:
    """Raise Refused unless the package is a workbook without macros, none of whose parts defines entities."""
    kind = package.main_type()
    if "macroenabled" in kind:
        raise Refused(Reason.SHEET_MACROS)
    if "spreadsheetml" not in kind:
        raise Refused(Reason.NO_SHEET)
    for name in package.parts:
        if name.endswith((".xml", ".rels")):
            package.parse(name, Handler())


def text_of(cell: Cell | ReadOnlyCell | EmptyCell) -> str:
    """A cell as text: days as 2020-08-20, whole numbers without a point. Raises Refused for a formula."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise Refused(Reason.FORMULA, str(getattr(cell, "coordinate", "")))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return unescape(str(value))  # Excel writes a carriage return as _x000D_


if __name__ == "__main__":
    sandbox.main(examine)
