"""Opens a Word file: is it whole, and is everything in it on the list of what may be there? Runs in the sandbox."""

import re
from typing import BinaryIO
from urllib.parse import unquote

from reviews.uploads import sandbox, word_fields, word_parts
from reviews.uploads.package import DAMAGED, TYPES, Package, Relation
from reviews.uploads.reasons import Reason, Refused

COMPOUND_FILE = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of Office 97, and of locked files of today
)
# Names of streams in such a container.
LOCKED, WORD_97 = (name.encode("utf-16-le") for name in ("EncryptedPackage", "WordDocument"))

WITH_MACROS = "application/vnd.ms-word."
# In the name or the content type of a part, both in lower case.
MACROS = re.compile("macroenabled|vbaproject|vbadata|activex")
EMBEDDED = re.compile(
    "oleobject|ms-excel|msword|ms-powerpoint|presentationml|spreadsheetml|document$|package$"
)
# A path on the disk of whoever opens the file, which asks no other machine: "file:///C:/x.dotx", "Normal.dotm"; and as
# old Macs write it, "Macintosh HD:Users:lan:x.dotx".
LOCAL_PATH = re.compile(r"(file:///|/)?([a-z]:/)?[^/?:][^?:]*|[^/?:]+(:[^/?:]+){2,}", re.IGNORECASE)


def examine(file: BinaryIO) -> None:
    """Raise Refused for a file that is not a Word document, or would harm who opens it."""
    if file.read(len(COMPOUND_FILE)) == COMPOUND_FILE:
        raise Refused(compound_reason(file.read()))
    try:
        package = Package(file)
        require_word(package)
        require_known_relations(package)
        require_known_parts(package)
        word_fields.require_known_fields(package)
    except DAMAGED as error:
        raise Refused(Reason.WORD_DAMAGED) from error


def compound_reason(content: bytes) -> Reason:
    if LOCKED in content:
        return Reason.WORD_LOCKED
    return Reason.WORD_97 if WORD_97 in content else Reason.NEITHER


def require_word(package: Package) -> None:
    """Raise Refused unless the package says that it is a Word document: its main part may have any name."""
    kind = package.main_type()
    if not kind and any(name.startswith("word/") for name in package.parts):
        raise Refused(Reason.WORD_DAMAGED)
    if kind == word_parts.TEMPLATE:
        raise Refused(Reason.WORD_TEMPLATE)
    if kind != word_parts.MAIN_PART and not kind.startswith(WITH_MACROS):
        raise Refused(Reason.NEITHER)
    if has_macros(package, {kind for kind in package.types if not EMBEDDED.search(kind)}):
        raise Refused(Reason.MACROS)


def has_macros(package: Package, types: set[str]) -> bool:
    return any(MACROS.search(text) for text in (*package.parts, *types))


def require_known_relations(package: Package) -> None:
    for relation in package.relations():
        if relation.is_external:
            require_harmless_target(relation)
        elif relation.kind not in word_parts.RELATIONS:
            reason = word_parts.REFUSED_INSIDE.get(relation.kind, Reason.UNKNOWN_PART)
            raise Refused(reason, relation.kind)


def require_harmless_target(relation: Relation) -> None:
    """Raise Refused if Word would fetch something, or show nothing, as soon as it opens the file.

    A link is only followed by whoever clicks on it. A template is looked for and, on another disk, not missed.
    """
    target = unquote(relation.target).replace("\\", "/").strip()
    is_link = relation.kind == "hyperlink"
    is_own_template = relation.kind == "attachedtemplate" and LOCAL_PATH.fullmatch(target)
    is_part_of_a_mail = relation.kind == "image" and target.startswith("cid:")  # the picture itself is inside
    if not (is_link or is_own_template or is_part_of_a_mail):
        raise Refused(word_parts.REFUSED_OUTSIDE.get(relation.kind, Reason.LINKED_FILE))


def require_known_parts(package: Package) -> None:
    for name in package.parts.keys() - {TYPES}:
        kind = package.type_of(name)
        if kind == word_parts.WORKBOOK:
            require_plain_workbook(package, name)
        elif kind not in word_parts.PARTS:
            is_embedded = EMBEDDED.search(kind)
            raise Refused(Reason.EMBEDDED_OBJECT if is_embedded else Reason.UNKNOWN_PART, name)


def require_plain_workbook(package: Package, name: str) -> None:
    """Raise Refused if the workbook of a chart is none, or has macros."""
    try:
        workbook = Package(package.open_inner(name))
    except (Refused, *DAMAGED) as error:
        raise Refused(Reason.EMBEDDED_OBJECT, name) from error
    if has_macros(workbook, workbook.types):
        raise Refused(Reason.MACROS)


if __name__ == "__main__":
    sandbox.main(examine)
