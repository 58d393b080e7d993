"""The check before a report leaves: what stands in its way, what is missing, what is worth a look.

Each line leads to where it can be mended. Blank, zero and the rest are different things and are told apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reviews import clock
from reviews.models import DataGap, Finding, FindingStatus, GapStatus, NationalReport, Output
from reviews.models.reports import WORKSTREAMS, workstream_label

OLD_DAYS = 14  # a last update older than this is worth a look


class Level(models.TextChoices):
    """How much a line weighs, heaviest first."""

    BLOCKER = "blocker", gettext_lazy("blocker")
    ERROR = "error", gettext_lazy("error")
    WARNING = "warning", gettext_lazy("warning")
    HINT = "hint", gettext_lazy("hint")


TONES = {Level.BLOCKER: "bad", Level.ERROR: "bad", Level.WARNING: "warn", Level.HINT: "info"}


@dataclass(frozen=True)
class Line:
    """One thing that the check found."""

    level: Level
    text: str
    url: str

    @property
    def tone(self) -> str:
        return TONES[self.level]


@dataclass(frozen=True)
class Material:
    """What the check reads: fetched once by the page, so that checking asks the database nothing."""

    report: NationalReport
    gaps: list[DataGap]
    findings: list[Finding]
    standings: list[Any]
    locked: list[Any]  # deadlines whose last acceptable day has passed


def run(material: Material) -> list[Line]:
    """All lines, heaviest first."""
    found = [
        *_locks(material),
        *_figures(material),
        *_gaps(material),
        *_findings(material),
        *_hints(material),
    ]
    return sorted(found, key=lambda line: list(Level).index(line.level))


def _url(name: str, report: NationalReport) -> str:
    return reverse(name, args=[report.cycle.slug, report.code])


def _listed(name: str, report: NationalReport, query: str = "") -> str:
    return f"{reverse(name, args=[report.cycle.slug])}?member_state={report.code}{query}"


def _locks(m: Material) -> Iterator[Line]:
    for deadline in m.locked:
        text = _("“%(deadline)s” is locked since %(day)s: the Secretariat can grant an extension.") % {
            "deadline": deadline, "day": date_format(deadline.last_on),
        }  # fmt: skip
        yield Line(Level.BLOCKER, text, deadline.get_absolute_url())


def _figures(m: Material) -> Iterator[Line]:
    for name in WORKSTREAMS:
        value, label = getattr(m.report, name), workstream_label(name).capitalize()
        if value is None:
            text = _("%(label)s: not yet reported. Enter a figure; 0 is a figure too.") % {"label": label}
            yield Line(Level.ERROR, text, _url("report-update", m.report))
        elif value < 100:
            text = _("%(label)s: %(value)d %%. Below 100 %% a reason is owed when you submit.")
            yield Line(
                Level.WARNING, text % {"label": label, "value": value}, _url("report-update", m.report)
            )


def _gaps(m: Material) -> Iterator[Line]:
    asked = [gap for gap in m.gaps if gap.status == GapStatus.GUIDANCE_ASKED]
    others = [gap for gap in m.gaps if gap.is_open and gap not in asked]
    if asked:
        text = ngettext(
            "%(n)d data gap still waits for guidance.", "%(n)d data gaps still wait for guidance.", len(asked)
        )
        yield Line(
            Level.WARNING,
            text % {"n": len(asked)},
            _listed("datagap-list", m.report, "&status=guidance_asked"),
        )
    if others:
        text = ngettext("%(n)d data gap is not closed.", "%(n)d data gaps are not closed.", len(others))
        yield Line(Level.WARNING, text % {"n": len(others)}, _listed("datagap-list", m.report))


def _findings(m: Material) -> Iterator[Line]:
    preliminary = [f for f in m.findings if f.status == FindingStatus.PRELIMINARY]
    if not m.findings:
        text = _("No finding and no recommendation has been recorded.")
        yield Line(Level.WARNING, text, reverse("finding-list", args=[m.report.cycle.slug]))
    if preliminary:
        text = ngettext("%(n)d finding or recommendation is still preliminary.",
                        "%(n)d findings or recommendations are still preliminary.", len(preliminary))  # fmt: skip
        yield Line(
            Level.WARNING,
            text % {"n": len(preliminary)},
            _listed("finding-list", m.report, "&status=preliminary"),
        )


def _hints(m: Material) -> Iterator[Line]:
    if m.report.lead_author_id is None:
        yield Line(Level.HINT, _("No lead author is named."), _url("report-authors", m.report))
    told = m.report.progressed_at
    if told and clock.day_of(told) < clock.today() - timedelta(days=OLD_DAYS):
        text = _("The last progress was posted on %s.") % date_format(clock.day_of(told))
        yield Line(Level.HINT, text, _url("report-update", m.report))
    for standing in m.standings:
        deadline = standing.deadline
        if deadline.output == Output.NATIONAL_REPORT and clock.today() < deadline.opens_on:
            text = _("The window opens on %s; an earlier submission is taken too.") % date_format(
                deadline.opens_on
            )
            yield Line(Level.HINT, text, deadline.get_absolute_url())
