"""Forms that import a sheet: each row is judged, shown as it will be, and nothing is written before that was seen."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reviews.forms.base import Text
from reviews.forms.fields import TextField
from reviews.forms.files import DocumentForm, DocumentInput
from reviews.models import Tracked
from reviews.models.validators import FIRST_YEAR, validate_each_value
from reviews.uploads.sheets import Sheet, SheetRow, heading, open_sheet


class Column(NamedTuple):
    """A column that an import reads: the name in the heading, and other headings that mean the same."""

    name: str
    label: Text
    required: bool = False
    also: tuple[str, ...] = ()


@dataclass
class ImportRow:
    """A row of the sheet as it will be: its texts by column, why it cannot be imported, and what becomes of it."""

    number: int
    texts: dict[str, str]
    errors: dict[str, list[str]] = field(default_factory=dict)  # by column; "": of the row as a whole
    outcome: Text = ""
    value: Any = None  # what the action takes; None with errors

    def add_error(self, column: str, message: Text) -> None:
        self.errors.setdefault(column, []).append(str(message))

    def cells(self, columns: "tuple[Column, ...]") -> list[tuple[Text, str, list[str]]]:
        """The label, the text and the errors of each column."""
        return [(c.label, self.texts[c.name], self.errors.get(c.name, [])) for c in columns]

    @property
    def row_errors(self) -> list[str]:
        """What is wrong with the row as a whole."""
        return self.errors.get("", [])


class SheetField(forms.FileField):
    """An XLSX or CSV file, read; its value is a Sheet."""

    widget = DocumentInput

    def __init__(self) -> None:
        super().__init__(
            label=_("Sheet"),
            help_text=_("Excel (XLSX) or CSV, at most 5 MB. Its first row names the columns."),
            widget=DocumentInput(attrs={"accept": ".xlsx,.csv,.tsv,.txt"}),
            max_length=255,
        )

    def clean(self, data: Any, initial: Any = None) -> Sheet | None:
        if not data and getattr(self.widget, "lost", False):
            raise ValidationError(_("Please choose the file again: the one before could not be kept."))
        sheet: Sheet | None = super().clean(data, initial)
        return sheet

    def to_python(self, data: Any) -> Sheet | None:
        upload = cast(UploadedFile | None, super().to_python(data))
        return open_sheet(upload) if upload else None


class SheetForm(DocumentForm):
    """Base of imports: the subclass names its columns and reads one row after the other.

    `rows` are those of the chosen file once the form was judged. `seen` is the fingerprint
    of what the person was shown.
    """

    columns: ClassVar[tuple[Column, ...]] = ()
    most_rows: ClassVar[int] = 2_000

    file = SheetField()
    seen = TextField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows: list[ImportRow] = []
        self.unused: list[str] = []  # columns of the sheet that are not read
        self.order_fields(["file"])

    def read_row(self, row: ImportRow) -> None:
        """Set the row's `value` and `outcome`, or its errors."""
        raise NotImplementedError

    def prepare(self, texts: list[dict[str, str]]) -> None:
        """Read from the database what `read_row()` needs, once for all rows, which are given by their columns."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        sheet = values.get("file")
        if sheet:
            self.read(sheet)
        return values

    def read(self, sheet: Sheet) -> None:
        """Judge every row; what is wrong stands beside it, and the form is not valid."""
        headings = self.headings_in(sheet)
        if self.errors:
            return
        self.rows = [self.import_row(row, headings) for row in sheet.rows]
        self.prepare([row.texts for row in self.rows])
        for row in self.rows:
            self.read_row(row)
        self.refuse_twice()
        wrong = sum(bool(row.errors) for row in self.rows)
        if wrong:
            message = ngettext(
                "%(n)d row cannot be imported, so none is. Correct the sheet and choose it again.",
                "%(n)d rows cannot be imported, so none is. Correct the sheet and choose it again.",
                wrong,
            )
            self.add_error(None, message % {"n": wrong})

    def headings_in(self, sheet: Sheet) -> dict[str, str]:
        """The heading of each column that the sheet has. Adds errors for what is missing, and for too many rows."""
        found = {heading(name): name for name in sheet.columns}
        headings = {}
        for column in self.columns:
            names = [name for name in (column.name, *column.also) if name in found]
            if names:
                headings[column.name] = names[0]
                if sheet.headings.count(names[0]) > 1:
                    message = _now("The sheet has two columns “%s”: remove or rename one.")
                    self.add_error("file", message % found[names[0]])
            elif column.required:
                text = _now("The sheet has no column “%(column)s”. It has: %(columns)s.")
                names_there = ", ".join(filter(None, sheet.columns))
                self.add_error("file", text % {"column": column.name, "columns": names_there})
        self.unused = [text for name, text in found.items() if text and name not in headings.values()]
        if not sheet.rows:
            self.add_error("file", _("Below the names of its columns the sheet is empty."))
        if len(sheet.rows) > self.most_rows:
            text = _now("The sheet has %(n)d rows; at most %(most)d can be imported at once.")
            self.add_error("file", text % {"n": len(sheet.rows), "most": self.most_rows})
        return headings

    def import_row(self, row: SheetRow, headings: dict[str, str]) -> ImportRow:
        texts = {column.name: row.cells.get(headings.get(column.name, ""), "") for column in self.columns}
        read = ImportRow(row.number, texts)
        for column in self.columns:
            if column.required and not texts[column.name]:
                read.add_error(column.name, _("This is empty."))
        if row.unnamed:
            message = _now("“%s” stands in a column without a name: name the column, or empty the cell.")
            read.add_error("", message % "”, “".join(row.unnamed))
        return read

    @property
    def identity(self) -> str:
        """The column that names a row: its text is there once."""
        return self.columns[0].name

    def refuse_twice(self) -> None:
        numbers = Counter(row.texts[self.identity].casefold() for row in self.rows)
        for row in self.rows:
            text = row.texts[self.identity]
            if text and numbers[text.casefold()] > 1:
                row.add_error(self.identity, _now("“%s” is in the sheet more than once.") % text)

    @property
    def fingerprint(self) -> str:
        """A digest of the rows as they are shown."""
        shown = [[row.number, row.texts, str(row.value), str(row.outcome)] for row in self.rows]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()

    def values(self) -> dict[str, Any]:
        """As of every form; in place of the file its rows."""
        values = super().values()
        del values["file"], values["seen"]
        return values | {"rows": [row.value for row in self.rows]}


def add_model_errors(row: ImportRow, record: Tracked, columns: dict[str, str]) -> None:
    """Judge a new record as its model does; `columns` are the sheet's by field, other errors are the row's."""
    try:
        record.clean_fields(exclude={f.name for f in record._meta.fields if f.name not in columns})
        validate_each_value(record, dict.fromkeys(columns, FIRST_YEAR), past=())
        record.clean()
    except ValidationError as error:
        by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, messages in by_field.items():
            for message in messages:
                row.add_error(columns.get(name, ""), message)
