"""Organisations: member states, the bodies that oversee or carry the work, and partners."""

from datetime import date
from types import MappingProxyType

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reviews.models.base import Tracked, TrackedQuerySet
from reviews.models.choices import Confidence, choices_rule
from reviews.text import SORT_KEY_LENGTH, in_language


class OrganisationKind(models.TextChoices):
    MEMBER_STATE = "member_state", _("member state")
    OVERSIGHT_BODY = "oversight_body", _("oversight body")
    SECRETARIAT = "secretariat", _("Secretariat")
    EVALUATION_TEAM = "evaluation_team", _("evaluation team")
    SECTORAL_BODY = "sectoral_body", _("sectoral body")
    PARTNER = "partner", _("partner")


class OrganisationQuerySet(TrackedQuerySet["Organisation"]):
    def member_states(self, on: date) -> "OrganisationQuerySet":
        """ASEAN's members on a day: 10 until 25 Oct 2025, 11 after."""
        return self.filter(kind=OrganisationKind.MEMBER_STATE, joined_on__lte=on)

    def evaluators(self) -> "Organisation":
        """The Regional Evaluation Team: who holds a report while it is read."""
        return self.get(kind=OrganisationKind.EVALUATION_TEAM)


class Organisation(Tracked):
    """A member state, a body that oversees or carries the work, or a partner."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind)
    name_en = models.CharField(_("name"), max_length=200)
    sort_key = models.CharField(
        max_length=SORT_KEY_LENGTH, blank=True, editable=False, default="", db_default=""
    )
    name_vi = models.CharField(_("name in Vietnamese"), max_length=200, blank=True)
    iso2 = models.CharField(_("ISO code, two letters"), max_length=2, blank=True)
    joined_on = models.DateField(_("joined ASEAN on"), null=True, blank=True)  # NULL: not a member state
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence, default=Confidence.HIGH)

    first_years = MappingProxyType({"joined_on": 1967})  # when ASEAN was founded

    # Also where names are shown in Vietnamese: members are seated in the order of their English names.
    sorted_by, untraced = "name_en", frozenset({"sort_key"})

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("sort_key", "id")
        # Lists by country walk through the countries, and read the rows of the first ones only.
        indexes = (models.Index(fields=("sort_key",), name="organisation_in_order"),)
        constraints = (
            choices_rule("organisation_kind_known", "kind", OrganisationKind),
            choices_rule("organisation_confidence_known", "confidence", Confidence),
            models.CheckConstraint(
                condition=~Q(kind=OrganisationKind.MEMBER_STATE) | Q(joined_on__isnull=False),
                name="member_state_has_joined",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.is_member_state and self.joined_on is None:
            raise ValidationError({"joined_on": _("A member state has a day on which it joined.")})

    @property
    def name(self) -> str:
        return in_language(self.name_en, self.name_vi)

    @property
    def is_member_state(self) -> bool:
        return self.kind == OrganisationKind.MEMBER_STATE
