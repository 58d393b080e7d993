"""The country round of a meeting: the members tell in turn, and what stood at its end is frozen."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import NotAllowedNow, Tracked, TrackedQuerySet, Transition, all_or_nothing
from reviews.models.meetings import Meeting, MeetingPart, MeetingStatus
from reviews.models.progress import percentage, percentage_rule
from reviews.models.reports import REPORT_TONES, ReportStatus
from reviews.models.trace import Verb


class RoundOrder(models.TextChoices):
    ALPHABETICAL = "alphabetical", _("alphabetical")
    OWN = "own", _("the meeting's own")


class RoundStatus(models.TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


ROUND_TRANSITIONS = {"close": Transition((RoundStatus.OPEN,), RoundStatus.CLOSED)}
ROUND_TONES = {RoundStatus.OPEN: "progress", RoundStatus.CLOSED: "good"}


class TurnStatus(models.TextChoices):
    WAITING = "waiting", _("waiting")
    TOLD = "told", _("told")
    PASSED = "passed", _("passed")


# Who comes late is told all the same, and what was told can be told again; both until the round is closed.
TURN_TRANSITIONS = {
    "tell": Transition((TurnStatus.WAITING, TurnStatus.TOLD, TurnStatus.PASSED), TurnStatus.TOLD),
    "pass": Transition((TurnStatus.WAITING,), TurnStatus.PASSED),
}
TURN_TONES = {TurnStatus.WAITING: "info", TurnStatus.TOLD: "good", TurnStatus.PASSED: "neutral"}


class RoundQuerySet(TrackedQuerySet):
    def visible_to(self, user: Any) -> "RoundQuerySet":
        """As far as its meeting is read."""
        return self.filter(meeting__in=Meeting.objects.visible_to(user))

    def frozen(self) -> "RoundQuerySet":
        return self.filter(status=RoundStatus.CLOSED)


class Round(MeetingPart):
    """The part of a meeting in which every member tells its progress, one after the other."""

    order = models.CharField(
        _("order of the members"), max_length=20, choices=RoundOrder, default=RoundOrder.ALPHABETICAL
    )
    status = models.CharField(_("status"), max_length=20, choices=RoundStatus, default=RoundStatus.OPEN)
    opened_at = models.DateTimeField(_("opened"), default=clock.now)
    frozen_at = models.DateTimeField(_("frozen"), null=True, blank=True)  # NULL: it is still open

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("country round")
        verbose_name_plural = _("country rounds")
        ordering = ("meeting_id",)
        constraints = (
            models.UniqueConstraint(fields=("meeting",), name="round_once_per_meeting"),
            models.CheckConstraint(condition=Q(status__in=RoundStatus.values), name="round_status_known"),
            models.CheckConstraint(condition=Q(order__in=RoundOrder.values), name="round_order_known"),
            models.CheckConstraint(
                condition=Q(status=RoundStatus.OPEN, frozen_at__isnull=True)
                | Q(status=RoundStatus.CLOSED, frozen_at__isnull=False),
                name="round_closed_when_frozen",
            ),
        )

    def __str__(self) -> str:
        return f"{self.meeting} · {_now('country round')}"

    def get_absolute_url(self) -> str:
        return reverse("round", args=[self.cycle.slug, self.meeting.code])

    @classmethod
    def numbers_for_new(cls, meeting: Meeting) -> dict[str, Any]:
        return {}

    @property
    def tone(self) -> str:
        return ROUND_TONES[RoundStatus(self.status)]

    @property
    def is_open(self) -> bool:
        return self.status == RoundStatus.OPEN

    def refusal_reason(self, move: str) -> str:
        return _now("This round is closed: the status at the meeting is frozen and never changes.")

    @classmethod
    def open_for(
        cls, meeting: Meeting, *, by: Any, order: str = RoundOrder.ALPHABETICAL, first: Iterable[Any] = ()
    ) -> "Round":
        """Open the round of a meeting; in its own order, the members `first` come before the others."""
        policy.require(by, "meeting.run")
        cls.refuse_unless_due(meeting)
        return cls.begin(meeting, by=by, order=order, first=first)

    @classmethod
    def refuse_unless_due(cls, meeting: Meeting) -> None:
        """Raise NotAllowedNow where a meeting is cancelled or has its round."""
        if meeting.status == MeetingStatus.CANCELLED:
            raise NotAllowedNow(_now("This meeting is cancelled, so no round is held."))
        cls._refuse_second(meeting)

    @classmethod
    def _refuse_second(cls, meeting: Meeting) -> None:
        if cls.objects.filter(meeting=meeting).exists():
            raise NotAllowedNow(_now("The round of this meeting has been opened already."))

    @classmethod
    @all_or_nothing()
    def begin(
        cls, meeting: Meeting, *, by: Any, order: str, first: Iterable[Any] = (), why: str = ""
    ) -> "Round":
        """The round and a turn for every member of that day. Raises NotAllowedNow if the meeting has one."""
        Meeting.objects.select_for_update().get(pk=meeting.pk)  # two rounds opened at once wait here
        cls._refuse_second(meeting)
        begun = cls.create_traced(
            by=by, verb=Verb.OPENED, why=why, meeting=meeting, order=order, opened_at=clock.now()
        )
        for position, state in enumerate(_in_order(meeting.cycle.members(), first), start=1):
            Turn.create_traced(by=by, round=begun, member_state=state, position=position)
        return begun

    def since(self) -> datetime:
        """From when on something is news in this round: the end of the round before, or the cycle's start."""
        before = Round.objects.filter(meeting__cycle=self.cycle, frozen_at__lt=self.opened_at)
        last = before.aggregate(last=Max("frozen_at"))["last"]
        return last or clock.start_of(self.cycle.starts_on)

    def hold_open(self) -> None:
        """Until the transaction ends nobody else closes it. Raises NotAllowedNow if it is closed already."""
        status = Round.objects.select_for_update().get(pk=self.pk).status
        if status != RoundStatus.OPEN:
            raise NotAllowedNow(self.refusal_reason("tell"))


def _in_order(members: Iterable[Any], first: Iterable[Any]) -> list[Any]:
    first = list(first)
    return [*first, *(state for state in members if state not in first)]


class TurnQuerySet(TrackedQuerySet):
    def waiting(self) -> "TurnQuerySet":
        return self.filter(status=TurnStatus.WAITING)

    def with_next(self) -> "TurnQuerySet":
        """With `next_code`: the member that waits next, after this one or from the start; None: nobody else does."""
        others = Turn.objects.waiting().filter(round=OuterRef("round")).exclude(pk=OuterRef("pk"))
        codes = others.order_by("position").values("member_state__code")
        after = codes.filter(position__gt=OuterRef("position"))
        return self.annotate(next_code=Coalesce(Subquery(after[:1]), Subquery(codes[:1])))


class Turn(Tracked):
    """One member's turn in a round; its note is what the minutes say of it."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="turns", verbose_name=_("country round"))
    member_state = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="turns", verbose_name=_("member state")
    )
    position = models.PositiveSmallIntegerField(_("place in the order"))
    status = models.CharField(_("status"), max_length=20, choices=TurnStatus, default=TurnStatus.WAITING)
    note = models.TextField(_("what was told, in words"), blank=True)

    next_code: str | None  # only on turns read with_next()

    objects = TurnQuerySet.as_manager()

    class Meta:
        verbose_name = _("turn in a round")
        verbose_name_plural = _("turns in rounds")
        ordering = ("round_id", "position")
        constraints = (
            models.UniqueConstraint(fields=("round", "member_state"), name="turn_once"),
            models.UniqueConstraint(fields=("round", "position"), name="turn_position_once"),
            models.CheckConstraint(condition=Q(status__in=TurnStatus.values), name="turn_status_known"),
            models.CheckConstraint(condition=Q(position__gte=1), name="turn_position_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.member_state} · {self.round.meeting}"

    def get_absolute_url(self) -> str:
        return reverse("round-turn", args=[self.cycle.slug, self.round.meeting.code, self.member_state.code])

    @property
    def cycle(self) -> Any:
        return self.round.meeting.cycle

    @property
    def tone(self) -> str:
        return TURN_TONES[TurnStatus(self.status)]

    def history_owner(self) -> Tracked:
        return self.round

    def refusal_reason(self, move: str) -> str:
        status = self.get_status_display()
        return _now("This turn is “%(status)s”; while the round is open it can be told.") % {"status": status}

    def tell(self, *, by: Any, expected_version: int, note: str) -> "Turn":
        """Note what the member told. The figures and difficulties go with it: see actions.tell_turn()."""
        return self._move("tell", Verb.PROGRESS, by, expected_version, note)

    def pass_over(self, *, by: Any, expected_version: int, note: str = "") -> "Turn":
        """The member is absent, or asks to be passed."""
        return self._move("pass", Verb.PASSED, by, expected_version, note)

    @all_or_nothing()
    def _move(self, move: str, verb: str, by: Any, expected_version: int, note: str) -> "Turn":
        policy.require(by, "meeting.run")
        self.round.hold_open()
        status = self.allow(TURN_TRANSITIONS, move)
        return self.change_traced(
            by=by, expected_version=expected_version, verb=verb, why=note, status=status, note=note
        )


class StatusAtMeeting(Tracked):
    """How one member stood at the end of a meeting's round: frozen, recorded once, never changed."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="statuses", verbose_name=_("country round"))
    member_state = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="+", verbose_name=_("member state")
    )
    at = models.DateTimeField(_("frozen"))
    status = models.CharField(_("status of the report"), max_length=20, choices=ReportStatus)
    data_collection = percentage(_("data collection"))
    analysis = percentage(_("analysis"))
    writing = percentage(_("writing"))
    open_gaps = models.JSONField(_("open data gaps"), default=dict, blank=True)  # numbers by code of the kind
    findings = models.PositiveIntegerField(_("findings"))
    recommendations = models.PositiveIntegerField(_("recommendations"))
    open_actions = models.PositiveIntegerField(_("open action points"))

    class Meta:
        verbose_name = _("status at a meeting")
        verbose_name_plural = _("statuses at meetings")
        ordering = ("round_id", "member_state__name_en")
        constraints = (
            models.UniqueConstraint(fields=("round", "member_state"), name="status_at_meeting_once"),
            models.CheckConstraint(
                condition=Q(status__in=ReportStatus.values), name="status_at_meeting_status_known"
            ),
            percentage_rule("status_at_meeting_data_collection_percent", "data_collection"),
            percentage_rule("status_at_meeting_analysis_percent", "analysis"),
            percentage_rule("status_at_meeting_writing_percent", "writing"),
        )

    def __str__(self) -> str:
        return f"{self.member_state} · {self.round.meeting}"

    @property
    def cycle(self) -> Any:
        return self.round.meeting.cycle

    @property
    def tone(self) -> str:
        return REPORT_TONES[ReportStatus(self.status)]

    def history_owner(self) -> Tracked:
        return self.round

    def get_absolute_url(self) -> str:
        return self.round.get_absolute_url()

    def change_traced(self, **kwargs: Any) -> Any:
        raise NotAllowedNow(_now("The status at a meeting is frozen and never changes."))
