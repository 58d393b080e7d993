"""The fields of a Word file: those that load something are refused, however they are written."""

import pytest
from django.core.exceptions import ValidationError

from reviews.uploads.reasons import Reason
from tests.support.hostile import PACKAGE, WORD, W, archive, types
from tests.support.word_files import field, opened, refused, with_body

FETCHING = [
    'INCLUDETEXT "\\\\\\\\x.example\\\\a.docx"',
    'INCLUDEPICTURE "http://x.example/i.png" \\d',
    "DDE Excel a b",
    "DDEAUTO c:\\\\cmd.exe",
    "LINK Excel.Sheet.8 a",
    "includetext x",
    "  IncludeText x",
    "DATABASE \\d x",
    "RD x.docx",
    "IMPORT x",
    "INCLUDE x",
    "HTMLCONTROL x",
    "CONTROL x",
    "SUBSCRIBER x",
    "DDEAUTO\\* x",
    'LINK"x"',
    "SOMETHINGNEW x",
]


@pytest.mark.parametrize("code", FETCHING)
def test_a_field_that_loads_something_is_refused(code):
    code = code.replace('"', "&quot;")
    assert refused(with_body(field(code))) == Reason.FIELD
    assert refused(with_body(field(code[:3], code[3:]))) == Reason.FIELD  # in pieces
    assert refused(with_body(f'<w:fldSimple w:instr="{code}"/>')) == Reason.FIELD


@pytest.mark.parametrize(
    "part", ["header1.xml", "footer1.xml", "footnotes.xml", "endnotes.xml", "comments.xml", "glossary.xml"]
)
def test_it_may_be_in_any_part(part):
    if part == "glossary.xml":
        part = "document.glossary.xml"
        kinds = types(word__glossary9xml=f"{WORD}.document.glossary+xml")
        body = f'<w:x xmlns:w="{W}">{field("INCLUDETEXT x")}</w:x>'
        assert (
            refused(archive(PACKAGE | {"[Content_Types].xml": kinds, "word/glossary.xml": body}))
            == Reason.FIELD
        )
    else:
        assert refused(with_body(field("INCLUDETEXT x"), part)) == Reason.FIELD


@pytest.mark.parametrize(
    "body",
    [
        field(field("QUOTE 68 68 69"), " x"),  # its name is what another field shows
        field("DDE", field("QUOTE 65"), "UTO x"),
        field('<w:fldSimple w:instr="QUOTE 68 68 69"/>', " x"),
        field("<w:r><w:t>INCLUDE</w:t></w:r>", "TEXT x"),
        field("IF 1 = 1 ", field("INCLUDETEXT x")),
        field("PAGE", result=field("INCLUDETEXT x")),
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>INCLUDETEXT x</w:instrText></w:r>',
        "<w:del>" + field("INCLUDETEXT x").replace("instrText", "delInstrText") + "</w:del>",
    ],
    ids=[
        "name",
        "in the name",
        "simple",
        "as text",
        "in the code",
        "in the result",
        "without end",
        "deleted",
    ],
)
def test_it_is_found_however_it_is_written(body):
    assert refused(with_body(body)) == Reason.FIELD


def test_the_field_is_named():
    with pytest.raises(ValidationError) as error:
        opened(with_body(field(" INCLUDETEXT x")))
    assert "the field “INCLUDETEXT”" in error.value.message


@pytest.mark.parametrize(
    "code",
    [
        " PAGE ",
        "PAGE   \\* MERGEFORMAT",
        "NUMPAGES",
        'TOC \\o "1-3" \\h \\z \\u',
        "PAGEREF _Toc123 \\h",
        "REF _Ref1 \\r",
        'HYPERLINK "https://asean.org"',
        'HYPERLINK"#x"',
        "SEQ Table \\* ARABIC",
        "STYLEREF 1",
        'DATE \\@ "d/M/yyyy"',
        "= SUM(ABOVE)",
        "=SUM(ABOVE) \\# 0",
        "FORMTEXT",
        "MACROBUTTON NoMacro [Click here]",
        "page",
        "",
        'ADDIN ZOTERO_ITEM CSL_CITATION {"citationID":"x"}',
        "ADDIN EN.CITE",
        "EQ \\f(1,2)",
        "SYMBOL 183 \\f Symbol",
    ],
)
def test_an_ordinary_field_is_taken(code):
    escaped = code.replace('"', "&quot;")
    assert opened(with_body(field(escaped))).kind == "docx"
    assert opened(with_body(f'<w:fldSimple w:instr="{escaped}"/>')).kind == "docx"


def test_ordinary_fields_in_others_are_taken():
    assert opened(with_body(field("= ", field("PAGE"), " - 1"))).kind == "docx"
    assert opened(with_body(field("IF ", field("PAGE"), " = 1 &quot;a&quot; &quot;b&quot;"))).kind == "docx"
    assert opened(with_body(field("TOC \\o", result=field("PAGEREF _Toc1")))).kind == "docx"


def test_a_bookmark_is_shown_by_its_name_alone():
    bookmark = '<w:bookmarkStart w:id="1" w:name="Budget"/>'
    assert opened(with_body(bookmark + field(" budget "))).kind == "docx"
