"""The minutes of a meeting: drafted from what was recorded, worded by the Secretariat, circulated, adopted."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import EditConflict, Tracked, TrackedQuerySet, Transition, all_or_nothing
from reviews.models.choices import StatusChoices, choices_rule
from reviews.models.meetings import RUN, Meeting
from reviews.models.trace import Verb

if TYPE_CHECKING:
    from reviews.models import ReviewCycle, User


class MinutesStatus(StatusChoices):
    DRAFT = "draft", "neutral", _("draft")
    CIRCULATED = "circulated", "info", _("circulated")
    ADOPTED = "adopted", "good", _("adopted")


S = MinutesStatus
SAY_WHERE = _("Say where or how the members adopted them.")
SAY_WHAT_CHANGES = _("Say what changes in the new version.")
MINUTES_TRANSITIONS = {
    "edit": Transition((S.DRAFT,), right=RUN),  # of a part
    "circulate": Transition((S.DRAFT,), S.CIRCULATED, RUN, Verb.CIRCULATED),
    "revise": Transition((S.CIRCULATED,), S.DRAFT, RUN, Verb.REOPENED, SAY_WHAT_CHANGES),
    "adopt": Transition((S.CIRCULATED,), S.ADOPTED, RUN, Verb.ADOPTED, SAY_WHERE),
}


class SectionKind(models.TextChoices):
    """The parts of the minutes, in this order."""

    DELEGATIONS = "delegations", _("Delegations")
    AGENDA = "agenda", _("Agenda and outcomes")
    ROUND = "round", _("What the countries reported in turn")
    DECISIONS = "decisions", _("Decisions")
    ACTIONS = "actions", _("Action points")
    OTHER = "other", _("Other matters")


class MinutesQuerySet(TrackedQuerySet["Minutes"]):
    def visible_to(self, user: "User") -> "MinutesQuerySet":
        """Members read them once circulated, staff the draft too, observers never.

        While a new version is prepared, members read the one circulated last: reviews.queries.minutes has its text.
        """
        rows = self.filter(meeting__in=Meeting.objects.visible_to(user))
        return policy.filter_readable(rows, user, "minutes.read", own=Q(circulated_at__isnull=False))


class Minutes(Tracked):
    """The record of one meeting. Circulated, it changes only by a new version; adopted, it is locked."""

    meeting = models.OneToOneField(
        "Meeting", models.PROTECT, related_name="minutes", verbose_name=_("meeting")
    )
    status = models.CharField(_("status"), max_length=20, choices=S, default=S.DRAFT)
    circulated_at = models.DateTimeField(_("circulated"), null=True, blank=True)  # NULL: not yet
    adopted_at = models.DateTimeField(_("adopted"), null=True, blank=True)  # NULL: not yet adopted
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("adopted by"),
    )  # NULL: not yet adopted  # fmt: skip

    statuses, transitions = MinutesStatus, MINUTES_TRANSITIONS

    objects = MinutesQuerySet.as_manager()

    class Meta:
        verbose_name = _("minutes")
        verbose_name_plural = _("minutes")
        ordering = ("meeting__planned_from", "pk")
        constraints = (
            choices_rule("minutes_status_known", "status", MinutesStatus),
            models.CheckConstraint(
                condition=Q(status=S.DRAFT) | Q(circulated_at__isnull=False), name="minutes_circulated_since"
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
    def cycle(self) -> "ReviewCycle":
        return self.meeting.cycle

    @property
    def why_locked(self) -> str:
        """Since when they are locked, by whom, and who can unlock them; empty while they can be edited."""
        if self.status != S.ADOPTED or self.adopted_at is None:
            return ""
        return _now(
            "Adopted on %(day)s, recorded by %(by)s, and locked since: members rely on this text."
            " An administrator can correct it in the administration, with a reason."
        ) % {"day": date_format(clock.day_of(self.adopted_at)), "by": self.adopted_by}

    def refusal_of(self, part: Tracked) -> str:
        """Circulated or adopted, every part of them is locked."""
        return "" if self.status == S.DRAFT else self.refusal_reason("edit")

    @property
    def seen_parts(self) -> str:
        """The version of each part, as a form sends back which text the person has read: "1.3.1"."""
        versions = self.sections.order_by("position").values_list("version", flat=True)
        return ".".join(map(str, versions))

    def visible_to_all_members(self) -> bool:
        """Whether they are circulated: a draft is not yet for the members, nor is what was changed in it."""
        return self.status != S.DRAFT

    def refusal_reason(self, name: str) -> str:
        if name == "edit" and self.status == S.CIRCULATED:
            return _now(
                "These minutes are circulated, and members rely on them: prepare a new version to change them."
            )
        return self.why_locked or super().refusal_reason(name)

    @all_or_nothing()
    def circulate(
        self, *, by: "User", expected_version: int, note: str = "", seen_parts: str | None = None
    ) -> Self:
        """Send them to the members, who can read them from now on. Raises EditConflict if a part is newer."""
        policy.require(by, RUN)
        self._lock_as_seen(expected_version, seen_parts)
        return self.make_transition(
            "circulate", by=by, expected_version=expected_version, note=note, circulated_at=clock.now()
        )

    def revise(self, *, by: "User", expected_version: int, note: str) -> Self:
        """Prepare a new version; until it is circulated, members read the one before."""
        return self.make_transition("revise", by=by, expected_version=expected_version, note=note)

    @all_or_nothing()
    def adopt(self, *, by: "User", expected_version: int, note: str, seen_parts: str | None = None) -> Self:
        """Record that the members adopted them; `note` says where. They are locked from now on.

        Raises EditConflict if a part is newer than the person saw: members rely on a text that somebody has read.
        """
        policy.require(by, RUN)
        self._lock_as_seen(expected_version, seen_parts)
        return self.make_transition(
            "adopt",
            by=by,
            expected_version=expected_version,
            note=note,
            adopted_at=clock.now(),
            adopted_by=by,
        )

    def _lock_as_seen(self, expected_version: int, seen_parts: str | None) -> None:
        """Keep all parts as they are; `seen_parts` None: they are not shown to anybody, as when a file is loaded."""
        self.lock(expected_version)
        if seen_parts is not None and seen_parts != self.seen_parts:
            raise EditConflict(self, expected_version)


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
            choices_rule("minutes_section_kind_known", "kind", SectionKind),
        )

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def cycle(self) -> "ReviewCycle":
        return self.minutes.cycle

    def history_owner(self) -> Tracked:
        return self.minutes

    def get_absolute_url(self) -> str:
        return self.minutes.get_absolute_url()

    def visible_to_all_members(self) -> bool:
        return self.minutes.visible_to_all_members()

    def governors(self) -> tuple[Tracked, ...]:
        return (self.cycle, self.minutes)

    def edit(self, *, by: "User", expected_version: int, text: str, why: str = "") -> Self:
        """Word it. Raises NotAllowedNow once the minutes are circulated, or adopted."""
        policy.require(by, RUN)
        return self.change_traced(by=by, expected_version=expected_version, why=why, text=text)
