"""Daily counts: open gaps and progress of each day, so that a board reads a few rows instead of counting records.

Each write of a gap or a progress update also writes them, in its transaction. They follow from the records:
`reviews.operations.daily_counts` rebuilds them, and compares.
"""

from typing import TYPE_CHECKING, NamedTuple, Protocol

from django.db import models
from django.db.models import F, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.models.workstreams import WORKSTREAMS, WithFigures, figures_of

if TYPE_CHECKING:
    from reviews.models import ProgressUpdate


class Place(NamedTuple):
    """Where an open gap is counted."""

    cycle_id: int
    member_state_id: int
    kind_id: int


class DailyOpenGapsQuerySet(models.QuerySet["DailyOpenGaps"]):
    def recount(self, before: Place | None, after: Place | None) -> None:
        """Count a gap no longer where it was, but where it is now; None: it is not open."""
        if before == after:
            return
        changes = [(place, number) for place, number in ((before, -1), (after, 1)) if place]
        today = clock.today()
        for place, number in sorted(changes):
            days = self.filter(**place._asdict())
            # Whoever counts at the same place at the same moment waits here.
            last = days.filter(on__lte=today).order_by("-on").select_for_update().first()
            if last is None or last.on < today:
                # From the last row as it is in the database by now: somebody may have been waited for.
                earlier = Subquery(days.filter(on__lt=today).order_by("-on").values("number")[:1])
                row = DailyOpenGaps(**place._asdict(), on=today, number=Coalesce(earlier, 0))
                self.bulk_create([row], ignore_conflicts=True)
            days.filter(on__gte=today).update(number=F("number") + number)


class DailyOpenGaps(models.Model):
    """How many gaps of one kind a country had open at the end of a day on which that changed."""

    # The constraint is the index for all of them.
    cycle = models.ForeignKey("ReviewCycle", models.PROTECT, related_name="+", db_index=False)
    member_state = models.ForeignKey("Organisation", models.PROTECT, related_name="+", db_index=False)
    kind = models.ForeignKey("GapKind", models.PROTECT, related_name="+", db_index=False)
    on = models.DateField()
    # Below zero only after a release that did not count: a board may be wrong, a write is never refused for it.
    number = models.IntegerField()

    objects = DailyOpenGapsQuerySet.as_manager()

    class Meta:
        db_table = "reviews_opengaps"
        verbose_name = _("open gaps of a day")
        verbose_name_plural = _("open gaps by day")
        constraints = (
            models.UniqueConstraint(
                fields=("cycle", "member_state", "kind", "on"), name="open_gaps_once_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.on}: {self.number}"


NO_FIGURES = (None,) * len(WORKSTREAMS)


class Posted(WithFigures, Protocol):
    """What of a progress update decides whether it is a report of the country."""

    no_change: bool
    by_country: bool


def is_country_report(update: Posted, before: tuple[int | None, ...]) -> bool:
    """Whether an update meets a progress deadline: by the country itself, other figures or "no change".

    A note alone, the figures of before once more, and what the Secretariat recorded do not.
    """
    figures = figures_of(update)
    has_other_figures = figures != before and figures != NO_FIGURES
    return update.by_country and (update.no_change or has_other_figures)


class DailyProgressQuerySet(models.QuerySet["DailyProgress"]):
    def add(self, update: "ProgressUpdate") -> None:
        """Write the figures of the day of a progress update, and those of the day before it.

        Whoever posted the update has locked its report, so nobody else is here for the same one.
        """
        day = clock.day_of(update.at)
        figures = dict(zip(WORKSTREAMS, figures_of(update), strict=True))
        last = self.filter(report=update.report_id, on__lte=day).order_by("-on").first()
        reported = is_country_report(update, figures_of(last) if last else NO_FIGURES)
        if last and last.on == day:
            reported = reported or last.country_reported
            self.filter(pk=last.pk).update(**figures, country_reported=reported)
            return
        row = DailyProgress(
            report_id=update.report_id,
            cycle_id=update.report.cycle_id,
            on=day,
            is_first=last is None,
            country_reported=reported,
            **figures,
        )
        if last:
            row.data_collection_was, row.analysis_was, row.writing_was = figures_of(last)
        row.save(force_insert=True)


class DailyProgress(models.Model):
    """Figures of a country at the end of a day on which it posted progress, and those of the day before it.

    The differences of all rows up to a day add up to the figures of all countries by then.
    """

    report = models.ForeignKey("NationalReport", models.PROTECT, related_name="+", db_index=False)
    cycle = models.ForeignKey("ReviewCycle", models.PROTECT, related_name="+", db_index=False)
    on = models.DateField()
    data_collection = models.PositiveSmallIntegerField(null=True)
    analysis = models.PositiveSmallIntegerField(null=True)
    writing = models.PositiveSmallIntegerField(null=True)
    is_first = models.BooleanField()
    # Whether the country itself posted other figures that day, or that they have not changed.
    country_reported = models.BooleanField(default=False, db_default=False)
    data_collection_was = models.PositiveSmallIntegerField(null=True)
    analysis_was = models.PositiveSmallIntegerField(null=True)
    writing_was = models.PositiveSmallIntegerField(null=True)

    objects = DailyProgressQuerySet.as_manager()

    class Meta:
        db_table = "reviews_progressday"
        verbose_name = _("progress of a day")
        verbose_name_plural = _("progress by day")
        indexes = (models.Index(fields=("cycle", "on"), name="progress_of_cycle"),)
        constraints = (models.UniqueConstraint(fields=("report", "on"), name="progress_once_a_day"),)

    def __str__(self) -> str:
        return f"{self.on}: {figures_of(self)}"
