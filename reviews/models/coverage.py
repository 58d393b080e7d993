"""Coverage: what a country says of its report on each key result area. Its data gaps are a register of their own."""

from typing import TYPE_CHECKING, TypedDict

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.models.base import Tracked, TrackedQuerySet, all_or_nothing
from reviews.models.framework import check_key_result_area
from reviews.text import is_blank

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from reviews.models import FrameworkNode, NationalReport, ReviewCycle, User


class Coverage(models.TextChoices):
    NOTHING = "nothing", _("nothing yet")  # not yet entered; also where no statement was ever made
    REPORTED = "reported", _("reported")
    ESTIMATED = "estimated", _("estimated")
    NOT_COLLECTED = "not_collected", _("not collected")  # known, and no slip: these data do not exist
    NOT_APPLICABLE = "not_applicable", _("not applicable")


COVERAGE_TONES = {
    Coverage.NOTHING: "neutral", Coverage.REPORTED: "good", Coverage.ESTIMATED: "progress",
    Coverage.NOT_COLLECTED: "warn", Coverage.NOT_APPLICABLE: "info",
}  # fmt: skip
# The error where the note does not say why there are no data.
NOTE_REQUIRED: "dict[str, _StrPromise]" = {
    Coverage.NOT_COLLECTED: _("Say why it is not collected."),
    Coverage.NOT_APPLICABLE: _("Say why it does not apply."),
}


def missing_note_error(coverage: str, note: str) -> "_StrPromise | None":
    """The error of a statement whose note is required and missing; None where nothing is wrong."""
    return NOTE_REQUIRED.get(coverage) if is_blank(note) else None


class StatementFields(TypedDict):
    """What a country enters for one area; `expected_version` is 0 where there was no statement yet."""

    coverage: str
    note: str
    expected_version: int


class CoverageQuerySet(TrackedQuerySet["CoverageStatement"]):
    def visible_to(self, user: "User") -> "CoverageQuerySet":
        return policy.filter_readable(
            self, user, "report.read", own=Q(report__member_state=user.organisation_id)
        )


class CoverageStatement(Tracked):
    """A country's own statement on one key result area of its report."""

    report = models.ForeignKey(
        "NationalReport", models.PROTECT, related_name="coverage", verbose_name=_("national report")
    )
    key_result_area = models.ForeignKey(
        "FrameworkNode", models.PROTECT, related_name="+", verbose_name=_("key result area")
    )
    coverage = models.CharField(_("coverage"), max_length=20, choices=Coverage)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = CoverageQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement on coverage")
        verbose_name_plural = _("statements on coverage")
        ordering = ("report_id", "key_result_area__sort_key")
        constraints = (
            models.UniqueConstraint(fields=("report", "key_result_area"), name="coverage_once"),
            models.CheckConstraint(condition=Q(coverage__in=Coverage.values), name="coverage_known"),
            models.CheckConstraint(
                condition=~Q(coverage=Coverage.NOT_APPLICABLE) | ~Q(note=""),
                name="coverage_not_applicable_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(coverage=Coverage.NOT_COLLECTED) | ~Q(note=""),
                name="coverage_not_collected_says_why",
            ),
        )

    def __str__(self) -> str:
        return f"{self.report.code} {self.key_result_area.code}: {self.get_coverage_display()}"

    def get_absolute_url(self) -> str:
        return f"{self.report.get_absolute_url()}coverage/#{self.key_result_area.code}"

    @property
    def tone(self) -> str:
        return COVERAGE_TONES[Coverage(self.coverage)]

    @property
    def cycle(self) -> "ReviewCycle":
        return self.report.cycle

    @property
    def member_state_id(self) -> int:
        return self.report.member_state_id

    def clean(self) -> None:
        check_key_result_area(self.key_result_area, self.cycle)
        error = missing_note_error(self.coverage, self.note)
        if error:
            raise ValidationError({"note": error})

    @classmethod
    @all_or_nothing()
    def state(
        cls,
        report: "NationalReport",
        area: "FrameworkNode",
        *,
        by: "User",
        expected_version: int,
        coverage: str,
        note: str = "",
    ) -> "CoverageStatement":
        """Say how the report covers an area. `expected_version` is 0 where there was no statement yet."""
        policy.require(by, "report.update", report)
        # Two people of one team stating at once wait for each other here.
        type(report).objects.select_for_update().get(pk=report.pk)
        statement = cls.objects.filter(report=report, key_result_area=area).first()
        if statement is None:
            return cls.create_traced(by=by, report=report, key_result_area=area, coverage=coverage, note=note)
        statement.report, statement.key_result_area = report, area
        return statement.change_traced(by=by, expected_version=expected_version, coverage=coverage, note=note)
