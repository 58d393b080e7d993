"""What may be inside a Word file. It is a zip archive, of which only a few small lists are unpacked."""

import re
import struct
import zipfile
import zlib
from typing import IO
from xml.etree import ElementTree  # noqa: S405 - see Plain

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

PARTS_MAX = 5_000
UNPACKED_MAX_BYTES = 250 * 1024 * 1024
LIST_MAX_BYTES = 1024 * 1024
# Everything that reading a broken or malicious archive was seen to raise.
UNREADABLE = (
    zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError, OverflowError,
    KeyError, struct.error, zlib.error, ElementTree.ParseError,
)  # fmt: skip
CODE = re.compile(r"vbaProject|vbaData|/activeX/", re.IGNORECASE)
MACRO_KINDS = re.compile(r"macroEnabled|vbaProject|vbaData|activeX", re.IGNORECASE)
LINKS = ("hyperlink",)  # what may lie elsewhere: nothing of it is fetched until a reader clicks


def is_docx(file: IO[bytes]) -> bool:
    """Whether it is a zip archive with a Word document in it."""
    try:
        with zipfile.ZipFile(file) as archive:
            return "word/document.xml" in archive.namelist()
    except UNREADABLE:
        return False
    finally:
        file.seek(0)


def check_docx(file: IO[bytes]) -> None:
    """Raise ValidationError for a Word file that would harm who opens it."""
    try:
        with zipfile.ZipFile(file) as archive:
            _check(archive)
    except UNREADABLE as error:
        raise ValidationError(_("This Word file is damaged. Please save it again in Word.")) from error
    finally:
        file.seek(0)


def _check(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > UNPACKED_MAX_BYTES:
        raise ValidationError(_("Unpacked, this Word file is too large to be taken."))
    for part in parts:
        path = part.filename.replace("\\", "/")
        is_encrypted = part.flag_bits & 1
        if path.startswith("/") or ".." in path.split("/") or is_encrypted:
            raise zipfile.BadZipFile

    kinds = [part.get("ContentType", "") for part in _xml(archive, "[Content_Types].xml").iter()]
    if any(CODE.search(part.filename) for part in parts) or any(MACRO_KINDS.search(kind) for kind in kinds):
        raise ValidationError(
            _("This Word file has macros in it. Please save it as a document without macros.")
        )
    if any(_fetches(archive, part) for part in parts if part.filename.lower().endswith(".rels")):
        raise ValidationError(
            _(
                "This Word file loads a template, a picture or an object from elsewhere. Please put it into the file."
            )
        )


def _fetches(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether Word would ask another machine for something as soon as the file is opened."""
    for relation in _xml(archive, part.filename).iterfind(".//{*}Relationship"):
        kind = relation.get("Type", "").rpartition("/")[2]
        if relation.get("TargetMode") == "External" and kind not in LINKS:
            return True
    return False


class Plain(ElementTree.TreeBuilder):
    """Takes no document type, and so no entities: nothing that XML could fetch or blow up."""

    def doctype(self, *declaration: object) -> None:
        raise zipfile.BadZipFile


def _xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """A small XML part. Raises BadZipFile for one that is too large to be read."""
    with archive.open(name) as part:
        content = part.read(LIST_MAX_BYTES + 1)
    if len(content) > LIST_MAX_BYTES:
        raise zipfile.BadZipFile
    parser = ElementTree.XMLParser(target=Plain())  # noqa: S314
    return ElementTree.fromstring(content, parser)  # noqa: S314
