"""Versions: what was handed in as the national report, by whom, for whom."""

import uuid
from datetime import date
from typing import TYPE_CHECKING, TypedDict

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.models.base import Tracked, TrackedQuerySet
from reviews.text import isolated

if TYPE_CHECKING:
    from reviews.models import Organisation, ReviewCycle


class Submission(TypedDict, total=False):
    """For whom the report is handed in; and who signed it in the country, when, and by which letter."""

    on_behalf_of: str
    cleared_by: str
    cleared_on: date | None
    clearance_letter: str


class ReportVersionQuerySet(TrackedQuerySet["ReportVersion"]):
    def with_repetition(self) -> "ReportVersionQuerySet":
        """With `repeats`: the number of the newest earlier version that is the very same file, or None."""
        earlier = ReportVersion.objects.filter(
            report=OuterRef("report"), sha256=OuterRef("sha256"), number__lt=OuterRef("number")
        )
        return self.annotate(repeats=Subquery(earlier.order_by("-number").values("number")[:1]))


def next_receipt_number(state: "Organisation", year: int, *, is_test: bool = False) -> str:
    """VNM-2020-01: the country, the year of the submission, and the next serial in it, over all cycles.

    A submission in a test cycle has a series of its own, TEST-VNM-2020-01: no paper cites it by mistake. The caller
    holds a lock on the country against another.
    """
    start = f"{'TEST-' if is_test else ''}{state.code}-{year}-"
    earlier = ReportVersion.objects.filter(report__member_state=state, receipt_number__startswith=start)
    return f"{start}{earlier.count() + 1:02}"


class ReportVersion(Tracked):
    """One submission of the national report: its file, who handed it in, for whom. Immutable."""

    report = models.ForeignKey(
        "NationalReport", models.PROTECT, related_name="versions", verbose_name=_("national report")
    )
    number = models.PositiveSmallIntegerField(_("version"))
    file = models.FileField(_("file"), max_length=200)
    original_name = models.CharField(_("name of the file when uploaded"), max_length=255)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    pages = models.PositiveIntegerField(
        _("pages"), null=True, blank=True
    )  # NULL: a Word file, or not counted
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("submitted by")
    )
    submitted_at = models.DateTimeField(_("submitted"), default=clock.now)
    on_behalf_of = models.CharField(_("on behalf of"), max_length=200, blank=True)
    reason = models.TextField(_("reason for submitting incomplete"), blank=True)
    cleared_by = models.CharField(_("cleared nationally by"), max_length=200, blank=True)
    cleared_on = models.DateField(_("cleared on"), null=True, blank=True)  # NULL: not recorded
    clearance_letter = models.CharField(_("letter of clearance"), max_length=200, blank=True)
    # Empty: submitted through the release before, which has no such numbers, while its tables were changed.
    receipt_number = models.CharField(_("receipt number"), max_length=40, editable=False, db_default="")
    receipt = models.UUIDField(_("receipt"), default=uuid.uuid4, unique=True)

    past_days = cycle_days = frozenset({"cleared_on"})
    never_changed = _("A submitted version is never changed; submit a new one.")

    objects = ReportVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submitted version")
        verbose_name_plural = _("submitted versions")
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("report", "number"), name="version_number_once"),
            models.UniqueConstraint(
                fields=("receipt_number",),
                condition=~Q(receipt_number=""),
                name="version_receipt_number_once",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_number_from_one"),
            models.CheckConstraint(condition=Q(size__gt=0), name="version_not_empty"),
        )

    def __str__(self) -> str:
        values = {"report": isolated(str(self.report)), "number": self.number}
        return _now("%(report)s · version %(number)s") % values

    def get_absolute_url(self) -> str:
        return reverse("report-version", args=[self.cycle.slug, self.report.code, self.number])

    @property
    def cycle(self) -> "ReviewCycle":
        return self.report.cycle

    @property
    def member_state_id(self) -> int:
        return self.report.member_state_id

    def history_owner(self) -> Tracked:
        return self.report

    @property
    def extension(self) -> str:
        return self.file.name.rpartition(".")[2]

    @property
    def download_name(self) -> str:
        """The name we give the file: never the uploader's."""
        return f"{self.report.code}-{self.cycle.slug}-v{self.number}.{self.extension}"
