"""Uploaded files: what is accepted, and how it is kept.

A file is stored under a random name outside anything the web server serves, and read back only through a
view that asks `policy` first.
"""

import hashlib
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

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
    if start.startswith(b"PK\x03\x04") and _is_docx(upload):
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


@contextmanager
def stored(upload: UploadedFile, folder: str = "reports") -> Iterator[dict[str, Any]]:
    """Keep the file while the block runs through; if the block fails, no orphan stays behind.

    Yields the columns that describe it: file, original_name, size (bytes), sha256.
    """
    digest, kind = _sha256(upload), kind_of(upload)
    name = default_storage.save(f"{folder}/{secrets.token_hex(16)}.{kind}", upload)
    try:
        yield {
            "file": name,
            "original_name": (upload.name or "")[:255],
            "size": upload.size,
            "sha256": digest,
        }
    except BaseException:
        default_storage.delete(name)
        raise


def _sha256(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def _is_docx(upload: UploadedFile) -> bool:
    try:
        with zipfile.ZipFile(upload) as archive:
            return "word/document.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False
    finally:
        upload.seek(0)
