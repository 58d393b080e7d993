"""Difficulties: what the data gaps of several states have in common, so that one advice answers them all."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.models.base import Tracked, TrackedQuerySet, all_or_nothing
from reviews.models.guidance import AdviceUse, ReceivedAdvice
from reviews.models.numbering import next_number
from reviews.models.trace import Verb

if TYPE_CHECKING:
    from reviews.models import DataGap, GapKind, ReviewCycle, User


class DifficultyFields(TypedDict, total=False):
    """What the consultants enter, apart from the gaps."""

    title: str
    kind: "GapKind"


class DifficultyQuerySet(TrackedQuerySet["Difficulty"]):
    def visible_to(self, user: "User") -> "DifficultyQuerySet":
        """Staff only: a country learns neither of another's gap nor that there is a group."""
        return policy.filter_readable(self, user, "difficulty.read", own=Q(pk__in=()))

    def with_counts(self) -> "DifficultyQuerySet":
        """With how many gaps it has, and how many received, adopted and were closed with its advice."""
        grouped = Difficulty.gaps.through.objects.filter(difficulty=OuterRef("pk"))
        received = ReceivedAdvice.objects.filter(advice__difficulty=OuterRef("pk"))
        closed = received.filter(closed_gaps__isnull=False)
        return self.annotate(
            gap_count=_number(grouped, "datagap"), received_count=_number(received, "gap"),
            adopted_count=_number(received.filter(use=AdviceUse.ADOPTED), "gap"),
            closed_count=_number(closed, "gap"),
        )  # fmt: skip


def _number(rows: "models.QuerySet[Any]", column: str) -> Coalesce:
    """A subquery that counts the different values of a column."""
    whole = rows.order_by().annotate(whole=Value(1)).values("whole")
    return Coalesce(Subquery(whole.annotate(n=Count(column, distinct=True)).values("n")), 0)


class Difficulty(Tracked):
    """What gaps of several member states have in common. Numbered per cycle: D1, D2."""

    cycle = models.ForeignKey(
        "ReviewCycle", models.PROTECT, related_name="difficulties", verbose_name=_("review cycle")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    kind = models.ForeignKey("GapKind", models.PROTECT, related_name="difficulties", verbose_name=_("kind"))
    gaps: Any = models.ManyToManyField(
        "DataGap", blank=True, related_name="difficulties", verbose_name=_("data gaps")
    )

    objects = DifficultyQuerySet.as_manager()

    class Meta:
        verbose_name = _("shared difficulty")
        verbose_name_plural = _("shared difficulties")
        ordering = ("-cycle_id", "number")
        constraints = (models.UniqueConstraint(fields=("cycle", "number"), name="difficulty_number_once"),)

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("difficulty", args=[self.cycle.slug, self.number])

    @property
    def code(self) -> str:
        return f"D{self.number}"

    def visible_to_all_members(self) -> bool:
        return False

    @classmethod
    @all_or_nothing()
    def group(
        cls,
        cycle: "ReviewCycle",
        *,
        by: "User",
        gaps: "Collection[DataGap]",
        **values: Unpack[DifficultyFields],
    ) -> Self:
        """A new difficulty with the cycle's next number, and the gaps that have it."""
        policy.require(by, "guidance.write")
        cycle.lock()  # numbers stay apart
        number = next_number(cycle.difficulties.all())
        _require_gaps_of(cycle, gaps)
        return cls.create_traced(by=by, verb=Verb.GROUPED, cycle=cycle, number=number, gaps=gaps, **values)

    @all_or_nothing()
    def edit(
        self,
        *,
        by: "User",
        expected_version: int,
        gaps: "Collection[DataGap]",
        **values: Unpack[DifficultyFields],
    ) -> Self:
        """Word it better, add or remove gaps; a gap that has received its advice cannot be removed."""
        policy.require(by, "guidance.write")
        self.lock(expected_version)  # no advice reaches its gaps meanwhile
        _require_gaps_of(self.cycle, gaps)
        before, after = set(self.gaps.all()), set(gaps)
        removed = before - after
        answered = sorted(
            gap.code for gap in removed if gap.received.filter(advice__difficulty=self).exists()
        )
        if answered:
            message = _now("%(gaps)s received advice through this difficulty and stays.")
            raise ValidationError({"gaps": message % {"gaps": ", ".join(answered)}})
        verb = Verb.CHANGED if before == after else Verb.GROUPED
        return self.change_traced(by=by, expected_version=expected_version, verb=verb, gaps=gaps, **values)


def _require_gaps_of(cycle: "ReviewCycle", gaps: "Collection[DataGap]") -> None:
    if not gaps or any(gap.cycle_id != cycle.pk for gap in gaps):
        raise ValidationError({"gaps": _("Choose data gaps of this review cycle.")})
