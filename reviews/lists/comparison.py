"""A comparison as a list: its columns for the page and for exports, and each member's changes as sentences."""

from collections.abc import Callable

import django_filters as filters
import django_tables2 as tables
from django.db.models import Model, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reviews.forms.reports import FIGURE_LABELS
from reviews.lists.base import DayFilter, EmptyFilterSet, Label
from reviews.models.workstreams import WORKSTREAMS, workstream_label
from reviews.queries.comparison import Change, GapState

NO_ACCESS = "—"
LISTED = 100  # codes of gaps in one cell; of more, which no cell of Excel would take either, only how many

Cell = str | int | None  # what a column shows of a change; None is an empty cell of an export


def day_filter(label: Label) -> DayFilter:
    """A day that the page itself makes use of."""
    return DayFilter(label=label, required=True, method="keep_all_rows")


class PeriodFilter(EmptyFilterSet):
    """From which day to which: chooses what is compared, and leaves out no row."""

    @classmethod
    def get_filters(cls) -> dict[str, filters.Filter]:
        """The two days. "from" cannot be a name in the body of a class; in an address it is the plain word."""
        days = {"from": day_filter(_("From the end of")), "to": day_filter(_("To the end of"))}
        return super().get_filters() | days

    def keep_all_rows(self, rows: QuerySet[Model], name: str, value: object) -> QuerySet[Model]:
        return rows


def figure_text(value: int | None) -> str:
    """A figure of 0 to 100; empty is "not yet reported", which is not 0."""
    return _now("not yet reported") if value is None else str(value)


def difference_text(before: int | None, after: int | None) -> str:
    """One number if nothing changed, else both and their difference: 50 → 65 (+15)."""
    if before == after:
        return figure_text(after)
    text = f"{figure_text(before)} → {figure_text(after)}"
    if before is None or after is None:
        return text
    sign = "+" if after > before else "−"
    return f"{text} ({sign}{abs(after - before)})"


def figure_sentence(workstream: str, before: int | None, after: int | None) -> str:
    """How one figure changed, in words; empty if it did not."""
    if before == after:
        return ""
    if before is None:
        text = _now("%(what)s was reported for the first time: %(after)s.")
    elif after is None:
        text = _now("%(what)s is no longer reported; it was %(before)s.")
    elif after > before:
        text = _now("%(what)s rose from %(before)s to %(after)s.")
    else:
        text = _now("%(what)s is lower than before: %(before)s, now %(after)s.")
    return text % {"what": workstream_label(workstream).capitalize(), "before": before, "after": after}


def gap_codes(change: Change, gaps: list[GapState]) -> str:
    """The codes of gaps, of many only the first."""
    codes = ", ".join(gap.code for gap in change.gap_records(gaps[:LISTED]))
    return f"{codes}{more_text(gaps)}"


def more_text(gaps: list[GapState]) -> str:
    """How many gaps are not listed; empty if all are."""
    return " " + _now("and %(n)d more") % {"n": len(gaps) - LISTED} if len(gaps) > LISTED else ""


def sentences(change: Change, *, named: bool = False) -> list[str]:
    """What changed for one member, in words; `named`: with the codes of the gaps that the reader may read."""
    if change.before is None:
        return [_now("There was no report yet at the beginning.")]
    texts = [figure_sentence(name, *pair) for name, pair in zip(WORKSTREAMS, change.figures, strict=True)]
    if change.before.status != change.after.status:
        words = {"before": change.before.status_text, "after": change.after.status_text}
        texts.append(_now("The report was “%(before)s” and is “%(after)s”.") % words)

    new, closed, reopened = change.gaps.new, change.gaps.closed, change.gaps.reopened
    for gaps, text in (
        (new, ngettext("%(n)d new data gap", "%(n)d new data gaps", len(new))),
        (closed, ngettext("%(n)d data gap closed", "%(n)d data gaps closed", len(closed))),
        (reopened, ngettext("%(n)d data gap opened again", "%(n)d data gaps opened again", len(reopened))),
    ):
        if gaps:
            codes = f": {gap_codes(change, gaps)}" if named and change.is_read else ""
            texts.append(f"{text % {'n': len(gaps)}}{codes}.")

    for points, text in (
        (change.done, _now("Action points done: %s.")),
        (change.dropped, _now("Action points dropped: %s.")),
    ):
        if points:
            texts.append(text % ", ".join(point.code for point in points))
    return [text for text in texts if text] or [_now("Nothing changed.")]


class ExportColumn(tables.Column):
    """A column of exports alone: one number or word of a change, with the column of the page that it goes with."""

    def __init__(self, label: Label, read: Callable[[Change], Cell], goes_with: str) -> None:
        super().__init__(label, accessor="state", visible=False, empty_values=())
        self.read, self.goes_with = read, goes_with

    def value(self, record: Change) -> Cell:
        cell = self.read(record)
        return "" if cell is None else cell


class PageColumn(tables.Column):
    """A column of the page alone: exports hold the same as plain numbers."""

    def __init__(self, label: Label) -> None:
        super().__init__(label, accessor="state", exclude_from_export=True, empty_values=())


class FigureChangeColumn(PageColumn):
    """Before and after of one workstream."""

    def __init__(self, workstream: str) -> None:
        super().__init__(FIGURE_LABELS[workstream])
        self.position = WORKSTREAMS.index(workstream)

    def render(self, record: Change) -> str:
        return difference_text(*record.figures[self.position])


def _before(name: str) -> Callable[[Change], Cell]:
    return lambda change: getattr(change.before, name, None)


def _if_readable(read: Callable[[Change], Cell]) -> Callable[[Change], Cell]:
    """The cell for staff and the member's own people, empty for others."""
    return lambda change: read(change) if change.is_read else None


def _figure_at(side: int, place: int) -> Callable[[Change], Cell]:
    return lambda change: change.figures[place][side]


class ChangeTable(tables.Table):
    """Before and after of each member. It cannot be sorted: nothing here ranks."""

    state = tables.Column(_("Member state"))
    status = PageColumn(_("Report"))
    data_collection = FigureChangeColumn("data_collection")
    analysis = FigureChangeColumn("analysis")
    writing = FigureChangeColumn("writing")
    gaps = PageColumn(_("Open gaps"))
    findings = PageColumn(_("Findings, recommendations"))
    actions = PageColumn(_("Open action points"))
    in_words = tables.Column(
        _("In words"), accessor="state", empty_values=(), attrs={"td": {"class": "wide"}}
    )

    status_before = ExportColumn(_("Report, before"), _before("status_text"), "status")
    status_after = ExportColumn(_("Report, after"), lambda change: change.after.status_text, "status")
    data_collection_before = ExportColumn(_("Data collection, before"), _figure_at(0, 0), "data_collection")
    data_collection_after = ExportColumn(_("Data collection, after"), _figure_at(1, 0), "data_collection")
    analysis_before = ExportColumn(_("Analysis, before"), _figure_at(0, 1), "analysis")
    analysis_after = ExportColumn(_("Analysis, after"), _figure_at(1, 1), "analysis")
    writing_before = ExportColumn(_("Writing, before"), _figure_at(0, 2), "writing")
    writing_after = ExportColumn(_("Writing, after"), _figure_at(1, 2), "writing")
    gaps_before = ExportColumn(_("Open gaps, before"), _before("open_gaps"), "gaps")
    gaps_after = ExportColumn(_("Open gaps, after"), lambda change: change.after.open_gaps, "gaps")
    gaps_new = ExportColumn(_("New gaps"), lambda change: len(change.gaps.new), "gaps")
    gaps_closed = ExportColumn(_("Closed gaps"), lambda change: len(change.gaps.closed), "gaps")
    gaps_reopened = ExportColumn(_("Gaps opened again"), lambda change: len(change.gaps.reopened), "gaps")
    findings_before = ExportColumn(_("Findings, before"), _if_readable(_before("findings")), "findings")
    findings_after = ExportColumn(
        _("Findings, after"), _if_readable(lambda change: change.after.findings), "findings"
    )
    recommendations_before = ExportColumn(
        _("Recommendations, before"), _if_readable(_before("recommendations")), "findings"
    )
    recommendations_after = ExportColumn(
        _("Recommendations, after"), _if_readable(lambda change: change.after.recommendations), "findings"
    )
    actions_before = ExportColumn(_("Open action points, before"), _before("actions"), "actions")
    actions_after = ExportColumn(
        _("Open action points, after"), lambda change: change.after.actions, "actions"
    )
    actions_done = ExportColumn(_("Action points done"), lambda change: len(change.done), "actions")

    class Meta:
        orderable = False

    def render_status(self, record: Change) -> str:
        after = record.after.status_text
        before = record.before.status_text if record.before else after
        return after if before == after else f"{before} → {after}"

    def render_gaps(self, record: Change) -> SafeString:
        """How many are open; for who may read them also links to those raised, closed and reopened."""
        number = difference_text((record.before or record.after).open_gaps, record.after.open_gaps)
        gaps = record.gaps
        lines = []
        for label, group in (
            (_("new"), gaps.new),
            (_("closed"), gaps.closed),
            (_("reopened"), gaps.reopened),
        ):
            if group and record.is_read:
                shown = record.gap_records(group[:LISTED])
                links = format_html_join(
                    " ", '<a href="{}">{}</a>', ((gap.get_absolute_url(), gap.code) for gap in shown)
                )
                lines.append((label, links, more_text(group)))
        return format_html("{}{}", number, format_html_join("", '<div class="small">{}: {}{}</div>', lines))

    def render_findings(self, record: Change) -> str:
        if not record.is_read:
            return NO_ACCESS
        before, after = record.before or record.after, record.after
        findings = difference_text(before.findings, after.findings)
        return f"{findings}, {difference_text(before.recommendations, after.recommendations)}"

    def render_actions(self, record: Change) -> str:
        return difference_text((record.before or record.after).actions, record.after.actions)

    def render_in_words(self, record: Change) -> SafeString:
        return format_html_join("", "<div>{}</div>", ((text,) for text in sentences(record)))

    def value_in_words(self, record: Change) -> str:
        return " ".join(sentences(record, named=True))


# Columns left out for those who read only what is shared.
NOT_SHARED = tuple(
    name
    for name in ChangeTable.base_columns
    if name.startswith(("gaps", "findings", "recommend", "actions", "in_w"))
)
