"""Minutes, briefs and reports as Word documents: the same numbers as on their pages, laid out for paper."""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from reviews import clock
from reviews.models import Minutes, MinutesSection, ReviewCycle, SectionKind
from reviews.queries.brief import Brief, meeting_days
from reviews.queries.minutes import round_rows
from reviews.text import is_blank, isolated, with_line_feeds, writable
from reviews.uploads.documents import CONTENT_TYPES

DOCX = CONTENT_TYPES["docx"]
Row = Sequence[object]  # of a table; each cell as str() has it
# Of cells, from light to dark, and whether the text on it is white.
SHADES = (("DEEBF7", False), ("BDD7EE", False), ("9DC3E6", False), ("2E75B6", True), ("1F4E79", True))
LONG_WORD = re.compile(r"\S{30}")


def minutes(record: Minutes, sections: Iterable[MinutesSection]) -> bytes:
    """The minutes as they are worded now."""
    document = _new_document(str(record), record.cycle)
    meeting = record.meeting
    where = {"place": meeting.place or meeting.get_mode_display()}
    when = {"days": meeting_days(meeting, clock.day_on_paper)}
    _add_paragraph(document, _("%(days)s · %(place)s") % (where | when))
    _add_paragraph(
        document, _("Status of these minutes: %(status)s") % {"status": record.get_status_display()}
    )
    for section in sections:
        if not is_blank(section.text):
            document.add_heading(_writable(section), level=1)
            _add_section_text(document, section)
    return _to_bytes(document)


def _add_section_text(document: WordDocument, section: MinutesSection) -> None:
    """A part of the minutes: the round as a table as on its page, the others line by line."""
    rows = round_rows(section.text) if section.kind == SectionKind.ROUND else []
    if not rows:
        for line in with_line_feeds(section.text).split("\n"):
            _add_paragraph(document, line)
        return
    heads = [_("Member state"), _("Progress"), _("Statement, difficulties, findings")]
    _add_table(document, heads, [(row.country, row.progress, "\n".join(row.lines) or "—") for row in rows])


def brief(content: Brief) -> bytes:
    """The brief with the numbers of its page."""
    title = _("Brief: %(meeting)s") % {"meeting": content.meeting}
    document = _new_document(f"{title} · {content.only}" if content.only else title, content.meeting.cycle)
    _add_paragraph(document, content.period_text)
    _add_table(document, [_("In numbers"), ""], [[total.label, total.number] for total in content.totals])

    heads = [_("Member state"), _("Status"), _("Data collection"), _("Analysis"), _("Writing")]
    rows: list[Row] = []
    for country in content.countries:
        figures = [figure.text for figure in country.figures]
        due = clock.short_day(country.next_due.due_on) if country.next_due else _("nothing")
        rows.append([country.state, country.report.get_status_display(), *figures, country.gaps_text, due])
    document.add_heading(_("Status of each country"), level=1)
    _add_table(document, [*heads, _("Data gaps"), _("Next due")], rows)

    heads = [_("Member state"), _("Deadline"), _("Due"), _("State")]
    overdue = [(line.state, line.status) for line in content.overdue]
    rows = [[state, s.deadline, clock.short_day(s.due_on), s.text] for state, s in overdue]
    _add_section(document, _("Overdue"), heads, rows)

    heads = [_("Gap"), _("Kind"), _("What is missing"), _("Asked")]
    rows = [[q.gap.code, q.gap.kind, q.gap.missing, q.ago] for q in content.open_questions]
    _add_section(document, _("For the floor: guidance is asked"), heads, rows)

    heads = [_("Action"), _("What"), _("Owner"), _("Due"), _("Status")]
    rows = [
        [p.code, p.text, p.holder_text, clock.short_day(p.due_on), p.status_text] for p in content.actions
    ]
    _add_section(document, _("Actions not finished"), heads, rows)
    return _to_bytes(document)


class Shaded(NamedTuple):
    """A cell with a background: `shade` counts from 1, the lightest; None: none."""

    text: str
    shade: int | None

    def __str__(self) -> str:
        return self.text


class Part(NamedTuple):
    """A table of a report with its heading; `key`: what its shades stand for."""

    heading: str
    heads: list[str]
    rows: list[Row]
    key: tuple[Shaded, ...] = ()


def report(title: str, cycle: ReviewCycle, on: date, period: str, parts: Iterable[Part]) -> bytes:
    """A report of tables on a day, on landscape pages."""
    document = _new_document(title, cycle, on)
    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = page.page_height, page.page_width
    _add_paragraph(document, period)
    for part in parts:
        _add_section(document, part.heading, part.heads, part.rows)
        if part.key and part.rows:
            _add_key(document, part.key)
    return _to_bytes(document)


def _add_key(document: WordDocument, key: Sequence[Shaded]) -> None:
    """What each shade stands for, in one row below its table."""
    _add_paragraph(document, _("Key"))
    cells = document.add_table(rows=1, cols=len(key)).rows[0].cells
    for cell, value in zip(cells, key, strict=True):
        _fill(cell, value)


def _fill(cell: _Cell, value: object) -> None:
    """Write a value into a cell; a shaded one in a colour that can be read on it, also in black and white."""
    cell.text = _writable(value)
    if not isinstance(value, Shaded) or value.shade is None:
        return
    fill, is_dark = SHADES[value.shade - 1]
    shading = OxmlElement("w:shd")
    for name, setting in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shading.set(qn(f"w:{name}"), setting)
    cell._tc.get_or_add_tcPr().append(shading)
    for run in cell.paragraphs[0].runs:
        run.font.color.rgb = RGBColor(255, 255, 255) if is_dark else RGBColor(0, 0, 0)


def _new_document(title: str, cycle: ReviewCycle, on: date | None = None) -> WordDocument:
    """A4, with its title, the review cycle and the day as of which it is (today); says where values are invented."""
    document = Document()
    _set_language(document)
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    _add_header_and_footer(document, title, cycle, on or clock.today())
    properties = document.core_properties
    # A document's properties take 255 characters, and a meeting's title may have more.
    properties.title, properties.author = _writable(title)[:255], _("Review tracker")
    properties.comments, properties.language = "", get_language() or ""
    # Word wants UTC, without saying so.
    properties.created = properties.modified = clock.now().astimezone(UTC).replace(tzinfo=None)
    document.add_heading(_writable(title), level=0)
    _add_paragraph(document, cycle.name)
    if cycle.is_demo:
        _add_paragraph(document, _("Demonstration: progress, gaps, requests and files are invented."))
    return document


def _set_language(document: WordDocument) -> None:
    """Say in which language it is, or Word marks every word as misspelt; Vietnamese papers are in Times New Roman."""
    is_vietnamese = get_language() == "vi"
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "vi-VN" if is_vietnamese else "en-GB")
    if is_vietnamese:
        normal = document.styles["Normal"].font
        normal.name, normal.size = "Times New Roman", Pt(13)


def _add_header_and_footer(document: WordDocument, title: str, cycle: ReviewCycle, on: date) -> None:
    """On every page what it is, the day as of which it is, and its number."""
    section = document.sections[0]
    section.header.paragraphs[0].text = _writable(f"{title} · {cycle.name}")
    footer = section.footer.paragraphs[0]
    footer.text = _writable(_("As of %(day)s") % {"day": clock.day_on_paper(on)} + " · " + _("Page") + " ")
    _add_field(footer, "PAGE")
    footer.add_run(" / ")
    _add_field(footer, "NUMPAGES")


def _add_field(paragraph: Paragraph, instruction: str) -> None:
    """A field that Word fills in, such as the number of the page."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    paragraph._p.append(field)


def _add_section(document: WordDocument, title: str, heads: list[str], rows: list[Row]) -> None:
    document.add_heading(title, level=1)
    if rows:
        _add_table(document, heads, rows)
    else:
        _add_paragraph(document, _("Nothing."))


def _add_table(document: WordDocument, heads: list[str], rows: list[Row]) -> None:
    """A table as wide as the page. Its columns fit their contents, unless a long word would take all the room."""
    table = document.add_table(rows=0, cols=len(heads), style="Light Grid Accent 1")
    table.autofit = not any(LONG_WORD.search(str(value)) for row in rows for value in row)
    for row in (heads, *rows):
        cells = table.add_row().cells
        for cell, value in zip(cells, row, strict=True):
            _fill(cell, value)


def _add_paragraph(document: WordDocument, text: str) -> None:
    document.add_paragraph(_writable(text))


def _writable(value: object) -> str:
    return isolated(writable(str(value)))


def _to_bytes(document: WordDocument) -> bytes:
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()
