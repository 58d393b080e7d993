"""Decisions: what a meeting decided."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.models.meetings import Meeting, MeetingPart, number_rule
from reviews.text import isolated

if TYPE_CHECKING:
    from reviews.models import User


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
        values = {"meeting": isolated(str(self.meeting)), "number": self.number}
        return _now("%(meeting)s · decision %(number)s") % values

    @classmethod
    def add_to(cls, meeting: Meeting, *, by: "User", text: str) -> Self:
        return cls._add_to(meeting, by, text=text)

    def edit(self, *, by: "User", expected_version: int, text: str) -> Self:
        return self._edit(by, expected_version, text=text)
