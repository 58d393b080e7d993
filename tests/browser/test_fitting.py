"""Everything is seen whole whatever the font and the text: in each font of the machine, longer, in one endless word.

And on paper: what was filtered, and which page of the list it is.
"""

import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import QuerySet
from playwright.sync_api import Page, expect

from reviews.models import DataGap, Deadline, Disruption, Finding, Meeting, NationalReport
from tests.browser.test_accessibility import AT, NARROW, WIDE
from tests.browser.test_layout import BROKEN_LABELS, BROKEN_LINKS, CUT_HINTS, all_of
from tests.browser.test_main_story import REPORT

pytestmark = pytest.mark.browser

FAMILIES = ("DejaVu Sans", "DejaVu Serif", "Liberation Sans", "Noto Sans")
WORD = "Nghiêncứu" * 22  # of 198 letters

# Each word half as long again, as a translation may have it.
LENGTHEN = """() => {
    const longer = text => text.replace(/[^ ]+/g, word => word + word.slice(0, Math.ceil(word.length / 2)));
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT,
        node => node.parentElement.closest("script, style, svg, option, textarea") ? 2 : 1);
    while (walker.nextNode()) walker.currentNode.data = longer(walker.currentNode.data);
    for (const cell of document.querySelectorAll("[data-label]")) cell.dataset.label = longer(cell.dataset.label);
    for (const box of document.querySelectorAll("[placeholder]")) box.placeholder = longer(box.placeholder);
}"""
# What hangs out of the element that holds it, to the right.
HANGING_OUT = """marks => marks.filter(mark => {
    const holder = mark.closest("td, th, dd, li, p, div") || mark.parentElement;
    const frame = holder.getBoundingClientRect(), own = mark.getBoundingClientRect();
    return own.width && own.right > frame.right + 1;
}).map(mark => mark.textContent.trim())"""
# What would have to be scrolled to be read, outside of the frames that are there to be scrolled.
CUT_OFF = """boxes => boxes.filter(box => {
    const style = getComputedStyle(box);
    const isCut = style.overflowX !== "visible" && box.scrollWidth > box.clientWidth + 1;
    return isCut && !box.closest(".table-scroll, .chart-scroll, .visually-hidden, select, input, textarea, progress");
}).map(box => box.className + ": " + box.textContent.trim().slice(0, 60))"""
PAGE_WIDTH = "() => document.documentElement.scrollWidth"
PAGES = (
    ("vnm.coordinator", "/"),
    ("vnm.coordinator", REPORT),
    ("vnm.coordinator", f"{REPORT}update/"),
    ("vnm.coordinator", f"{AT}/deadlines/1/extension/"),
    ("vnm.coordinator", f"{REPORT}coverage/"),
    ("secretariat", f"{AT}/"),
    ("secretariat", f"{AT}/reports/"),
    ("secretariat", f"{AT}/datagaps/"),
    ("secretariat", f"{AT}/deadlines/1/"),
    ("secretariat", f"{AT}/meetings/3/"),
    ("secretariat", f"{AT}/plan/"),
    ("secretariat", f"{AT}/meetings/3/round/"),
    ("secretariat", f"{AT}/meetings/3/minutes/"),
)


def installed() -> list[str]:
    """The families of FAMILIES that the machine has; one that lacks them all has its own."""
    program = shutil.which("fc-list")
    listed = (
        subprocess.run([program, ":", "family"], capture_output=True, text=True).stdout if program else ""
    )
    names = {name.strip() for line in listed.splitlines() for name in line.split(",")}
    return [family for family in FAMILIES if family in names] or ["sans-serif"]


@pytest.fixture(params=installed())
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def in_font(person: Any, family: str) -> Any:
    """`in_font(path, who)`: a page of a phone, in this font; the content policy would not let a test say so."""
    pages: dict[str, Page] = {}

    def opened(path: str, who: str) -> Page:
        page = pages.setdefault(
            who, person(who, bypass_csp=True, viewport=NARROW) if who not in pages else pages[who]
        )
        page.goto(path)
        page.add_style_tag(content=f'* {{ font-family: "{family}" !important; }}')
        return page

    return opened


def problems(page: Page) -> list[str]:
    """What is not seen whole on a page."""
    found = page.locator(".badge-tone, .mark, .bar-value, .text-day, .btn").evaluate_all(HANGING_OUT)
    found += page.locator("main *").evaluate_all(CUT_OFF)
    found += page.locator(".stack td[data-label]:not(.wide)").evaluate_all(BROKEN_LABELS)
    found += page.locator("main input[placeholder]").evaluate_all(CUT_HINTS)
    width = page.evaluate(PAGE_WIDTH)
    return [
        f"{page.url}: {text}" for text in [*found, *([f"{width} wide"] if width > NARROW["width"] else [])]
    ]


@pytest.mark.parametrize("longer", [False, True], ids=["as it is", "half as long again"])
def test_it_fits_on_a_phone_in_every_font(longer, in_font):
    cut = []
    for who, path in PAGES:
        page = in_font(path, who)
        if longer:
            page.evaluate(LENGTHEN)
        cut += problems(page)
    assert not cut, "\n".join(cut)


def test_it_fits_on_a_phone_in_vietnamese(person):
    """As it is, and with every word half as long again: as a third language may be."""
    cut = []
    phones = {who: person(who, locale="vi-VN", viewport=NARROW) for who in dict.fromkeys(dict(PAGES))}
    for who, path in PAGES:
        page = phones[who]
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == "vi"
        cut += problems(page)
        page.evaluate(LENGTHEN)
        cut += problems(page)
    assert not cut, "\n".join(cut)


@pytest.fixture
def endless(demo: None) -> None:
    """The demonstration, with titles and texts of one word without an end."""
    for model in (Meeting, Deadline, Disruption):
        QuerySet(model).update(title=WORD)
    QuerySet(DataGap).update(missing=WORD, effect=WORD, closing_note=WORD)
    QuerySet(Finding).update(text=WORD)
    QuerySet(NationalReport).update(authors=WORD, return_note=WORD)


def wide_pages(page: Page, paths: Iterator[str]) -> list[str]:
    """The pages that scroll sideways; and the lists whose columns are out of view."""
    wide = []
    for path in paths:
        page.goto(path)
        room = page.evaluate("innerWidth")
        if page.evaluate(PAGE_WIDTH) > room:
            wide.append(f"{path}: {page.evaluate(PAGE_WIDTH)} of {room}")
        out_of_view = "frames => frames.filter(frame => frame.scrollWidth > frame.clientWidth + 1).length"
        if room == WIDE["width"] and page.locator(".table-scroll:has(> .stack)").evaluate_all(out_of_view):
            wide.append(f"{path}: a list is wider than its frame")
    return wide


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_an_endless_word_breaks(size, endless, person):
    lists = (
        "",
        "reports/",
        "datagaps/",
        "deadlines/",
        "meetings/",
        "findings/",
        "disruptions/",
        "annex/",
        "actions/",
    )
    pages = ("deadlines/1/", "meetings/3/", "datagaps/VNM-3/", "reports/VNM/", "plan/", "meetings/3/minutes/")
    paths = [
        "/",
        *(f"{AT}/{path}" for path in (*lists, *pages, "disruptions/1/", "coverage/", "meetings/3/brief/")),
    ]
    wide = wide_pages(person("secretariat", viewport=size), iter(paths))
    assert not wide, "\n".join(wide)


def test_codes_stay_whole_beside_an_endless_word(endless, person):
    page = person("secretariat", viewport=WIDE)
    page.goto(f"{AT}/datagaps/")
    assert all_of(page, ".table tbody th > a", BROKEN_LINKS) == []


def test_a_printed_list_says_what_it_holds(person):
    page = person("secretariat", viewport=WIDE)
    page.goto(f"{AT}/datagaps/?status=open")
    for text in ("Printed by", "page 1 of"):
        expect(page.get_by_text(text)).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.get_by_text("Status: open")).to_be_visible()
    expect(page.get_by_text("(remove this filter)")).to_be_hidden()
    expect(page.get_by_text("Excel")).to_be_hidden()
    page.goto(f"{AT}/datagaps/?page=2")
    expect(page.get_by_text("26–", exact=False)).to_be_visible()
    expect(page.get_by_text("page 2 of")).to_be_visible()
    expect(page.get_by_text("Printed by")).to_be_visible()
