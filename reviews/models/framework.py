"""What is reviewed, by whom, and in which review cycle."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import Tracked, TrackedQuerySet, Transition
from reviews.models.trace import Verb


class Confidence(models.TextChoices):
    """How far a row of reference data may be trusted."""

    HIGH = "high", _("confirmed")
    CHECK = "check", _("to be checked against the published Blueprint")


class OrganisationKind(models.TextChoices):
    MEMBER_STATE = "member_state", _("member state")
    OVERSIGHT_BODY = "oversight_body", _("oversight body")
    SECRETARIAT = "secretariat", _("Secretariat")
    EVALUATION_TEAM = "evaluation_team", _("evaluation team")
    SECTORAL_BODY = "sectoral_body", _("sectoral body")
    PARTNER = "partner", _("partner")


class FrameworkLevel(models.TextChoices):
    CHARACTERISTIC = "characteristic", _("characteristic")
    KEY_RESULT_AREA = "key_result_area", _("key result area")
    STRATEGIC_MEASURE = "strategic_measure", _("strategic measure")
    INDICATOR = "indicator", _("indicator")
    ACTIVITY = "activity", _("activity")


class CycleStatus(models.TextChoices):
    PREPARING = "preparing", _("being prepared")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


CYCLE_TRANSITIONS = {
    "open": Transition((CycleStatus.PREPARING,), CycleStatus.OPEN),
    "close": Transition((CycleStatus.OPEN,), CycleStatus.CLOSED),
    "reopen": Transition((CycleStatus.CLOSED,), CycleStatus.OPEN),
}


def in_language(english: str, vietnamese: str) -> str:
    """The name in the reader's language; English where there is no Vietnamese one."""
    return vietnamese if vietnamese and get_language() == "vi" else english


def in_order(start: date | None, end: date | None, field: str) -> None:
    """Raise ValidationError at `field` unless both days are given in order, or neither."""
    if bool(start) != bool(end):
        raise ValidationError({field: _("Give both days, or neither.")})
    if start and end and end < start:
        raise ValidationError({field: _("The last day comes before the first.")})


class OrganisationQuerySet(TrackedQuerySet):
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
    name_vi = models.CharField(_("name in Vietnamese"), max_length=200, blank=True)
    iso2 = models.CharField(_("ISO code, two letters"), max_length=2, blank=True)
    joined_on = models.DateField(_("joined ASEAN on"), null=True, blank=True)  # NULL: not a member state
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence, default=Confidence.HIGH)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("name_en",)
        # Lists by country walk through the countries, and read the rows of the first ones only.
        indexes = (models.Index(fields=("name_en",), name="organisation_by_name"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(confidence__in=Confidence.values), name="organisation_confidence_known"
            ),
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
    title = models.CharField(_("title"), max_length=300)
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence, default=Confidence.HIGH)

    class Meta:
        verbose_name = _("framework entry")
        verbose_name_plural = _("framework entries")
        ordering = ("framework_id", "code")
        constraints = (
            models.UniqueConstraint(fields=("framework", "code"), name="framework_node_code"),
            models.CheckConstraint(
                condition=Q(level__in=FrameworkLevel.values), name="framework_node_level_known"
            ),
            models.CheckConstraint(
                condition=Q(confidence__in=Confidence.values), name="framework_node_confidence_known"
            ),
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


class TimelineEvent(Tracked):
    """What happened when in the mid-term review, planned and actual dates apart, with its source."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
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

    class Meta:
        verbose_name = _("event of the review")
        verbose_name_plural = _("events of the review")
        ordering = ("planned_from", "code")
        constraints = (
            models.CheckConstraint(
                condition=Q(confidence__in=Confidence.values), name="timeline_confidence_known"
            ),
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
        in_order(self.planned_from, self.planned_to, "planned_to")
        in_order(self.held_from, self.held_to, "held_to")


class ReviewCycleQuerySet(TrackedQuerySet):
    def visible_to(self, user: Any) -> "ReviewCycleQuerySet":
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
    status = models.CharField(_("status"), max_length=20, choices=CycleStatus, default=CycleStatus.PREPARING)
    is_demo = models.BooleanField(_("holds invented values"), default=False)
    shared = models.BooleanField(_("board shared with observers"), default=False)

    objects = ReviewCycleQuerySet.as_manager()

    class Meta:
        verbose_name = _("review cycle")
        verbose_name_plural = _("review cycles")
        ordering = ("-starts_on", "slug")
        constraints = (
            models.CheckConstraint(condition=Q(status__in=CycleStatus.values), name="cycle_status_known"),
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
        """The member states counted on a day, in neutral order: the denominator of everything."""
        on = on or clock.today()
        seats = self.memberships.filter(joined_on__lte=on)
        return Organisation.objects.filter(pk__in=seats.values("member_state")).order_by("name_en")

    def close(self, *, by: Any, expected_version: int, why: str) -> "ReviewCycle":
        """Make everything in the cycle read-only."""
        policy.require(by, "cycle.run")
        status = self.allow(CYCLE_TRANSITIONS, "close")
        return self.change_traced(
            by=by, expected_version=expected_version, verb=Verb.CLOSED, why=why, status=status
        )

    def reopen(self, *, by: Any, expected_version: int, why: str) -> "ReviewCycle":
        """Undo the closing; the reason stays in the history."""
        policy.require(by, "cycle.run")
        status = self.allow(CYCLE_TRANSITIONS, "reopen")
        return self.change_traced(
            by=by, expected_version=expected_version, verb=Verb.REOPENED, why=why, status=status
        )


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
        return f"{self.cycle}: {self.member_state}"

    def history_owner(self) -> Tracked:
        return self.cycle

    def visible_to_all_members(self) -> bool:
        return True

    def clean(self) -> None:
        if self.member_state_id and not self.member_state.is_member_state:
            raise ValidationError({"member_state": _("Only member states have a seat in a cycle.")})
