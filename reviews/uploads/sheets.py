"""A sheet that somebody hands in to be imported: its rows by the names of their columns."""

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple, cast

from django.core.files.uploadedfile import UploadedFile

from reviews.text import as_stored, fold
from reviews.uploads import sandbox
from reviews.uploads.documents import reasons_in_words, refuse_large

SHEET_MAX_BYTES = 5 * 1024 * 1024
NO_LETTER = re.compile(r"[\W_]+")


class SheetRow(NamedTuple):
    """One row: its number as the spreadsheet shows it, and its texts by heading (see `heading()`).

    `unnamed`: what stands in columns without a name.
    """

    number: int
    cells: dict[str, str]
    unnamed: tuple[str, ...] = ()


class Sheet(UploadedFile):
    """An uploaded sheet that has been read; the first row names the columns."""

    def __init__(self, upload: UploadedFile, rows: Sequence[tuple[int, list[str]]]) -> None:
        super().__init__(upload.file, upload.name, upload.content_type, upload.size)
        (_number, self.columns), *others = rows
        self.headings = [heading(name) for name in self.columns]
        self.rows = [self._row(number, [clean(cell) for cell in cells]) for number, cells in others]

    def _row(self, number: int, cells: list[str]) -> SheetRow:
        named = [*zip_longest(self.headings, cells[: len(self.headings)], fillvalue="")]
        beside = [cell for name, cell in named if not name] + cells[len(self.headings) :]
        return SheetRow(number, dict(named), tuple(filter(None, beside)))


def open_sheet(upload: UploadedFile) -> Sheet:
    """Read an uploaded sheet. Raises ValidationError with the reason why it cannot be read, and what to do."""
    refuse_large(upload, SHEET_MAX_BYTES)
    upload.seek(0)
    with reasons_in_words():
        rows = cast(list[tuple[int, list[str]]], sandbox.examine("reviews.uploads.sheet", upload.chunks()))
    return Sheet(upload, rows)


def heading(text: str) -> str:
    """The heading of a column as programs compare it: "Full name" and "full_name" are one."""
    return NO_LETTER.sub("_", fold(text)).strip("_")


def clean(text: str) -> str:
    return as_stored(text).strip()
