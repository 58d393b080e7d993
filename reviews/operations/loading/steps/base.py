"""What the steps of all nouns share."""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from reviews.models import User
from reviews.models.base import Tracked
from reviews.operations.loading.pdf import make_pdf
from reviews.operations.loading.rows import Row
from reviews.uploads.documents import Document

Step = Callable[[Row, User], None]
Verb = Callable[..., Any]  # of a model


def transition(find: Callable[[Row], Tracked], verb: Verb) -> Step:
    """Return the step of a transition that takes nothing but a note."""

    def step(row: Row, by: User) -> None:
        record = find(row)
        verb(record, by=by, expected_version=record.version, note=row.text("note"))

    return step


def invented_file(title: str, name: str) -> Document:
    content = make_pdf("Demonstration: invented content", title)
    return Document(SimpleUploadedFile(f"{name}.pdf", content), "pdf", pages=1)
