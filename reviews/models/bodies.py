"""Roles of bodies in a review cycle: which organisation is its council, its chair and so on, from a day until a day."""

from datetime import date
from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.models.base import Tracked, TrackedQuerySet, all_or_nothing
from reviews.models.choices import choices_rule
from reviews.models.cycles import NEVER_COUNTED, RUN_CYCLE
from reviews.text import isolated

if TYPE_CHECKING:
    from reviews.models import Organisation, ReviewCycle, User


class CycleRole(models.TextChoices):
    """What a body is in a review cycle. Those that decide come in the order of a ladder."""

    SECRETARIAT = "secretariat", _("Secretariat")
    EVALUATION_TEAM = "evaluation_team", _("regional evaluation team")
    SENIOR_OFFICIALS = "senior_officials", _("senior officials' committee")
    COUNCIL = "council", _("council")
    OVERSIGHT = "oversight", _("Summit or oversight")
    CHAIR = "chair", _("chair and host")


ONCE = _("This body has this role from that day already.")
# In the order in which they decide.
DECIDING_ROLES = (CycleRole.SENIOR_OFFICIALS, CycleRole.COUNCIL, CycleRole.OVERSIGHT)


class BodyRoleFields(TypedDict, total=False):
    """What the Secretariat enters."""

    role: str
    body: "Organisation"
    from_on: date
    until_on: date | None


class BodyRoleQuerySet(TrackedQuerySet["BodyRole"]):
    def counted(self) -> "BodyRoleQuerySet":
        """Without those that were taken out again."""
        return self.filter(from_on__lt=NEVER_COUNTED)

    def in_order(self) -> "BodyRoleQuerySet":
        """By role, and within it by time."""
        places = [models.When(role=role, then=place) for place, role in enumerate(CycleRole)]
        return self.order_by(models.Case(*places), "from_on", "body__sort_key")


class BodyRole(Tracked):
    """The role of one body in one review cycle, from a day until a day; a chair changes with the year."""

    cycle = models.ForeignKey(
        "ReviewCycle", models.PROTECT, related_name="body_roles", verbose_name=_("review cycle")
    )
    role = models.CharField(_("role"), max_length=20, choices=CycleRole)
    body = models.ForeignKey("Organisation", models.PROTECT, related_name="+", verbose_name=_("body"))
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)  # NULL: no end is known

    objects = BodyRoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("role of a body")
        verbose_name_plural = _("roles of bodies")
        ordering = ("-cycle_id", "role", "from_on", "id")
        constraints = (
            choices_rule("body_role_known", "role", CycleRole),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="body_role_days_in_order",
                violation_error_message=_("The last day comes before the first."),
            ),
            models.UniqueConstraint(
                fields=("cycle", "role", "body", "from_on"),
                condition=Q(from_on__lt=NEVER_COUNTED),
                name="body_role_once",
                violation_error_message=ONCE,
            ),
        )

    def __str__(self) -> str:
        return f"{isolated(str(self.cycle))}: {self.get_role_display()}, {self.body}"

    def get_absolute_url(self) -> str:
        return self.cycle.page_url

    def history_owner(self) -> Tracked:
        return self.cycle

    def visible_to_all_members(self) -> bool:
        return True

    def clean(self) -> None:
        if self.from_on and self.until_on and self.until_on < self.from_on:
            raise ValidationError({"until_on": _("The last day comes before the first.")})
        same = BodyRole.objects.counted().filter(cycle=self.cycle_id, role=self.role, body=self.body_id)
        if same.filter(from_on=self.from_on).exclude(pk=self.pk).exists():
            raise ValidationError({"body": ONCE})

    @classmethod
    @all_or_nothing()
    def assign(cls, cycle: "ReviewCycle", *, by: "User", **values: Unpack[BodyRoleFields]) -> Self:
        """Give a body a role in the cycle. Raises ValidationError where it has the role from that day already."""
        policy.require(by, RUN_CYCLE)
        cycle.lock()  # two officers at once wait for each other here
        return cls.create_traced(by=by, cycle=cycle, **values)

    def edit(self, *, by: "User", expected_version: int, **values: Unpack[BodyRoleFields]) -> Self:
        """Change the body, or the days."""
        policy.require(by, RUN_CYCLE)
        return self.change_traced(by=by, expected_version=expected_version, **values)

    def take_out(self, *, by: "User", expected_version: int) -> Self:
        """Count it no longer: it was entered by mistake. Nothing is deleted."""
        return self.edit(by=by, expected_version=expected_version, from_on=NEVER_COUNTED, until_on=None)
