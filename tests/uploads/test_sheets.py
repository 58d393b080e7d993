"""Sheets that are imported: what Excel and other programs write is read, and what would harm is refused."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from reviews.uploads import sheet
from reviews.uploads.reasons import Reason, Refused
from reviews.uploads.sheets import heading, open_sheet

ROWS = [(1, ["code", "title"]), (2, ["A.1", "Đà Nẵng; “x”"])]
TEXT = 'code,title\r\nA.1,"Đà Nẵng; “x”"\r\n'


def workbook(*rows: Any, **cells: Any) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for name, value in cells.items():
        book.active[name] = value
    return saved(book)


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(content: bytes) -> list[tuple[int, list[str]]]:
    return sheet.examine(io.BytesIO(content))


def refusal(content: bytes) -> Reason:
    with pytest.raises(Refused) as refused:
        read(content)
    return refused.value.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_of_any_program(encoding, delimiter):
    text = TEXT.replace("code,title", f"code{delimiter}title").replace("A.1,", f"A.1{delimiter}")
    assert read(text.encode(encoding)) == ROWS


def test_csv_with_the_first_line_of_excel_and_empty_lines():
    assert read(b"sep=;\r\n;\r\ncode;title\r\n\r\nA.1;x\r\n") == [(2, ["code", "title"]), (4, ["A.1", "x"])]


def test_a_text_that_our_own_exports_marked_is_as_it_was():
    assert read(b"code,title\n'0012,'=x\nit's,'quoted'\n")[1:] == [
        (2, ["0012", "=x"]),
        (3, ["it's", "'quoted'"]),
    ]


def test_a_workbook_with_numbers_days_and_blanks():
    rows = [["code", "n", "day"], [None], [7, 2.0, date(2020, 8, 20)], ["a", 2.5, datetime(2020, 8, 20)]]
    assert read(workbook(*rows)) == [
        (1, ["code", "n", "day"]),
        (3, ["7", "2", "2020-08-20"]),
        (4, ["a", "2.5", "2020-08-20"]),
    ]


def test_the_first_sheet_that_is_shown():
    book = Workbook()
    book.active.append(["hidden"])
    book.active.sheet_state = "hidden"
    book.create_sheet("Shown").append(["shown"])
    assert read(saved(book)) == [(1, ["shown"])]


def bomb() -> bytes:
    """A workbook whose sheet is one blank, many times over."""
    file = io.BytesIO(workbook(["code"]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b" " * 30_000_000)
    return file.getvalue()


def with_entity() -> bytes:
    """A workbook with a document type in one of its parts."""
    source, target = zipfile.ZipFile(io.BytesIO(workbook(["code"]))), io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for part in source.infolist():
            content = source.read(part)
            if part.filename.endswith("sheet1.xml"):
                content = b'<!DOCTYPE x [<!ENTITY a "b">]>' + content.replace(b"<?xml", b"<!--", 0)
            archive.writestr(part, content)
    return target.getvalue()


REFUSED = {
    "a formula": (workbook(["code"], ["=1+1"]), Reason.FORMULA),
    "a bomb": (bomb(), Reason.SHEET_TOO_LARGE),
    "a far cell": (workbook(["code"], XFD9="x"), Reason.SHEET_TOO_LARGE),
    "many columns": (workbook([f"c{n}" for n in range(51)]), Reason.SHEET_TOO_LARGE),
    "many rows": (b"code\n" + b"x\n" * 20_000, Reason.SHEET_TOO_LARGE),
    "an entity": (with_entity(), Reason.SHEET_DAMAGED),
    "an old workbook": (sheet.COMPOUND_FILE + b"Workbook", Reason.SHEET_OLD),
    "a locked workbook": (sheet.COMPOUND_FILE + sheet.LOCKED, Reason.SHEET_LOCKED),
    "a damaged workbook": (workbook(["code"])[:900], Reason.SHEET_DAMAGED),
    "other letters": ("Đà Nẵng".encode("cp1258", "replace") + b"\xff\xfe\xfd", Reason.LETTERS),
    "a PDF": (b"%PDF-1.7\n%x", Reason.NO_SHEET),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", Reason.NO_SHEET),
    "nothing": (b"", Reason.SHEET_EMPTY),
    "an open quotation": (b'code\n"x\n', Reason.SHEET_DAMAGED),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name):
    content, reason = REFUSED[name]
    assert refusal(content) == reason


def test_a_far_row_costs_nothing():
    """1.5 kB that claim a million rows: none of them is made up."""
    assert refusal(workbook(["code"], A1048576="x")) == Reason.SHEET_TOO_LARGE


def test_rows_by_their_headings_in_the_sandbox():
    opened = open_sheet(SimpleUploadedFile("x.csv", "Full name,E-mail\n Lê  ,a@b.c\n".encode()))
    assert [row.cells for row in opened.rows] == [{"full_name": "Lê", "e_mail": "a@b.c"}]
    assert heading("Counted from (day)") == "counted_from_day"


def test_a_reason_is_told_in_words():
    with pytest.raises(ValidationError, match="The cell A2 holds a formula"):
        open_sheet(SimpleUploadedFile("x.xlsx", workbook(["code"], ["=1+1"])))
    with pytest.raises(ValidationError, match="at most 5"):
        open_sheet(SimpleUploadedFile("x.csv", b"x" * 6_000_000))


@pytest.mark.parametrize("value", ["#N/A", "#REF!", "#DIV/0!", "#n/a"])
def test_an_error_of_the_spreadsheet_is_no_text(value):
    """It would become somebody's name."""
    for content in (workbook(["code", "title"], ["A.1", value]), f"code,title\nA.1,{value}\n".encode()):
        with pytest.raises(Refused) as refused:
            read(content)
        assert (refused.value.reason, refused.value.detail) == (Reason.ERROR_VALUE, "B2")
    assert read(b"code,title\n1,# N/A of the region\n")[1:] == [(2, ["1", "# N/A of the region"])]


def test_what_stands_beside_the_named_columns_is_known():
    sheet_file = open_sheet(SimpleUploadedFile("x.csv", b"code,,title\nA.1,odd,T,more\nA.2,,T\n"))
    assert [(row.cells["title"], row.unnamed) for row in sheet_file.rows] == [
        ("T", ("odd", "more")),
        ("T", ()),
    ]


def test_a_cell_in_which_nothing_can_be_seen_is_empty():
    sheet_file = open_sheet(SimpleUploadedFile("x.csv", "code,title\nA.1,\u200b\u2800\n".encode()))
    assert sheet_file.rows[0].cells == {"code": "A.1", "title": ""}


def test_what_excel_writes_in_place_of_a_control_sign_is_read_as_that():
    rows = read(workbook(["code", "title"], ["A.1", "One_x000D_\nTwo"], ["A_x005F_1", "T"]))
    assert rows[1:] == [(2, ["A.1", "One\r\nTwo"]), (3, ["A_1", "T"])]
    for never in ("N_x0000_UL", "half_xD83D_"):
        assert refusal(workbook(["code", "title"], ["A.1", never])) == Reason.SHEET_DAMAGED
