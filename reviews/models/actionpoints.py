"""Action points: what a person or a body has to do after a meeting, and how that is shown to be done."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import NotAllowedNow, TrackedQuerySet, Transition
from reviews.models.meetings import Meeting, MeetingPart, numbered
from reviews.models.trace import Verb
from reviews.uploads import storage


class Priority(models.TextChoices):
    NORMAL = "normal", _("normal")
    HIGH = "high", _("high")


class ActionStatus(models.TextChoices):
    OPEN = "open", _("open")
    DONE = "done", _("done")
    VERIFIED = "verified", _("verified")
    DROPPED = "dropped", _("dropped")


S = ActionStatus
ACTION_TRANSITIONS = {
    "finish": Transition((S.OPEN,), S.DONE),
    "verify": Transition((S.DONE,), S.VERIFIED),
    "drop": Transition((S.OPEN,), S.DROPPED),
    "reopen": Transition((S.DONE, S.VERIFIED, S.DROPPED), S.OPEN),
}
ACTION_TONES = {S.OPEN: "warn", S.DONE: "good", S.VERIFIED: "good", S.DROPPED: "neutral"}
ACTION_VERBS = {"finish": Verb.DONE, "verify": Verb.VERIFIED, "drop": Verb.DROPPED, "reopen": Verb.REOPENED}
WAITING = Q(status=S.DONE, priority=Priority.HIGH)  # done, and nobody else has looked at it yet


class ActionPointQuerySet(TrackedQuerySet):
    def open(self) -> "ActionPointQuerySet":
        return self.filter(status=S.OPEN)

    def to_verify(self) -> "ActionPointQuerySet":
        return self.filter(WAITING)

    def unfinished(self) -> "ActionPointQuerySet":
        """Open, or done without the verification that a high priority asks for."""
        return self.filter(Q(status=S.OPEN) | WAITING)

    def overdue(self, on: date) -> "ActionPointQuerySet":
        return self.open().filter(due_on__lt=on)

    def owned_by(self, user: Any) -> "ActionPointQuerySet":
        """A person's own, and those of the body they belong to."""
        mine = Q(owner=user)
        if user.organisation_id:
            mine |= Q(owner_body=user.organisation_id)
        return self.filter(mine)

    def of_country(self, state: Any) -> "ActionPointQuerySet":
        """Owned by a body or by one of its people."""
        return self.filter(Q(owner_body=state) | Q(owner__organisation=state))

    def visible_to(self, user: Any) -> "ActionPointQuerySet":
        return self.filter(meeting__in=Meeting.objects.visible_to(user))


class ActionPoint(MeetingPart):
    """Something a person or a body has to do after a meeting.

    One of high priority owes a document, and a second person who verifies it.
    """

    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("what is to be done"))
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, default=Priority.NORMAL)
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
    status = models.CharField(_("status"), max_length=20, choices=S, default=S.OPEN)
    held_since = models.DateTimeField(_("since"), default=clock.now)
    closing_note = models.TextField(_("closing note"), blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        verbose_name=_("finished by"),
    )  # NULL: not done  # fmt: skip
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        verbose_name=_("verified by"),
    )  # NULL: not verified  # fmt: skip
    file = models.FileField(_("document"), max_length=200, blank=True, editable=False)
    original_name = models.CharField(
        _("name of the file when uploaded"), max_length=255, blank=True, editable=False
    )
    size = models.PositiveBigIntegerField(
        _("size in bytes"), null=True, blank=True, editable=False
    )  # NULL: no document
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)

    objects = ActionPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("action point")
        verbose_name_plural = _("action points")
        ordering = ("due_on", "id")
        constraints = (
            numbered("action_number_once"),
            models.CheckConstraint(condition=Q(status__in=S.values), name="action_status_known"),
            models.CheckConstraint(
                condition=Q(owner__isnull=True, owner_body__isnull=False)
                | Q(owner__isnull=False, owner_body__isnull=True),
                name="action_has_one_owner",
                violation_error_message=_("One owner: a person or a body."),
            ),
            models.CheckConstraint(
                condition=Q(status=S.OPEN) | ~Q(closing_note=""),
                name="action_closed_with_note",
                violation_error_message=_("An action point is closed with a note."),
            ),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="action_priority_known"),
            models.CheckConstraint(
                condition=Q(priority=Priority.NORMAL) | Q(status__in=(S.OPEN, S.DROPPED)) | ~Q(file=""),
                name="action_high_done_with_document",
                violation_error_message=_("An action point of high priority is done only with a document."),
            ),
            models.CheckConstraint(
                condition=~Q(status=S.VERIFIED) | Q(priority=Priority.HIGH), name="action_verified_when_high"
            ),
            models.CheckConstraint(
                condition=Q(status=S.VERIFIED, verified_by__isnull=False)
                | (~Q(status=S.VERIFIED) & Q(verified_by__isnull=True)),
                name="action_verified_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True)
                | (Q(finished_by__isnull=False) & ~Q(verified_by=F("finished_by"))),
                name="action_verified_by_another",
                violation_error_message=_("Who finished an action point does not verify it."),
            ),
        )

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return f"{super().get_absolute_url()}#{self.anchor}"

    @property
    def code(self) -> str:
        """Such as 3/2: the second action point of meeting 3."""
        return f"{self.meeting.code}/{self.number}"

    @property
    def tone(self) -> str:
        return "info" if self.waits_for_verification else ACTION_TONES[S(self.status)]

    @property
    def status_text(self) -> str:
        """The status, with what a high priority still owes."""
        return _now("done, to be verified") if self.waits_for_verification else self.get_status_display()

    @property
    def is_high(self) -> bool:
        return self.priority == Priority.HIGH

    @property
    def waits_for_verification(self) -> bool:
        return self.is_high and self.status == S.DONE

    @property
    def holder(self) -> Any:
        return self.owner or self.owner_body

    @property
    def download_name(self) -> str:
        """The name we give the document: never the uploader's."""
        return f"action-{self.meeting.code}-{self.number}.{self.file.name.rpartition('.')[2]}"

    def clean(self) -> None:
        if bool(self.owner_id) == bool(self.owner_body_id):
            raise ValidationError({"owner_body": _("Name one owner: a person or a body.")})

    def is_of(self, user: Any) -> bool:
        """Whether the person, or the body they belong to, owns it."""
        body = self.owner_body_id and self.owner_body_id == user.organisation_id
        return bool(user.is_active and (self.owner_id == user.pk or body))

    def may_finish(self, user: Any) -> bool:
        """Its owner, a person of the body that owns it, or the Secretariat."""
        return self.is_of(user) or policy.may(user, "meeting.run")

    def may_verify(self, user: Any) -> bool:
        """A second person: never whoever finished it."""
        return policy.may(user, "action.verify") and self.finished_by_id not in (None, user.pk)

    def may_open_document(self, user: Any) -> bool:
        """Its owners, and those who read every country's papers."""
        return self.is_of(user) or policy.may(user, "action.papers")

    def edit(self, *, by: Any, expected_version: int, **values: Any) -> "MeetingPart":
        """What closed it depends on its priority, which is settled while it is open."""
        policy.require(by, "meeting.run")
        if self.status != S.OPEN and values.get("priority", self.priority) != self.priority:
            raise ValidationError({"priority": _("Reopen the action point to change its priority.")})
        return super().edit(by=by, expected_version=expected_version, **values)

    def finish(self, *, by: Any, expected_version: int, note: str, file: Any = None) -> "ActionPoint":
        """Close it with a note; one of high priority with a document too, for a second person to verify."""
        self._permit_owner(by)
        self.allow(ACTION_TRANSITIONS, "finish")
        if self.is_high and file is None:
            raise ValidationError({"file": _("This action point is of high priority: add the document.")})
        if file is None:
            return self._move("finish", by, expected_version, note, finished_by=by)
        _owe_note(note)  # before the file is written
        with storage.stored(file, "actions") as columns:
            return self._move("finish", by, expected_version, note, finished_by=by, **columns)

    def verify(self, *, by: Any, expected_version: int, note: str = "") -> "ActionPoint":
        """A second person has looked at the document."""
        policy.require(by, "action.verify")
        status = self.allow(ACTION_TRANSITIONS, "verify")
        if not self.is_high:
            raise NotAllowedNow(
                _now("Only an action point of high priority is verified; this one is closed.")
            )
        if not self.may_verify(by):
            raise NotAllowedNow(_now("Who finished an action point does not verify it; ask a second person."))
        return self.change_traced(
            by=by, expected_version=expected_version, verb=Verb.VERIFIED, why=note, status=status, verified_by=by,
            held_since=clock.now(),
        )  # fmt: skip

    def drop(self, *, by: Any, expected_version: int, note: str) -> "ActionPoint":
        policy.require(by, "meeting.run")
        return self._move("drop", by, expected_version, note)

    def reopen(self, *, by: Any, expected_version: int, note: str) -> "ActionPoint":
        """Open it again; the document stays until another one takes its place."""
        policy.require(by, "meeting.run")
        return self._move("reopen", by, expected_version, note, finished_by=None, verified_by=None)

    def _permit_owner(self, by: Any) -> None:
        if not self.may_finish(by):
            raise PermissionDenied(
                _now("This action point is not yours to close; ask its owner or the Secretariat.")
            )

    def _move(self, move: str, by: Any, expected_version: int, note: str, **values: Any) -> "ActionPoint":
        status = self.allow(ACTION_TRANSITIONS, move)
        _owe_note(note)
        kept = "" if move == "reopen" else note
        return self.change_traced(
            by=by, expected_version=expected_version, verb=ACTION_VERBS[move], why=note, status=status, closing_note=kept,
            held_since=clock.now(), **values,
        )  # fmt: skip


def _owe_note(note: str) -> None:
    if not note.strip():
        raise ValidationError({"note": _("Say what was done, or why not.")})
