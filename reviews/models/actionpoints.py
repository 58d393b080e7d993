"""Action points: what a person or a body has to do after a meeting, and how that is shown to be done."""

from datetime import date
from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import NotAllowedNow, TrackedQuerySet, Transition
from reviews.models.choices import StatusChoices, choices_rule
from reviews.models.meetings import RUN, Meeting, MeetingPart, number_rule
from reviews.models.trace import Verb
from reviews.uploads import storage

if TYPE_CHECKING:
    from reviews.models import Organisation, User
    from reviews.uploads.documents import Document


class Priority(models.TextChoices):
    NORMAL = "normal", _("normal")
    HIGH = "high", _("high")


class ActionStatus(StatusChoices):
    OPEN = "open", "warn", _("open")
    DONE = "done", "good", _("done")
    VERIFIED = "verified", "good", _("verified")
    DROPPED = "dropped", "neutral", _("dropped")


S = ActionStatus
SAY_WHAT = _("Say what was done, or why not.")
ACTION_TRANSITIONS = {
    "finish": Transition((S.OPEN,), S.DONE, RUN, Verb.DONE, SAY_WHAT),  # and its owners: see permits()
    "verify": Transition((S.DONE,), S.VERIFIED, "action.verify", Verb.VERIFIED),
    "drop": Transition((S.OPEN,), S.DROPPED, RUN, Verb.DROPPED, SAY_WHAT),
    "reopen": Transition((S.DONE, S.VERIFIED, S.DROPPED), S.OPEN, RUN, Verb.REOPENED, SAY_WHAT),
}
WAITING = Q(status=S.DONE, priority=Priority.HIGH)  # done, and nobody else has looked at it yet


class ActionFields(TypedDict, total=False):
    """What the Secretariat enters; one owner, a person or a body."""

    text: str
    owner: "User | None"
    owner_body: "Organisation | None"
    due_on: date
    priority: str


class ActionPointQuerySet(TrackedQuerySet["ActionPoint"]):
    def open(self) -> "ActionPointQuerySet":
        return self.filter(status=S.OPEN)

    def to_verify(self) -> "ActionPointQuerySet":
        return self.filter(WAITING)

    def unfinished(self) -> "ActionPointQuerySet":
        """Open, or done without the verification that a high priority asks for."""
        return self.filter(Q(status=S.OPEN) | WAITING)

    def overdue(self, on: date) -> "ActionPointQuerySet":
        return self.open().filter(due_on__lt=on)

    def owned_by(self, user: "User") -> "ActionPointQuerySet":
        """A person's own, and those of the body they belong to."""
        owned = Q(owner=user)
        if user.organisation_id:
            owned |= Q(owner_body=user.organisation_id)
        return self.filter(owned)

    def of_country(self, state: "Organisation") -> "ActionPointQuerySet":
        """Owned by a body or by one of its people."""
        return self.filter(Q(owner_body=state) | Q(owner__organisation=state))

    def visible_to(self, user: "User") -> "ActionPointQuerySet":
        return self.filter(meeting__in=Meeting.objects.visible_to(user))


class ActionPoint(MeetingPart):
    """Something a person or a body has to do after a meeting.

    One of high priority requires a document, and a second person who verifies it.
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
    pages = models.PositiveIntegerField(
        _("pages"), null=True, blank=True, editable=False
    )  # NULL: no document, a Word file, or not counted
    repeats_document = models.BooleanField(
        _("the same document as before"), default=False, db_default=False, editable=False
    )

    statuses, transitions = ActionStatus, ACTION_TRANSITIONS
    verb_labels = {Verb.DONE: _("finished")}

    objects = ActionPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("action point")
        verbose_name_plural = _("action points")
        ordering = ("due_on", "id")
        constraints = (
            number_rule("action_number_once"),
            choices_rule("action_status_known", "status", ActionStatus),
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
            choices_rule("action_priority_known", "priority", Priority),
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
        return "info" if self.waits_for_verification else super().tone

    @property
    def status_text(self) -> str:
        """The status, with what is still required of a high priority."""
        return _now("done, to be verified") if self.waits_for_verification else self.get_status_display()

    @property
    def is_high(self) -> bool:
        return self.priority == Priority.HIGH

    @property
    def waits_for_verification(self) -> bool:
        return self.is_high and self.status == S.DONE

    @property
    def holder(self) -> "User | Organisation | None":
        return self.owner or self.owner_body

    @property
    def download_name(self) -> str:
        """The name we give the document: never the uploader's."""
        return f"action-{self.meeting.code}-{self.number}.{self.file.name.rpartition('.')[2]}"

    def clean(self) -> None:
        if bool(self.owner_id) == bool(self.owner_body_id):
            raise ValidationError({"owner_body": _("Name one owner: a person or a body.")})

    def is_of(self, user: "User") -> bool:
        """Whether the person, or the body they belong to, owns it."""
        body = self.owner_body_id and self.owner_body_id == user.organisation_id
        return bool(user.is_active and (self.owner_id == user.pk or body))

    def may_finish(self, user: "User") -> bool:
        """Its owner, a person of the body that owns it, or the Secretariat."""
        return self.is_of(user) or policy.may(user, RUN)

    def may_verify(self, user: "User") -> bool:
        """A second person: never whoever finished it."""
        return policy.may(user, "action.verify") and self.finished_by_id not in (None, user.pk)

    def may_open_document(self, user: "User") -> bool:
        """Its owners, and those who read every country's papers."""
        return self.is_of(user) or policy.may(user, "action.papers")

    def permits(self, name: str, user: "User") -> bool:
        """As the base; its owners may finish it too."""
        return self.may_finish(user) if name == "finish" else super().permits(name, user)

    def require_permission(self, name: str, by: "User") -> None:
        if name != "finish":
            super().require_permission(name, by)
        elif not self.may_finish(by):
            raise PermissionDenied(
                _now("This action point is not yours to close; ask its owner or the Secretariat.")
            )

    @classmethod
    def add_to(cls, meeting: Meeting, *, by: "User", **values: Unpack[ActionFields]) -> Self:
        return cls._add_to(meeting, by, **values)

    def edit(self, *, by: "User", expected_version: int, **values: Unpack[ActionFields]) -> Self:
        """What closed it depends on its priority, which is settled while it is open."""
        policy.require(by, RUN)
        if self.status != S.OPEN and values.get("priority", self.priority) != self.priority:
            raise ValidationError({"priority": _("Reopen the action point to change its priority.")})
        return self._edit(by, expected_version, **values)

    def finish(self, *, by: "User", expected_version: int, note: str, file: "Document | None" = None) -> Self:
        """Close it with a note; one of high priority with a document too, for a second person to verify."""
        self.require_transition("finish", by)
        if self.is_high and file is None:
            raise ValidationError({"file": _("This action point is of high priority: add the document.")})
        self.transitions["finish"].require_note(note)  # before the file is written
        closing: dict[str, object] = {"closing_note": note, "held_since": clock.now(), "finished_by": by}
        if file is None:
            return self.make_transition(
                "finish", by=by, expected_version=expected_version, note=note, **closing
            )
        with storage.stored(file, "actions") as columns:
            closing |= {**columns, "repeats_document": columns["sha256"] == self.sha256}
            return self.make_transition(
                "finish", by=by, expected_version=expected_version, note=note, **closing
            )

    def verify(self, *, by: "User", expected_version: int, note: str = "") -> Self:
        """A second person has looked at the document."""
        self.require_transition("verify", by)
        if not self.is_high:
            raise NotAllowedNow(
                _now("Only an action point of high priority is verified; this one is closed.")
            )
        if not self.may_verify(by):
            raise NotAllowedNow(_now("Who finished an action point does not verify it; ask a second person."))
        return self.make_transition(
            "verify",
            by=by,
            expected_version=expected_version,
            note=note,
            verified_by=by,
            held_since=clock.now(),
        )

    def drop(self, *, by: "User", expected_version: int, note: str) -> Self:
        values: dict[str, object] = {"closing_note": note, "held_since": clock.now()}
        return self.make_transition("drop", by=by, expected_version=expected_version, note=note, **values)

    def reopen(self, *, by: "User", expected_version: int, note: str) -> Self:
        """Open it again; the document stays until another one takes its place."""
        values: dict[str, object] = {"closing_note": "", "held_since": clock.now()}
        values |= {"finished_by": None, "verified_by": None}
        return self.make_transition("reopen", by=by, expected_version=expected_version, note=note, **values)
