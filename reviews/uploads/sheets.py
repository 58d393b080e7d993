"""A sheet that somebody hands in to be imported: its rows by the names of their columns."""

import re
from collections.abc import Sequence
from typing import NamedTuple, cast

from django.core.files.uploadedfile import UploadedFile

from reviews.text import fold, nfc, with_line_feeds
from reviews.uploads import sandbox
from reviews.uploads.documents import reasons_in_words, refuse_large

SHEET_MAX_BYTES = 5 * 1024 * 1024
NO_LETTER = re.compile(r"[\W_]+")


class SheetRow(NamedTuple):
    """One row: its number as the spreadsheet shows it, and its texts by heading (see `heading()`)."""

    number: int
    cells: dict[str, str]


class Sheet(UploadedFile):
    """An uploaded sheet that has been read; the first row names the columns."""

    def __init__(self, upload: UploadedFile, rows: Sequence[tuple[int, list[str]]]) -> None:
        super().__init__(upload.file, upload.name, upload.content_type, upload.size)
        (_number, self.columns), *others = rows
        names = [heading(name) for name in self.columns]
        self.rows = [
            SheetRow(number, dict(zip(names, map(clean, cells), strict=False))) for number, cells in others
        ]


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
    return nfc(with_line_feeds(text)).strip()
