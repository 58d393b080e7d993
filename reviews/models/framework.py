"""The framework under review as a tree, and the kinds of data gap."""

from typing import TYPE_CHECKING, Any, Required, Self, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.models.base import Tracked, all_or_nothing
from reviews.models.choices import Confidence, choices_rule
from reviews.models.codes import address_word, validate_area_code
from reviews.models.numbering import sort_key_column
from reviews.text import in_language, is_blank

if TYPE_CHECKING:
    from reviews.models import ReviewCycle, User


class FrameworkLevel(models.TextChoices):
    CHARACTERISTIC = "characteristic", _("characteristic")
    KEY_RESULT_AREA = "key_result_area", _("key result area")
    STRATEGIC_MEASURE = "strategic_measure", _("strategic measure")
    INDICATOR = "indicator", _("indicator")
    ACTIVITY = "activity", _("activity")


PLACE = ("framework", "level", "parent", "code")  # what says where an entry is, not how it is worded


# What a framework may call its levels in words of its own, such as "priority area"; the others have one name only.
NAMED_LEVELS = (
    FrameworkLevel.CHARACTERISTIC,
    FrameworkLevel.KEY_RESULT_AREA,
    FrameworkLevel.STRATEGIC_MEASURE,
)


class FrameworkFields(TypedDict, total=False):
    """What is entered of a framework."""

    code: str
    title: str
    characteristic_name: str
    key_result_area_name: str
    strategic_measure_name: str


class NodeFields(TypedDict, total=False):
    """What is entered of an entry."""

    framework: Required["Framework"]
    level: Required[str]
    parent: "FrameworkNode | None"
    code: str
    title: str
    title_vi: str
    confidence: str


class Framework(Tracked):
    """The plan under review, such as the ASCC Blueprint 2025."""

    code = address_word(_("code"), 40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    title_vi = models.CharField(
        _("title in Vietnamese"), max_length=200, blank=True, default="", db_default=""
    )
    # Empty: the word of the ASCC Blueprint.
    characteristic_name = models.CharField(
        _("its word for characteristic"), max_length=60, blank=True, default="", db_default=""
    )
    key_result_area_name = models.CharField(
        _("its word for key result area"), max_length=60, blank=True, default="", db_default=""
    )
    strategic_measure_name = models.CharField(
        _("its word for strategic measure"), max_length=60, blank=True, default="", db_default=""
    )

    lasting_codes = ("code",)

    class Meta:
        verbose_name = _("framework")
        verbose_name_plural = _("frameworks")
        ordering = ("code",)

    def __str__(self) -> str:
        return in_language(self.title, self.title_vi)

    def level_name(self, level: str) -> str:
        """What this framework calls a level: "priority area" where others have key result areas."""
        own = getattr(self, f"{level}_name") if level in NAMED_LEVELS else ""
        return own or str(FrameworkLevel(level).label)

    @property
    def area_name(self) -> str:
        """What it calls the level that reports and data gaps refer to."""
        return self.level_name(FrameworkLevel.KEY_RESULT_AREA)

    @property
    def why_fixed(self) -> str:
        """Why its key result areas can no longer change, apart from their wording; empty: no cycle was opened yet.

        A rehearsal in a test cycle fixes nothing.
        """
        cycles = [cycle.name for cycle in self.cycles.begun().filter(is_test=False)]
        if not cycles:
            return ""
        text = _now("%s reviews these key result areas: they keep their code and place, and none is added.")
        return text % ", ".join(cycles)


class FrameworkNode(Tracked):
    """One entry of a framework's tree: a characteristic, a key result area, later measures and indicators."""

    framework = models.ForeignKey(
        Framework, models.PROTECT, related_name="nodes", verbose_name=_("framework")
    )
    level = models.CharField(_("level"), max_length=20, choices=FrameworkLevel)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )  # NULL: the top of the tree
    code = models.CharField(_("code"), max_length=20, validators=[validate_area_code])
    sort_key = sort_key_column()
    title = models.CharField(_("title"), max_length=300)
    title_vi = models.CharField(
        _("title in Vietnamese"), max_length=300, blank=True, default="", db_default=""
    )
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
        return f"{self.code} {self.name}"

    def clean(self) -> None:
        if self.parent and self.parent.framework_id != self.framework_id:
            raise ValidationError({"parent": _("Choose an entry of the same framework.")})

    @property
    def name(self) -> str:
        """The title in the reader's language."""
        return in_language(self.title, self.title_vi)

    @property
    def level_name(self) -> str:
        return self.framework.level_name(self.level)

    @classmethod
    @all_or_nothing()
    def add(cls, *, by: "User", why: str = "", **values: Unpack[NodeFields]) -> Self:
        """A new entry. Raises ValidationError for a key result area once a cycle of the framework was opened."""
        framework = values["framework"].lock_shared()
        if values["level"] == FrameworkLevel.KEY_RESULT_AREA and framework.why_fixed:
            raise ValidationError({"level": framework.why_fixed})
        return cls.create_traced(by=by, why=why, **values)

    @classmethod
    @all_or_nothing()
    def amend_with(cls, *, by: "User", why: str, **values: Unpack[NodeFields]) -> Self:
        """A new entry by an amendment, also once a cycle was opened: nothing that exists is touched.

        Raises ValidationError without a reason.
        """
        require_amendment(by, why)
        return cls.create_traced(by=by, why=why, **values)

    def amend(self, *, by: "User", expected_version: int, why: str, title: str, confidence: str) -> Self:
        """Another wording by an amendment; its code and place stay. Raises ValidationError without a reason.

        Its Vietnamese title, that of the wording before, is emptied until somebody translates the new one.
        """
        require_amendment(by, why)
        title_vi = self.title_vi if title == self.title else ""
        return self.change_traced(
            by=by,
            expected_version=expected_version,
            why=why,
            title=title,
            title_vi=title_vi,
            confidence=confidence,
        )

    @all_or_nothing()
    def correct(self, *, by: "User", expected_version: int, why: str, **values: Any) -> Self:
        """As the base. Raises ValidationError for a key result area's code or place once a cycle was opened."""
        moved = [name for name in PLACE if name in values and values[name] != getattr(self, name)]
        if moved and FrameworkLevel.KEY_RESULT_AREA in (self.level, values.get("level")):
            frameworks = {self.framework, values.get("framework", self.framework)}
            for framework in sorted(frameworks, key=lambda framework: framework.pk):
                if framework.lock_shared().why_fixed:
                    raise ValidationError(dict.fromkeys(moved, framework.why_fixed))
        return super().correct(by=by, expected_version=expected_version, why=why, **values)


def require_amendment(by: "User", why: str) -> None:
    """Raise PermissionDenied or ValidationError unless the person may amend a framework, and says why."""
    policy.require(by, "cycle.run")
    if is_blank(why):
        raise ValidationError({"why": _("Say why the framework is amended.")})


class GapKind(Tracked):
    """One of the difficulties that the national teams named on 11 August 2020."""

    code = address_word(_("code"), 40, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    label_en = models.CharField(_("label"), max_length=100)
    label_vi = models.CharField(_("label in Vietnamese"), max_length=100, blank=True)
    meaning = models.TextField(_("meaning"), blank=True)
    source = models.CharField(_("source"), max_length=100, blank=True)

    lasting_codes = ("code",)

    class Meta:
        verbose_name = _("kind of data gap")
        verbose_name_plural = _("kinds of data gap")
        ordering = ("position", "code")

    def __str__(self) -> str:
        return in_language(self.label_en, self.label_vi)


def check_key_result_area(area: FrameworkNode | None, cycle: "ReviewCycle") -> None:
    """Raise ValidationError if a record names another entry than a key result area of its cycle's framework."""
    if area and (area.level != FrameworkLevel.KEY_RESULT_AREA or area.framework_id != cycle.framework_id):
        message = _now("Choose a %s of this framework.") % cycle.framework.area_name
        raise ValidationError({"key_result_area": message})
