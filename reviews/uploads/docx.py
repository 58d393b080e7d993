"""What may be inside a Word file. It is a zip archive: nothing of it is unpacked but a few small lists."""

import re
import struct
import zipfile
import zlib
from typing import Any
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


def is_docx(file: Any) -> bool:
    """Whether it is a zip archive with a Word document in it."""
    try:
        with zipfile.ZipFile(file) as archive:
            return "word/document.xml" in archive.namelist()
    except UNREADABLE:
        return False
    finally:
        file.seek(0)


def check_docx(file: Any) -> None:
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
    if any(_strange(part) for part in parts):
        raise zipfile.BadZipFile
    if any(CODE.search(part.filename) for part in parts) or _declares_macros(archive):
        raise ValidationError(
            _("This Word file has macros in it. Please save it as a document without macros.")
        )
    if any(_fetches(archive, part) for part in parts if part.filename.lower().endswith(".rels")):
        raise ValidationError(
            _(
                "This Word file loads a template, a picture or an object from elsewhere. Please put it into the file."
            )
        )


def _strange(part: zipfile.ZipInfo) -> bool:
    """A name that leads out of the archive, or a part that nobody could read."""
    path = part.filename.replace("\\", "/")
    return path.startswith("/") or ".." in path.split("/") or bool(part.flag_bits & 1)


def _declares_macros(archive: zipfile.ZipFile) -> bool:
    kinds = _xml(archive, "[Content_Types].xml").iter()
    return any(MACRO_KINDS.search(part.get("ContentType", "")) for part in kinds)


def _fetches(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether Word would ask another machine for something as soon as the file is opened."""
    relations = _xml(archive, part.filename).iterfind(".//{*}Relationship")
    return any(r.get("TargetMode") == "External" and _kind(r) not in LINKS for r in relations)


def _kind(relation: Any) -> str:
    return str(relation.get("Type", "").rpartition("/")[2])


class Plain(ElementTree.TreeBuilder):
    """Takes no document type, and so no entities: nothing that XML could fetch or blow up."""

    def doctype(self, *told: Any) -> None:
        raise zipfile.BadZipFile


def _xml(archive: zipfile.ZipFile, name: str) -> Any:
    parser = ElementTree.XMLParser(target=Plain())  # noqa: S314
    return ElementTree.fromstring(_small(archive, name), parser)  # noqa: S314


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        content = part.read(LIST_MAX_BYTES + 1)
    if len(content) > LIST_MAX_BYTES:
        raise zipfile.BadZipFile
    return content
