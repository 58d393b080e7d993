"""A Word file is opened: everything in it is on the list of what may be there, or it is refused."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

import docx as python_docx
import pytest
import xlsxwriter
from django.core.exceptions import ValidationError

from reviews.uploads.documents import SENTENCES
from reviews.uploads.reasons import Reason
from tests.support import hostile
from tests.support.hostile import DOCUMENT, PACKAGE, WORD, archive, relation, types
from tests.support.word_files import field, opened, refused, with_body

HYPERLINK = '<w:p><w:hyperlink r:id="r1" xmlns:r="x"><w:r><w:t>Ministry</w:t></w:r></w:hyperlink></w:p>'


def test_every_reason_has_its_sentence():
    assert set(SENTENCES) == set(Reason)


# The main part


def test_the_main_part_may_have_any_name():
    """Word Online calls it document2.xml."""
    package = {name: content for name, content in PACKAGE.items() if name != "word/document.xml"}
    package |= {
        "[Content_Types].xml": types(word__document29xml=f"{WORD}.document.main+xml"),
        "_rels/.rels": relation("officeDocument", "/word/document2.xml", "Internal"),
        "word/document2.xml": DOCUMENT.format(""),
    }
    assert opened(archive(package)).kind == "docx"


def test_the_main_part_decides_what_the_file_is():
    named_like_word = {"[Content_Types].xml": types(word__document9xml="application/vnd.ms-excel.main+xml")}
    assert refused(archive(PACKAGE | named_like_word)) == Reason.NEITHER
    template = {"[Content_Types].xml": types(word__document9xml=f"{WORD}.template.main+xml")}
    assert refused(archive(PACKAGE | template)) == Reason.WORD_TEMPLATE
    assert refused(archive({k: v for k, v in PACKAGE.items() if k != "_rels/.rels"})) == Reason.WORD_DAMAGED


def test_a_word_file_of_our_own_is_taken():
    document, target = python_docx.Document(), io.BytesIO()
    document.add_heading("Báo cáo quốc gia")
    document.add_table(2, 2)
    document.add_picture(io.BytesIO(png()))
    document.add_comment(document.paragraphs[0].runs, text="Checked", author="SOCA")
    document.save(target)
    assert opened(target.getvalue()).kind == "docx"


def png() -> bytes:
    """The smallest picture."""
    parts = (
        b"IHDR" + struct.pack(">LLBBBBB", 1, 1, 8, 0, 0, 0, 0),
        b"IDAT" + zlib.compress(b"\0\0"),
        b"IEND",
    )
    chunks = (struct.pack(">L", len(part) - 4) + part + struct.pack(">L", zlib.crc32(part)) for part in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


# Other kinds of file


def compound(stream: str) -> bytes:
    """The container of Office 97, as far as the name of a stream in it."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000 + stream.encode("utf-16-le") + b"\0" * 2_000


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (compound("EncryptedPackage"), Reason.WORD_LOCKED),
        (compound("WordDocument"), Reason.WORD_97),
        (compound("Workbook"), Reason.NEITHER),
        (b"{\\rtf1\\ansi Our report}", Reason.RICH_TEXT),
        (
            archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}),
            Reason.OPEN_DOCUMENT,
        ),
        (archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), Reason.NEITHER),
    ],
    ids=["locked", "word 97", "excel 97", "rtf", "odt", "ods"],
)
@pytest.mark.parametrize("name", ["report.docx", "report.doc", "report.pdf"])
def test_another_kind_of_file_is_named(name, content, reason):
    assert refused(content, name) == reason


# What it loads


@pytest.mark.parametrize(
    "target",
    [
        "file:///C:\\Users\\Lan\\AppData\\Roaming\\Microsoft\\Templates\\Report.dotx",
        "file:///C:/Templates/Report.dotx",
        "file:///Users/lan/Library/Report.dotx",
        "C:\\Templates\\Report.dotx",
        "/home/lan/Report.dotx",
        "Normal.dotm",
        "Macintosh%20HD:Users:lan:Report.dotx",
        "file:///C:/M%E1%BA%ABu%20b%C3%A1o%20c%C3%A1o.dotx",
    ],
)
def test_a_template_on_somebodys_disk_does_no_harm(target):
    rels = {"word/_rels/settings.xml.rels": relation("attachedTemplate", target)}
    assert opened(archive(PACKAGE | rels)).kind == "docx"


@pytest.mark.parametrize(
    "target",
    [
        "https://x.example/t.dotm",
        "\\\\x.example\\share\\t.dotx",
        "//x.example/t.dotx",
        "file://x.example/share/t.dotx",
        "file:////x.example/t.dotx",
        "file:///\\\\x.example\\t.dotx",
        "file:///%5C%5Cx.example%5Ct.dotx",
        "\\\\?\\UNC\\x.example\\t.dotx",
        "file:///??/UNC/x.example/t",
        "ftp://x.example/t",
        "ms-word:ofe|u|http://x.example",
        "C:\\\\x.example",
    ],
)
def test_a_template_on_another_machine_is_refused(target):
    rels = {"word/_rels/settings.xml.rels": relation("attachedTemplate", target)}
    assert refused(archive(PACKAGE | rels)) == Reason.REMOTE_TEMPLATE


@pytest.mark.parametrize(
    ("kind", "target", "reason"),
    [
        ("image", "http://x.example/i.png", Reason.LINKED_PICTURE),
        ("image", "file:///C:/i.png", Reason.LINKED_PICTURE),  # it would be missing everywhere else
        ("oleObject", "file:///C:/table.xlsx", Reason.LINKED_FILE),
        ("package", "http://x.example/table.xlsx", Reason.LINKED_FILE),
        ("subDocument", "chapter.docx", Reason.LINKED_FILE),
        ("frame", "http://x.example/", Reason.LINKED_FILE),
        ("mailMergeSource", "file:///C:/list.xlsx", Reason.MAIL_MERGE),
        ("transform", "http://x.example/t.xsl", Reason.LINKED_FILE),
        ("settings", "http://x.example/settings.xml", Reason.LINKED_FILE),
    ],
)
def test_what_would_be_loaded_is_refused(kind, target, reason):
    rels = {"word/_rels/document.xml.rels": relation(kind, target)}
    assert refused(archive(PACKAGE | rels)) == reason


@pytest.mark.parametrize(
    ("kind", "target"), [("hyperlink", "https://x.example/"), ("image", "cid:image001.png@01D6")]
)
def test_what_is_loaded_by_nobody_is_taken(kind, target):
    rels = {"word/_rels/document.xml.rels": relation(kind, target)}
    assert opened(archive(PACKAGE | rels | {"word/document.xml": DOCUMENT.format(HYPERLINK)})).kind == "docx"


# What else is inside


@pytest.mark.parametrize(
    ("name", "content_type", "kind", "reason"),
    [
        ("word/chunk.html", "text/html", "aFChunk", Reason.INSERTED_FILE),
        ("word/chunk.xml", "application/xml", "aFChunk", Reason.INSERTED_FILE),
        (
            "word/embeddings/o.bin",
            "application/vnd.openxmlformats-officedocument.oleObject",
            "oleObject",
            Reason.EMBEDDED_OBJECT,
        ),
        ("word/embeddings/o.xml", "application/xml", "oleObject", Reason.EMBEDDED_OBJECT),
        ("word/embeddings/o.docx", f"{WORD}.document", "package", Reason.EMBEDDED_OBJECT),
        ("word/embeddings/o.xls", "application/vnd.ms-excel", "package", Reason.EMBEDDED_OBJECT),
        (
            "word/embeddings/o.xlsb",
            "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
            "package",
            Reason.EMBEDDED_OBJECT,
        ),
        ("word/x.xml", "application/vnd.ms-office.activeX+xml", "control", Reason.MACROS),
        ("word/vbaProject.bin", "application/vnd.ms-office.vbaProject", "vbaProject", Reason.MACROS),
        (
            "word/webextensions/t.xml",
            "application/vnd.ms-office.webextensiontaskpanes+xml",
            "webextensiontaskpanes",
            Reason.UNKNOWN_PART,
        ),
        ("word/x.exe", "application/octet-stream", "image", Reason.UNKNOWN_PART),
        ("word/x.xml", "application/xml", "somethingNew", Reason.UNKNOWN_PART),
    ],
)
def test_what_is_not_on_the_list_is_refused(name, content_type, kind, reason):
    kinds = types(**{name.replace("/", "__").replace(".", "9"): content_type})
    rels = {"word/_rels/document.xml.rels": relation(kind, name.removeprefix("word/"), "Internal")}
    assert refused(archive(PACKAGE | rels | {"[Content_Types].xml": kinds, name: b"x"})) == reason


WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def with_workbook(content: bytes) -> bytes:
    kinds = types(word__embeddings__Microsoft_Excel_Sheet9xlsx=WORKBOOK)
    name = "word/embeddings/Microsoft_Excel_Sheet.xlsx"
    return archive(PACKAGE | {"[Content_Types].xml": kinds, name: content})


def test_the_figures_of_a_chart_are_taken():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        workbook.add_worksheet().write(0, 0, 42)
    assert opened(with_workbook(target.getvalue())).kind == "docx"


def test_a_workbook_with_macros_or_of_something_else_is_refused():
    macros = archive({"[Content_Types].xml": types(), "xl/vbaProject.bin": b"x"})
    assert refused(with_workbook(macros)) == Reason.MACROS
    assert refused(with_workbook(b"MZ\x90")) == Reason.EMBEDDED_OBJECT


def test_a_picture_by_address_in_an_old_drawing_is_refused():
    vml = '<v:imagedata xmlns:v="urn:schemas-microsoft-com:vml" src="{}"/>'
    assert refused(with_body(vml.format("http://x.example/i.png"))) == Reason.LINKED_PICTURE
    assert opened(with_body(vml.format(""))).kind == "docx"


def test_a_letter_to_a_list_of_people_is_refused():
    merge = '<w:mailMerge><w:connectString w:val="Provider=x"/></w:mailMerge>'
    assert refused(with_body(merge, "settings.xml")) == Reason.MAIL_MERGE


# Archives that lie


def twice() -> bytes:
    target = io.BytesIO(archive(PACKAGE))
    with zipfile.ZipFile(target, "a") as packed, pytest.warns(UserWarning, match="Duplicate"):
        packed.writestr("word/document.xml", DOCUMENT.format(field("INCLUDETEXT x")))
    return target.getvalue()


def in_other_letters() -> bytes:
    return archive(PACKAGE | {"word/DOCUMENT.xml": DOCUMENT.format("")})


def smaller() -> bytes:
    """The size in both of the archive's lists is that of the beginning of the part, and so is the checksum."""
    content = b"A" * 100_000
    whole = archive(PACKAGE | {"word/media/x.png": content})
    for old, new in ((zlib.crc32(content), zlib.crc32(content[:10])), (len(content), 10)):
        assert whole.count(struct.pack("<L", old)) == 2
        whole = whole.replace(struct.pack("<L", old), struct.pack("<L", new))
    return whole


def larger() -> bytes:
    whole = archive(PACKAGE | {"word/media/x.png": b"A" * 100_000})
    return whole.replace(struct.pack("<L", 100_000), struct.pack("<L", 100_001))


def packed_otherwise() -> bytes:
    return archive(PACKAGE, zipfile.ZIP_LZMA)


@pytest.mark.parametrize("made", [twice, in_other_letters, smaller, larger, packed_otherwise])
def test_an_archive_that_lies_is_refused(made):
    assert refused(made()) == Reason.WORD_DAMAGED


def test_folders_and_what_office_leaves_behind_do_no_harm():
    assert opened(archive(PACKAGE | {"word/": "", "[trash]/0000.dat": b"\0" * 100})).kind == "docx"


def deep(depth: int) -> Iterator[str]:
    yield "<w:p>" * depth
    yield "</w:p>" * depth


@pytest.mark.parametrize(
    "body",
    ["".join(deep(100_000)), "<w:r/>" * 1_000_000, f'<w:r w:x="{"x" * 5_000_000}"/>'],
    ids=["deep", "many", "long"],
)
def test_one_that_is_tedious_to_read_ends_in_time(body):
    """Taken or refused, within the limits: it holds nothing forbidden."""
    content = archive(PACKAGE | {"word/document.xml": DOCUMENT.format(body)})
    assert len(content) < 1_000_000
    try:
        opened(content)
    except ValidationError as error:
        assert error.code == Reason.TOO_COSTLY  # noqa: PT017


def test_the_hostile_word_files_of_every_form():
    for file in hostile.wrong_archives():
        assert refused(file.content) != Reason.NEITHER, file.name
