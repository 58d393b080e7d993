"""Files that somebody means harm with, or that fell into the wrong hands: what each upload form is offered."""

import io
import zipfile
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from tests.support import make, pdfs

TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
NEITHER, ENDING = "neither a PDF nor a Word", "should end in"
DAMAGED, MACROS, ELSEWHERE, LARGE = "is damaged", "has macros", "from elsewhere", "too large to be taken"
LOCKED, CUT_OFF, UNKNOWN = "locked with a password", "cut off", "something that cannot be taken"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
DEFAULTS = (
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DOCUMENT = f'<w:document xmlns:w="{W}"><w:body>{{}}</w:body></w:document>'


class Hostile(NamedTuple):
    """`words`: what the form says; empty for what is taken, and then handed out as a sealed download."""

    name: str
    content: bytes
    words: str = ""


def docx(**parts: str | bytes) -> bytes:
    """A Word file with more parts in it, or other ones; names as in types()."""
    named = {name.replace("__", "/").replace("9", "."): content for name, content in parts.items()}
    return archive(PACKAGE | named)


def archive(parts: dict[str, str | bytes], level: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", level) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return target.getvalue()


def relation(kind: str, target: str, mode: str = "External") -> str:
    return RELATIONS.format(
        f'<Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    )


def types(**kinds: str) -> str:
    """The list of types, with those of more parts; a double underscore in a name stands for a slash, "9" for a dot."""
    named = {"word/document.xml": f"{WORD}.document.main+xml"}
    named |= {name.replace("__", "/").replace("9", "."): kind for name, kind in kinds.items()}
    overrides = (f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in named.items())
    return TYPES.format(DEFAULTS + "".join(overrides))


# The least that Word opens.
PACKAGE: dict[str, str | bytes] = {
    "[Content_Types].xml": types(),
    "_rels/.rels": relation("officeDocument", "word/document.xml", "Internal"),
    "word/document.xml": DOCUMENT.format(""),
}


def encrypted() -> bytes:
    """The mark of a password on every part, in both of the archive's lists."""
    content = bytearray(docx())
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(sign)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(sign, at + 4)
    return bytes(content)


ZEROS = b"\0" * 10_000_000
MANY = archive({"word/document.xml": "<w/>"} | {f"word/{n}": "" for n in range(6_000)})
LONG_LIST = docx(word___rels__document9xml9rels=" " * 2_000_000)
ENTITIES = '<!DOCTYPE x [<!ENTITY a "{}">]><x>&a;&a;</x>'.format("ha" * 1_000)
FETCHING = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
ELSEWHERE_UTF16 = relation("attachedTemplate", "http://x.example/t.dotm").encode("utf-16")


def wrong_content() -> Iterator[Hostile]:
    """Under a name that would be taken."""
    starts = {
        "html": HTML,
        "svg": SVG,
        "xml": b"<?xml version='1.0'?><x/>",
        "xhtml": b"<html xmlns='x'><script/></html>",
        "script": b"alert(1)//",
        "shell": b"#!/bin/sh\nrm -rf /",
        "php": b"<?php system($_GET[0]);",
        "exe": b"MZ\x90\0" + b"\0" * 99,
        "elf": b"\x7fELF" + b"\0" * 99,
        "gif": b"GIF89a/*" + HTML,
        "png": b"\x89PNG\r\n\x1a\n" + HTML,
        "jpeg": b"\xff\xd8\xff\xe0" + HTML,
        "old word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99,
        "html before pdf": HTML + make.PDF,
        "nul": b"\0" * 64,
        "bom": b"\xef\xbb\xbf" + HTML,
        "utf-16": HTML.decode().encode("utf-16"),
        "mht": b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + HTML,
        "rar": b"Rar!\x1a\x07",
        "7z": b"7z\xbc\xaf\x27\x1c",
        "gzip": b"\x1f\x8b\x08" + b"\0" * 30,
        "hta": b"<hta:application/>",
        "url": b"[InternetShortcut]\nURL=file://x",
        "lnk": b"L\0\0\0\x01\x14\x02",
        "jar": archive({"META-INF/MANIFEST.MF": ""}),
        "xlsx": archive({"xl/workbook.xml": ""}),
        "epub": archive({"mimetype": "application/epub+zip"}),
        "zip": archive({"a.html": HTML}),
        "html before zip": HTML + docx(),
        "empty zip": b"PK\x05\x06" + b"\0" * 18,
        "svg with a bom": b"\xef\xbb\xbf" + SVG,
    }
    for content in starts.values():
        yield Hostile("report.pdf", content, NEITHER)
        yield Hostile("report.docx", content, NEITHER)


def broken() -> Iterator[Hostile]:
    """It begins like something that would be taken."""
    for name in ("report.pdf", "report.docx"):
        yield Hostile(name, b"{\\rtf1 \\object}", "rich text")
        yield Hostile(name, docx()[:60], DAMAGED)
        yield Hostile(name, docx()[:-30], DAMAGED)
        yield Hostile(name, b"PK\x03\x04" + b"\xff" * 200, DAMAGED)
        yield Hostile(name, b"%PDF-1.4\n" + SVG, CUT_OFF)
        yield Hostile(name, make.PDF[:-30], CUT_OFF)
        yield Hostile(name, pdfs.written(user_password="secret"), LOCKED)


def wrong_names() -> Iterator[Hostile]:
    """Of a content that would be taken."""
    for name in (
        "x.html",
        "x.pdf.html",
        "x.svg",
        "x.pdf.exe",
        "x",
        "x.pdf.",
        "x.docx",
        "pdf",
        ".htaccess",
        "x.PDF.php",
    ):
        yield Hostile(name, make.PDF, ENDING)


def wrong_archives() -> Iterator[Hostile]:
    """Word files that would harm who opens them."""
    yield Hostile(
        "bomb.docx", docx(**{f"word__media__{n}": ZEROS for n in "abcdefghijklmnopqrstuvwxyzäöü"}), LARGE
    )
    yield Hostile("many.docx", MANY, LARGE)
    yield Hostile("list.docx", LONG_LIST, DAMAGED)
    yield Hostile("out.docx", archive({"word/document.xml": "", "../../etc/cron.d/x": ""}), DAMAGED)
    yield Hostile("root.docx", archive({"word/document.xml": "", "/etc/passwd": ""}), DAMAGED)
    yield Hostile("windows.docx", archive({"word/document.xml": "", "..\\..\\x.exe": ""}), DAMAGED)
    yield Hostile("password.docx", encrypted(), LOCKED)
    yield Hostile("no types.docx", archive({"word/document.xml": ""}), DAMAGED)
    yield Hostile("entities.docx", docx(_rels__9rels=ENTITIES), DAMAGED)
    yield Hostile("fetching.docx", docx(_rels__9rels=FETCHING), DAMAGED)
    yield Hostile("no xml.docx", docx(_rels__9rels="<x"), DAMAGED)
    yield Hostile("html inside.docx", docx(word__x9html=HTML), UNKNOWN)
    yield Hostile("macros.docx", docx(word__vbaProject9bin=b"x"), MACROS)
    yield Hostile("MACROS.docx", docx(word__VBAPROJECT9BIN=b"x"), MACROS)
    yield Hostile("activex.docx", docx(word__activeX__activeX19bin=b"x"), MACROS)
    for kind in (
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.ms-office.vbaProject",
    ):
        listed = {"[Content_Types].xml": types(word__x9bin=kind)}
        yield Hostile("declared.docx", archive(PACKAGE | listed), MACROS)
    for kind in ("attachedTemplate", "image", "oleObject", "frame", "subDocument"):
        yield Hostile(
            "far.docx", docx(word___rels__settings9xml9rels=relation(kind, "http://x.example/t")), ELSEWHERE
        )
    yield Hostile(
        "share.docx", docx(word___rels__x9RELS=relation("image", "\\\\x.example\\share")), ELSEWHERE
    )
    yield Hostile("utf-16.docx", docx(word___rels__settings9xml9rels=ELSEWHERE_UTF16), ELSEWHERE)


def taken() -> Iterator[Hostile]:
    """What may be somebody's report: kept under a name of ours, handed out as a download and never shown."""
    yield Hostile("polyglot.pdf", make.PDF + HTML)
    yield Hostile("after a line.pdf", b"\n" + make.PDF)
    yield Hostile("script.pdf", pdfs.simple(b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"))
    yield Hostile("launch.pdf", pdfs.simple(b"/OpenAction << /S /Launch /F (cmd.exe) >>"))
    yield Hostile("zip inside.pdf", make.PDF + archive({"word/document.xml": "", "x.html": HTML}))
    yield Hostile("html after.docx", docx() + HTML)
    yield Hostile(
        "link.docx", docx(word___rels__document9xml9rels=relation("hyperlink", "http://x.example/"))
    )
    for name in NAMES:
        yield Hostile(name, make.PDF)


NAMES = (
    "../../../etc/passwd.pdf", "..\\..\\windows\\win.pdf", "/etc/cron.d/x.pdf", "C:\\x.pdf", "....//....//x.pdf",
    "x.html\0.pdf", "\u202efdp.exe.pdf", "fdp\u202e.pdf", "x\r\nSet-Cookie: a=b.pdf", 'x".pdf', "x';.pdf",
    "<script>alert(1)</script>.pdf", "<img src=x onerror=alert(1)>.pdf", "a" * 300 + ".pdf", "Đà Nẵng.pdf", "𝕏.pdf",
    "con.pdf", "..pdf", " .pdf", "-rf.pdf", "$(id).pdf", "`id`.pdf", "%2e%2e%2fx.pdf", "x;.pdf",
    "\u200b.pdf", "&amp;.pdf",
)  # fmt: skip


@cache
def everything() -> list[Hostile]:
    return [*wrong_content(), *broken(), *wrong_names(), *wrong_archives(), *taken()]
