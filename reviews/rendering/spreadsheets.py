"""Lists taken away as CSV and XLSX: exactly what is filtered, safe to open in a spreadsheet."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from typing import TypeGuard

import xlsxwriter
from django.http import FileResponse, Http404, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from django_tables2 import Table

from reviews import clock
from reviews.rendering import table_html

# A cell that starts like this is taken for a formula by one spreadsheet program or another; the last four are
# the full-width forms.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UnknownFormat(Http404):
    """Neither csv nor xlsx."""


def response(kind: str, table: Table, name: str) -> HttpResponseBase:
    """The rows of a table as a download. `kind`: csv or xlsx; raises UnknownFormat for anything else."""
    if kind not in WRITERS:
        raise UnknownFormat(_("Lists can be taken away as csv or xlsx, not as “%s”.") % kind[:40])
    return WRITERS[kind](table_html.values(table), f"{name}-{clock.today().isoformat()}.{kind}")


def safe(value: object) -> int | float | str:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if is_number(value):
        return value
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


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


def xlsx_response(rows: Iterable[list[object]], filename: str) -> HttpResponseBase:
    """An Excel workbook. Text is stored as text (no formulas, no links), so nothing needs escaping."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, [value if is_number(value) else str(value or "") for value in row])
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=filename, content_type=XLSX)


WRITERS = {"csv": csv_response, "xlsx": xlsx_response}
