"""What a board would otherwise count anew: kept by the same step that changes what is counted, one row a day.

So a board of any day reads a few rows, however many gaps and updates lie behind it. Both follow from the records:
`reviews.operations.daily_counts` makes them anew and tells where they differ.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db import models
from django.db.models import F, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from reviews import clock

WORKSTREAMS = ("data_collection", "analysis", "writing")


class Place(NamedTuple):
    """Where an open gap is counted."""

    cycle_id: int
    member_state_id: int
    kind_id: int


class DailyOpenGapsQuerySet(models.QuerySet["DailyOpenGaps"]):
    def move(self, was: Place | None, now: Place | None) -> None:
        """Count a gap no longer there, but here; None: it is not open."""
        if was != now:
            for place, step in sorted((p, s) for p, s in ((was, -1), (now, 1)) if p):
                self.filter(**place._asdict())._add(place, step, clock.today())

    def _add(self, place: Place, step: int, day: date) -> None:
        # Whoever counts at the same place at the same moment waits here.
        last = self.filter(on__lte=day).order_by("-on").select_for_update().first()
        if last is None or last.on < day:
            self._begin(place, day)
        self.filter(on__gte=day).update(number=F("number") + step)

    def _begin(self, place: Place, day: date) -> None:
        """A row for the day, from the last one as it is by now: somebody may have been waited for."""
        before = Subquery(self.filter(on__lt=day).order_by("-on").values("number")[:1])
        row = DailyOpenGaps(**place._asdict(), on=day, number=Coalesce(before, 0))
        self.bulk_create([row], ignore_conflicts=True)


class DailyOpenGaps(models.Model):
    """How many gaps of one kind a country had open at the end of a day on which that changed."""

    # The constraint is the index for all of them.
    cycle = models.ForeignKey("ReviewCycle", models.PROTECT, related_name="+", db_index=False)
    member_state = models.ForeignKey("Organisation", models.PROTECT, related_name="+", db_index=False)
    kind = models.ForeignKey("GapKind", models.PROTECT, related_name="+", db_index=False)
    on = models.DateField()
    # Below zero only after a release that did not count: a board may be wrong, a person's step is never refused.
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


class DailyProgressQuerySet(models.QuerySet["DailyProgress"]):
    def keep(self, update: Any) -> None:
        """Note a progress update. Whoever posted it holds its report, so nobody else is here for the same one."""
        day, figures = clock.day_of(update.at), dict(zip(WORKSTREAMS, figures_of(update), strict=True))
        last = self.filter(report=update.report_id, on__lte=day).order_by("-on").first()
        if last and last.on == day:
            self.filter(pk=last.pk).update(**figures)
        else:
            of = {"report_id": update.report_id, "cycle_id": update.report.cycle_id, "on": day}
            self.create(**of, **figures, **was(last))


def figures_of(told: Any) -> tuple[int | None, ...]:
    return tuple(getattr(told, name) for name in WORKSTREAMS)


def was(before: Any) -> dict[str, Any]:
    """What the day before says, as the next one keeps it."""
    figures: Iterable[Any] = figures_of(before) if before else (None,) * len(WORKSTREAMS)
    return {"is_first": before is None} | {f"{n}_was": v for n, v in zip(WORKSTREAMS, figures, strict=True)}


class DailyProgress(models.Model):
    """What a country had told by the end of a day on which it told something, and what it had told before it.

    The differences of all rows up to a day add up to what all countries had told by then.
    """

    report = models.ForeignKey("NationalReport", models.PROTECT, related_name="+", db_index=False)
    cycle = models.ForeignKey("ReviewCycle", models.PROTECT, related_name="+", db_index=False)
    on = models.DateField()
    data_collection = models.PositiveSmallIntegerField(null=True)
    analysis = models.PositiveSmallIntegerField(null=True)
    writing = models.PositiveSmallIntegerField(null=True)
    is_first = models.BooleanField()
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
