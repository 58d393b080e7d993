"""Disruptions: what came from outside and delayed the work, such as COVID-19, an election, a cyclone."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import Tracked, TrackedQuerySet, all_or_nothing
from reviews.models.choices import choices_rule
from reviews.models.numbering import next_number, sort_key_column
from reviews.models.validators import validate_days
from reviews.text import isolated

if TYPE_CHECKING:
    from reviews.models import Organisation, ReviewCycle, User


class DisruptionKind(models.TextChoices):
    EPIDEMIC = "epidemic", _("epidemic")
    ELECTION = "election", _("election")
    DISASTER = "disaster", _("natural disaster")
    OTHER = "other", _("other")


class DisruptionFields(TypedDict, total=False):
    """What the Secretariat enters."""

    title: str
    kind: str
    starts_on: date
    ends_on: date | None
    countries: "Iterable[Organisation]"
    effect: str


class DisruptionQuerySet(TrackedQuerySet["Disruption"]):
    def visible_to(self, user: "User") -> "DisruptionQuerySet":
        own = Q(cycle__memberships__member_state=user.organisation_id)
        return policy.filter_readable(self, user, "disruption.read", own=own)

    def concerning(self, member_state_id: int) -> "DisruptionQuerySet":
        """Disruptions of all members, and those of this one."""
        countries = self.model.countries.through.objects.filter(disruption=OuterRef("pk"))
        return self.filter(~Exists(countries) | Exists(countries.filter(organisation=member_state_id)))


class Disruption(Tracked):
    """Something from outside that delayed consultations, deadlines or meetings; they cite it."""

    cycle = models.ForeignKey(
        "ReviewCycle", models.PROTECT, related_name="disruptions", verbose_name=_("review cycle")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    sort_key = sort_key_column()
    kind = models.CharField(_("kind"), max_length=20, choices=DisruptionKind)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)  # NULL: it goes on
    countries: Any = models.ManyToManyField(
        "Organisation", blank=True, related_name="+", verbose_name=_("countries")
    )  # none: all members
    effect = models.TextField(_("effect on the review"), blank=True)

    sorted_by, untraced = "title", frozenset({"sort_key"})

    objects = DisruptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("disruption")
        verbose_name_plural = _("disruptions")
        ordering = ("-cycle_id", "starts_on", "number")
        constraints = (
            models.UniqueConstraint(fields=("cycle", "number"), name="disruption_number_once"),
            choices_rule("disruption_kind_known", "kind", DisruptionKind),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="disruption_dates_in_order",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("disruption", args=[self.cycle.slug, self.number])

    def clean(self) -> None:
        if self.starts_on and self.ends_on:
            validate_days(self.starts_on, self.ends_on, "ends_on")

    @property
    def period(self) -> str:
        """When it was, in words."""
        start = clock.short_day(self.starts_on)
        if self.ends_on is None:
            return _now("since %(start)s, with no end yet") % {"start": start}
        if self.ends_on == self.starts_on:
            return _now("on %(start)s") % {"start": start}
        return _now("from %(start)s to %(end)s") % {"start": start, "end": clock.short_day(self.ends_on)}

    @property
    def with_period(self) -> str:
        """Its title and when it was, as the annex cites it."""
        return f"{isolated(self.title)}, {self.period}"

    @classmethod
    @all_or_nothing()
    def register(cls, cycle: "ReviewCycle", *, by: "User", **values: Unpack[DisruptionFields]) -> Self:
        """A new entry with the cycle's next number."""
        policy.require(by, "disruption.edit")
        cycle.lock()  # numbers stay apart
        number = next_number(cycle.disruptions.all())
        return cls.create_traced(by=by, cycle=cycle, number=number, **values)

    def edit(self, *, by: "User", expected_version: int, **values: Unpack[DisruptionFields]) -> Self:
        policy.require(by, "disruption.edit")
        return self.change_traced(by=by, expected_version=expected_version, **values)


def cited_disruption(related_name: str) -> "models.ForeignKey[Disruption | None, Disruption | None]":
    """A column of a record that may cite what caused it; NULL: nothing is cited."""
    caused_by = _("caused by")
    return models.ForeignKey(
        Disruption, models.PROTECT, null=True, blank=True, related_name=related_name, verbose_name=caused_by
    )


def check_cited(disruption: Disruption | None, cycle: "ReviewCycle") -> None:
    """Raise ValidationError if a record cites a disruption of another review cycle."""
    if disruption and disruption.cycle_id != cycle.pk:
        raise ValidationError({"disruption": _("Choose a disruption of this review cycle.")})
