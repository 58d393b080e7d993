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
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reviews import clock
from reviews.models import Coverage, DeadlineOutput, Finding, FindingStatus, GapStatus, NationalReport
from reviews.models.datagaps import GapCount
from reviews.models.reports import WORKSTREAMS, workstream_label
from reviews.models.treatments import treatment_for

OLD_DAYS = 14  # a last update older than this is worth a look
LONGEST_REASON = 120  # characters; the whole reason is one click away


class Severity(models.TextChoices):
    """How much a line weighs, heaviest first."""

    BLOCKER = "blocker", gettext_lazy("blocker")
    ERROR = "error", gettext_lazy("error")
    WARNING = "warning", gettext_lazy("warning")
    HINT = "hint", gettext_lazy("hint")


TONES = {Severity.BLOCKER: "bad", Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.HINT: "info"}


@dataclass(frozen=True)
class Line:
    """One thing that the check found."""

    level: Severity
    text: str
    url: str

    @property
    def tone(self) -> str:
        return TONES[self.level]


@dataclass(frozen=True)
class Material:
    """What the check reads: fetched once by the page, so that checking asks the database nothing."""

    report: NationalReport
    gaps: list[GapCount]
    findings: list[Finding]
    deadline_statuses: list[Any]
    locked: list[Any]  # deadlines whose last acceptable day has passed
    areas: list[Any]  # the key result areas with what the report says of them: coverage.areas_told()


def run(material: Material) -> list[Line]:
    """All lines, heaviest first."""
    found = [
        *_locks(material),
        *_figures(material),
        *_coverage(material),
        *_estimates(material),
        *_gaps(material),
        *_findings(material),
        *_hints(material),
    ]
    return sorted(found, key=lambda line: list(Severity).index(line.level))


def _url(name: str, report: NationalReport) -> str:
    return reverse(name, args=[report.cycle.slug, report.code])


def _listed(name: str, report: NationalReport, query: str = "") -> str:
    return f"{reverse(name, args=[report.cycle.slug])}?member_state={report.code}{query}"


def _locks(m: Material) -> Iterator[Line]:
    for deadline in m.locked:
        text = _("“%(deadline)s” is locked since %(day)s: the Secretariat can grant an extension.") % {
            "deadline": deadline, "day": date_format(deadline.last_on),
        }  # fmt: skip
        yield Line(Severity.BLOCKER, text, deadline.get_absolute_url())


def _figures(m: Material) -> Iterator[Line]:
    for name in WORKSTREAMS:
        value, label = getattr(m.report, name), workstream_label(name).capitalize()
        if value is None:
            text = _("%(label)s: not yet reported. Enter a figure (0 is a figure too), or say why it is missing "
                     "when you submit.") % {"label": label}  # fmt: skip
            yield Line(Severity.ERROR, text, _url("report-update", m.report))
        elif value < 100:
            text = _below(value) % {"label": label, "value": value}
            yield Line(Severity.WARNING, text, _url("report-update", m.report))


def _below(value: int) -> str:
    if value == 0:
        return _("%(label)s: 0 %%, which says that nothing is done. A reason is owed when you submit.")
    return _("%(label)s: %(value)d %%. Below 100 %% a reason is owed when you submit.")


# One line for each answer that leaves a hole, so that the page stays small whatever the framework.
HOLES = {
    # An error, as a figure left blank is: nobody can tell a slip from a decision.
    Coverage.NOTHING: (
        Severity.ERROR,
        gettext_lazy("Nothing yet on %(areas)s. Not yet entered is not “not collected”: say how each is covered."),
    ),
    # A decision with its reason, and a hole in the report all the same.
    Coverage.NOT_COLLECTED: (
        Severity.WARNING, gettext_lazy("Not collected, and named in the annex on limitations: %(areas)s")
    ),
    Coverage.NOT_APPLICABLE: (Severity.HINT, gettext_lazy("Not applicable: %(areas)s")),
}  # fmt: skip


def _coverage(m: Material) -> Iterator[Line]:
    for said, (level, text) in HOLES.items():
        if areas := [area for area in m.areas if area.said == said]:
            url = f"{_url('report-coverage-edit', m.report)}#id_coverage_{areas[0].pk}"
            yield Line(level, text % {"areas": _told(areas)}, url)


def _told(areas: list[Any]) -> str:
    """Areas by code, each with its reason where one is given."""
    notes = [(area.code, Truncator(area.note).chars(LONGEST_REASON)) for area in areas]
    return " · ".join(f"{code}: {note}" if note else code for code, note in notes)


def _estimates(m: Material) -> Iterator[Line]:
    """Areas said to be estimated of which no closed gap records how."""
    treated = {counted.area for counted in m.gaps if treatment_for(counted.closing_way, counted.kind)}
    if areas := [a for a in m.areas if a.said == Coverage.ESTIMATED and a.pk not in treated]:
        text = _("Estimated, and no data gap records how: %(areas)s") % {"areas": _told(areas)}
        yield Line(Severity.HINT, text, _listed("datagap-list", m.report))


def _gaps(m: Material) -> Iterator[Line]:
    asked = sum(counted.number for counted in m.gaps if counted.status == GapStatus.GUIDANCE_ASKED)
    others = sum(counted.number for counted in m.gaps if counted.status != GapStatus.CLOSED) - asked
    if asked:
        text = ngettext(
            "%(n)d data gap still waits for guidance.", "%(n)d data gaps still wait for guidance.", asked
        )
        url = _listed("datagap-list", m.report, "&status=guidance_asked")
        yield Line(Severity.WARNING, text % {"n": asked}, url)
    if others:
        text = ngettext("%(n)d data gap is not closed.", "%(n)d data gaps are not closed.", others)
        yield Line(Severity.WARNING, text % {"n": others}, _listed("datagap-list", m.report))


def _findings(m: Material) -> Iterator[Line]:
    preliminary = [f for f in m.findings if f.status == FindingStatus.PRELIMINARY]
    if not m.findings:
        text = _("No finding and no recommendation has been recorded.")
        yield Line(Severity.WARNING, text, reverse("finding-list", args=[m.report.cycle.slug]))
    if preliminary:
        text = ngettext("%(n)d finding or recommendation is still preliminary.",
                        "%(n)d findings or recommendations are still preliminary.", len(preliminary))  # fmt: skip
        yield Line(
            Severity.WARNING,
            text % {"n": len(preliminary)},
            _listed("finding-list", m.report, "&status=preliminary"),
        )


def _hints(m: Material) -> Iterator[Line]:
    if m.report.lead_author_id is None:
        yield Line(Severity.HINT, _("No lead author is named."), _url("report-authors", m.report))
    told = m.report.progressed_at
    if told and clock.day_of(told) < clock.today() - timedelta(days=OLD_DAYS):
        text = _("The last progress was posted on %s.") % date_format(clock.day_of(told))
        yield Line(Severity.HINT, text, _url("report-update", m.report))
    for standing in m.deadline_statuses:
        deadline = standing.deadline
        if deadline.output == DeadlineOutput.NATIONAL_REPORT and clock.today() < deadline.opens_on:
            text = _("The window opens on %s; an earlier submission is taken too.") % date_format(
                deadline.opens_on
            )
            yield Line(Severity.HINT, text, deadline.get_absolute_url())
