"""The fields of a Word document, such as { PAGE } or { INCLUDETEXT "..." }, and whether each is on the list.

A field is either one element, or written over several: "begin", its code, "separate", its result, "end". The code may
be in pieces, and hold other fields, whose results Word puts into it: so one can be made to spell the name of another.
"""

import re
from dataclasses import dataclass, field

from reviews.uploads import word_parts
from reviews.uploads.package import Attributes, Handler, Package
from reviews.uploads.reasons import Reason, Refused

INNER_FIELD = "\0"  # stands in a code for the result of another field; no XML can have it
NAME = re.compile(r'=|[^\s"\\=]+')
NAME_MAX = 40  # characters; Word's longest has 15, a bookmark 40
VML = "urn:schemas-microsoft-com:vml"
# Whatever is in the code is text of one of these; "t" is that of the document.
TEXT_ELEMENTS = ("instrText", "delInstrText", "t", "delText")


@dataclass
class OpenField:
    code: str = ""
    is_in_code: bool = True  # before "separate"


@dataclass
class FieldReader(Handler):
    """Collects the names of the fields of a document, and its bookmarks."""

    names: set[str] = field(default_factory=set)
    bookmarks: set[str] = field(default_factory=set)
    open_fields: list[OpenField] = field(default_factory=list)
    is_in_text: bool = False

    def start(self, name: str, attributes: Attributes, space: str) -> None:
        if name in TEXT_ELEMENTS:
            self.is_in_text = True
        elif name == "fldChar":
            self.on_mark(value_of(attributes, "fldCharType"))
        elif name == "fldSimple":
            self.add_to_code(INNER_FIELD)
            self.add(value_of(attributes, "instr"))
        elif name == "bookmarkStart":
            self.bookmarks.add(value_of(attributes, "name").upper())
        elif name == "mailMerge":
            raise Refused(Reason.MAIL_MERGE)
        elif space == VML and is_address(attributes.get("src", "")):
            raise Refused(Reason.LINKED_PICTURE)

    def end(self, name: str) -> None:
        if name in TEXT_ELEMENTS:
            self.is_in_text = False

    def text(self, text: str) -> None:
        if self.is_in_text:
            self.add_to_code(text)

    def on_mark(self, kind: str) -> None:
        if kind == "begin":
            self.add_to_code(INNER_FIELD)
            self.open_fields.append(OpenField())
        elif self.open_fields and kind == "separate":
            self.open_fields[-1].is_in_code = False
        elif self.open_fields and kind == "end":
            self.add(self.open_fields.pop().code)

    def add_to_code(self, text: str) -> None:
        """Add to the code of the innermost field, as far as its name may be in it."""
        if self.open_fields and self.open_fields[-1].is_in_code:
            innermost = self.open_fields[-1]
            innermost.code = (innermost.code + text).lstrip()[: NAME_MAX + 1]

    def add(self, code: str) -> None:
        name = NAME.match(code.lstrip())
        if name:  # without one Word shows nothing
            self.names.add(name[0][:NAME_MAX].upper())

    def close(self) -> None:
        """At the end of a part: fields without an end count as well."""
        while self.open_fields:
            self.add(self.open_fields.pop().code)
        self.is_in_text = False


def value_of(attributes: Attributes, name: str) -> str:
    """The value of an attribute, whatever its namespace; empty if there is none."""
    return next((value for key, value in attributes.items() if key.rpartition(" ")[2] == name), "")


def is_address(text: str) -> bool:
    """Whether a picture is looked for outside the file."""
    return (":" in text or text.startswith(("//", "\\\\"))) and not text.startswith("cid:")


def require_known_fields(package: Package) -> None:
    """Raise Refused for a field that is not on the list. The name of a bookmark is one: it shows its text."""
    reader = FieldReader()
    for name in package.parts:
        if "wordprocessingml" in package.type_of(name) and package.type_of(name).endswith("xml"):
            package.parse(name, reader)
            reader.close()
    known = {name.upper() for name in word_parts.FIELDS} | reader.bookmarks
    for name in sorted(reader.names - known):
        raise Refused(Reason.FIELD, name.replace(INNER_FIELD, "{…}"))
