"""Rows of the CSV files under `fixtures/`. Each knows its file and line, so that an error can name them."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

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
    """One row of a file, its cells by column. What a cell does not hold is raised as RowError."""

    file: str
    line: int
    cells: dict[str, str]

    def error(self, sentence: str) -> RowError:
        return RowError(f"{self.file} line {self.line}: {sentence}")

    def text(self, column: str) -> str:
        return self.cells[column]

    def words(self, column: str) -> list[str]:
        return self.text(column).split()

    def day(self, column: str) -> date:
        """A day written like 2020-08-20."""
        day = self.optional_day(column)
        if day is None:
            raise self.error(f"{column} is empty.")
        return day

    def optional_day(self, column: str) -> date | None:
        """The same; None for an empty cell."""
        text = self.text(column)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError as error:
            raise self.error(f"“{text}” ({column}) is no day written like 2020-08-20.") from error

    def optional_time(self, column: str) -> time | None:
        """A time of day written like 09:30; None for an empty cell."""
        text = self.text(column)
        try:
            return time.fromisoformat(text) if text else None
        except ValueError as error:
            raise self.error(f"“{text}” ({column}) is no time written like 09:30.") from error

    def moment(self, column: str) -> datetime:
        """A moment in Jakarta, written like 2020-08-20 09:30."""
        text = self.text(column)
        try:
            return timezone.make_aware(datetime.strptime(text, "%Y-%m-%d %H:%M"))
        except ValueError as error:
            raise self.error(f"“{text}” ({column}) is no moment written like 2020-08-20 09:30.") from error

    def number(self, column: str) -> int:
        """A whole number."""
        number = self.optional_number(column)
        if number is None:
            raise self.error(f"{column} is empty.")
        return number

    def optional_number(self, column: str) -> int | None:
        """The same; None for an empty cell."""
        text = self.text(column)
        if text and not text.removeprefix("-").isdecimal():
            raise self.error(f"“{text}” ({column}) is no whole number.")
        return int(text) if text else None

    @contextmanager
    def reporting_errors(self) -> Iterator[None]:
        """Raise what the models or the database refuse in the block as a RowError of this row."""
        try:
            with transaction.atomic():
                yield
        except ValidationError as error:
            texts = error.messages
            if hasattr(error, "error_dict"):
                texts = [f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items()]
            raise self.error(" ".join(texts)) from error
        except (NotAllowedNow, PermissionDenied, ObjectDoesNotExist, IntegrityError) as error:
            raise self.error(str(error).partition("\n")[0]) from error


def read(path: Path, columns: tuple[str, ...]) -> list[Row]:
    """Return the rows of a CSV file in UTF-8, which has to have these columns. Raises RowError."""
    rows = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True)
            heading = next(lines, [])
            if missing := [column for column in columns if column not in heading]:
                raise RowError(f"{path.name} line 1: the column {', '.join(missing)} is missing.")
            for cells in lines:
                texts = [nfc(cell).strip() for cell in cells]
                row = Row(path.name, lines.line_num, dict(zip(heading, texts, strict=False)))
                if cells and len(cells) != len(heading):
                    raise row.error(f"{len(cells)} cells, where the heading has {len(heading)}.")
                if cells:
                    rows.append(row)
    except FileNotFoundError as error:
        raise RowError(f"{path.name} is missing.") from error
    except UnicodeDecodeError as error:
        raise RowError(f"{path.name} is not written in UTF-8.") from error
    except csv.Error as error:
        raise RowError(f"{path.name} line {lines.line_num}: {error}.") from error
    return rows
