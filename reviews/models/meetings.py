"""Coordination meetings and the meetings of the ladder, with what was decided and who acts on it."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.disruptions import check_cited
from reviews.models.framework import Confidence, in_order
from reviews.models.trace import Verb
from reviews.models.workflow import Move, Tracked, TrackedQuerySet


class Series(models.TextChoices):
    COORDINATION = "coordination", _("coordination meeting")
    SOCA = "soca", _("SOCA")
    COUNCIL = "council", _("ASCC Council")
    SUMMIT = "summit", _("Summit")
    OTHER = "other", _("other meeting")


class Mode(models.TextChoices):
    IN_PERSON = "in_person", _("in person")
    ONLINE = "online", _("online")
    HYBRID = "hybrid", _("in person and online")


class MeetingStatus(models.TextChoices):
    PLANNED = "planned", _("planned")
    HELD = "held", _("held")
    CANCELLED = "cancelled", _("cancelled")


MEETING_MOVES = {
    "move": Move((MeetingStatus.PLANNED,), MeetingStatus.PLANNED),
    "hold": Move((MeetingStatus.PLANNED,), MeetingStatus.HELD),
    "cancel": Move((MeetingStatus.PLANNED,), MeetingStatus.CANCELLED),
}


MEETING_TONES = {
    MeetingStatus.PLANNED: "info", MeetingStatus.HELD: "good", MeetingStatus.CANCELLED: "neutral",
}  # fmt: skip


class ActionStatus(models.TextChoices):
    OPEN = "open", _("open")
    DONE = "done", _("done")
    DROPPED = "dropped", _("dropped")


ACTION_MOVES = {
    "finish": Move((ActionStatus.OPEN,), ActionStatus.DONE),
    "drop": Move((ActionStatus.OPEN,), ActionStatus.DROPPED),
    "reopen": Move((ActionStatus.DONE, ActionStatus.DROPPED), ActionStatus.OPEN),
}
ACTION_TONES = {ActionStatus.OPEN: "warn", ActionStatus.DONE: "good", ActionStatus.DROPPED: "neutral"}
ACTION_VERBS = {"finish": Verb.DONE, "drop": Verb.DROPPED, "reopen": Verb.REOPENED}


class MeetingQuerySet(TrackedQuerySet):
    def visible_to(self, user: Any) -> "MeetingQuerySet":
        own = Q(cycle__memberships__member_state=user.organisation_id)
        return policy.limit(self, user, "meeting.read", own=own, shared=Q(shared=True))

    def ahead(self, on: date) -> "MeetingQuerySet":
        """Planned and not over on that day."""
        return self.filter(status=MeetingStatus.PLANNED, planned_to__gte=on)


class Meeting(Tracked):
    """A meeting in a series; the first plan stays when it moves."""

    cycle = models.ForeignKey(
        "ReviewCycle", models.PROTECT, related_name="meetings", verbose_name=_("review cycle")
    )
    series = models.CharField(_("series"), max_length=20, choices=Series, default=Series.COORDINATION)
    number = models.PositiveSmallIntegerField(
        _("number in the series"), null=True, blank=True
    )  # NULL: has none
    code = models.SlugField(_("short name in addresses"), max_length=40)
    title = models.CharField(_("title"), max_length=300)
    status = models.CharField(
        _("status"), max_length=20, choices=MeetingStatus, default=MeetingStatus.PLANNED
    )
    first_planned_from = models.DateField(_("first planned from"), editable=False)
    first_planned_to = models.DateField(_("first planned to"), editable=False)
    planned_from = models.DateField(_("planned from"))
    planned_to = models.DateField(_("planned to"))
    held_from = models.DateField(_("held from"), null=True, blank=True)  # NULL: not held, or day not known
    held_to = models.DateField(_("held to"), null=True, blank=True)  # NULL: not held, or day not known
    host = models.ForeignKey(
        "Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("host")
    )  # NULL: not known
    mode = models.CharField(_("mode"), max_length=20, choices=Mode, default=Mode.ONLINE)
    place = models.CharField(_("place"), max_length=200, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Jakarta")
    disruption = models.ForeignKey(
        "Disruption",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="meetings",
        verbose_name=_("caused by"),
    )  # NULL: no disruption is cited
    shared = models.BooleanField(_("shared with observers"), default=False)
    source = models.CharField(_("source"), max_length=200, blank=True)
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence, default=Confidence.HIGH)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ("cycle", "planned_from", "id")
        constraints = (
            models.UniqueConstraint(fields=("cycle", "code"), name="meeting_code_once"),
            models.UniqueConstraint(fields=("cycle", "series", "number"), name="meeting_number_once"),
            models.CheckConstraint(condition=Q(series__in=Series.values), name="meeting_series_known"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="meeting_mode_known"),
            models.CheckConstraint(condition=Q(status__in=MeetingStatus.values), name="meeting_status_known"),
            models.CheckConstraint(
                condition=Q(confidence__in=Confidence.values), name="meeting_confidence_known"
            ),
            models.CheckConstraint(
                condition=Q(planned_to__gte=F("planned_from")), name="meeting_planned_in_order"
            ),
            models.CheckConstraint(
                condition=Q(held_from__isnull=True) | Q(held_to__gte=F("held_from")),
                name="meeting_held_in_order",
            ),
            models.CheckConstraint(
                condition=Q(held_from__isnull=True) | Q(status=MeetingStatus.HELD),
                name="meeting_held_when_held",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("meeting", args=[self.cycle.slug, self.code])

    @property
    def tone(self) -> str:
        return MEETING_TONES[MeetingStatus(self.status)]

    @property
    def starts_on(self) -> date:
        """The day to show: when it was held, else when it is planned."""
        return self.held_from or self.planned_from

    @property
    def ends_on(self) -> date:
        return self.held_to or self.planned_to

    @property
    def has_moved(self) -> bool:
        return (self.starts_on, self.ends_on) != (self.first_planned_from, self.first_planned_to) and (
            self.held_from is not None or self.planned_from != self.first_planned_from
        )

    def clean(self) -> None:
        in_order(self.planned_from, self.planned_to, "planned_to")
        in_order(self.held_from, self.held_to, "held_to")
        check_cited(self.disruption, self.cycle)

    def why_not(self, move: str) -> str:
        return _now("This meeting is %(status)s; an administrator can correct it.") % {
            "status": self.get_status_display()
        }

    @classmethod
    def plan(cls, cycle: Any, *, by: Any, **values: Any) -> "Meeting":
        """A new meeting; its first plan is kept for good."""
        policy.require(by, "meeting.run")
        first = {"first_planned_from": values["planned_from"], "first_planned_to": values["planned_to"]}
        return cls.record_new(by=by, cycle=cycle, **first, **values)

    def move(self, *, by: Any, seen: int, why: str, **values: Any) -> "Meeting":
        """Change what is planned; moving the dates asks why."""
        policy.require(by, "meeting.run")
        moved = any(
            name in values and values[name] != getattr(self, name) for name in ("planned_from", "planned_to")
        )
        if moved:
            self.allow(MEETING_MOVES, "move")
            _owe_reason(why)
        return self.change(by=by, seen=seen, verb=Verb.MOVED if moved else Verb.CHANGED, why=why, **values)

    def hold(
        self, *, by: Any, seen: int, held_from: date | None, held_to: date | None, why: str = ""
    ) -> "Meeting":
        """Record that it took place; on other days than planned only with a reason."""
        policy.require(by, "meeting.run")
        status = self.allow(MEETING_MOVES, "hold")
        if (held_from, held_to) != (self.planned_from, self.planned_to):
            _owe_reason(why)
        return self.change(
            by=by, seen=seen, verb=Verb.HELD, why=why, status=status, held_from=held_from, held_to=held_to
        )

    def cancel(self, *, by: Any, seen: int, why: str) -> "Meeting":
        policy.require(by, "meeting.run")
        status = self.allow(MEETING_MOVES, "cancel")
        _owe_reason(why)
        return self.change(by=by, seen=seen, verb=Verb.CANCELLED, why=why, status=status)

    def record(self, kind: type["MeetingPart"], *, by: Any, **values: Any) -> "MeetingPart":
        """Add an agenda item, a delegation, a decision or an action point."""
        policy.require(by, "meeting.run")
        with transaction.atomic():
            type(self).objects.select_for_update().get(pk=self.pk)  # numbers stay apart
            return kind.record_new(by=by, meeting=self, **kind.next_number(self), **values)


def _owe_reason(why: str) -> None:
    if not why.strip():
        raise ValidationError({"why": _("Say why the dates are other than planned.")})


class MeetingPart(Tracked):
    """What belongs to one meeting and is shown on its page."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="%(class)ss", verbose_name=_("meeting"))

    class Meta:
        abstract = True

    @property
    def cycle(self) -> Any:
        return self.meeting.cycle

    def page(self) -> Tracked:
        return self.meeting

    def get_absolute_url(self) -> str:
        return self.meeting.get_absolute_url()

    @classmethod
    def next_number(cls, meeting: Meeting) -> dict[str, Any]:
        """The number of a new part within its meeting."""
        last = cls.objects.filter(meeting=meeting).aggregate(last=models.Max("number"))["last"]
        return {"number": (last or 0) + 1}

    def edit(self, *, by: Any, seen: int, **values: Any) -> "MeetingPart":
        policy.require(by, "meeting.run")
        return self.change(by=by, seen=seen, **values)


def numbered(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=("meeting", "number"), name=name)


class AgendaItem(MeetingPart):
    """One item of a meeting's agenda, in order."""

    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=300)
    presenter = models.CharField(_("presenter"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ("meeting", "number")
        constraints = (numbered("agenda_number_once"),)

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class Delegation(MeetingPart):
    """Who came to a meeting for a member state or a body."""

    organisation = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="+", verbose_name=_("delegation of")
    )
    present = models.BooleanField(_("present"), default=True)
    head = models.CharField(_("head of delegation"), max_length=200, blank=True)
    size = models.PositiveSmallIntegerField(
        _("number of people"), null=True, blank=True
    )  # NULL: not recorded

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ("meeting", "organisation__name_en")
        constraints = (models.UniqueConstraint(fields=("meeting", "organisation"), name="delegation_once"),)

    def __str__(self) -> str:
        return str(self.organisation)

    @classmethod
    def next_number(cls, meeting: Meeting) -> dict[str, Any]:
        return {}


class Decision(MeetingPart):
    """What a meeting decided."""

    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("decision"))

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("meeting", "number")
        constraints = (numbered("decision_number_once"),)

    def __str__(self) -> str:
        return f"{self.meeting} · {_now('decision')} {self.number}"


class ActionPointQuerySet(TrackedQuerySet):
    def open(self) -> "ActionPointQuerySet":
        return self.filter(status=ActionStatus.OPEN)

    def overdue(self, on: date) -> "ActionPointQuerySet":
        return self.open().filter(due_on__lt=on)

    def owned_by(self, user: Any) -> "ActionPointQuerySet":
        """A person's own, and those of the body they belong to."""
        mine = Q(owner=user)
        if user.organisation_id:
            mine |= Q(owner_body=user.organisation_id)
        return self.filter(mine)

    def visible_to(self, user: Any) -> "ActionPointQuerySet":
        return self.filter(meeting__in=Meeting.objects.visible_to(user))


class ActionPoint(MeetingPart):
    """Something a person or a body has to do after a meeting."""

    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("what is to be done"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="action_points",
        verbose_name=_("person"),
    )  # NULL: a body owns it  # fmt: skip
    owner_body = models.ForeignKey(
        "Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="action_points",
        verbose_name=_("body"),
    )  # NULL: a person owns it
    due_on = models.DateField(_("due"))
    status = models.CharField(_("status"), max_length=20, choices=ActionStatus, default=ActionStatus.OPEN)
    held_since = models.DateTimeField(_("since"), default=clock.now)
    closing_note = models.TextField(_("closing note"), blank=True)

    objects = ActionPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("action point")
        verbose_name_plural = _("action points")
        ordering = ("due_on", "id")
        constraints = (
            numbered("action_number_once"),
            models.CheckConstraint(condition=Q(status__in=ActionStatus.values), name="action_status_known"),
            models.CheckConstraint(
                condition=Q(owner__isnull=True, owner_body__isnull=False)
                | Q(owner__isnull=False, owner_body__isnull=True),
                name="action_has_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(status=ActionStatus.OPEN) | ~Q(closing_note=""), name="action_closed_with_note"
            ),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """Such as 3/2: the second action point of meeting 3."""
        return f"{self.meeting.code}/{self.number}"

    @property
    def tone(self) -> str:
        return ACTION_TONES[ActionStatus(self.status)]

    @property
    def holder(self) -> Any:
        return self.owner or self.owner_body

    def clean(self) -> None:
        if bool(self.owner_id) == bool(self.owner_body_id):
            raise ValidationError({"owner_body": _("Name one owner: a person or a body.")})

    def may_finish(self, user: Any) -> bool:
        """Its owner, a person of the body that owns it, or the Secretariat."""
        mine = self.owner_id == user.pk or (self.owner_body_id and self.owner_body_id == user.organisation_id)
        return bool(mine and user.is_active) or policy.may(user, "meeting.run")

    def finish(self, *, by: Any, seen: int, note: str) -> "ActionPoint":
        return self._move("finish", by, seen, note)

    def drop(self, *, by: Any, seen: int, note: str) -> "ActionPoint":
        policy.require(by, "meeting.run")
        return self._move("drop", by, seen, note)

    def reopen(self, *, by: Any, seen: int, note: str) -> "ActionPoint":
        policy.require(by, "meeting.run")
        return self._move("reopen", by, seen, note)

    def _move(self, move: str, by: Any, seen: int, note: str) -> "ActionPoint":
        if not self.may_finish(by):
            raise PermissionDenied(
                _now("This action point is not yours to close; ask its owner or the Secretariat.")
            )
        status = self.allow(ACTION_MOVES, move)
        if not note.strip():
            raise ValidationError({"note": _("Say what was done, or why not.")})
        kept = "" if move == "reopen" else note
        return self.change(
            by=by, seen=seen, verb=ACTION_VERBS[move], why=note, status=status, closing_note=kept,
            held_since=clock.now(),
        )  # fmt: skip
