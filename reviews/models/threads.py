"""Threads: the discussion of a data gap, shared or private to one side."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import NotAllowedNow, Tracked, TrackedQuerySet, all_or_nothing
from reviews.models.choices import choices_rule
from reviews.models.trace import Verb
from reviews.policy import Channel
from reviews.text import is_blank

if TYPE_CHECKING:
    from reviews.models import DataGap, Difficulty, ReviewCycle, User


class EntryKind(models.TextChoices):
    """What an entry of a thread is."""

    REQUEST = "request", _("asked for guidance")
    QUESTION = "question", _("question of the consultants")
    ANSWER = "answer", _("answer of the country")
    CONCLUSION = "conclusion", _("conclusion")
    NOTE = "note", _("private note")


class ThreadEntryQuerySet(TrackedQuerySet["ThreadEntry"]):
    def visible_to(self, user: "User") -> "ThreadEntryQuerySet":
        readable = self.filter(channel__in=policy.channels(user))
        return policy.filter_readable(
            readable, user, "datagap.read", own=Q(gap__member_state=user.organisation_id)
        )


class ThreadEntry(Tracked):
    """One entry of a discussion about a data gap, shared or private to one side. Append-only."""

    gap = models.ForeignKey("DataGap", models.PROTECT, related_name="entries", verbose_name=_("data gap"))
    channel = models.CharField(_("who reads it"), max_length=20, choices=Channel, default=Channel.SHARED)
    kind = models.CharField(_("kind"), max_length=20, choices=EntryKind)
    text = models.TextField(_("in words"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), default=clock.now)

    never_changed = _("What was said in a thread is never changed; say it better in a new entry.")

    objects = ThreadEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("thread entry")
        verbose_name_plural = _("thread entries")
        ordering = ("at", "id")
        indexes = (models.Index(fields=("gap", "at", "id"), name="entry_of_gap"),)
        constraints = (
            choices_rule("entry_kind_known", "kind", EntryKind),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.NOTE, channel__in=[Channel.COUNTRY, Channel.CONSULTANTS])
                | (~Q(kind=EntryKind.NOTE) & Q(channel=Channel.SHARED)),
                name="entry_private_if_note",
            ),
        )

    def __str__(self) -> str:
        return f"{self.gap.code} · {self.get_kind_display()}"

    @property
    def cycle(self) -> "ReviewCycle":
        return self.gap.cycle

    @property
    def member_state_id(self) -> int:
        return self.gap.member_state_id

    def history_owner(self) -> Tracked:
        return self.gap

    def audience(self) -> str:
        return self.channel

    @classmethod
    def add(
        cls, gap: "DataGap", *, by: "User", kind: str, text: str, channel: str = Channel.SHARED
    ) -> "ThreadEntry":
        """Add an entry. The caller has checked the permission."""
        if is_blank(text):
            raise ValidationError({"text": _("Write what you want to say.")})
        return cls.create_traced(
            by=by, gap=gap, kind=kind, text=text, channel=channel, author=by, at=clock.now()
        )

    @classmethod
    def note(cls, gap: "DataGap", *, by: "User", text: str) -> "ThreadEntry":
        """Add a private note, which only the person's own side reads."""
        return cls.add(gap, by=by, kind=EntryKind.NOTE, text=text, channel=_require_side(by, gap))

    @classmethod
    @all_or_nothing()
    def conclude(cls, gap: "DataGap", *, by: "User", text: str) -> "ThreadEntry":
        """Add a conclusion of either side, once the gap is closed."""
        _require_side(by, gap)
        gap.lock_shared()  # nobody opens it again meanwhile
        if gap.is_open:
            raise NotAllowedNow(
                _now("A conclusion is written once the gap is closed; its national team closes it.")
            )
        return cls.add(gap, by=by, kind=EntryKind.CONCLUSION, text=text)


class OnGapOrDifficulty:
    """Mixin of records that are about one gap, or about one shared difficulty: columns `gap` and `difficulty`."""

    gap: "DataGap | None"
    difficulty: "Difficulty | None"

    def __str__(self) -> str:
        return str(self.subject)

    @property
    def subject(self) -> "DataGap | Difficulty":
        return self.gap or self.difficulty  # type: ignore[return-value]  # one_subject_rule() says one of the two

    @property
    def cycle(self) -> "ReviewCycle":
        return self.subject.cycle

    @property
    def member_state_id(self) -> int | None:
        return self.gap.member_state_id if self.gap else None

    def history_owner(self) -> Tracked:
        return self.subject

    def visible_to_all_members(self) -> bool:
        return False


def one_subject_rule(name: str) -> models.CheckConstraint:
    """Return the constraint that exactly one of `gap` and `difficulty` is named."""
    of_difficulty = Q(gap__isnull=True, difficulty__isnull=False)
    of_gap = Q(gap__isnull=False, difficulty__isnull=True)
    return models.CheckConstraint(condition=of_difficulty | of_gap, name=name)


class PrivateReading(OnGapOrDifficulty, Tracked):
    """One day on which an administrator opened what one side of the guidance keeps to itself. Append-only.

    Its row of the trace is on the page of the gap or the difficulty, where that side reads it.
    """

    gap = models.ForeignKey(
        "DataGap", models.PROTECT, null=True, related_name="private_readings", verbose_name=_("data gap")
    )  # NULL: a shared difficulty
    difficulty = models.ForeignKey(
        "Difficulty", models.PROTECT, null=True, related_name="private_readings", verbose_name=_("difficulty")
    )  # NULL: one gap
    channel = models.CharField(_("whose"), max_length=20, choices=Channel)
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who")
    )
    on = models.DateField(_("day"), default=clock.today)

    never_changed = _("What was read stays read.")
    verb_labels: ClassVar = {Verb.OPENED: _("opened in the administration")}

    class Meta:
        verbose_name = _("private discussion")
        verbose_name_plural = _("private discussions opened")
        ordering = ("-id",)
        constraints = (
            choices_rule("private_reading_channel_known", "channel", Channel),
            one_subject_rule("private_reading_of_one_thing"),
            models.UniqueConstraint(
                fields=("gap", "channel", "reader", "on"), name="private_reading_of_gap_once_a_day"
            ),
            models.UniqueConstraint(
                fields=("difficulty", "channel", "reader", "on"),
                name="private_reading_of_difficulty_once_a_day",
            ),
        )

    def audience(self) -> str:
        return self.channel

    def governors(self) -> tuple[Tracked, ...]:
        """Return none: a closed cycle is read as well."""
        return ()

    @classmethod
    def record(cls, subject: "DataGap | Difficulty", *, channel: str, by: "User") -> None:
        """Record that an administrator opens what is private about a gap or a difficulty: once a day."""
        name = "difficulty" if subject._meta.model_name == "difficulty" else "gap"
        values: dict[str, Any] = {name: subject, "channel": channel, "reader": by, "on": clock.today()}
        if not cls.objects.filter(**values).exists():
            with suppress(IntegrityError), transaction.atomic():  # recorded at this moment by another page
                cls.create_traced(by=by, verb=Verb.OPENED, **values)


def _require_side(user: "User", gap: "DataGap") -> Channel:
    """The channel of the person's side of the guidance. Raises PermissionDenied for who is on neither side."""
    side = policy.side_of(user, gap)
    if side is None:
        raise PermissionDenied(_now("Only the country and the regional consultants discuss a gap."))
    return side
