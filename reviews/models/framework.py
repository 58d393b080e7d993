"""The framework under review as a tree, and the kinds of data gap."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reviews.models.base import Tracked
from reviews.models.choices import Confidence, choices_rule
from reviews.text import SORT_KEY_LENGTH, in_language

if TYPE_CHECKING:
    from reviews.models import ReviewCycle


class FrameworkLevel(models.TextChoices):
    CHARACTERISTIC = "characteristic", _("characteristic")
    KEY_RESULT_AREA = "key_result_area", _("key result area")
    STRATEGIC_MEASURE = "strategic_measure", _("strategic measure")
    INDICATOR = "indicator", _("indicator")
    ACTIVITY = "activity", _("activity")


class Framework(Tracked):
    """The plan under review, such as the ASCC Blueprint 2025."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)

    class Meta:
        verbose_name = _("framework")
        verbose_name_plural = _("frameworks")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.title


class FrameworkNode(Tracked):
    """One entry of a framework's tree: a characteristic, a key result area, later measures and indicators."""

    framework = models.ForeignKey(
        Framework, models.PROTECT, related_name="nodes", verbose_name=_("framework")
    )
    level = models.CharField(_("level"), max_length=20, choices=FrameworkLevel)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )  # NULL: the top of the tree
    code = models.CharField(_("code"), max_length=20)
    sort_key = models.CharField(
        max_length=SORT_KEY_LENGTH, blank=True, editable=False, default="", db_default=""
    )
    title = models.CharField(_("title"), max_length=300)
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence, default=Confidence.HIGH)

    sorted_by, untraced = "code", frozenset({"sort_key"})

    class Meta:
        verbose_name = _("framework entry")
        verbose_name_plural = _("framework entries")
        ordering = ("framework_id", "sort_key", "code")
        constraints = (
            models.UniqueConstraint(fields=("framework", "code"), name="framework_node_code"),
            choices_rule("framework_node_level_known", "level", FrameworkLevel),
            choices_rule("framework_node_confidence_known", "confidence", Confidence),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="framework_node_not_own_parent",
                violation_error_message=_("An entry is no part of itself."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def clean(self) -> None:
        if self.parent and self.parent.framework_id != self.framework_id:
            raise ValidationError({"parent": _("Choose an entry of the same framework.")})


class GapKind(Tracked):
    """One of the difficulties that the national teams named on 11 August 2020."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    label_en = models.CharField(_("label"), max_length=100)
    label_vi = models.CharField(_("label in Vietnamese"), max_length=100, blank=True)
    meaning = models.TextField(_("meaning"), blank=True)
    source = models.CharField(_("source"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("kind of data gap")
        verbose_name_plural = _("kinds of data gap")
        ordering = ("position", "code")

    def __str__(self) -> str:
        return in_language(self.label_en, self.label_vi)


def check_key_result_area(area: FrameworkNode | None, cycle: "ReviewCycle") -> None:
    """Raise ValidationError if a record names another entry than a key result area of its cycle's framework."""
    if area and (area.level != FrameworkLevel.KEY_RESULT_AREA or area.framework_id != cycle.framework_id):
        raise ValidationError({"key_result_area": _("Choose a key result area of this framework.")})
