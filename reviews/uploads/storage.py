"""How a handed-in file is stored: under a random name, outside anything the web server serves.

It is read back only through a view that asks `policy` first.
"""

import hashlib
import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypedDict

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from reviews.text import nfc
from reviews.uploads.documents import Document

log = logging.getLogger(__name__)


_stored: ContextVar[list[str] | None] = ContextVar("names of the files stored in a transaction", default=None)


class FileColumns(TypedDict):
    """The columns that describe a stored file."""

    file: str
    original_name: str
    size: int | None  # bytes
    sha256: str
    pages: int | None  # None: a Word file


@contextmanager
def stored(document: Document, folder: str = "reports") -> Iterator[FileColumns]:
    """Store the file while the block runs through; if the block fails, no orphan stays behind."""
    digest = hashlib.sha256()
    for chunk in document.chunks():
        digest.update(chunk)
    document.seek(0)
    name = f"{folder}/{secrets.token_hex(16)}.{document.kind}"
    try:
        _save(name, document)
        in_transaction = _stored.get()
        if in_transaction is not None:
            in_transaction.append(name)
        yield {
            "file": name,
            "original_name": display_name(document.name or "") or f"file.{document.kind}",
            "size": document.size,
            "sha256": digest.hexdigest(),
            "pages": document.pages,
        }
    except BaseException:
        default_storage.delete(name)
        raise


@contextmanager
def removed_on_failure() -> Iterator[None]:
    """Delete what the block stored if it fails in the end: its transaction takes the rows of these files back."""
    outer = _stored.get()
    names: list[str] = [] if outer is None else outer
    token = _stored.set(names)
    try:
        yield
    except BaseException:
        for name in names:
            default_storage.delete(name)
        raise
    finally:
        _stored.reset(token)


def display_name(name: str) -> str:
    """The uploader's own name for the file, safe to display: no folders, nothing invisible or right-to-left."""
    last = re.split(r"[\\/]", name)[-1]
    return nfc("".join(c for c in last if c.isprintable()))[-255:].strip()


def _save(name: str, document: Document) -> None:
    try:
        default_storage.save(name, document)
    except OSError as error:
        log.exception("A file could not be stored")
        message = _(
            "The file could not be stored. Nothing was saved; please inform the administrator, and try later."
        )
        raise ValidationError({"file": message}) from error
