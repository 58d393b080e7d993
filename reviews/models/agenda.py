"""The agenda of a meeting: items in order, what came of each, and what was not reached."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.models.base import NotAllowedNow, TrackedQuerySet, Transition, all_or_nothing
from reviews.models.meetings import Meeting, MeetingPart, numbered
from reviews.models.trace import Verb

LONGEST_ITEM = 480  # minutes: a day of eight hours


class AgendaStatus(models.TextChoices):
    PLANNED = "planned", _("to be taken")
    CONCLUDED = "concluded", _("concluded")
    BACKLOG = "backlog", _("not reached: in the backlog")
    CARRIED = "carried", _("taken into a later meeting")


class AgendaOutcome(models.TextChoices):
    DECISION = "decision", _("decision")
    RECOMMENDATION = "recommendation", _("recommendation")
    ACTION = "action", _("action")
    INFORMATION = "information", _("information")


S = AgendaStatus
AGENDA_TRANSITIONS = {
    "conclude": Transition((S.PLANNED, S.CONCLUDED), S.CONCLUDED),
    "put_off": Transition((S.PLANNED,), S.BACKLOG),
    "carry": Transition((S.BACKLOG,), S.CARRIED),
    "reopen": Transition((S.CONCLUDED, S.BACKLOG), S.PLANNED),
}
AGENDA_STEPS = {
    "edit": (S.PLANNED, S.CONCLUDED, S.BACKLOG),
    "conclude": AGENDA_TRANSITIONS["conclude"].sources,
}
AGENDA_TONES = {S.PLANNED: "neutral", S.CONCLUDED: "good", S.BACKLOG: "warn", S.CARRIED: "info"}


class AgendaItemQuerySet(TrackedQuerySet):
    def backlog(self) -> "AgendaItemQuerySet":
        return self.filter(status=S.BACKLOG)

    def visible_to(self, user: Any) -> "AgendaItemQuerySet":
        return self.filter(meeting__in=Meeting.objects.visible_to(user))


class AgendaItem(MeetingPart):
    """One item of a meeting's agenda; `position` orders it, `number` stays what it was."""

    number = models.PositiveSmallIntegerField(_("number"))
    position = models.PositiveSmallIntegerField(_("position on the agenda"), default=1, editable=False)
    title = models.CharField(_("title"), max_length=300)
    presenter = models.CharField(_("presenter"), max_length=200, blank=True)
    paper = models.CharField(_("paper"), max_length=300, blank=True)
    duration = models.PositiveSmallIntegerField(
        _("time in minutes"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_ITEM)],
    )  # NULL: no time is set aside  # fmt: skip
    status = models.CharField(_("status"), max_length=20, choices=S, default=S.PLANNED)
    outcome = models.CharField(_("outcome"), max_length=20, choices=AgendaOutcome, blank=True)
    outcome_text = models.TextField(_("outcome in words"), blank=True)
    carried_from = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="carried_to",
        verbose_name=_("taken over from"),
    )  # NULL: new on this agenda  # fmt: skip

    steps = AGENDA_STEPS

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ("meeting_id", "position", "number")
        constraints = (
            numbered("agenda_number_once"),
            models.CheckConstraint(condition=Q(status__in=S.values), name="agenda_status_known"),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *AgendaOutcome.values]), name="agenda_outcome_known"
            ),
            models.CheckConstraint(
                condition=(Q(status=S.CONCLUDED) & ~Q(outcome="") & ~Q(outcome_text=""))
                | (~Q(status=S.CONCLUDED) & Q(outcome="")),
                name="agenda_concluded_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(duration__isnull=True) | Q(duration__range=(1, LONGEST_ITEM)),
                name="agenda_duration_minutes",
            ),
        )

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"

    @property
    def tone(self) -> str:
        return AGENDA_TONES[S(self.status)]

    @property
    def from_where(self) -> str:
        """The meeting whose backlog it came from; empty for an item of this meeting."""
        return str(self.carried_from.meeting) if self.carried_from else ""

    @classmethod
    def next_number(cls, meeting: Meeting) -> dict[str, Any]:
        last = cls.objects.filter(meeting=meeting).aggregate(
            number=models.Max("number"), position=models.Max("position")
        )
        return {name: (value or 0) + 1 for name, value in last.items()}

    def refusal_reason(self, move: str) -> str:
        if self.status == S.CARRIED:
            return _now("This item was taken into a later meeting; what becomes of it is recorded there.")
        return super().refusal_reason(move)

    def edit(self, *, by: Any, expected_version: int, **values: Any) -> "MeetingPart":
        policy.require(by, "meeting.run")
        self.require_open_for("edit")
        return super().edit(by=by, expected_version=expected_version, **values)

    def moves(self) -> set[str]:
        """What whoever runs the meeting may do with it now."""
        return {name for name, move in AGENDA_TRANSITIONS.items() if self.status in move.sources}

    def conclude(self, *, by: Any, expected_version: int, outcome: str, outcome_text: str) -> "AgendaItem":
        """Record what came of it; again, to word it better."""
        status = self._permit("conclude", by)
        if not outcome:
            raise ValidationError({"outcome": _("Choose what came of it.")})
        if not outcome_text.strip():
            raise ValidationError({"outcome_text": _("Say in words what came of it.")})
        return self.change_traced(
            by=by,
            expected_version=expected_version,
            verb=Verb.DONE,
            status=status,
            outcome=outcome,
            outcome_text=outcome_text,
        )

    def put_off(self, *, by: Any, expected_version: int, note: str = "") -> "AgendaItem":
        """It was not reached: it waits in the backlog for the next meeting of the series."""
        status = self._permit("put_off", by)
        return self.change_traced(
            by=by, expected_version=expected_version, verb=Verb.PASSED, why=note, status=status
        )

    def reopen(self, *, by: Any, expected_version: int, note: str) -> "AgendaItem":
        status = self._permit("reopen", by)
        if not note.strip():
            raise ValidationError({"note": _("Say why.")})
        return self.change_traced(
            by=by,
            expected_version=expected_version,
            verb=Verb.REOPENED,
            why=note,
            status=status,
            outcome="",
            outcome_text="",
        )

    @all_or_nothing()
    def carry(self, *, by: Any, expected_version: int) -> "AgendaItem":
        """Take it from the backlog into the next meeting of the series; the new item, last on that agenda."""
        status = self._permit("carry", by)
        into = Meeting.objects.next_after(self.meeting)
        if into is None:
            raise NotAllowedNow(_now("No later meeting of this series is planned yet: plan it first."))
        self.change_traced(
            by=by, expected_version=expected_version, verb=Verb.MOVED, why=str(into), status=status
        )
        item: Any = into.record(
            AgendaItem, by=by, title=self.title, presenter=self.presenter, paper=self.paper,
            duration=self.duration, carried_from=self,
        )  # fmt: skip
        return item

    def move_up(self, *, by: Any, expected_version: int) -> "AgendaItem":
        return self._swap(by, expected_version, Q(position__lt=self.position), "-position")

    def move_down(self, *, by: Any, expected_version: int) -> "AgendaItem":
        return self._swap(by, expected_version, Q(position__gt=self.position), "position")

    @all_or_nothing()
    def _swap(self, by: Any, expected_version: int, beyond: Q, order: str) -> "AgendaItem":
        policy.require(by, "meeting.run")
        # Two people ordering one agenda wait for each other here, so that no place is taken twice.
        Meeting.objects.select_for_update().get(pk=self.meeting_id)
        rows = AgendaItem.objects.filter(beyond, meeting=self.meeting_id)
        other = rows.select_related("meeting__cycle").order_by(order).first()
        if other is None:
            raise NotAllowedNow(_now("It stands at this end of the agenda already."))
        here, there = self.position, other.position
        self.change_traced(by=by, expected_version=expected_version, position=there)
        other.change_traced(by=by, expected_version=other.version, position=here)
        return self

    def _permit(self, move: str, by: Any) -> str:
        policy.require(by, "meeting.run")
        return self.allow(AGENDA_TRANSITIONS, move)


def planned_minutes(items: list[AgendaItem]) -> int:
    """How long the agenda takes, as far as times are set aside."""
    return sum(item.duration or 0 for item in items)
