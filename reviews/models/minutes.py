"""The minutes of a meeting: drafted from what was recorded, worded by the Secretariat, circulated, adopted."""

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
from reviews.models.base import Tracked, TrackedQuerySet, Transition
from reviews.models.meetings import Meeting
from reviews.models.trace import Verb


class MinutesStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    CIRCULATED = "circulated", _("circulated")
    ADOPTED = "adopted", _("adopted")


S = MinutesStatus
MINUTES_TRANSITIONS = {
    "circulate": Transition((S.DRAFT,), S.CIRCULATED),
    "adopt": Transition((S.CIRCULATED,), S.ADOPTED),
}
MINUTES_STEPS = {"edit": (S.DRAFT, S.CIRCULATED)}
MINUTES_TONES = {S.DRAFT: "neutral", S.CIRCULATED: "info", S.ADOPTED: "good"}


class SectionKind(models.TextChoices):
    """What the minutes tell, in this order."""

    DELEGATIONS = "delegations", _("Delegations")
    AGENDA = "agenda", _("Agenda and what came of it")
    ROUND = "round", _("What the countries reported in turn")
    DECISIONS = "decisions", _("Decisions")
    ACTIONS = "actions", _("Action points")
    OTHER = "other", _("Other matters")


class MinutesQuerySet(TrackedQuerySet):
    def visible_to(self, user: Any) -> "MinutesQuerySet":
        """Members read them once circulated, staff the draft too, observers never."""
        rows = self.filter(meeting__in=Meeting.objects.visible_to(user))
        return policy.filter_readable(rows, user, "minutes.read", own=~Q(status=S.DRAFT))


class Minutes(Tracked):
    """The record of one meeting. Once adopted it is locked."""

    meeting = models.OneToOneField(
        "Meeting", models.PROTECT, related_name="minutes", verbose_name=_("meeting")
    )
    status = models.CharField(_("status"), max_length=20, choices=S, default=S.DRAFT)
    circulated_at = models.DateTimeField(_("circulated"), null=True, blank=True)  # NULL: still a draft
    adopted_at = models.DateTimeField(_("adopted"), null=True, blank=True)  # NULL: not yet adopted
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("adopted by"),
    )  # NULL: not yet adopted  # fmt: skip

    steps = MINUTES_STEPS

    objects = MinutesQuerySet.as_manager()

    class Meta:
        verbose_name = _("minutes")
        verbose_name_plural = _("minutes")
        ordering = ("meeting__planned_from", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(status__in=S.values), name="minutes_status_known"),
            models.CheckConstraint(
                condition=Q(status=S.DRAFT, circulated_at__isnull=True)
                | (~Q(status=S.DRAFT) & Q(circulated_at__isnull=False)),
                name="minutes_circulated_since",
            ),
            models.CheckConstraint(
                condition=Q(status=S.ADOPTED, adopted_at__isnull=False, adopted_by__isnull=False)
                | (~Q(status=S.ADOPTED) & Q(adopted_at__isnull=True, adopted_by__isnull=True)),
                name="minutes_adopted_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return _now("Minutes: %(meeting)s") % {"meeting": self.meeting}

    def get_absolute_url(self) -> str:
        return reverse("minutes", args=[self.cycle.slug, self.meeting.code])

    @property
    def cycle(self) -> Any:
        return self.meeting.cycle

    @property
    def tone(self) -> str:
        return MINUTES_TONES[S(self.status)]

    @property
    def is_locked(self) -> bool:
        return self.status == S.ADOPTED

    @property
    def get_refusal_reason(self) -> str:
        """Since when, by whom, and who can unlock them; empty while they can be edited."""
        if not self.is_locked or self.adopted_at is None:
            return ""
        return _now(
            "Adopted on %(day)s, recorded by %(by)s, and locked since: members rely on this text."
            " An administrator can correct it in the administration, with a reason."
        ) % {"day": date_format(clock.day_of(self.adopted_at)), "by": self.adopted_by}

    def visible_to_all_members(self) -> bool:
        """A draft is not yet for the members, nor is what was changed in it."""
        return self.status != S.DRAFT

    def refusal_reason(self, move: str) -> str:
        return self.get_refusal_reason or super().refusal_reason(move)

    def transitions_for(self, user: Any) -> set[str]:
        """What this person may do with them now: the buttons of their page."""
        if self.cycle.is_closed or not policy.may(user, "meeting.run"):
            return set()
        allowed = {name for name, move in MINUTES_TRANSITIONS.items() if self.status in move.sources}
        return allowed | (set() if self.is_locked else {"edit"})

    def circulate(self, *, by: Any, expected_version: int, note: str = "") -> "Minutes":
        """Send them to the members, who can read them from now on."""
        policy.require(by, "meeting.run")
        status = self.allow(MINUTES_TRANSITIONS, "circulate")
        return self.change_traced(
            by=by,
            expected_version=expected_version,
            verb=Verb.CIRCULATED,
            why=note,
            status=status,
            circulated_at=clock.now(),
        )

    def adopt(self, *, by: Any, expected_version: int, note: str) -> "Minutes":
        """Record that the members adopted them; `note` says where. They are locked from now on."""
        policy.require(by, "meeting.run")
        status = self.allow(MINUTES_TRANSITIONS, "adopt")
        if not note.strip():
            raise ValidationError({"note": _("Say where or how the members adopted them.")})
        return self.change_traced(
            by=by,
            expected_version=expected_version,
            verb=Verb.ADOPTED,
            why=note,
            status=status,
            adopted_at=clock.now(),
            adopted_by=by,
        )


class MinutesSection(Tracked):
    """One part of the minutes, as text. Two people may word two parts at once."""

    minutes = models.ForeignKey(Minutes, models.PROTECT, related_name="sections", verbose_name=_("minutes"))
    kind = models.CharField(_("part"), max_length=20, choices=SectionKind)
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("part of the minutes")
        verbose_name_plural = _("parts of the minutes")
        ordering = ("minutes_id", "position")
        constraints = (
            models.UniqueConstraint(fields=("minutes", "kind"), name="minutes_section_once"),
            models.CheckConstraint(
                condition=Q(kind__in=SectionKind.values), name="minutes_section_kind_known"
            ),
        )

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def cycle(self) -> Any:
        return self.minutes.cycle

    def history_owner(self) -> Tracked:
        return self.minutes

    def get_absolute_url(self) -> str:
        return self.minutes.get_absolute_url()

    def visible_to_all_members(self) -> bool:
        return self.minutes.visible_to_all_members()

    def edit(self, *, by: Any, expected_version: int, text: str, why: str = "") -> "MinutesSection":
        """Word it; not once the minutes are adopted."""
        policy.require(by, "meeting.run")
        self.require_open_for("edit")
        return self.change_traced(by=by, expected_version=expected_version, why=why, text=text)

    def require_open_for(self, step: str = "") -> None:
        self.minutes.require_open_for(step)
