"""Delegations: who came to a meeting."""

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.models.meetings import Meeting, MeetingPart

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from reviews.models import Organisation, User


class DelegationFields(TypedDict, total=False):
    """What the Secretariat enters."""

    organisation: "Organisation"
    present: bool
    head: str
    size: int | None
    note: str
    people: "Iterable[User]"


def absence_errors(*, present: bool, size: int | None, people: "Collection[object]") -> dict[str, str]:
    """What an absent delegation cannot have, by field: people, or a number of them other than 0."""
    if present:
        return {}
    errors: dict[str, str] = {}
    if size:
        errors["size"] = _now("Absent with a number of people: choose present, or clear the number.")
    if people:
        errors["people"] = _now("Absent with people: choose present, or untick them.")
    return errors


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
    note = models.CharField(_("note"), max_length=300, blank=True, default="", db_default="")
    people = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("people")
    )

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ("meeting_id", "organisation__sort_key")
        constraints = (models.UniqueConstraint(fields=("meeting", "organisation"), name="delegation_once"),)

    def __str__(self) -> str:
        return str(self.organisation)

    def clean_related(self) -> None:
        """Nobody came of a delegation that was absent."""
        if errors := absence_errors(present=self.present, size=self.size, people=list(self.people.all())):
            raise ValidationError(errors)

    @classmethod
    def numbers_for_new(cls, meeting: Meeting) -> dict[str, int]:
        return {}

    @classmethod
    def add_to(cls, meeting: Meeting, *, by: "User", **values: Unpack[DelegationFields]) -> Self:
        return cls._add_to(meeting, by, **values)

    def edit(self, *, by: "User", expected_version: int, **values: Unpack[DelegationFields]) -> Self:
        return self._edit(by, expected_version, **values)
