"""The package of an Office file: a zip archive, the types of its parts, and the relations between them.

Sizes and names in it may be lies. So every part is unpacked within a limit, and compared with what the archive says.
"""

import copy
import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple, NoReturn
from xml.parsers import expat  # noqa: S407 - without document types, see parse()

from reviews.uploads.reasons import Reason, Refused

PARTS_MAX = 5_000
UNPACKED_MAX_BYTES = 250 * 1024 * 1024
LIST_MAX_BYTES = 1024 * 1024  # the types of all parts; the relations of one
CHUNK_BYTES = 64 * 1024
# Everything that reading a broken or malicious archive was seen to raise.
DAMAGED = (
    zipfile.BadZipFile,
    ValueError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    KeyError,
    struct.error,
    zlib.error,
    expat.ExpatError,
)
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 1  # a bit of the flags
TYPES, RELATIONS = "[content_types].xml", "_rels/.rels"
LEFT_OVER = "[trash]/"  # Office may leave it behind, and does not read it

Attributes = dict[str, str]


class Relation(NamedTuple):
    """`kind` is the last word of its type, in lower case."""

    kind: str
    target: str
    is_external: bool


class Handler:
    """What to do with the elements and the text of a part; `space` is the namespace of an element."""

    def start(self, name: str, attributes: Attributes, space: str) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


class Package:
    """Raises one of DAMAGED for what is broken, Refused for what is no Office file or unpacks to too much.

    Names of parts are in lower case: in a package they differ in more than that.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._archive = zipfile.ZipFile(file)
        self.parts = self._list_parts()
        self._require_true_sizes()
        self._require_types()
        self._defaults: dict[str, str] = {}
        self._overrides: dict[str, str] = {}
        self.parse(TYPES, _Each(self._add_type), LIST_MAX_BYTES)

    @property
    def types(self) -> set[str]:
        """The content types that are mentioned, in lower case, whether or not there is such a part."""
        return {*self._defaults.values(), *self._overrides.values()}

    def type_of(self, name: str) -> str:
        """The content type of a part; empty if it has none."""
        extension = posixpath.basename(name).rpartition(".")[2]
        return self._overrides.get(name) or self._defaults.get(extension, "")

    def main_type(self) -> str:
        """The content type of the main part, wherever it is; empty if there is none."""
        for relation in self._relations_in(RELATIONS):
            if relation.kind == "officedocument" and not relation.is_external:
                return self.type_of(posixpath.normpath(relation.target.lower()).lstrip("/"))
        return ""

    def relations(self) -> Iterator[Relation]:
        """All relations of all parts."""
        for name in self.parts:
            if name.endswith(".rels"):
                yield from self._relations_in(name)

    def open_inner(self, name: str) -> BinaryIO:
        """A part that is a package itself."""
        return io.BytesIO(b"".join(self._chunks(name)))

    def parse(self, name: str, handler: Handler, limit: int = UNPACKED_MAX_BYTES) -> None:
        """Read an XML part bit by bit. A document type, and so an entity, is not taken: it could fetch or blow up."""
        if self.parts[name].file_size > limit:
            raise zipfile.BadZipFile
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = _refuse_doctype

        def start(full_name: str, attributes: Attributes) -> None:
            space, _separator, local = full_name.rpartition(" ")
            handler.start(local, attributes, space)

        parser.StartElementHandler = start
        parser.EndElementHandler = lambda full_name: handler.end(full_name.rpartition(" ")[2])
        parser.CharacterDataHandler = handler.text
        for chunk in self._chunks(name):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def _list_parts(self) -> dict[str, zipfile.ZipInfo]:
        entries = self._archive.infolist()
        if len(entries) > PARTS_MAX or sum(entry.file_size for entry in entries) > UNPACKED_MAX_BYTES:
            raise Refused(Reason.WORD_TOO_LARGE)
        parts: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            name = entry.filename.replace("\\", "/").lower()
            is_outside = name.startswith("/") or ".." in name.split("/")
            if is_outside or name in parts or entry.compress_type not in METHODS:
                raise zipfile.BadZipFile
            if entry.flag_bits & ENCRYPTED:
                raise Refused(Reason.WORD_LOCKED)
            if not name.endswith("/") and not name.startswith(LEFT_OVER):
                parts[name] = entry
        return parts

    def _require_true_sizes(self) -> None:
        for name in self.parts:
            for _chunk in self._chunks(name):
                pass

    def _chunks(self, name: str) -> Iterator[bytes]:
        """Unpack a part. Raises BadZipFile if it is longer or shorter than the archive says."""
        part = copy.copy(self.parts[name])
        part.file_size += 1  # zipfile would stop at the size that is said
        size = 0
        with self._archive.open(part) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                size += len(chunk)
                yield chunk
        if size != self.parts[name].file_size:
            raise zipfile.BadZipFile

    def _require_types(self) -> None:
        if TYPES in self.parts:
            return
        if any(name.startswith("word/") for name in self.parts):
            raise zipfile.BadZipFile
        is_open_document = "mimetype" in self.parts and b"opendocument.text" in next(
            self._chunks("mimetype"), b""
        )
        raise Refused(Reason.OPEN_DOCUMENT if is_open_document else Reason.NEITHER)

    def _add_type(self, element: str, attributes: Attributes) -> None:
        kind = attributes.get("ContentType", "").lower()
        if element == "Default":
            self._defaults[attributes["Extension"].lower()] = kind
        elif element == "Override":
            self._overrides[attributes["PartName"].lower().lstrip("/")] = kind

    def _relations_in(self, name: str) -> list[Relation]:
        found: list[Relation] = []

        def add(element: str, attributes: Attributes) -> None:
            if element == "Relationship":
                kind = attributes.get("Type", "").rpartition("/")[2].lower()
                mode = attributes.get("TargetMode", "").strip().lower()
                found.append(Relation(kind, attributes.get("Target", ""), mode == "external"))

        if name in self.parts:
            self.parse(name, _Each(add), LIST_MAX_BYTES)
        return found


class _Each(Handler):
    """Calls a function for every element."""

    def __init__(self, function: Callable[[str, Attributes], None]) -> None:
        self.function = function

    def start(self, name: str, attributes: Attributes, space: str) -> None:
        self.function(name, attributes)


def _refuse_doctype(*declaration: object) -> NoReturn:
    raise zipfile.BadZipFile
