"""Guidance on data gaps: the consultants' advice, from its draft to what a country makes of it."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import NotAllowedNow, Tracked, TrackedQuerySet, Transition
from reviews.models.trace import Verb
from reviews.policy import Channel


class AdviceStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    APPROVED = "approved", _("approved")
    DROPPED = "dropped", _("dropped")


class AdviceUse(models.TextChoices):
    """What a country says of the advice it got."""

    RECEIVED = "received", _("received")
    ADOPTED = "adopted", _("adopted")
    SET_ASIDE = "set_aside", _("not used")


S, U = AdviceStatus, AdviceUse
ADVICE_TRANSITIONS = {
    "edit": Transition((S.DRAFT,), S.DRAFT),
    "approve": Transition((S.DRAFT,), S.APPROVED),
    "drop": Transition((S.DRAFT,), S.DROPPED),
    "send": Transition((S.APPROVED,), S.APPROVED),
}
ADVICE_STEPS = {"edit": ADVICE_TRANSITIONS["edit"].sources}
# The right that each move needs.
ADVICE_RIGHTS = {
    "edit": "guidance.write",
    "approve": "guidance.approve",
    "drop": "guidance.write",
    "send": "guidance.approve",
}
ADVICE_TONES = {S.DRAFT: "progress", S.APPROVED: "good", S.DROPPED: "neutral"}
USE_TRANSITIONS = {
    "adopt": Transition((U.RECEIVED, U.SET_ASIDE), U.ADOPTED),
    "set_aside": Transition((U.RECEIVED, U.ADOPTED), U.SET_ASIDE),
}
USE_TONES = {U.RECEIVED: "info", U.ADOPTED: "good", U.SET_ASIDE: "neutral"}


class AdviceQuerySet(TrackedQuerySet):
    def visible_to(self, user: Any) -> "AdviceQuerySet":
        """Drafts are the consultants'; a country reads what it received, the others what was approved."""
        if policy.may(user, "guidance.write"):
            return self
        theirs = ReceivedAdvice.objects.filter(gap__member_state=user.organisation_id).values("advice")
        return policy.filter_readable(self.approved(), user, "datagap.read", own=Q(pk__in=theirs))

    def approved(self) -> "AdviceQuerySet":
        return self.filter(status=S.APPROVED)

    def drafts(self) -> "AdviceQuerySet":
        return self.filter(status=S.DRAFT)

    def unsent(self) -> "AdviceQuerySet":
        """Drafts, and after them those that were dropped."""
        return self.exclude(status=S.APPROVED).order_by("status", "pk")  # "draft" comes before "dropped"

    def on(self, subjects: Iterable[Any]) -> "AdviceQuerySet":
        """On these gaps and difficulties."""
        ids: dict[str, list[int]] = {"datagap": [], "difficulty": []}
        for subject in subjects:
            ids[subject._meta.model_name].append(subject.pk)
        return self.filter(Q(gap__in=ids["datagap"]) | Q(difficulty__in=ids["difficulty"]))

    def in_cycles(self, cycles: Any) -> "AdviceQuerySet":
        return self.filter(Q(gap__cycle__in=cycles) | Q(difficulty__cycle__in=cycles))


class Advice(Tracked):
    """How the consultants would treat a gap, or a difficulty that several states share.

    A draft is seen by consultants only; a lead consultant's approval sends it to every gap it is for.
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

    steps = ADVICE_STEPS

    objects = AdviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("advice")
        verbose_name_plural = _("advice")
        ordering = ("drafted_at", "id")
        constraints = (
            models.CheckConstraint(condition=Q(status__in=S.values), name="advice_status_known"),
            models.CheckConstraint(
                condition=Q(gap__isnull=True, difficulty__isnull=False)
                | Q(gap__isnull=False, difficulty__isnull=True),
                name="advice_on_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(status=S.APPROVED, approved_by__isnull=False, approved_at__isnull=False)
                | (~Q(status=S.APPROVED) & Q(approved_by__isnull=True, approved_at__isnull=True)),
                name="advice_approved_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return str(self.subject)

    def get_absolute_url(self) -> str:
        return str(self.subject.get_absolute_url())

    @property
    def subject(self) -> Any:
        """The gap or the difficulty that it is on."""
        return self.gap or self.difficulty

    @property
    def cycle(self) -> Any:
        return self.subject.cycle

    @property
    def member_state_id(self) -> int | None:
        return self.gap.member_state_id if self.gap else None

    @property
    def tone(self) -> str:
        return ADVICE_TONES[S(self.status)]

    def history_owner(self) -> Tracked:
        return self.subject

    def visible_to_all_members(self) -> bool:
        return False

    def audience(self) -> str:
        """Also after approval: these rows tell what the draft was. Who received it has rows of its own."""
        return Channel.CONSULTANTS

    def refusal_reason(self, move: str) -> str:
        if self.status == S.DRAFT:
            return _now("This is a draft; a lead consultant can approve it.")
        if self.status == S.APPROVED:
            return _now("This was approved and sent; draft another piece of advice.")
        return _now("This draft was dropped; draft another one.")

    def transitions_for(self, user: Any) -> set[str]:
        """What this person may do with it now: the buttons beside it."""
        if self.cycle.is_closed:
            return set()
        allowed = {name for name, move in ADVICE_TRANSITIONS.items() if self.status in move.sources}
        return {name for name in allowed if policy.may(user, ADVICE_RIGHTS[name], self)}

    def permit(self, move: str, by: Any) -> str:
        """The status that a move of this person leads to. Raises PermissionDenied or NotAllowedNow."""
        policy.require(by, ADVICE_RIGHTS[move], self)
        return self.allow(ADVICE_TRANSITIONS, move)

    @classmethod
    def draft(cls, *, by: Any, text: str, notes: Any = (), **subject: Any) -> "Advice":
        """A draft; `subject` is one of gap and difficulty."""
        policy.require(by, "guidance.write")
        gap = subject.get("gap")
        if gap:
            gap.require_open_for("edit")  # advice is for open gaps, as edits are
        return cls.create_traced(
            by=by, text=text, notes=notes, drafted_by=by, drafted_at=clock.now(), **subject
        )

    def edit(self, *, by: Any, expected_version: int, **values: Any) -> "Advice":
        status = self.permit("edit", by)
        return self.change_traced(by=by, expected_version=expected_version, status=status, **values)

    def drop(self, *, by: Any, expected_version: int, note: str) -> "Advice":
        """Give up a draft; it stays in the consultants' history."""
        status = self.permit("drop", by)
        if not note.strip():
            raise ValidationError({"note": _("Say why the draft is dropped.")})
        return self.change_traced(
            by=by, expected_version=expected_version, verb=Verb.DROPPED, why=note, status=status
        )


class ReceivedAdviceQuerySet(TrackedQuerySet):
    def visible_to(self, user: Any) -> "ReceivedAdviceQuerySet":
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

    objects = ReceivedAdviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("received advice")
        verbose_name_plural = _("received advice")
        ordering = ("received_at", "id")
        constraints = (
            models.UniqueConstraint(fields=("advice", "gap"), name="received_once_per_gap"),
            models.CheckConstraint(condition=Q(use__in=U.values), name="received_use_known"),
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
        return str(date_format(clock.day_of(self.received_at)))

    def get_absolute_url(self) -> str:
        return reverse("datagap", args=[self.gap.cycle.slug, self.gap.code])

    @property
    def cycle(self) -> Any:
        return self.gap.cycle

    @property
    def member_state_id(self) -> int:
        return self.gap.member_state_id

    @property
    def tone(self) -> str:
        return USE_TONES[U(self.use)]

    def history_owner(self) -> Tracked:
        return self.gap

    def transitions_for(self, user: Any) -> set[str]:
        if self.cycle.is_closed or not policy.may(user, "datagap.edit", self):
            return set()
        return {name for name, move in USE_TRANSITIONS.items() if self.use in move.sources}

    def refusal_reason(self, move: str) -> str:
        return _now("You have said so already.")

    def adopt(self, *, by: Any, expected_version: int, note: str = "") -> "ReceivedAdvice":
        """The country: we use this advice."""
        return self._say("adopt", Verb.ADOPTED, by, expected_version, note)

    def set_aside(self, *, by: Any, expected_version: int, note: str) -> "ReceivedAdvice":
        """The country does not use it, and says why."""
        return self._say("set_aside", Verb.DROPPED, by, expected_version, note)

    def _say(self, move: str, verb: str, by: Any, expected_version: int, note: str) -> "ReceivedAdvice":
        policy.require(by, "datagap.edit", self)
        use = self._use(move)
        if use == U.SET_ASIDE and not note.strip():
            raise ValidationError({"note": _("Say why the advice is not used.")})
        said = {"use": use, "said_by": by, "said_at": clock.now(), "note": note}
        return self.change_traced(by=by, expected_version=expected_version, verb=verb, why=note, **said)

    def _use(self, move: str) -> str:
        if self.use not in USE_TRANSITIONS[move].sources:
            raise NotAllowedNow(self.refusal_reason(move))
        return USE_TRANSITIONS[move].target
