"""The country round of a meeting: the members report in turn, and at its end their status is frozen."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import NotAllowedNow, Tracked, TrackedQuerySet, Transition, all_or_nothing
from reviews.models.choices import StatusChoices, choices_rule
from reviews.models.cycles import CycleStatus
from reviews.models.meetings import RUN, Meeting, MeetingPart, MeetingStatus
from reviews.models.reports import ReportStatus
from reviews.models.trace import Verb
from reviews.models.workstreams import percentage, percentage_rules
from reviews.text import isolated

if TYPE_CHECKING:
    from reviews.models import NationalReport, Organisation, ReviewCycle, User


class RoundOrder(models.TextChoices):
    ALPHABETICAL = "alphabetical", _("alphabetical")
    OWN = "own", _("the meeting's own")


class RoundStatus(StatusChoices):
    OPEN = "open", "progress", _("open")
    CLOSED = "closed", "good", _("closed")


# reviews.actions.rounds closes a round.
ROUND_TRANSITIONS = {"close": Transition((RoundStatus.OPEN,), RoundStatus.CLOSED, RUN, Verb.FROZEN)}


class TurnStatus(StatusChoices):
    WAITING = "waiting", "info", _("to come")
    REPORTED = "told", "good", _("reported")
    PASSED = "passed", "neutral", _("absent")


T = TurnStatus
# Who comes late reports all the same, and a report can be recorded again; both until the round is closed.
TURN_TRANSITIONS = {
    "record": Transition((T.WAITING, T.REPORTED, T.PASSED), T.REPORTED, RUN, Verb.PROGRESS),
    "pass_over": Transition((T.WAITING,), T.PASSED, RUN, Verb.PASSED),
}


class RoundQuerySet(TrackedQuerySet["Round"]):
    def visible_to(self, user: "User") -> "RoundQuerySet":
        """As far as its meeting is read."""
        return self.filter(meeting__in=Meeting.objects.visible_to(user))

    def open(self) -> "RoundQuerySet":
        return self.filter(status=RoundStatus.OPEN)

    def frozen(self) -> "RoundQuerySet":
        return self.filter(status=RoundStatus.CLOSED)


class Round(MeetingPart):
    """The part of a meeting in which every member reports its progress, one after the other."""

    order = models.CharField(
        _("order of the members"), max_length=20, choices=RoundOrder, default=RoundOrder.ALPHABETICAL
    )
    status = models.CharField(_("status"), max_length=20, choices=RoundStatus, default=RoundStatus.OPEN)
    opened_at = models.DateTimeField(_("opened"), default=clock.now)
    frozen_at = models.DateTimeField(_("frozen"), null=True, blank=True)  # NULL: it is still open

    transitions = ROUND_TRANSITIONS

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("country round")
        verbose_name_plural = _("country rounds")
        ordering = ("meeting_id",)
        constraints = (
            models.UniqueConstraint(fields=("meeting",), name="round_once_per_meeting"),
            choices_rule("round_status_known", "status", RoundStatus),
            choices_rule("round_order_known", "order", RoundOrder),
            models.CheckConstraint(
                condition=Q(status=RoundStatus.OPEN, frozen_at__isnull=True)
                | Q(status=RoundStatus.CLOSED, frozen_at__isnull=False),
                name="round_closed_when_frozen",
            ),
        )

    def __str__(self) -> str:
        return _now("%(meeting)s · country round") % {"meeting": self.meeting}

    def get_absolute_url(self) -> str:
        return reverse("round", args=[self.cycle.slug, self.meeting.code])

    @classmethod
    def numbers_for_new(cls, meeting: Meeting) -> dict[str, int]:
        return {}

    @property
    def tone(self) -> str:
        return RoundStatus(self.status).tone  # `statuses` are the frozen ones of the members

    @property
    def is_open(self) -> bool:
        return self.status == RoundStatus.OPEN

    def refusal_reason(self, name: str) -> str:
        return _now("This round is closed: the status at the meeting is frozen and never changes.")

    def refusal_of(self, part: Tracked) -> str:
        """Closed, its turns are locked."""
        return "" if self.is_open else self.refusal_reason("record")

    @classmethod
    @all_or_nothing()
    def open_for(
        cls,
        meeting: Meeting,
        *,
        by: "User",
        order: str = RoundOrder.ALPHABETICAL,
        first: "Iterable[Organisation]" = (),
        early: bool = False,
    ) -> Self:
        """Open the round of a meeting; in its own order, the members `first` come before the others.

        `early`: the person means it, although the day of the meeting is still to come.
        """
        policy.require(by, RUN)
        meeting.lock()
        cls.require_no_obstacle(meeting)
        if meeting.is_ahead and not early:
            raise ValidationError(
                {"early": _("The meeting is still ahead: tick this to open its round all the same.")}
            )
        return cls.create_with_turns(meeting, by=by, order=order, first=first)

    @classmethod
    def require_no_obstacle(cls, meeting: Meeting) -> None:
        """Raise NotAllowedNow if the meeting is cancelled or has its round, or its members have no report yet."""
        if meeting.cycle.status == CycleStatus.PREPARING:
            raise NotAllowedNow(
                _now("The review cycle is not open yet, so its members have nothing to report.")
            )
        if meeting.status == MeetingStatus.CANCELLED:
            raise NotAllowedNow(_now("This meeting is cancelled, so no round is held."))
        if cls.objects.filter(meeting=meeting).exists():
            raise NotAllowedNow(_now("The round of this meeting has been opened already."))

    @classmethod
    @all_or_nothing()
    def create_with_turns(
        cls, meeting: Meeting, *, by: "User", order: str, first: "Iterable[Organisation]" = (), why: str = ""
    ) -> Self:
        """The round and a turn for every member of that day. Raises NotAllowedNow as require_no_obstacle()."""
        meeting.lock()  # it is not cancelled, and nobody opens another round, meanwhile
        cls.require_no_obstacle(meeting)
        country_round = cls.create_traced(
            by=by, verb=Verb.OPENED, why=why, meeting=meeting, order=order, opened_at=clock.now()
        )
        first = list(first)
        members = [*first, *(state for state in meeting.cycle.members() if state not in first)]
        for position, state in enumerate(members, start=1):
            Turn.create_traced(by=by, round=country_round, member_state=state, position=position)
        return country_round

    def since(self) -> datetime:
        """From when on something is news in this round: the end of the round before, or the cycle's start."""
        before = Round.objects.filter(meeting__cycle=self.cycle, frozen_at__lt=self.opened_at)
        last: datetime | None = before.aggregate(last=Max("frozen_at"))["last"]
        return last or clock.start_of(self.cycle.starts_on)

    def require_all_reported(self) -> None:
        """Raise NotAllowedNow while a member waits, or before the day of the meeting: then nothing can be frozen."""
        if self.meeting.is_ahead:
            text = _now(
                "The status is frozen on the day of the meeting at the earliest: %(day)s. Move the meeting first."
            )
            raise NotAllowedNow(text % {"day": date_format(self.meeting.starts_on)})
        waiting = [str(turn.member_state) for turn in self.turns.waiting().select_related("member_state")]
        if waiting:
            raise NotAllowedNow(
                _now("Still to come: %s. Enter what they report, or mark them absent.") % ", ".join(waiting)
            )


class TurnQuerySet(TrackedQuerySet["Turn"]):
    def waiting(self) -> "TurnQuerySet":
        return self.filter(status=T.WAITING)

    def with_next(self) -> "TurnQuerySet":
        """With `next_code`: the member that waits next, after this one or from the start; None: nobody else does."""
        others = Turn.objects.waiting().filter(round=OuterRef("round")).exclude(pk=OuterRef("pk"))
        codes = others.order_by("position").values("member_state__code")
        after = codes.filter(position__gt=OuterRef("position"))
        return self.annotate(  # type: ignore[no-redef]  # Turn names the attribute
            next_code=Coalesce(Subquery(after[:1]), Subquery(codes[:1]))
        )


class Turn(Tracked):
    """One member's turn in a round; the minutes quote its note."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="turns", verbose_name=_("country round"))
    member_state = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="turns", verbose_name=_("member state")
    )
    position = models.PositiveSmallIntegerField(_("place in the order"))
    status = models.CharField(_("status"), max_length=20, choices=T, default=T.WAITING)
    note = models.TextField(_("statement for the minutes"), blank=True)
    internal_note = models.TextField(_("internal note"), blank=True, default="", db_default="")

    next_code: str | None  # only on turns read with_next()

    statuses, transitions = TurnStatus, TURN_TRANSITIONS
    verb_labels_before_name = {Verb.PROGRESS: _("noted")}

    objects = TurnQuerySet.as_manager()

    class Meta:
        verbose_name = _("turn in a round")
        verbose_name_plural = _("turns in rounds")
        ordering = ("round_id", "position")
        constraints = (
            models.UniqueConstraint(fields=("round", "member_state"), name="turn_once"),
            models.UniqueConstraint(fields=("round", "position"), name="turn_position_once"),
            choices_rule("turn_status_known", "status", TurnStatus),
            models.CheckConstraint(condition=Q(position__gte=1), name="turn_position_from_one"),
        )

    def __str__(self) -> str:
        return f"{isolated(str(self.member_state))} · {self.round.meeting}"

    def get_absolute_url(self) -> str:
        return reverse("round-turn", args=[self.cycle.slug, self.round.meeting.code, self.member_state.code])

    @property
    def cycle(self) -> "ReviewCycle":
        return self.round.meeting.cycle

    def history_owner(self) -> Tracked:
        return self.round

    def refusal_reason(self, name: str) -> str:
        status = self.get_status_display()
        return _now("This turn is “%(status)s”; it can be reported while the round is open.") % {
            "status": status
        }

    def has_posted(self, report: "NationalReport") -> bool:
        """Whether the country has posted progress since the round before."""
        return report.progress_updates.filter(at__gt=self.round.since()).exists()

    def governors(self) -> tuple[Tracked, ...]:
        return (self.cycle, self.round)

    def mark_reported(self, *, by: "User", expected_version: int, note: str, internal_note: str = "") -> Self:
        """Write the turn alone, as a part of reviews.actions.rounds.record_turn().

        Everybody reads `note` in the minutes; `internal_note` is for the country's people and for staff.
        """
        return self._change_in_open_round("record", by, expected_version, note, internal_note=internal_note)

    def pass_over(self, *, by: "User", expected_version: int, note: str = "") -> Self:
        """The member is absent, or asks to be passed."""
        return self._change_in_open_round("pass_over", by, expected_version, note)

    def _change_in_open_round(
        self, name: str, by: "User", expected_version: int, note: str, **values: str
    ) -> Self:
        """As make_transition, which cannot write the column `note`."""
        values |= {"status": self.require_transition(name, by), "note": note}
        verb = self.transitions[name].verb
        return self.change_traced(by=by, expected_version=expected_version, verb=verb, why=note, **values)


class StatusAtMeeting(Tracked):
    """Status of one member at the end of a meeting's round: frozen, recorded once, never changed."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="statuses", verbose_name=_("country round"))
    member_state = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="+", verbose_name=_("member state")
    )
    at = models.DateTimeField(_("frozen"))
    status = models.CharField(_("status of the report"), max_length=20, choices=ReportStatus)
    data_collection = percentage("data_collection")
    analysis = percentage("analysis")
    writing = percentage("writing")
    open_gaps = models.JSONField(_("open data gaps"), default=dict, blank=True)  # numbers by code of the kind
    findings = models.PositiveIntegerField(_("findings"))
    recommendations = models.PositiveIntegerField(_("recommendations"))
    open_actions = models.PositiveIntegerField(_("open action points"))

    never_changed = _("The status at a meeting is frozen and never changes.")

    class Meta:
        verbose_name = _("status at a meeting")
        verbose_name_plural = _("statuses at meetings")
        ordering = ("round_id", "member_state__sort_key")
        constraints = (
            models.UniqueConstraint(fields=("round", "member_state"), name="status_at_meeting_once"),
            choices_rule("status_at_meeting_status_known", "status", ReportStatus),
            *percentage_rules("status_at_meeting"),
        )

    def __str__(self) -> str:
        return f"{isolated(str(self.member_state))} · {self.round.meeting}"

    @property
    def cycle(self) -> "ReviewCycle":
        return self.round.meeting.cycle

    @property
    def tone(self) -> str:
        return ReportStatus(self.status).tone

    def history_owner(self) -> Tracked:
        return self.round

    def get_absolute_url(self) -> str:
        return self.round.get_absolute_url()
