"""Minutes and briefs as Word documents: the same numbers as on their pages, laid out for paper."""

import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from docx import Document
from docx.shared import Cm

from reviews import clock
from reviews.models import Minutes, MinutesSection
from reviews.queries.brief import Brief, CountryBrief, meeting_days
from reviews.uploads.storage import CONTENT_TYPES

DOCX = CONTENT_TYPES["docx"]
# What XML cannot hold; somebody may have pasted it into a note.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def minutes(record: Minutes, sections: Iterable[MinutesSection]) -> bytes:
    """The minutes as they are worded now."""
    paper = _paper(str(record), record.cycle)
    meeting = record.meeting
    _line(paper, f"{meeting_days(meeting)} · {meeting.place or meeting.get_mode_display()}")
    _line(paper, f"{_('Status of these minutes')}: {record.get_status_display()}")
    for section in sections:
        if section.text.strip():
            paper.add_heading(_writable(section), level=1)
            for line in section.text.splitlines():
                _line(paper, line)
    return _bytes(paper)


def brief(of_day: Brief) -> bytes:
    """The brief with the numbers of its page."""
    title = _("Brief: %(meeting)s") % {"meeting": of_day.meeting}
    paper = _paper(f"{title} · {of_day.only}" if of_day.only else title, of_day.meeting.cycle)
    _line(paper, of_day.period_text)
    _table(paper, [_("In numbers"), ""], [[total.label, total.number] for total in of_day.totals])
    paper.add_heading(_("Where each country stands"), level=1)
    _table(paper, _country_heads(), [_country_cells(country) for country in of_day.countries])
    _section(paper, _("Overdue"), [_("Member state"), _("Deadline"), _("Due"), _("State")], [
        [overdue.state, overdue.status.deadline, date_format(overdue.status.due_on), overdue.status.text]
        for overdue in of_day.overdue
    ])  # fmt: skip
    _section(paper, _("For the floor: guidance is asked"), [_("Gap"), _("Kind"), _("What is missing"), _("Asked")], [
        [asked.gap.code, asked.gap.kind, asked.gap.missing, asked.ago] for asked in of_day.open_questions
    ])  # fmt: skip
    _section(paper, _("Actions not finished"), [_("Action"), _("What"), _("Owner"), _("Due"), _("Status")], [
        [point.code, point.text, point.holder, date_format(point.due_on), point.status_text]
        for point in of_day.actions
    ])  # fmt: skip
    return _bytes(paper)


def _country_heads() -> list[str]:
    figures = [_("Data collection"), _("Analysis"), _("Writing")]
    return [_("Member state"), _("Status"), *figures, _("Data gaps"), _("Next due")]


def _country_cells(country: CountryBrief) -> list[Any]:
    due = country.next_due and date_format(country.next_due.due_on)
    figures = [figure.text for figure in country.figures]
    return [
        country.state, country.report.get_status_display(), *figures, country.gaps_text,
        due or _("nothing"),
    ]  # fmt: skip


def _paper(title: str, cycle: Any) -> Any:
    """A4, with its title and the review cycle; says where values are invented."""
    paper = Document()
    page = paper.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    # A document's properties take 255 characters, and a meeting's title may have more.
    paper.core_properties.title, paper.core_properties.author = _writable(title)[:255], _("Review tracker")
    paper.core_properties.created = paper.core_properties.modified = _utc()
    paper.add_heading(_writable(title), level=0)
    _line(paper, cycle.name)
    if cycle.is_demo:
        _line(paper, _("Demonstration: progress, gaps, requests and files are invented."))
    return paper


def _utc() -> datetime:
    """Now, as Word wants it: in UTC, without saying so."""
    return clock.now().astimezone(UTC).replace(tzinfo=None)


def _section(paper: Any, title: str, heads: list[str], rows: list[list[Any]]) -> None:
    paper.add_heading(title, level=1)
    if rows:
        _table(paper, heads, rows)
    else:
        _line(paper, _("Nothing."))


def _table(paper: Any, heads: list[str], rows: list[list[Any]]) -> None:
    table = paper.add_table(rows=0, cols=len(heads), style="Light Grid Accent 1")
    for row in (heads, *rows):
        cells = table.add_row().cells
        for cell, value in zip(cells, row, strict=True):
            cell.text = _writable(value)


def _line(paper: Any, text: Any) -> None:
    paper.add_paragraph(_writable(text))


def _writable(text: Any) -> str:
    return UNWRITABLE.sub("", str(text))


def _bytes(paper: Any) -> bytes:
    target = io.BytesIO()
    paper.save(target)
    return target.getvalue()
