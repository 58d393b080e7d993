"""Sixty payloads through every export, read back: no formula, no field code, and what is a number stays one."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse
from docx import Document

from reviews.models import Meeting, Trace
from reviews.rendering import spreadsheets
from reviews.text import as_stored
from tests.lists.test_exports import DANGER, read_csv
from tests.support import steps, xss
from tests.support.links import body, crawl

PAYLOADS = [text for text in xss.read("formulas.txt") if "\0" not in text]
# Every list that can be taken away.
LISTS: dict[str, list[str]] = {
    "progress-list": ["VNM"], "report-annex": ["VNM"], "round": ["3"], "compare": [], "coverage": [], "plan": [],
    **dict.fromkeys(("report-list", "datagap-list", "finding-list", "deadline-list", "meeting-list"), []),
    **dict.fromkeys(("annex", "action-list", "board", "extension-list", "pending-list"), []),
    **dict.fromkeys(("timeliness", "follow-up-list"), []),
    **dict.fromkeys(("people", "invitation-list", "mail-list", "saved-view-list"), []),
    "deadline": ["1"], "report-gaps": ["VNM"], "report-findings": ["VNM"],
    **dict.fromkeys(("method-list", "difficulty-list", "disruption-list"), []),
}  # fmt: skip
NUMBER = re.compile(r"-?\d+(\.\d+)?")
FIELD_CODES = re.compile(rb"<w:(fldSimple|instrText|fldChar|hyperlink|object|altChunk)\b")
OF_THE_FOOTER = re.compile(rb'<w:fldSimple w:instr="(PAGE|NUMPAGES)"/>')


@pytest.fixture
def world(cast: Any, cycle: Any) -> Any:
    made = steps.world("minutes", cast, cycle)
    made.report.post_progress(
        by=cast.vnm, expected_version=made.report.version, data_collection=30, analysis=0, note="x"
    )
    made.gap.close(by=cast.vnm, expected_version=made.gap.version, way="limitation", note="x")
    return made


def everywhere(text: str) -> None:
    """One payload in every text field of every record: what exports do with it does not depend on how it came there."""
    for model in apps.get_app_config("reviews").get_models():
        values = xss.texts_for(model, text)
        if values and model is not Trace:
            models.QuerySet(model).update(**values)


def taken(browser: Any, kind: str) -> Iterator[tuple[str, bytes]]:
    for name, codes in LISTS.items():
        cycle = [] if name in (*steps.OF_PEOPLE, *steps.OF_THE_SITE) else ["mtr"]
        answer = browser.get(reverse(name, args=[*cycle, *codes]), {"_export": kind})
        assert answer.status_code == 200, name
        yield name, b"".join(answer)


def test_these_are_all_the_lists(world, cast, sign_in):
    """A page that offers an export has a line above."""
    offering = {
        answer.resolver_match.url_name
        for _url, answer in crawl(sign_in(cast.secretariat))
        if b"_export=csv" in body(answer)
    }
    assert offering == set(LISTS)


def test_csv(world, cast, sign_in, figure):
    browser, cells_with_payload, formulas = sign_in(cast.secretariat), 0, 0
    for text in PAYLOADS:
        everywhere(text)
        for _name, content in taken(browser, "csv"):
            cells = [cell for row in read_csv(content) for cell in row]
            formulas += sum(c.lstrip(" ").startswith(DANGER) and not NUMBER.fullmatch(c) for c in cells)
            cells_with_payload += any(as_stored(text) in cell for cell in cells)
    figure("formula payloads", len(set(PAYLOADS)), ">= 60")
    figure("CSV exports with a payload in them", cells_with_payload, f">= {8 * len(PAYLOADS)}")
    figure("formulas in CSV", formulas, 0)


def test_xlsx(world, cast, sign_in, figure):
    browser, cells_with_payload, formulas = sign_in(cast.secretariat), 0, 0
    for text in PAYLOADS:
        everywhere(text)
        for _name, content in taken(browser, "xlsx"):
            book = openpyxl.load_workbook(io.BytesIO(content)).active
            cells = [cell for row in book.iter_rows() for cell in row]
            formulas += sum(cell.data_type == "f" or bool(cell.hyperlink) for cell in cells)
            cells_with_payload += any(as_stored(text).strip() in str(cell.value) for cell in cells)
    figure("Excel exports with a payload in them", cells_with_payload, f">= {8 * len(PAYLOADS)}")
    figure("formulas and links in Excel", formulas, 0)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_numbers_stay_numbers(kind, world, cast, sign_in):
    everywhere("=1+1")
    content = dict(taken(sign_in(cast.secretariat), kind))["report-list"]
    if kind == "csv":
        cells: list[Any] = [cell for row in read_csv(content) for cell in row]
        assert {"30", "0"} <= set(cells)
    else:
        cells = [
            cell.value
            for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows()
            for cell in row
        ]
        assert {30, 0} <= {cell for cell in cells if isinstance(cell, int)}


def test_word_documents_have_no_field_codes(world, cast, sign_in):
    """All payloads at once, in the minutes and in the brief."""
    everywhere("\n".join(PAYLOADS))
    browser = sign_in(cast.secretariat)
    for name in ("minutes-docx", "brief-docx"):
        content = browser.get(reverse(name, args=["mtr", Meeting.objects.get().code])).content
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [archive.read(part) for part in archive.namelist() if part.startswith("word/")]
        assert not [part for part in parts if FIELD_CODES.search(OF_THE_FOOTER.sub(b"", part))]
        paper = Document(io.BytesIO(content))
        texts = [p.text for p in paper.paragraphs] + [
            c.text for t in paper.tables for r in t.rows for c in r.cells
        ]
        assert any("=1+1" in text for text in texts)


# Shown to notice


def test_a_formula_let_through_is_noticed(world, cast, sign_in, monkeypatch):
    """The same exports without their precautions."""
    everywhere("=1+1")
    monkeypatch.setattr(spreadsheets, "safe", str)
    contents = dict(taken(sign_in(cast.secretariat), "csv"))
    downloads = [
        name
        for name, text in contents.items()
        if any(c.startswith("=") for row in read_csv(text) for c in row)
    ]
    assert len(downloads) > 5
