"""Organisations: member states, the bodies that oversee or carry the work, and partners."""

from datetime import date
from types import MappingProxyType

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.models.base import NotAllowedNow, Tracked, TrackedQuerySet
from reviews.models.choices import Confidence, choices_rule
from reviews.models.codes import validate_body_code, validate_country_letters
from reviews.models.numbering import sort_key_column
from reviews.policy import NATIONAL
from reviews.text import in_language


class OrganisationKind(models.TextChoices):
    MEMBER_STATE = "member_state", _("member state")
    OVERSIGHT_BODY = "oversight_body", _("oversight body")
    SECRETARIAT = "secretariat", _("Secretariat")
    EVALUATION_TEAM = "evaluation_team", _("evaluation team")
    SECTORAL_BODY = "sectoral_body", _("sectoral body")
    MINISTRY = "ministry", _("ministry or agency")
    PARTNER = "partner", _("partner")


ONE_TEAM = _("Another organisation is the Regional Evaluation Team; there is one.")


class OrganisationQuerySet(TrackedQuerySet["Organisation"]):
    def member_states(self, on: date) -> "OrganisationQuerySet":
        """ASEAN's members on a day: 10 until 25 Oct 2025, 11 after."""
        return self.filter(kind=OrganisationKind.MEMBER_STATE, joined_on__lte=on)

    def secretariats(self) -> "OrganisationQuerySet":
        return self.filter(kind=OrganisationKind.SECRETARIAT)

    def evaluators(self) -> "Organisation":
        """The Regional Evaluation Team: who holds a report while it is read. Raises NotAllowedNow without one."""
        team = self.filter(kind=OrganisationKind.EVALUATION_TEAM).first()
        if team is None:
            raise NotAllowedNow(
                _now(
                    "There is no Regional Evaluation Team yet. The Secretariat can enter it in the administration,"
                    " among the organisations, as an evaluation team."
                )
            )
        return team


class Organisation(Tracked):
    """A member state, a body that oversees or carries the work, or a partner."""

    code = models.CharField(_("code"), max_length=20, unique=True, validators=[validate_body_code])
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind)
    name_en = models.CharField(_("name"), max_length=200)
    sort_key = sort_key_column()
    name_vi = models.CharField(_("name in Vietnamese"), max_length=200, blank=True)
    iso2 = models.CharField(
        _("ISO code, two letters"), max_length=2, blank=True, validators=[validate_country_letters]
    )
    joined_on = models.DateField(_("joined ASEAN on"), null=True, blank=True)  # NULL: not a member state
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence, default=Confidence.HIGH)
    groups = models.CharField(
        _("groups"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_("Short names of the groups that it belongs to, separated by spaces, such as CLMV."),
    )

    lasting_codes = ("code",)
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
            # Reports that are read, and gaps on which guidance is asked, are with it: nobody else can be meant.
            models.UniqueConstraint(
                fields=("kind",),
                condition=Q(kind=OrganisationKind.EVALUATION_TEAM),
                name="evaluation_team_once",
                violation_error_message=ONE_TEAM,
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.is_member_state and self.joined_on is None:
            raise ValidationError({"joined_on": _("A member state has a day on which it joined.")})
        teams = Organisation.objects.filter(kind=OrganisationKind.EVALUATION_TEAM).exclude(pk=self.pk)
        if self.kind == OrganisationKind.EVALUATION_TEAM and teams.exists():
            raise ValidationError({"kind": ONE_TEAM})
        if self.pk and not self.is_member_state and self._is_a_country_already():
            raise ValidationError(
                {
                    "kind": _(
                        "It is a member of a review cycle, or has a national team, so it is a member state."
                    )
                }
            )

    def _is_a_country_already(self) -> bool:
        return self.memberships.exists() or self.people.filter(role__in=NATIONAL).exists()

    @property
    def name(self) -> str:
        return in_language(self.name_en, self.name_vi)

    @property
    def group_names(self) -> list[str]:
        """The groups that a cycle's members can be chosen by."""
        return self.groups.split()

    @property
    def is_member_state(self) -> bool:
        return self.kind == OrganisationKind.MEMBER_STATE
