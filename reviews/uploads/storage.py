"""Uploaded files: what is accepted, and how it is stored.

A file is stored under a random name outside anything the web server serves, and read back only through a
view that asks `policy` first.
"""

import hashlib
import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from reviews.text import nfc
from reviews.uploads import docx

log = logging.getLogger(__name__)

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def kind_of(upload: UploadedFile) -> str:
    """ "pdf" or "docx", by content and not by name. Raises ValidationError for anything else."""
    upload.seek(0)
    start = upload.read(1024)
    upload.seek(0)
    if start.startswith(b"%PDF-"):
        return "pdf"
    if start.startswith(b"PK\x03\x04") and docx.is_docx(upload):
        return "docx"
    raise ValidationError(_("This is neither a PDF nor a Word (DOCX) file."))


def check(upload: UploadedFile) -> None:
    """Raise ValidationError unless the file is of a type and size that can be taken."""
    limit = settings.REPORT_FILE_MAX_BYTES
    if (upload.size or 0) > limit:
        raise ValidationError(
            _("The file is %(size)s; at most %(limit)s can be taken.")
            % {"size": filesizeformat(upload.size or 0), "limit": filesizeformat(limit)}
        )
    kind = kind_of(upload)
    if not (upload.name or "").lower().endswith(f".{kind}"):
        raise ValidationError(_("The name of the file should end in .%(kind)s.") % {"kind": kind})
    if kind == "docx":
        docx.check_docx(upload)


class FileColumns(TypedDict):
    """The columns that describe a stored file."""

    file: str
    original_name: str
    size: int | None  # bytes
    sha256: str


@contextmanager
def stored(upload: UploadedFile, folder: str = "reports") -> Iterator[FileColumns]:
    """Store the file while the block runs through; if the block fails, no orphan stays behind."""
    kind = kind_of(upload)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    name = f"{folder}/{secrets.token_hex(16)}.{kind}"
    try:
        _save(name, upload)
        yield {
            "file": name,
            "original_name": display_name(upload.name or "") or f"file.{kind}",
            "size": upload.size,
            "sha256": digest.hexdigest(),
        }
    except BaseException:
        default_storage.delete(name)
        raise


def display_name(name: str) -> str:
    """The uploader's own name for the file, safe to display: no folders, nothing invisible or right-to-left."""
    last = re.split(r"[\\/]", name)[-1]
    return nfc("".join(c for c in last if c.isprintable()))[-255:].strip()


def _save(name: str, upload: UploadedFile) -> None:
    try:
        default_storage.save(name, upload)
    except OSError as error:
        log.exception("A file could not be stored")
        message = _(
            "The file could not be stored. Nothing was saved; please tell the administrator, and try later."
        )
        raise ValidationError({"file": message}) from error
