"""Findings and recommendations: preliminary in a meeting, final in the report."""

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import Tracked, TrackedQuerySet, Transition, all_or_nothing
from reviews.models.choices import StatusChoices, choices_rule
from reviews.models.framework import check_key_result_area
from reviews.models.numbering import next_number
from reviews.models.trace import Verb

if TYPE_CHECKING:
    from reviews.models import FrameworkNode, Meeting, NationalReport, User


class FindingKind(models.TextChoices):
    FINDING = "finding", _("finding")
    RECOMMENDATION = "recommendation", _("recommendation")


class FindingStatus(StatusChoices):
    PRELIMINARY = "preliminary", "progress", _("preliminary")
    FINAL = "final", "good", _("final")
    WITHDRAWN = "withdrawn", "neutral", _("withdrawn")


S = FindingStatus
EDIT = "finding.edit"
SAY_WHY = _("Say why.")
FINDING_TRANSITIONS = {
    "edit": Transition((S.PRELIMINARY,), right=EDIT),
    "finalise": Transition((S.PRELIMINARY,), S.FINAL, EDIT, Verb.FINALISED),
    "withdraw": Transition((S.PRELIMINARY, S.FINAL), S.WITHDRAWN, EDIT, Verb.WITHDRAWN, SAY_WHY),
    "reopen": Transition((S.FINAL, S.WITHDRAWN), S.PRELIMINARY, EDIT, Verb.REOPENED, SAY_WHY),
}
LETTERS = {FindingKind.FINDING: "F", FindingKind.RECOMMENDATION: "R"}
KINDS = {letter: kind for kind, letter in LETTERS.items()}


class FindingFields(TypedDict, total=False):
    """What its people enter."""

    text: str
    key_result_area: "FrameworkNode | None"


class FindingQuerySet(TrackedQuerySet["Finding"]):
    def visible_to(self, user: "User") -> "FindingQuerySet":
        return policy.filter_readable(self, user, "finding.read", own=Q(member_state=user.organisation_id))

    def not_withdrawn(self) -> "FindingQuerySet":
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
    statuses, transitions = FindingStatus, FINDING_TRANSITIONS

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding or recommendation")
        verbose_name_plural = _("findings and recommendations")
        ordering = ("-cycle_id", "member_state__sort_key", "kind", "number")
        indexes = (models.Index(fields=("cycle", "status", "member_state"), name="finding_of_cycle"),)
        constraints = (
            models.UniqueConstraint(
                fields=("cycle", "member_state", "kind", "number"), name="finding_number_once"
            ),
            choices_rule("finding_kind_known", "kind", FindingKind),
            choices_rule("finding_status_known", "status", FindingStatus),
        )

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("finding", args=[self.cycle.slug, self.code])

    @property
    def code(self) -> str:
        return f"{self.member_state.code}-{LETTERS[FindingKind(self.kind)]}{self.number}"

    def clean(self) -> None:
        if self.cycle_id:
            check_key_result_area(self.key_result_area, self.cycle)

    def refusal_reason(self, name: str) -> str:
        if name == "edit":
            return _now("Only a preliminary one can be edited; its national team can reopen it.")
        return super().refusal_reason(name)

    @classmethod
    @all_or_nothing()
    def record_for(
        cls,
        report: "NationalReport",
        *,
        by: "User",
        kind: str,
        meeting: "Meeting | None" = None,
        **values: Unpack[FindingFields],
    ) -> Self:
        """A new preliminary finding or recommendation of the report's country.

        Its own people record it; at a meeting, whoever runs the meeting may type it for them.
        """
        policy.require_at(by, EDIT, report, meeting)
        type(report).objects.select_for_update().get(pk=report.pk)  # numbers stay apart
        cycle, state = report.cycle, report.member_state
        number = next_number(cls.objects.filter(cycle=cycle, member_state=state, kind=kind))
        return cls.create_traced(
            by=by,
            cycle=cycle,
            member_state=state,
            kind=kind,
            number=number,
            recorded_by=by,
            recorded_at=clock.now(),
            meeting=meeting,
            **values,
        )

    def edit(self, *, by: "User", expected_version: int, **values: Unpack[FindingFields]) -> Self:
        """Word it better while it is preliminary."""
        return self.make_transition("edit", by=by, expected_version=expected_version, **values)

    def finalise(self, *, by: "User", expected_version: int, note: str = "") -> Self:
        return self.make_transition("finalise", by=by, expected_version=expected_version, note=note)

    def withdraw(self, *, by: "User", expected_version: int, note: str) -> Self:
        return self.make_transition("withdraw", by=by, expected_version=expected_version, note=note)

    def reopen(self, *, by: "User", expected_version: int, note: str) -> Self:
        return self.make_transition("reopen", by=by, expected_version=expected_version, note=note)
