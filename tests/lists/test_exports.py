"""Lists taken away as CSV and XLSX: exactly what is filtered, safe to open, nothing lost."""

import csv
import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.db.models import QuerySet
from django.urls import reverse

from reviews.models import ActionPoint, DataGap
from reviews.rendering import spreadsheets
from reviews.text import as_stored
from tests.support import make
from tests.support.xss import read

LISTS = ("report-list", "progress-list", "datagap-list", "deadline-list", "meeting-list", "action-list")
KINDS = ("csv", "xlsx")
Rows = list[list[Any]]


@pytest.fixture
def browser(cast: Any, report: Any, sign_in: Any) -> Any:
    return sign_in(cast.secretariat)


def take(browser: Any, kind: str, page: str = "datagap-list", codes: Any = (), **query: str) -> Rows:
    """The head and the rows of a list taken away."""
    answer = browser.get(reverse(page, args=["mtr", *codes]), query | {"_export": kind})
    assert answer.status_code == 200
    return READERS[kind](b"".join(answer))


def read_csv(content: bytes) -> Rows:
    assert content.startswith(b"\xef\xbb\xbf")  # else Excel reads Vietnamese as Latin
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes) -> Rows:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]


READERS: dict[str, Any] = {"csv": read_csv, "xlsx": read_xlsx}


def column(rows: Rows, title: str) -> list[Any]:
    return [row[rows[0].index(title)] for row in rows[1:]]


# Exactly what is filtered


def three_gaps(cast: Any, report: Any) -> None:
    lao = make.report(report.cycle, "LAO")
    make.gap(report, by=cast.vnm, missing="Thiếu số liệu Đà Nẵng")
    make.gap(report, by=cast.vnm, missing="Baseline").close(
        by=cast.vnm, expected_version=1, way="data_found", note="Found."
    )
    make.gap(lao, by=cast.lao, missing="Trend")


FILTERS: list[tuple[dict[str, str], list[str]]] = [
    ({}, ["LAO-1", "VNM-1", "VNM-2"]),
    ({"status": "closed"}, ["VNM-2"]),
    ({"member_state": "VNM", "sort": "-code"}, ["VNM-2", "VNM-1"]),
    ({"q": "da nang"}, ["VNM-1"]),
    ({"q": "nowhere"}, []),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("query", "codes"), FILTERS, ids=lambda value: str(value))
def test_what_is_filtered_in_its_order(kind, query, codes, browser, cast, report):
    three_gaps(cast, report)
    rows = take(browser, kind, **query)
    assert column(rows, "Gap") == codes


@pytest.mark.parametrize("kind", KINDS)
def test_all_pages_of_a_list(kind, browser, cast, report):
    for _n in range(27):
        make.gap(report, by=cast.vnm)
    assert len(browser.get(reverse("datagap-list", args=["mtr"])).context["table"].page) == 25
    assert len(take(browser, kind, page="datagap-list")) == 1 + 27


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_the_person_may_read(kind, cast, report, sign_in):
    three_gaps(cast, report)
    assert column(take(sign_in(cast.lao), kind), "Gap") == ["LAO-1"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_links_on_the_page_lead_to_what_the_page_shows(kind, browser, cast, report):
    three_gaps(cast, report)
    page = browser.get(reverse("datagap-list", args=["mtr"]), {"status": "open", "page": "1"})
    link = page.context[f"export_{kind}_url"]
    rows = READERS[kind](b"".join(browser.get(page.request["PATH_INFO"] + link)))
    assert column(rows, "Gap") == ["LAO-1", "VNM-1"]


# Safe to open


PAYLOADS = [text for text in read("formulas.txt") if "\0" not in text]  # no field takes a NUL
DANGER = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@pytest.fixture
def planted(cast: Any, report: Any) -> list[str]:
    for text in PAYLOADS:
        make.gap(report, by=cast.vnm, missing=text)
    return [as_stored(text) for text in PAYLOADS]


def test_csv_holds_no_formula(browser, planted):
    cells = column(take(browser, "csv"), "What is missing")
    assert not [cell for cell in cells if cell.lstrip(" ").startswith(DANGER)]
    # Only a mark stands before it: the text itself is whole.
    assert [cell.removeprefix("'") for cell in cells] == [text.removeprefix("'") for text in planted]


def test_xlsx_holds_text_as_it_was_typed(browser, planted):
    url = reverse("datagap-list", args=["mtr"]) + "?_export=xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(browser.get(url)))).active
    # No "f": formula.
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert column(take(browser, "xlsx"), "What is missing") == planted


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_stay_numbers_and_blank_is_not_zero(kind, browser, cast, report):
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=80, analysis=0)
    rows = take(browser, kind, "report-list", member_state="VNM")
    figures = [column(rows, title)[0] for title in ("Data collection", "Analysis", "Writing")]
    assert figures == ([80, 0, ""] if kind == "xlsx" else ["80", "0", ""])


@pytest.mark.parametrize("value", [-5, -0.5, 0])
def test_a_negative_number_is_no_formula(value):
    assert spreadsheets.safe(value) == value


@pytest.mark.parametrize("value", [True, None, date(2020, 8, 11)])
def test_anything_else_is_text(value):
    assert spreadsheets.safe(value) == ("" if value is None else str(value))


TEXTS = ["Thiếu số liệu “Đà Nẵng”, năm 2018", 'Two\nlines, "quoted"; and more', "ປະເທດລາວ", "a" * 9_999]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", TEXTS, ids=["vietnamese", "lines", "lao", "long"])
def test_text_arrives_whole(kind, text, browser, cast, report):
    make.gap(report, by=cast.vnm, missing=text)
    assert column(take(browser, kind), "What is missing") == [text]


MISREAD = [
    "3/1",
    "1-2",
    "1.10",
    "0012",
    "1e5",
    "12:30",
    "50 %",
    "(5)",
    "1 1/2",
    "1,5",
    "$5",
    "5 pm",
    "123456789012",
    "MAR-1",
    "1 Mar",
    "1Mar2020",
    "May 2020",
    "2020-08-20",
    "TRUE",
    "false",
    "=1+1",
]
READ_AS_THEY_ARE = [
    "VNM-3",
    "A.1.2",
    "12",
    "0",
    "2020",
    "Project 161",
    "3 of 4",
    "COVID-19",
    "May be late",
    "true to it",
]


@pytest.mark.parametrize("text", MISREAD + READ_AS_THEY_ARE)
def test_a_text_is_not_read_as_a_number_or_a_day(text, browser, cast, report):
    """A CSV file has a mark before it; a workbook knows that it is text."""
    make.gap(report, by=cast.vnm, missing=text)
    marked = f"'{text}" if text in MISREAD else text
    assert column(take(browser, "csv"), "What is missing") == [marked]
    assert column(take(browser, "xlsx"), "What is missing") == [text]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\v", "\u2028"])
def test_lines_of_a_cell_are_apart_by_one_break(line_end, kind, browser, cast, report):
    make.gap(report, by=cast.vnm, missing=f"One{line_end}two")
    # As it was stored by a release that kept what browsers send.
    QuerySet.update(DataGap.objects.all(), missing=f"One{line_end}two")
    assert column(take(browser, kind), "What is missing") == ["One\ntwo"]


@pytest.mark.parametrize("text", ["<r><t>One</t></r>", "<r></is></r>", "_x000D_", "a\0b\x1bc", "a" * 40_000])
def test_a_workbook_holds_what_looks_like_its_own_markup(text):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        spreadsheets.write_sheet(book, [["Head"], [text]])
    shown = text.replace("\0", "").replace("\x1b", "")
    expected = shown if len(shown) < 32_768 else f"{shown[:32_766]}…"
    ((_head,), (cell,)) = read_xlsx(target.getvalue())
    assert cell.replace("_x005F_", "_") == expected  # as Excel reads it


def test_the_cells_of_a_workbook_are_shown_as_on_the_page(browser, cast, report):
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=80)
    url = reverse("report-list", args=["mtr"]) + "?_export=xlsx&member_state=VNM"
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(browser.get(url)))).active
    heads = {cell.value: cell.column_letter for cell in sheet[1]}
    figure, day, state = (sheet[f"{heads[name]}2"] for name in ("Data collection", "Since", "Member state"))
    assert (figure.value, figure.number_format) == (80, '0" %"')
    assert (day.is_date, day.number_format) == (True, "yyyy-mm-dd")
    assert state.alignment.wrap_text
    assert sheet.column_dimensions[day.column_letter].width > len("2020-08-20")
    assert sheet.freeze_panes == "A2"


def test_a_direction_ends_with_its_cell_in_csv(browser, cast, report):
    make.gap(report, by=cast.vnm, missing="\u202eBaseline")
    make.gap(report, by=cast.vnm, missing="تقرير")
    assert column(take(browser, "csv"), "What is missing") == ["\u2068\u202eBaseline\u2069", "تقرير"]


@pytest.mark.parametrize("kind", KINDS)
def test_days_are_days_and_an_empty_cell_is_empty(kind, browser, cast, report):
    make.gap(report, by=cast.vnm).close(by=cast.vnm, expected_version=1, way="data_found", note="Found.")
    rows = take(browser, kind)
    day = "2020-08-20" if kind == "csv" else datetime(2020, 8, 20)
    assert column(rows, "Raised") == [day]
    assert (column(rows, "With"), column(rows, "Key result area")) == ([""], [""])


# Every list


@pytest.fixture
def everything(cast: Any, report: Any) -> None:
    report.post_progress(by=cast.vnm, expected_version=report.version, writing=10, note="Đã gửi")
    make.gap(report, by=cast.vnm, key_result_area=make.area())
    make.deadline(report.cycle, by=cast.secretariat)
    meeting = make.meeting(report.cycle, by=cast.secretariat)
    body = cast.vnm.organisation
    ActionPoint.add_to(meeting, by=cast.secretariat, text="Send", owner_body=body, due_on=date(2020, 9, 1))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("page", LISTS)
def test_every_list_can_be_taken_away(kind, page, browser, everything):
    rows = take(browser, kind, page, ["VNM"] if page == "progress-list" else [])
    assert len(rows) == (3 if page == "report-list" else 2)
    # In words: no markup, no names of our own.
    assert not [cell for row in rows for cell in row if "<" in str(cell) or "Object" in str(cell)]
    assert len(set(rows[0])) == len(rows[0]) == len(rows[1])


@pytest.mark.parametrize(
    ("kind", "content_type"), [("csv", "text/csv; charset=utf-8"), ("xlsx", spreadsheets.XLSX)]
)
def test_it_is_a_download_named_for_the_list_and_the_day(kind, content_type, browser):
    answer = browser.get(reverse("datagap-list", args=["mtr"]), {"_export": kind})
    assert answer["Content-Type"] == content_type
    assert answer["Content-Disposition"] == f'attachment; filename="datagaps-2020-08-20.{kind}"'
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("kind", ["pdf", "CSV", "json", "../csv", "<b>", "csv,xlsx"])
def test_another_format_is_a_404_that_says_so(kind, browser):
    answer = browser.get(reverse("datagap-list", args=["mtr"]), {"_export": kind})
    assert answer.status_code == 404
    assert "Lists can be taken away as csv or xlsx, not as" in answer.content.decode()
    assert "<b>" not in answer.content.decode()


def test_no_format_is_the_page(browser):
    answer = browser.get(reverse("datagap-list", args=["mtr"]), {"_export": ""})
    assert "text/html" in answer["Content-Type"]
