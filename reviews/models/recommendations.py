"""Findings and recommendations: preliminary in a meeting, final in the report."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import Move, Tracked, TrackedQuerySet, all_or_nothing
from reviews.models.framework import Level
from reviews.models.trace import Verb


class FindingKind(models.TextChoices):
    FINDING = "finding", _("finding")
    RECOMMENDATION = "recommendation", _("recommendation")


class FindingStatus(models.TextChoices):
    PRELIMINARY = "preliminary", _("preliminary")
    FINAL = "final", _("final")
    WITHDRAWN = "withdrawn", _("withdrawn")


S = FindingStatus
FINDING_MOVES = {
    "finalise": Move((S.PRELIMINARY,), S.FINAL),
    "withdraw": Move((S.PRELIMINARY, S.FINAL), S.WITHDRAWN),
    "reopen": Move((S.FINAL, S.WITHDRAWN), S.PRELIMINARY),
}
FINDING_STEPS = {"edit": (S.PRELIMINARY,)}
FINDING_TONES = {S.PRELIMINARY: "progress", S.FINAL: "good", S.WITHDRAWN: "neutral"}
LETTERS = {FindingKind.FINDING: "F", FindingKind.RECOMMENDATION: "R"}
KINDS = {letter: kind for kind, letter in LETTERS.items()}


class FindingQuerySet(TrackedQuerySet):
    def visible_to(self, user: Any) -> "FindingQuerySet":
        return policy.limit(self, user, "finding.read", own=Q(member_state=user.organisation_id))

    def standing(self) -> "FindingQuerySet":
        return self.exclude(status=S.WITHDRAWN)


class Finding(Tracked):
    """What a national team found, or recommends, on one key result area. Numbered per country: VNM-F2, VNM-R1."""

    cycle = models.ForeignKey(
        "ReviewCycle", models.PROTECT, related_name="findings", verbose_name=_("review cycle")
    )
    member_state = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="findings", verbose_name=_("member state")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=FindingKind)
    number = models.PositiveIntegerField(_("number"))
    key_result_area = models.ForeignKey(
        "FrameworkNode", models.PROTECT, null=True, blank=True, related_name="findings",
        verbose_name=_("key result area"),
    )  # NULL: concerns the whole report  # fmt: skip
    text = models.TextField(_("in words"))
    status = models.CharField(_("status"), max_length=20, choices=S, default=S.PRELIMINARY)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"), default=clock.now)
    meeting = models.ForeignKey(
        "Meeting",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name=_("at meeting"),
    )  # NULL: between meetings
    search = models.TextField(editable=False, default="")

    searched = ("text",)
    steps = FINDING_STEPS

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding or recommendation")
        verbose_name_plural = _("findings and recommendations")
        ordering = ("-cycle_id", "member_state__name_en", "kind", "number")
        indexes = (models.Index(fields=("cycle", "status", "member_state"), name="finding_of_cycle"),)
        constraints = (
            models.UniqueConstraint(
                fields=("cycle", "member_state", "kind", "number"), name="finding_number_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=FindingKind.values), name="finding_kind_known"),
            models.CheckConstraint(condition=Q(status__in=S.values), name="finding_status_known"),
        )

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("finding", args=[self.cycle.slug, self.code])

    @property
    def code(self) -> str:
        return f"{self.member_state.code}-{LETTERS[FindingKind(self.kind)]}{self.number}"

    @property
    def tone(self) -> str:
        return FINDING_TONES[S(self.status)]

    def clean(self) -> None:
        area = self.key_result_area
        if area and (area.level != Level.KEY_RESULT_AREA or area.framework_id != self.cycle.framework_id):
            raise ValidationError({"key_result_area": _("Choose a key result area of this framework.")})

    def why_not(self, move: str) -> str:
        if move == "edit":
            return _now("Only a preliminary one can be edited; its national team can reopen it.")
        return super().why_not(move)

    def moves_for(self, user: Any) -> set[str]:
        """What this person may do with it now: the buttons of its page."""
        if self.cycle.is_closed or not policy.may(user, "finding.edit", self):
            return set()
        allowed = {name for name, move in FINDING_MOVES.items() if self.status in move.sources}
        return allowed | ({"edit"} if self.status == S.PRELIMINARY else set())

    @classmethod
    @all_or_nothing()
    def record_for(cls, report: Any, *, by: Any, meeting: Any = None, **values: Any) -> "Finding":
        """A new preliminary finding or recommendation of the report's country.

        Its own people record it; at a meeting, whoever runs the meeting may type it for them.
        """
        policy.require_at(by, "finding.edit", report, meeting)
        type(report).objects.select_for_update().get(pk=report.pk)  # numbers stay apart
        theirs = cls.objects.filter(cycle=report.cycle, member_state=report.member_state, kind=values["kind"])
        number = (theirs.aggregate(last=models.Max("number"))["last"] or 0) + 1
        return cls.record_new(
            by=by, cycle=report.cycle, member_state=report.member_state, number=number, recorded_by=by,
            recorded_at=clock.now(), meeting=meeting, **values,
        )  # fmt: skip

    def edit(self, *, by: Any, seen: int, **values: Any) -> "Finding":
        """Word it better while it is preliminary."""
        policy.require(by, "finding.edit", self)
        self.refuse_unless_open("edit")
        return self.change(by=by, seen=seen, **values)

    def finalise(self, *, by: Any, seen: int, note: str = "") -> "Finding":
        return self._move("finalise", Verb.FINALISED, by, seen, note)

    def withdraw(self, *, by: Any, seen: int, note: str) -> "Finding":
        return self._move("withdraw", Verb.WITHDRAWN, by, seen, note, owed=True)

    def reopen(self, *, by: Any, seen: int, note: str) -> "Finding":
        return self._move("reopen", Verb.REOPENED, by, seen, note, owed=True)

    def _move(self, move: str, verb: str, by: Any, seen: int, note: str, owed: bool = False) -> "Finding":
        policy.require(by, "finding.edit", self)
        status = self.allow(FINDING_MOVES, move)
        if owed and not note.strip():
            raise ValidationError({"note": _("Say why.")})
        return self.change(by=by, seen=seen, verb=verb, why=note, status=status)
