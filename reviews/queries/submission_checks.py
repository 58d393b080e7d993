"""The checklist before a report is submitted: what stops it, and what is advice.

Each result links to where it can be corrected. Blank, zero and other figures are different cases.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reviews import clock, policy
from reviews.models import (
    Coverage,
    Deadline,
    DeadlineOutput,
    DeadlineStatus,
    Finding,
    FindingStatus,
    GapStatus,
    NationalReport,
    User,
)
from reviews.models.datagaps import GapCount
from reviews.models.treatments import treatment_for
from reviews.models.workstreams import WORKSTREAMS, workstream_label
from reviews.queries.coverage import AreaStatement, area_statements
from reviews.queries.deadlines import statuses_today

OLD_DAYS = 14  # a last update older than this is worth a look
LONGEST_REASON = 120  # characters; the whole reason is one click away


class Severity(models.TextChoices):
    """Whether a result stops a submission: a figure below 100 does until a reason is given, a locked deadline does."""

    MUST_FIX = "must_fix", gettext_lazy("must fix")
    TIP = "tip", gettext_lazy("tip")


# What each form of a report takes.
FORMS = {
    "report-update": "report.update",
    "report-coverage-edit": "report.update",
    "report-authors": "report.appoint",
}
TONES = {Severity.MUST_FIX: "bad", Severity.TIP: "info"}


@dataclass(frozen=True)
class CheckResult:
    """Something that a check found, and where its reader can correct it; empty: nowhere."""

    severity: Severity
    text: str
    url: str

    @property
    def tone(self) -> str:
        return TONES[self.severity]


@dataclass(frozen=True)
class CheckInput:
    """What the checks read: fetched once by the page, so that checking makes no query."""

    user: User
    report: NationalReport
    gaps: list[GapCount]
    findings: list[Finding]
    deadline_statuses: list[DeadlineStatus]
    locked: list[Deadline]  # those whose last acceptable day has passed
    statements: list[AreaStatement]  # on every key result area

    def form(self, name: str, anchor: str = "") -> str:
        """The address of a form of the report; empty for whoever it would refuse."""
        if not policy.may(self.user, FORMS[name], self.report):
            return ""
        return f"{reverse(name, args=[self.report.cycle.slug, self.report.code])}{anchor}"

    def list_of_country(self, name: str, query: str = "") -> str:
        """The address of a list, filtered by the country of the report."""
        return f"{reverse(name, args=[self.report.cycle.slug])}?member_state={self.report.code}{query}"


def read(report: NationalReport, user: User) -> CheckInput:
    """Return what the checks of a report read, as far as the person may read it, and its deadlines."""
    gaps = report.member_state.datagaps.filter(cycle=report.cycle_id).visible_to(user)
    findings = report.member_state.findings.filter(cycle=report.cycle_id).visible_to(user).not_withdrawn()
    statuses = statuses_today(report)
    return CheckInput(
        user=user,
        report=report,
        gaps=gaps.counted(),
        findings=list(findings.select_related("key_result_area").order_by("kind", "number")),
        deadline_statuses=statuses,
        locked=[status.deadline for status in statuses if status.stops_submission],
        statements=area_statements(report) if report.is_editable else [],  # only the checks need them
    )


def run(data: CheckInput) -> list[CheckResult]:
    """Return the results of all checks, heaviest first."""
    results = [result for check in CHECKS for result in check(data)]
    return sorted(results, key=lambda result: list(Severity).index(result.severity))


def check_locks(data: CheckInput) -> Iterator[CheckResult]:
    text = _("“%(deadline)s” is locked since %(day)s: the Secretariat can grant an extension.")
    for deadline in data.locked:
        assert deadline.last_on, "without a last acceptable day no deadline is locked"
        values = {"deadline": deadline, "day": date_format(deadline.last_on)}
        yield CheckResult(Severity.MUST_FIX, text % values, deadline.get_absolute_url())


def check_figures(data: CheckInput) -> Iterator[CheckResult]:
    url = data.form("report-update")
    for name, value in zip(WORKSTREAMS, data.report.figures, strict=True):
        if value is None:
            text = _(
                "%(label)s: not yet reported. Enter a figure (0 is a figure too), or say why it is missing "
                "when you submit."
            )
        elif value == 0:
            text = _(
                "%(label)s: 0 %%, which says that nothing is done. Update it, or give a reason when you submit."
            )
        elif value < 100:
            text = _("%(label)s: %(value)d %%. Update it, or give a reason when you submit.")
        else:
            continue
        label = workstream_label(name).capitalize()
        yield CheckResult(Severity.MUST_FIX, text % {"label": label, "value": value}, url)


# One result for each answer that leaves a hole, so that the page stays small whatever the framework.
HOLES = {
    # Nobody knows whether it was forgotten or meant.
    Coverage.NOTHING: gettext_lazy(
        "Nothing yet on %(areas)s. Not yet entered is not “not collected”: say how each is covered."
    ),
    # A decision with its reason, and a hole in the report all the same.
    Coverage.NOT_COLLECTED: gettext_lazy("Not collected, and named in the annex on limitations: %(areas)s"),
    Coverage.NOT_APPLICABLE: gettext_lazy("Not applicable: %(areas)s"),
}


def check_coverage(data: CheckInput) -> Iterator[CheckResult]:
    for coverage, text in HOLES.items():
        statements = [statement for statement in data.statements if statement.coverage == coverage]
        if statements:
            url = data.form("report-coverage-edit", f"#id_coverage_{statements[0].area}")
            yield CheckResult(Severity.TIP, text % {"areas": _areas_text(statements)}, url)


def check_estimates(data: CheckInput) -> Iterator[CheckResult]:
    """Areas stated as estimated of which no closed gap records how."""
    treated = {count.area for count in data.gaps if treatment_for(count.closing_way, count.kind)}
    estimated = [statement for statement in data.statements if statement.coverage == Coverage.ESTIMATED]
    unrecorded = [statement for statement in estimated if statement.area not in treated]
    if unrecorded:
        text = _("Estimated, and no data gap records how: %(areas)s") % {"areas": _areas_text(unrecorded)}
        yield CheckResult(Severity.TIP, text, data.list_of_country("datagap-list"))


def _areas_text(statements: list[AreaStatement]) -> str:
    """Areas by code, each with its reason where one is given."""
    texts = []
    for statement in statements:
        note = Truncator(statement.note).chars(LONGEST_REASON)
        texts.append(f"{statement.code}: {note}" if note else statement.code)
    return " · ".join(texts)


def check_gaps(data: CheckInput) -> Iterator[CheckResult]:
    waiting = sum(count.number for count in data.gaps if count.status == GapStatus.GUIDANCE_ASKED)
    others = sum(count.number for count in data.gaps if count.status != GapStatus.CLOSED) - waiting
    if waiting:
        text = ngettext(
            "%(n)d data gap still waits for guidance.", "%(n)d data gaps still wait for guidance.", waiting
        )
        url = data.list_of_country("datagap-list", "&status=guidance_asked")
        yield CheckResult(Severity.TIP, text % {"n": waiting}, url)
    if others:
        text = ngettext("%(n)d data gap is not closed.", "%(n)d data gaps are not closed.", others)
        yield CheckResult(Severity.TIP, text % {"n": others}, data.list_of_country("datagap-list"))


def check_findings(data: CheckInput) -> Iterator[CheckResult]:
    if not data.findings:
        text = _("No finding and no recommendation has been recorded.")
        url = reverse("finding-list", args=[data.report.cycle.slug])
        yield CheckResult(Severity.TIP, text, url)
    number = sum(finding.status == FindingStatus.PRELIMINARY for finding in data.findings)
    if number:
        text = ngettext(
            "%(n)d finding or recommendation is still preliminary.",
            "%(n)d findings or recommendations are still preliminary.",
            number,
        )
        url = data.list_of_country("finding-list", "&status=preliminary")
        yield CheckResult(Severity.TIP, text % {"n": number}, url)


def check_hints(data: CheckInput) -> Iterator[CheckResult]:
    if data.report.lead_author_id is None:
        yield CheckResult(Severity.TIP, _("No lead author is named."), data.form("report-authors"))
    progressed_at = data.report.progressed_at
    if progressed_at and clock.day_of(progressed_at) < clock.today() - timedelta(days=OLD_DAYS):
        text = _("The last progress was posted on %s.") % date_format(clock.day_of(progressed_at))
        yield CheckResult(Severity.TIP, text, data.form("report-update"))
    text = _("The window opens on %s; an earlier submission is taken too.")
    for status in data.deadline_statuses:
        deadline = status.deadline
        if deadline.output == DeadlineOutput.NATIONAL_REPORT and clock.today() < deadline.opens_on:
            day = date_format(deadline.opens_on)
            yield CheckResult(Severity.TIP, text % day, deadline.get_absolute_url())


CHECKS: tuple[Callable[[CheckInput], Iterator[CheckResult]], ...] = (
    check_locks,
    check_figures,
    check_coverage,
    check_estimates,
    check_gaps,
    check_findings,
    check_hints,
)
