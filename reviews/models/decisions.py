"""What is recorded at a meeting: who came, and what was decided."""

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.models.meetings import Meeting, MeetingPart, number_rule

if TYPE_CHECKING:
    from reviews.models import Organisation, User


class DelegationFields(TypedDict, total=False):
    """What the Secretariat enters."""

    organisation: "Organisation"
    present: bool
    head: str
    size: int | None


class Delegation(MeetingPart):
    """Who came to a meeting for a member state or a body."""

    organisation = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="+", verbose_name=_("delegation of")
    )
    present = models.BooleanField(_("present"), default=True)
    head = models.CharField(_("head of delegation"), max_length=200, blank=True)
    size = models.PositiveSmallIntegerField(
        _("number of people"), null=True, blank=True
    )  # NULL: not recorded

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ("meeting_id", "organisation__name_en")
        constraints = (models.UniqueConstraint(fields=("meeting", "organisation"), name="delegation_once"),)

    def __str__(self) -> str:
        return str(self.organisation)

    @classmethod
    def numbers_for_new(cls, meeting: Meeting) -> dict[str, int]:
        return {}

    @classmethod
    def add_to(cls, meeting: Meeting, *, by: "User", **values: Unpack[DelegationFields]) -> Self:
        return cls._add_to(meeting, by, **values)

    def edit(self, *, by: "User", expected_version: int, **values: Unpack[DelegationFields]) -> Self:
        return self._edit(by, expected_version, **values)


class Decision(MeetingPart):
    """What a meeting decided."""

    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("decision"))

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("meeting_id", "number")
        constraints = (number_rule("decision_number_once"),)

    def __str__(self) -> str:
        return f"{self.meeting} · {_now('decision')} {self.number}"

    @classmethod
    def add_to(cls, meeting: Meeting, *, by: "User", text: str) -> Self:
        return cls._add_to(meeting, by, text=text)

    def edit(self, *, by: "User", expected_version: int, text: str) -> Self:
        return self._edit(by, expected_version, text=text)
