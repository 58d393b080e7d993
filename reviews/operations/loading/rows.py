"""Rows of the CSV files under `fixtures/`. Each knows where it stands, so that a mistake can be named."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from reviews.models import NotAllowedNow
from reviews.text import nfc

FIXTURES = settings.BASE_DIR / "fixtures"


class RowError(Exception):
    """A file that cannot be loaded; the text is one sentence that names the file and the line."""


@dataclass(frozen=True)
class Row:
    """One line of a file, its cells by column."""

    file: str
    line: int
    cells: dict[str, str]

    def wrong(self, what: str) -> RowError:
        return RowError(f"{self.file} line {self.line}: {what}")

    def text(self, column: str) -> str:
        return self.cells[column]

    def day(self, column: str) -> date | None:
        """A day written like 2020-08-20; None for an empty cell."""
        text = self.text(column)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError as error:
            raise self.wrong(f"“{text}” ({column}) is no day written like 2020-08-20.") from error

    def moment(self, column: str) -> datetime:
        """A moment in Jakarta, written like 2020-08-20 09:30."""
        text = self.text(column)
        try:
            return timezone.make_aware(datetime.strptime(text, "%Y-%m-%d %H:%M"))
        except ValueError as error:
            raise self.wrong(f"“{text}” ({column}) is no moment written like 2020-08-20 09:30.") from error

    def number(self, column: str) -> int | None:
        """A whole number; None for an empty cell."""
        text = self.text(column)
        if text and not text.isdecimal():
            raise self.wrong(f"“{text}” ({column}) is no whole number.")
        return int(text) if text else None

    def words(self, column: str) -> list[str]:
        return self.text(column).split()

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """What the models or the database refuse while the block runs is told as this row's mistake."""
        try:
            with transaction.atomic():
                yield
        except ValidationError as error:
            raise self.wrong(_complaint(error)) from error
        except (NotAllowedNow, PermissionDenied, ObjectDoesNotExist, IntegrityError) as error:
            raise self.wrong(str(error).partition("\n")[0]) from error


def read(path: Path, columns: tuple[str, ...]) -> list[Row]:
    """The rows of a CSV file in UTF-8, which has to have these columns. Raises RowError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _rows(path.name, csv.reader(file, strict=True), columns)
    except FileNotFoundError as error:
        raise RowError(f"{path.name} is missing.") from error
    except UnicodeDecodeError as error:
        raise RowError(f"{path.name} is not written in UTF-8.") from error


def _rows(name: str, lines: Any, columns: tuple[str, ...]) -> list[Row]:
    try:
        heading = _heading(name, next(lines, []), columns)
        return [_row(Row(name, lines.line_num, {}), heading, cells) for cells in lines if cells]
    except csv.Error as error:
        raise RowError(f"{name} line {lines.line_num}: {error}.") from error


def _heading(name: str, cells: list[str], columns: tuple[str, ...]) -> list[str]:
    if missing := [column for column in columns if column not in cells]:
        raise RowError(f"{name} line 1: the column {', '.join(missing)} is missing.")
    return cells


def _row(row: Row, heading: list[str], cells: list[str]) -> Row:
    if len(cells) != len(heading):
        raise row.wrong(f"{len(cells)} cells, where the heading has {len(heading)}.")
    texts = (nfc(cell).strip() for cell in cells)
    return replace(row, cells=dict(zip(heading, texts, strict=True)))


def _complaint(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())
