"""A comparison as a list: its columns for the page and for exports, and each member's changes as sentences."""

from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reviews.forms.reports import FIGURE_LABELS
from reviews.models.reports import WORKSTREAMS, workstream_label
from reviews.queries.comparison import Change

NO_ACCESS = "—"


def figure(value: int | None) -> str:
    """A figure of 0 to 100; empty is "not yet reported", which is not 0."""
    return _now("not yet reported") if value is None else str(value)


def way(before: int | None, after: int | None) -> str:
    """One number, or the way from one to the other: 50 → 65 (+15)."""
    if before == after:
        return figure(after)
    text = f"{figure(before)} → {figure(after)}"
    return text if before is None or after is None else f"{text} ({_signed(after - before)})"


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{-number}"


def sentences(change: Change, *, named: bool = False) -> list[str]:
    """What changed for one member, in words; `named`: with the codes of the gaps that the reader may read."""
    if change.before is None:
        return [_now("There was no report yet at the beginning.")]
    texts = [_figure_text(name, *pair) for name, pair in zip(WORKSTREAMS, change.figures, strict=True)]
    texts += [_status_text(change), *_gap_texts(change, named and change.is_read), *_action_texts(change)]
    return [text for text in texts if text] or [_now("Nothing changed.")]


def _figure_text(name: str, before: int | None, after: int | None) -> str:
    words = {"what": workstream_label(name).capitalize(), "before": before, "after": after}
    if before == after:
        return ""
    if before is None:
        return _now("%(what)s was reported for the first time: %(after)s.") % words
    if after is None:
        return _now("%(what)s is no longer reported; it was %(before)s.") % words
    if after > before:
        return _now("%(what)s rose from %(before)s to %(after)s.") % words
    return _now("%(what)s is lower than before: %(before)s, now %(after)s.") % words


def _status_text(change: Change) -> str:
    assert change.before
    if change.before.status == change.after.status:
        return ""
    words = {"before": change.before.status_text, "after": change.after.status_text}
    return _now("The report was “%(before)s” and is “%(after)s”.") % words


def _gap_texts(change: Change, named: bool) -> list[str]:
    new, closed, reopened = change.gaps.new, change.gaps.closed, change.gaps.reopened
    return [
        _counted(ngettext("%(n)d new data gap", "%(n)d new data gaps", len(new)), new, named),
        _counted(ngettext("%(n)d data gap closed", "%(n)d data gaps closed", len(closed)), closed, named),
        _counted(
            ngettext("%(n)d data gap opened again", "%(n)d data gaps opened again", len(reopened)),
            reopened,
            named,
        ),
    ]


def _counted(text: str, gaps: list[Any], named: bool) -> str:
    if not gaps:
        return ""
    codes = f": {', '.join(gap.code for gap in gaps)}" if named else ""
    return f"{text % {'n': len(gaps)}}{codes}."


def _action_texts(change: Change) -> list[str]:
    done, dropped = (", ".join(a.code for a in points) for points in (change.done, change.dropped))
    return [
        done and _now("Action points done: %s.") % done,
        dropped and _now("Action points dropped: %s.") % dropped,
    ]


class ExportColumn(tables.Column):
    """A column of exports alone: one number or word of a change."""

    def __init__(self, label: Any, read: Callable[[Change], Any]) -> None:
        super().__init__(label, accessor="state", visible=False, empty_values=())
        self.read = read

    def value(self, record: Change) -> Any:
        value = self.read(record)
        return "" if value is None else value


class PageColumn(tables.Column):
    """A column of the page alone: exports hold the same as plain numbers."""

    def __init__(self, label: Any, read: Callable[[Change], Any]) -> None:
        super().__init__(label, accessor="state", exclude_from_export=True, empty_values=())
        self.read = read

    def render(self, record: Change) -> Any:
        return self.read(record)


def _status(change: Change) -> str:
    if change.before is None or change.before.status == change.after.status:
        return change.after.status_text
    return f"{change.before.status_text} → {change.after.status_text}"


def _moved(place: int) -> PageColumn:
    return PageColumn(FIGURE_LABELS[WORKSTREAMS[place]], lambda change: way(*change.figures[place]))


def _gaps(change: Change) -> SafeString:
    """How many are open; with the codes of those that came and went, for who may read them."""
    number = way((change.before or change.after).open_gaps, change.after.open_gaps)
    moves = {_("new"): change.gaps.new, _("closed"): change.gaps.closed, _("reopened"): change.gaps.reopened}
    lines = ((label, _links(gaps)) for label, gaps in moves.items() if gaps and change.is_read)
    return format_html("{}{}", number, format_html_join("", '<div class="small">{}: {}</div>', lines))


def _links(gaps: list[Any]) -> SafeString:
    return format_html_join(" ", '<a href="{}">{}</a>', ((gap.get_absolute_url(), gap.code) for gap in gaps))


def _actions(change: Change) -> str:
    return way((change.before or change.after).actions, change.after.actions)


def _findings(change: Change) -> str:
    if not change.is_read:
        return NO_ACCESS
    was = change.before or change.after
    kinds = ((was.findings, change.after.findings), (was.recommendations, change.after.recommendations))
    return ", ".join(way(*kind) for kind in kinds)


def _before(name: str) -> Callable[[Change], Any]:
    return lambda change: getattr(change.before, name, None)


def _own(read: Callable[[Change], Any]) -> Callable[[Change], Any]:
    """What only staff and the member's own people read."""
    return lambda change: read(change) if change.is_read else None


def _of_figures(side: int, place: int) -> Callable[[Change], Any]:
    return lambda change: change.figures[place][side]


class ChangeTable(tables.Table):
    """Before and after of each member. It cannot be sorted: nothing here ranks."""

    state = tables.Column(_("Member state"))
    status = PageColumn(_("Report"), _status)
    data_collection, analysis, writing = _moved(0), _moved(1), _moved(2)
    gaps = PageColumn(_("Open gaps"), _gaps)
    findings = PageColumn(_("Findings, recommendations"), _findings)
    actions = PageColumn(_("Open action points"), _actions)
    in_words = tables.Column(
        _("In words"), accessor="state", empty_values=(), attrs={"td": {"class": "wide"}}
    )

    status_before = ExportColumn(_("Report, before"), _before("status_text"))
    status_after = ExportColumn(_("Report, after"), lambda change: change.after.status_text)
    data_collection_before = ExportColumn(_("Data collection, before"), _of_figures(0, 0))
    data_collection_after = ExportColumn(_("Data collection, after"), _of_figures(1, 0))
    analysis_before = ExportColumn(_("Analysis, before"), _of_figures(0, 1))
    analysis_after = ExportColumn(_("Analysis, after"), _of_figures(1, 1))
    writing_before = ExportColumn(_("Writing, before"), _of_figures(0, 2))
    writing_after = ExportColumn(_("Writing, after"), _of_figures(1, 2))
    gaps_before = ExportColumn(_("Open gaps, before"), _before("open_gaps"))
    gaps_after = ExportColumn(_("Open gaps, after"), lambda change: change.after.open_gaps)
    gaps_new = ExportColumn(_("New gaps"), lambda change: len(change.gaps.new))
    gaps_closed = ExportColumn(_("Closed gaps"), lambda change: len(change.gaps.closed))
    gaps_reopened = ExportColumn(_("Gaps opened again"), lambda change: len(change.gaps.reopened))
    findings_before = ExportColumn(_("Findings, before"), _own(_before("findings")))
    findings_after = ExportColumn(_("Findings, after"), _own(lambda change: change.after.findings))
    recommendations_before = ExportColumn(_("Recommendations, before"), _own(_before("recommendations")))
    recommendations_after = ExportColumn(
        _("Recommendations, after"), _own(lambda change: change.after.recommendations)
    )
    actions_before = ExportColumn(_("Open action points, before"), _before("actions"))
    actions_after = ExportColumn(_("Open action points, after"), lambda change: change.after.actions)
    actions_done = ExportColumn(_("Action points done"), lambda change: len(change.done))

    class Meta:
        orderable = False

    def render_in_words(self, record: Change) -> SafeString:
        return format_html_join("", "<div>{}</div>", ((text,) for text in sentences(record)))

    def value_in_words(self, record: Change) -> str:
        return " ".join(sentences(record, named=True))


# What is not for those who read only what is shared.
NOT_SHARED = tuple(
    name
    for name in ChangeTable.base_columns
    if name.startswith(("gaps", "findings", "recommend", "actions", "in_w"))
)
