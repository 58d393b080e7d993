"""PDFs as people hand them in, and as attackers write them; each made here, byte by byte or with pypdf."""

import io
import zlib
from collections.abc import Mapping

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from tests.support import make

PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"
CONTENT = b"BT ET"


def build(objects: Mapping[int, bytes], trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF with these objects, a table of where they are, and an end."""
    content, offsets = b"%PDF-1.7\n", {}
    for number, body in objects.items():
        offsets[number] = len(content)
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(content)
    content += b"xref\n0 1\n0000000000 65535 f \n"
    for number, offset in offsets.items():
        content += b"%d 1\n%010d 00000 n \n" % (number, offset)
    size = max(objects) + 1
    return content + b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, table)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def simple(catalog: bytes = b"", content: bytes = stream(CONTENT)) -> bytes:
    """One page; `catalog` are more entries of the root."""
    return build(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: PAGE,
            4: content,
        }
    )


def written(pages: int = 2, **encryption: object) -> bytes:
    """What an ordinary program writes; with a password, if one is given."""
    writer, target = PdfWriter(), io.BytesIO()
    for _number in range(pages):
        page = writer.add_blank_page(595, 842)
        content = DecodedStreamObject()
        content.set_data(b"BT /F1 12 Tf (Report) Tj ET " * 40)
        page[NameObject("/Contents")] = writer._add_object(content.flate_encode())
    if encryption:
        writer.encrypt(**encryption)
    writer.write(target)
    return target.getvalue()


def without_pages() -> bytes:
    return build({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [] /Count 0 >>"})


def restricted() -> bytes:
    """Opened with a certificate, as a rights service protects a file."""
    locked = b"/Root 1 0 R /Encrypt << /Filter /Adobe.PubSec /SubFilter /adbe.pkcs7.s5 /V 4 >>"
    return build(
        {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [] /Count 0 >>"}, locked
    )


def linearized() -> bytes:
    """Arranged for reading while it arrives: its first page, with an end of its own, comes first."""
    return make.PDF.replace(
        b"%PDF-1.4\n", b"%PDF-1.4\n9 0 obj\n<< /Linearized 1 /L 0000009999 /N 1 >>\nendobj\n"
    )


def revised() -> bytes:
    """Changed after it was written, as by a signature: a second part, with a table and an end of its own."""
    return make.PDF + build({4: stream(b"BT ET")}, b"/Root 1 0 R /Prev 0").removeprefix(b"%PDF-1.7\n")


# Made to keep a reader busy, or to fill its memory.


def bomb() -> bytes:
    """The table of its objects, in 100 kB, unpacks to 100 MB."""
    packed = zlib.compress(b"\0" * 100_000_000)
    entries = b"/Type /XRef /Size 10 /W [1 2 1] /Root 1 0 R /Filter /FlateDecode"
    return with_table(stream(packed, entries))


def circle() -> bytes:
    """Pages that contain themselves."""
    return build({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"})


def tree(depth: int = 24) -> bytes:
    """Each node holds the next one twice: two to the power of `depth` pages."""
    objects = {1: b"<< /Type /Catalog /Pages 10 0 R >>", 3: PAGE, 4: stream(CONTENT)}
    for level in range(10, 10 + depth):
        objects[level] = b"<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 2 >>" % (level + 1, level + 1)
    objects[10 + depth] = PAGE
    return build(objects)


def nested(depth: int = 200_000) -> bytes:
    """Lists within lists."""
    return build({1: b"<< /Type /Catalog /Pages 2 0 R /X %s%s >>" % (b"[" * depth, b"]" * depth)})


def loop_of_tables() -> bytes:
    """A table whose predecessor is itself."""
    content = simple()
    at = content.rindex(b"xref\n0 1")
    return content.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % at)


def long_table() -> bytes:
    """A table that promises a billion entries, each of no bytes."""
    return with_table(
        stream(b"", b"/Type /XRef /Size 1000000000 /Index [0 1000000000] /W [0 0 0] /Root 1 0 R")
    )


def with_table(table: bytes) -> bytes:
    """A PDF whose table of objects is a stream."""
    content = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    return content + b"5 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, len(content))


HOSTILE = {
    "bomb": bomb,
    "circle": circle,
    "tree": tree,
    "nested": nested,
    "long table": long_table,
}
