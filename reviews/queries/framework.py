"""What names an entry of a framework: what another wording of it would change in each review cycle."""

from typing import NamedTuple

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from reviews.models import (
    CoverageStatement,
    CycleStatus,
    DataGap,
    Finding,
    Framework,
    FrameworkNode,
    NationalReport,
    ReviewCycle,
)
from reviews.models.reports import EDITABLE


class Uses(NamedTuple):
    """How many records of a cycle name an entry."""

    cycle: ReviewCycle
    statements: int
    gaps: int
    findings: int

    @property
    def text(self) -> str:
        """In words: "ASCC mid-term review (open): 2 statements on coverage, 1 data gaps, 0 findings"."""
        return _(
            "%(cycle)s (%(status)s): statements on coverage: %(statements)d, data gaps: %(gaps)d,"
            " findings and recommendations: %(findings)d"
        ) % {**self._asdict(), "status": self.cycle.get_status_display()}


def uses_of(node: FrameworkNode) -> list[Uses]:
    """Return, for each cycle that was opened of the entry's framework, how many of its records name the entry."""
    statements = _by_cycle(CoverageStatement.objects.filter(key_result_area=node), "report__cycle")
    gaps = _by_cycle(DataGap.objects.filter(key_result_area=node), "cycle")
    findings = _by_cycle(Finding.objects.filter(key_result_area=node), "cycle")
    cycles = ReviewCycle.objects.begun().filter(framework=node.framework_id)
    return [
        Uses(cycle, statements.get(cycle.pk, 0), gaps.get(cycle.pk, 0), findings.get(cycle.pk, 0))
        for cycle in cycles
    ]


def _by_cycle(
    records: "QuerySet[CoverageStatement] | QuerySet[DataGap] | QuerySet[Finding] | QuerySet[NationalReport]",
    way: str,
) -> dict[int, int]:
    return dict(records.order_by().values_list(way).annotate(number=Count("pk")))


class Unstated(NamedTuple):
    """A cycle whose countries would have one more area to state, and how many of them have handed in already."""

    cycle: ReviewCycle
    reports: int
    submitted: int


def adds_to(framework: Framework) -> list[Unstated]:
    """Return, for each open cycle of a framework, how many reports have to state one more area if one is added."""
    reports = NationalReport.objects.filter(cycle__framework=framework, cycle__status=CycleStatus.OPEN)
    in_all = _by_cycle(reports, "cycle")
    submitted = _by_cycle(reports.exclude(status__in=EDITABLE), "cycle")
    cycles = framework.cycles.filter(status=CycleStatus.OPEN)
    return [Unstated(cycle, in_all.get(cycle.pk, 0), submitted.get(cycle.pk, 0)) for cycle in cycles]
