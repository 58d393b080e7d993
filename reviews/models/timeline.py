"""The time line of the review: reference data on its meetings and other events."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reviews.models.base import Tracked
from reviews.models.choices import Confidence, choices_rule
from reviews.models.codes import address_word
from reviews.models.validators import validate_days


class TimelineEvent(Tracked):
    """What happened when in the mid-term review, planned and actual dates apart, with its source."""

    code = address_word(_("code"), 60, unique=True)
    kind = models.CharField(_("kind"), max_length=20)
    title = models.CharField(_("title"), max_length=300)
    planned_from = models.DateField(_("planned from"), null=True, blank=True)  # NULL: day not known
    planned_to = models.DateField(_("planned to"), null=True, blank=True)
    held_from = models.DateField(_("held from"), null=True, blank=True)
    held_to = models.DateField(_("held to"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    mode = models.CharField(_("mode"), max_length=20, blank=True)
    source = models.CharField(_("source"), max_length=200)
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence, default=Confidence.HIGH)

    lasting_codes = ("code",)

    class Meta:
        verbose_name = _("event of the review")
        verbose_name_plural = _("events of the review")
        ordering = ("planned_from", "code")
        constraints = (
            choices_rule("timeline_confidence_known", "confidence", Confidence),
            models.CheckConstraint(
                condition=Q(planned_to__gte=F("planned_from")),
                name="timeline_planned_in_order",
                violation_error_message=_("The last planned day comes before the first."),
            ),
            models.CheckConstraint(
                condition=Q(held_to__gte=F("held_from")),
                name="timeline_held_in_order",
                violation_error_message=_("The last day held comes before the first."),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        validate_days(self.planned_from, self.planned_to, "planned_to")
        validate_days(self.held_from, self.held_to, "held_to")
