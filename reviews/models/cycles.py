"""Review cycles and the seats of their members."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import Tracked, TrackedQuerySet, Transition
from reviews.models.choices import StatusChoices, choices_rule
from reviews.models.framework import Framework
from reviews.models.organisations import Organisation, OrganisationQuerySet
from reviews.models.trace import Verb
from reviews.text import in_language, isolated

if TYPE_CHECKING:
    from reviews.models import User
    from reviews.models.reports import NationalReportQuerySet


class CycleStatus(StatusChoices):
    PREPARING = "preparing", "neutral", _("being prepared")
    OPEN = "open", "neutral", _("open")
    CLOSED = "closed", "neutral", _("closed")


S = CycleStatus
RUN_CYCLE = "cycle.run"
CYCLE_TRANSITIONS = {
    "open": Transition((S.PREPARING,), S.OPEN, RUN_CYCLE, Verb.OPENED),  # by reviews.actions.cycles
    "close": Transition((S.OPEN,), S.CLOSED, RUN_CYCLE, Verb.CLOSED),
    "reopen": Transition((S.CLOSED,), S.OPEN, RUN_CYCLE, Verb.REOPENED),
}


class ReviewCycleQuerySet(TrackedQuerySet["ReviewCycle"]):
    def visible_to(self, user: "User") -> "ReviewCycleQuerySet":
        """Cycles a person may open: members see theirs once opened, observers the shared ones."""
        begun = ~Q(status=CycleStatus.PREPARING)
        own = begun & Q(memberships__member_state=user.organisation_id)
        return policy.filter_readable(self, user, "cycle.read", own=own, shared=begun & Q(shared=True))


class ReviewCycle(Tracked):
    """One review of one framework, with its members, deadlines, meetings and ladder."""

    slug = models.SlugField(_("short name in addresses"), max_length=60, unique=True)
    name_en = models.CharField(_("name"), max_length=200)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=200, blank=True)
    framework = models.ForeignKey(
        Framework, models.PROTECT, related_name="cycles", verbose_name=_("framework")
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    status = models.CharField(_("status"), max_length=20, choices=S, default=S.PREPARING)
    is_demo = models.BooleanField(_("holds invented values"), default=False)
    shared = models.BooleanField(_("board shared with observers"), default=False)

    statuses, transitions = CycleStatus, CYCLE_TRANSITIONS

    objects = ReviewCycleQuerySet.as_manager()

    class Meta:
        verbose_name = _("review cycle")
        verbose_name_plural = _("review cycles")
        ordering = ("-starts_on", "slug")
        constraints = (
            choices_rule("cycle_status_known", "status", CycleStatus),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="cycle_dates_in_order"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("board", args=[self.slug])

    def clean(self) -> None:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The end comes before the start.")})

    def governing_cycle(self) -> None:
        return None

    @property
    def name(self) -> str:
        return in_language(self.name_en, self.name_vi)

    @property
    def is_closed(self) -> bool:
        return self.status == CycleStatus.CLOSED

    def members(self, on: date | None = None) -> OrganisationQuerySet:
        """The member states counted on a day (today), in neutral order: the denominator of everything."""
        return Organisation.objects.filter(pk__in=self._seats(on)).order_by("sort_key")

    def member_reports(self, on: date | None = None) -> "NationalReportQuerySet":
        """The national reports of the members counted on a day (today), in neutral order."""
        reports = self.reports.seated(on or clock.today())
        return reports.select_related("member_state").order_by("member_state__sort_key")

    def _seats(self, on: date | None) -> "models.QuerySet[CycleMembership, Any]":
        """The ids of the member states that have a seat on a day."""
        return self.memberships.filter(joined_on__lte=on or clock.today()).values("member_state")

    def close(self, *, by: "User", expected_version: int, why: str) -> Self:
        """Make everything in the cycle read-only."""
        return self.make_transition("close", by=by, expected_version=expected_version, note=why)

    def reopen(self, *, by: "User", expected_version: int, why: str) -> Self:
        """Undo the closing; the reason stays in the history."""
        return self.make_transition("reopen", by=by, expected_version=expected_version, note=why)


class CycleMembership(Tracked):
    """A member state's seat in a review cycle, from a day on."""

    cycle = models.ForeignKey(
        ReviewCycle, models.PROTECT, related_name="memberships", verbose_name=_("review cycle")
    )
    member_state = models.ForeignKey(
        Organisation, models.PROTECT, related_name="memberships", verbose_name=_("member state")
    )
    joined_on = models.DateField(_("counted from"))

    class Meta:
        verbose_name = _("membership of a cycle")
        verbose_name_plural = _("memberships of cycles")
        ordering = ("-cycle_id", "member_state")
        constraints = (models.UniqueConstraint(fields=("cycle", "member_state"), name="membership_once"),)

    def __str__(self) -> str:
        return f"{isolated(str(self.cycle))}: {self.member_state}"

    def history_owner(self) -> Tracked:
        return self.cycle

    def visible_to_all_members(self) -> bool:
        return True

    def clean(self) -> None:
        if self.member_state_id and not self.member_state.is_member_state:
            raise ValidationError({"member_state": _("Only member states have a seat in a cycle.")})
