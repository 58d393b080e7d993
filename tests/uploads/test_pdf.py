"""A PDF is opened: can everybody read it, is it whole, how many pages has it?"""

import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from reviews.uploads.documents import Document, open_document
from reviews.uploads.reasons import Reason
from tests.support import make, pdfs

BOM = b"\xef\xbb\xbf"


def opened(content: bytes, name: str = "report.pdf") -> Document:
    return open_document(SimpleUploadedFile(name, content))


def refused(content: bytes) -> str:
    with pytest.raises(ValidationError) as error:
        opened(content)
    return error.value.code


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_one_locked_with_a_password_is_refused(algorithm):
    locked = pdfs.written(user_password="secret", owner_password="other", algorithm=algorithm)
    assert refused(locked) == Reason.PDF_LOCKED


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_one_that_only_forbids_changes_is_taken(algorithm):
    """Encrypted, but everybody can open it."""
    protected = pdfs.written(3, user_password="", owner_password="other", algorithm=algorithm)
    assert opened(protected).pages == 3


def test_one_that_only_certain_people_can_open_is_refused():
    assert refused(pdfs.restricted()) == Reason.PDF_RESTRICTED


@pytest.mark.parametrize("before", [BOM, b"\n", b"\r\n\r\n", b" " * 500, BOM + b"\r\n"], ids=repr)
def test_a_mark_or_blank_lines_before_it_do_no_harm(before):
    assert opened(before + pdfs.written(2)).pages == 2


@pytest.mark.parametrize("after", [b"\n" * 3_000, b"\0" * 3_000, b"<html></html>", b"--boundary--"], ids=len)
def test_something_behind_it_does_no_harm(after):
    assert opened(pdfs.written(2) + after).pages == 2


@pytest.mark.parametrize("pages", [1, 2, 300])
def test_its_pages_are_counted(pages):
    assert opened(pdfs.written(pages)).pages == pages


def test_one_without_pages_is_refused():
    assert refused(pdfs.without_pages()) == Reason.PDF_WITHOUT_PAGES


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_one_that_was_cut_off_is_refused(part):
    whole = pdfs.written(20)
    assert refused(whole[: int(len(whole) * part)]) == Reason.PDF_CUT_OFF


def test_one_cut_off_behind_an_earlier_end_is_refused():
    """A file that was changed, or arranged for the web, has more than one end."""
    assert refused(pdfs.revised()[:-30]) == Reason.PDF_CUT_OFF
    assert refused(pdfs.linearized()) == Reason.PDF_CUT_OFF
    assert opened(pdfs.revised()).pages == 1


def test_a_damaged_one_is_refused():
    assert refused(b"%PDF-1.7\n" + b"\xff" * 500 + b"\n%%EOF\n") == Reason.PDF_DAMAGED
    empty = make.PDF.replace(b"/Contents 4 0 R", b"/Contents 7 0 R")  # which is not there
    assert refused(empty) == Reason.PDF_DAMAGED


def test_one_with_a_hole_is_refused():
    """A piece never arrived: the place of some pages holds nothing."""
    whole = pdfs.written(20)
    third, half = len(whole) // 3, len(whole) // 2
    assert refused(whole[:third] + bytes(half - third) + whole[half:]) == Reason.PDF_DAMAGED
    assert refused(whole[:half] + whole[half + 200 :]) == Reason.PDF_DAMAGED


def test_one_that_was_treated_as_a_text_is_refused():
    whole = pdfs.written(20)
    assert refused(whole.decode("latin-1").encode()) == Reason.PDF_DAMAGED
    assert refused(whole.decode("utf-8", "replace").encode()) == Reason.PDF_DAMAGED
    nothing_packed = make.PDF.replace(b"\n", "\n%\ufffd\ufffd\n".encode(), 1)
    assert opened(nothing_packed).pages == 1


@pytest.mark.parametrize("nothing", [b"", zlib.compress(b"")], ids=["empty", "packed"])
def test_a_page_with_nothing_on_it_is_a_page(nothing):
    entries = b"/Filter /FlateDecode" if nothing else b""
    assert opened(pdfs.simple(content=pdfs.stream(nothing, entries))).pages == 1


def test_a_page_in_several_pieces_is_a_page():
    several = make.PDF.replace(b"/Contents 4 0 R", b"/Contents[4 0 R]")
    assert opened(several).pages == 1
    assert refused(several.replace(b"[4 0 R]", b"[7 0 R]")) == Reason.PDF_DAMAGED


@pytest.mark.parametrize("content", [b"", b"/Contents null", b"/Contents []"], ids=["none", "null", "list"])
def test_a_blank_page_is_a_page(content):
    assert opened(make.PDF.replace(b"/Contents 4 0 R", content.ljust(15))).pages == 1
    assert opened(pdfs.simple(content=b"null")).pages == 1


@pytest.mark.parametrize("kind", pdfs.HOSTILE)
def test_a_hostile_one_is_refused(kind):
    assert refused(pdfs.HOSTILE[kind]()) in (Reason.TOO_COSTLY, Reason.PDF_DAMAGED, Reason.PDF_WITHOUT_PAGES)


def test_a_table_that_leads_to_itself_is_read_once():
    assert opened(pdfs.loop_of_tables()).pages == 1
