"""Lists taken away as CSV and XLSX: exactly what is filtered, safe to open in a spreadsheet, nothing read as another.

A workbook knows of each cell what it is, a CSV file does not. There a spreadsheet program makes a date of "3/1" and 12
of "0012", so such a text gets a mark in front, as one does that would be taken for a formula.
"""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import TypeGuard

import xlsxwriter
from django.http import FileResponse, Http404, HttpResponseBase, StreamingHttpResponse
from django.utils.timezone import make_naive
from django.utils.translation import gettext as _
from django_tables2 import Table
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reviews import clock
from reviews.rendering import table_html
from reviews.text import isolated, writable

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# A cell that starts like this is taken for a formula by one spreadsheet program or another; the last four are
# the full-width forms.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
MARK = "'"
# Texts that a program which opens a CSV file takes for numbers, times, days or truth values, and shows as such.
UNCHANGED_NUMBER = re.compile("0|[1-9][0-9]{0,10}")
NUMBER_LIKE = re.compile(r"[$€£¥₫]?[\s(]*[.,]?\d[\d\s.,:/\\%eEaApPmM()+–—-]*[$€£¥₫]?")
MONTHS = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
DAY_LIKE = re.compile(
    rf"(\d+[-/., ]*{MONTHS}([-/., ]*\d+)?|{MONTHS}[-/., ]*\d+)([-/., ]+\d+)*", re.IGNORECASE
)
TRUTH_VALUES = {"true", "false"}
LONGEST_MISREAD = 40  # characters; no number or day is longer
# Signs that change the direction of everything after them, also of other cells where the file is shown as text.
DIRECTION_SIGNS = re.compile("[\u202a-\u202e\u2066-\u2069]")

MOST_CHARACTERS = 32_767  # of a cell
NARROWEST, WIDEST = 9, 60  # characters of a column


class Percentage(int):
    """A whole number shown with a percent sign: "80 %"."""


class UnknownFormat(Http404):
    """Neither csv nor xlsx."""


def response(kind: str, table: Table, name: str) -> HttpResponseBase:
    """The rows of a table as a download. `kind`: csv or xlsx; raises UnknownFormat for anything else."""
    if kind not in WRITERS:
        raise UnknownFormat(_("Lists can be taken away as csv or xlsx, not as “%s”.") % kind[:40])
    return WRITERS[kind](table_html.values(table), f"{name}-{clock.today().isoformat()}.{kind}")


def is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def text_of(value: object) -> str:
    """A value as text; nothing for None."""
    return "" if value is None else writable(str(value))


# --- CSV


def csv_response(rows: Iterable[list[object]], filename: str) -> HttpResponseBase:
    """A CSV file, sent while the rows are read."""

    def lines() -> Iterator[str]:
        yield "\ufeff"  # without it Excel reads Vietnamese as Latin
        for row in rows:
            line = io.StringIO()
            csv.writer(line).writerow([safe(value) for value in row])
            yield line.getvalue()

    download = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    download["Content-Disposition"] = f'attachment; filename="{filename}"'
    return download


def safe(value: object) -> int | float | str:
    """A cell of a CSV file: a number, a day as 2020-08-20, or a text that no program takes for anything else."""
    if is_number(value):
        return value
    if isinstance(value, date):
        return value.isoformat()
    text = text_of(value)
    if isinstance(value, bool):
        return text
    if text.lstrip(" ").startswith(FORMULA_STARTS) or is_misread(text.strip()):
        text = f"{MARK}{text}"
    return isolated(text) if DIRECTION_SIGNS.search(text) else text


def is_misread(text: str) -> bool:
    """Whether a spreadsheet program that opens a CSV file shows another value than this text."""
    if len(text) > LONGEST_MISREAD or UNCHANGED_NUMBER.fullmatch(text):
        return False
    return bool(NUMBER_LIKE.fullmatch(text) or DAY_LIKE.fullmatch(text) or text.casefold() in TRUTH_VALUES)


# --- XLSX


def xlsx_response(rows: Iterable[list[object]], filename: str) -> HttpResponseBase:
    """An Excel workbook: days are days, numbers numbers, and text is text, whatever it looks like."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        write_sheet(book, rows)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=filename, content_type=XLSX)


def write_sheet(book: xlsxwriter.Workbook, rows: Iterable[list[object]]) -> None:
    """A sheet with a head that stays in view, and columns as wide as their contents."""
    sheet, formats, widths = book.add_worksheet(), cell_formats(book), dict[int, int]()
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            written = write_cell(sheet, number, column, value, formats, is_head=number == 0)
            widths[column] = max(widths.get(column, NARROWEST), *map(len, written.split("\n")))
    for column, width in widths.items():
        sheet.set_column(column, column, min(width + 1, WIDEST))


def cell_formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    """How each kind of cell is shown; text of several lines is wrapped."""
    top = {"valign": "top"}
    return {
        "head": book.add_format({"bold": True, "text_wrap": True} | top),
        "text": book.add_format({"text_wrap": True} | top),
        "number": book.add_format(top),
        "percentage": book.add_format({"num_format": '0" %"'} | top),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"} | top),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"} | top),
    }


def write_cell(
    sheet: Worksheet, row: int, column: int, value: object, formats: dict[str, Format], *, is_head: bool
) -> str:
    """Write a value as what it is; return what is seen of it."""
    if is_number(value):
        kind = "percentage" if isinstance(value, Percentage) else "number"
        sheet.write_number(row, column, value, formats[kind])
        return f"{value} %"
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, make_naive(value), formats["moment"])
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, formats["day"])
        return value.isoformat()
    text = text_of(value)
    if len(text) > MOST_CHARACTERS:
        text = f"{text[: MOST_CHARACTERS - 1]}…"
    text_format = formats["head" if is_head else "text"]
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter would take it for its own markup, unless it comes in parts.
        sheet.write_rich_string(row, column, text[:1], text[1:2], text[2:], text_format)
    elif text:
        sheet.write_string(row, column, text, text_format)
    return text


WRITERS = {"csv": csv_response, "xlsx": xlsx_response}
