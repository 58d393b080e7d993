"""Guidance on data gaps: the consultants' advice, from its draft to what a country makes of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from django.conf import settings
from django.db import models
from django.db.models import Exists, Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reviews import clock, policy
from reviews.models.base import Tracked, TrackedQuerySet, Transition, all_or_nothing
from reviews.models.choices import StatusChoices, choices_rule
from reviews.models.organisations import Organisation, OrganisationKind
from reviews.models.threads import OnGapOrDifficulty, one_subject_rule
from reviews.models.trace import Verb
from reviews.policy import Channel

if TYPE_CHECKING:
    from reviews.models import DataGap, Difficulty, MethodNote, ReviewCycle, User


class AdviceStatus(StatusChoices):
    DRAFT = "draft", "progress", _("draft")
    APPROVED = "approved", "good", _("approved")
    DROPPED = "dropped", "neutral", _("dropped")


class AdviceUse(StatusChoices):
    """What a country says of the advice it received."""

    RECEIVED = "received", "info", _("received")
    ADOPTED = "adopted", "good", pgettext_lazy("advice", "adopted")
    SET_ASIDE = "set_aside", "neutral", _("not used")


S, U = AdviceStatus, AdviceUse
WRITE, APPROVE, DECIDE = "guidance.write", "guidance.approve", "datagap.edit"
ADVICE_TRANSITIONS = {
    "edit": Transition((S.DRAFT,), right=WRITE),
    "approve": Transition((S.DRAFT,), S.APPROVED, APPROVE, Verb.APPROVED),
    "drop": Transition((S.DRAFT,), S.DROPPED, WRITE, Verb.DROPPED, _("Say why the draft is dropped.")),
    "send": Transition((S.APPROVED,), right=APPROVE, verb=Verb.SENT),
}
NOT_USED = _("Say why the advice is not used.")
USE_TRANSITIONS = {
    "adopt": Transition((U.RECEIVED, U.SET_ASIDE), U.ADOPTED, DECIDE, Verb.ADOPTED),
    "set_aside": Transition((U.RECEIVED, U.ADOPTED), U.SET_ASIDE, DECIDE, Verb.DROPPED, NOT_USED),
}


class AdviceFields(TypedDict, total=False):
    """What the consultants enter."""

    text: str
    notes: "Iterable[MethodNote]"


class AdviceQuerySet(TrackedQuerySet["Advice"]):
    def visible_to(self, user: "User") -> "AdviceQuerySet":
        """Only consultants read drafts; a country reads what it received, the others what was approved."""
        if policy.may(user, WRITE):
            return self
        received = ReceivedAdvice.objects.filter(gap__member_state=user.organisation_id).values("advice")
        return policy.filter_readable(self.approved(), user, "datagap.read", own=Q(pk__in=received))

    def approved(self) -> "AdviceQuerySet":
        return self.filter(status=S.APPROVED)

    def drafts(self) -> "AdviceQuerySet":
        return self.filter(status=S.DRAFT)

    def held_by(self, organisation_id: int | None) -> "AdviceQuerySet":
        """Drafts are with the consultants until a lead consultant approves them."""
        team = Organisation.objects.filter(pk=organisation_id, kind=OrganisationKind.EVALUATION_TEAM)
        return self.drafts().filter(Exists(team))

    def waiting_for(self, user: "User") -> "AdviceQuerySet":
        return self.drafts() if policy.may(user, "guidance.approve") else self.none()

    def waiting_since_before(self, moment: datetime) -> "AdviceQuerySet":
        return self.drafts().filter(drafted_at__lt=moment)

    def unsent(self) -> "AdviceQuerySet":
        """Drafts, then dropped drafts."""
        return self.exclude(status=S.APPROVED).order_by("status", "pk")  # "draft" comes before "dropped"

    def on(self, subjects: "Iterable[DataGap | Difficulty]") -> "AdviceQuerySet":
        """Advice on these gaps and difficulties."""
        ids: dict[str, list[int]] = {"datagap": [], "difficulty": []}
        for subject in subjects:
            ids[str(subject._meta.model_name)].append(subject.pk)
        return self.filter(Q(gap__in=ids["datagap"]) | Q(difficulty__in=ids["difficulty"]))

    def in_cycles(self, cycles: "Iterable[ReviewCycle]") -> "AdviceQuerySet":
        return self.filter(Q(gap__cycle__in=cycles) | Q(difficulty__cycle__in=cycles))


class Advice(OnGapOrDifficulty, Tracked):
    """How the consultants would treat a gap, or a difficulty that several states share.

    Only consultants see a draft; a lead consultant's approval sends it to every gap it is for.
    """

    gap = models.ForeignKey(
        "DataGap", models.PROTECT, null=True, blank=True, related_name="advice", verbose_name=_("data gap")
    )  # NULL: on a shared difficulty
    difficulty = models.ForeignKey(
        "Difficulty", models.PROTECT, null=True, blank=True, related_name="advice",
        verbose_name=_("difficulty"),
    )  # NULL: on one gap  # fmt: skip
    text = models.TextField(_("advice"))
    notes: Any = models.ManyToManyField(
        "MethodNote", blank=True, related_name="advice", verbose_name=_("method notes cited")
    )
    status = models.CharField(_("status"), max_length=20, choices=S, default=S.DRAFT)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("drafted by")
    )
    drafted_at = models.DateTimeField(_("drafted"), default=clock.now)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("approved by"),
    )  # NULL: not approved  # fmt: skip
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)  # NULL: not approved

    statuses, transitions = AdviceStatus, ADVICE_TRANSITIONS

    objects = AdviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("advice")
        verbose_name_plural = _("advice")
        ordering = ("drafted_at", "id")
        constraints = (
            choices_rule("advice_status_known", "status", AdviceStatus),
            one_subject_rule("advice_on_one_thing"),
            models.CheckConstraint(
                condition=Q(status=S.APPROVED, approved_by__isnull=False, approved_at__isnull=False)
                | (~Q(status=S.APPROVED) & Q(approved_by__isnull=True, approved_at__isnull=True)),
                name="advice_approved_by_somebody",
            ),
        )

    def get_absolute_url(self) -> str:
        return str(self.subject.get_absolute_url())

    def audience(self) -> str:
        """Also after approval, since these rows hold the draft; received advice has rows of its own."""
        return Channel.CONSULTANTS

    def refusal_reason(self, name: str) -> str:
        if self.status == S.DRAFT:
            return _now("This is a draft; a lead consultant can approve it.")
        if self.status == S.APPROVED:
            return _now("This was approved and sent; draft another piece of advice.")
        return _now("This draft was dropped; draft another one.")

    @classmethod
    @all_or_nothing()
    def draft(
        cls,
        *,
        by: "User",
        text: str,
        notes: "Iterable[MethodNote]" = (),
        gap: "DataGap | None" = None,
        difficulty: "Difficulty | None" = None,
    ) -> Self:
        """A new draft, on one of the two: a gap or a difficulty."""
        policy.require(by, WRITE)
        if gap:
            gap.lock_shared().require_open_for("edit")  # advice is for open gaps, as edits are
        return cls.create_traced(
            by=by,
            gap=gap,
            difficulty=difficulty,
            text=text,
            notes=notes,
            drafted_by=by,
            drafted_at=clock.now(),
        )

    def edit(self, *, by: "User", expected_version: int, **values: Unpack[AdviceFields]) -> Self:
        return self.make_transition("edit", by=by, expected_version=expected_version, **values)

    def drop(self, *, by: "User", expected_version: int, note: str) -> Self:
        """Give up a draft; it stays in the consultants' history."""
        return self.make_transition("drop", by=by, expected_version=expected_version, note=note)


class ReceivedAdviceQuerySet(TrackedQuerySet["ReceivedAdvice"]):
    def visible_to(self, user: "User") -> "ReceivedAdviceQuerySet":
        return policy.filter_readable(
            self, user, "datagap.read", own=Q(gap__member_state=user.organisation_id)
        )


class ReceivedAdvice(Tracked):
    """Approved advice as one gap received it, and whether its country uses it."""

    advice = models.ForeignKey(Advice, models.PROTECT, related_name="received", verbose_name=_("advice"))
    gap = models.ForeignKey("DataGap", models.PROTECT, related_name="received", verbose_name=_("data gap"))
    received_at = models.DateTimeField(_("received"), default=clock.now)
    use = models.CharField(_("use"), max_length=20, choices=U, default=U.RECEIVED)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("said by"),
    )  # NULL: the country has not said whether it uses it  # fmt: skip
    said_at = models.DateTimeField(_("said"), null=True, blank=True)  # NULL: as above
    note = models.TextField(_("note of the country"), blank=True)

    status_field = "use"
    statuses, transitions = AdviceUse, USE_TRANSITIONS
    verb_labels = {Verb.DROPPED: _("set aside")}

    objects = ReceivedAdviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("received advice")
        verbose_name_plural = _("received advice")
        ordering = ("received_at", "id")
        constraints = (
            models.UniqueConstraint(fields=("advice", "gap"), name="received_once_per_gap"),
            choices_rule("received_use_known", "use", AdviceUse),
            models.CheckConstraint(
                condition=Q(use=U.RECEIVED, said_by__isnull=True, said_at__isnull=True)
                | (~Q(use=U.RECEIVED) & Q(said_by__isnull=False, said_at__isnull=False)),
                name="received_use_said_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.gap.code} · {self.day}"

    @property
    def day(self) -> str:
        return clock.short_day(clock.day_of(self.received_at))

    def get_absolute_url(self) -> str:
        return reverse("datagap", args=[self.gap.cycle.slug, self.gap.code])

    @property
    def cycle(self) -> "ReviewCycle":
        return self.gap.cycle

    @property
    def member_state_id(self) -> int:
        return self.gap.member_state_id

    def history_owner(self) -> Tracked:
        return self.gap

    def refusal_reason(self, name: str) -> str:
        return _now("You have said so already.")

    def adopt(self, *, by: "User", expected_version: int, note: str = "") -> Self:
        """The country uses this advice."""
        return self._decide("adopt", by, expected_version, note)

    def set_aside(self, *, by: "User", expected_version: int, note: str) -> Self:
        """The country does not use it, and says why."""
        return self._decide("set_aside", by, expected_version, note)

    def _decide(self, name: str, by: "User", expected_version: int, note: str) -> Self:
        """As make_transition, which cannot write the column `note`."""
        use, verb = self.require_transition(name, by, note), self.transitions[name].verb
        decision: dict[str, object] = {"use": use, "said_by": by, "said_at": clock.now(), "note": note}
        return self.change_traced(by=by, expected_version=expected_version, verb=verb, why=note, **decision)
