"""Word files with something in their text, and how they are judged."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from reviews.uploads.documents import Document, open_document
from tests.support.hostile import DOCUMENT, PACKAGE, WORD, W, archive, types


def opened(content: bytes, name: str = "report.docx") -> Document:
    return open_document(SimpleUploadedFile(name, content))


def refused(content: bytes, name: str = "report.docx") -> str:
    """The reason why the file is not taken."""
    with pytest.raises(ValidationError) as error:
        opened(content, name)
    return error.value.code


def field(*codes: str, result: str = "") -> str:
    """A field whose code is written in pieces; a piece that is an element stays one."""
    pieces = (c if c.startswith("<") else f"<w:r><w:instrText>{c}</w:instrText></w:r>" for c in codes)
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
    return mark("begin") + "".join(pieces) + mark("separate") + result + mark("end")


def with_body(body: str, part: str = "document.xml") -> bytes:
    if part == "document.xml":
        return archive(PACKAGE | {"word/document.xml": DOCUMENT.format(body)})
    name = part.replace(".", "9")
    kinds = types(**{f"word__{name}": f"{WORD}.{part.partition('.')[0].rstrip('0123456789')}+xml"})
    return archive(
        PACKAGE | {"[Content_Types].xml": kinds, f"word/{part}": f'<w:x xmlns:w="{W}">{body}</w:x>'}
    )
