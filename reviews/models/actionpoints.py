"""Action points: what a person or a body has to do after a meeting, and how that is shown to be done."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Exists, F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import NotAllowedNow, TrackedQuerySet, Transition
from reviews.models.choices import StatusChoices, choices_rule
from reviews.models.meetings import RUN, Meeting, MeetingPart, number_rule
from reviews.models.organisations import Organisation
from reviews.models.trace import Verb
from reviews.models.validators import validate_offered
from reviews.uploads import storage

if TYPE_CHECKING:
    from reviews.models import User
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

    def ended_since(self, at: datetime) -> "ActionPointQuerySet":
        """Done, verified or dropped after that instant."""
        return self.exclude(status=S.OPEN).filter(held_since__gt=at)

    def overdue(self, on: date) -> "ActionPointQuerySet":
        return self.open().filter(due_on__lt=on)

    def owned_by(self, user: "User") -> "ActionPointQuerySet":
        """What a person has to do, as is_of() says of one."""
        if user.organisation_id is None:
            return self.filter(owner=user)._of_body(None)
        has_left = (
            ~Q(owner__organisation=user.organisation_id)
            | Q(owner__is_active=False)
            | Q(owner__active_until__lt=clock.today())
        )
        own = Q(owner=user) | Q(owner=user.acting_for)  # the second one is nobody's, where there is none
        return self._of_body(user.organisation_id).filter(own | Q(owner=None) | has_left)

    def held_by(self, organisation_id: int | None) -> "ActionPointQuerySet":
        """Open ones are with their body; those to be verified with the Secretariat."""
        open_ones = self.open()._of_body(organisation_id)
        is_secretariat = Exists(Organisation.objects.secretariats().filter(pk=organisation_id))
        return self.filter(Q(pk__in=open_ones.values("pk")) | (WAITING & Q(is_secretariat)))

    def waiting_for(self, user: "User") -> "ActionPointQuerySet":
        """The person's own ones, and those that he or she may verify."""
        found = Q(pk__in=self.open().owned_by(user).values("pk"))
        if policy.may(user, "action.verify"):
            found |= Q(pk__in=self.to_verify().exclude(finished_by=user).values("pk"))
        return self.filter(found)

    def waiting_since_before(self, moment: datetime) -> "ActionPointQuerySet":
        return self.unfinished().filter(held_since__lt=moment)

    def of_country(self, state: "Organisation") -> "ActionPointQuerySet":
        """Of a body, or of a person who was one of its people when it was given to them."""
        return self._of_body(state.pk)

    def _of_body(self, body_id: int | None) -> "ActionPointQuerySet":
        """As `body_id` of one says."""
        body = Coalesce("responsible_body", "owner_body", "owner__organisation")
        rows = self.alias(body=body)
        return rows.filter(body__isnull=True) if body_id is None else rows.filter(body=body_id)

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
    # Kept, since its owner may work for somebody else later. NULL: of an administrator without a body.
    responsible_body = models.ForeignKey(
        "Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("whose it is"),
    )
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
    cycle_days = frozenset({"due_on"})
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
    def owner_has_left(self) -> bool:
        """Whether the person cannot act on it any more, so that it is up to the body."""
        if self.owner is None:
            return False
        return self.owner.has_gone or self.owner.organisation_id != self.body_id

    @property
    def body_id(self) -> int | None:
        """Whose it is; by what a release before 0.2 writes while it is being replaced, the owner's body of today."""
        if self.responsible_body_id or self.owner is None:
            return self.responsible_body_id or self.owner_body_id
        return self.owner.organisation_id

    @property
    def holder_text(self) -> str:
        return (
            _now("%(person)s (has left)") % {"person": self.owner}
            if self.owner_has_left
            else str(self.holder)
        )

    @property
    def download_name(self) -> str:
        """The name we give the document: never the uploader's."""
        return f"action-{self.meeting.code}-{self.number}.{self.file.name.rpartition('.')[2]}"

    def clean(self) -> None:
        if bool(self.owner_id) == bool(self.owner_body_id):
            raise ValidationError({"owner_body": _("Name one owner: a person or a body.")})

    def is_of(self, user: "User") -> bool:
        """Whether it is the person's own, or the body's that they belong to: so is what somebody left behind there."""
        if user.has_gone or self.body_id != user.organisation_id:
            return False
        own = (None, user.pk, user.acting_for and user.acting_for.pk)
        return self.owner_id in own or (user.organisation_id is not None and self.owner_has_left)

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
    def create_traced(
        cls, *, by: "User | None", verb: str = Verb.CREATED, why: str = "", **values: Any
    ) -> Self:
        """As the base; with the body that it belongs to."""
        body = _body_of(values.get("owner"), values.get("owner_body"))
        return super().create_traced(by=by, verb=verb, why=why, responsible_body=body, **values)

    def change_traced(
        self,
        *,
        by: "User | None",
        expected_version: int,
        verb: str = Verb.CHANGED,
        why: str = "",
        **values: Any,
    ) -> Self:
        """As the base; another owner's body takes the place of the former one's."""
        names = ("owner", "owner_body")
        owners = [values.get(name, getattr(self, name)) for name in names]
        if owners != [getattr(self, name) for name in names]:
            values["responsible_body"] = _body_of(*owners)
        return super().change_traced(by=by, expected_version=expected_version, verb=verb, why=why, **values)

    @classmethod
    def add_to(cls, meeting: Meeting, *, by: "User", **values: Unpack[ActionFields]) -> Self:
        validate_offered(values.get("owner"), "owner")
        return cls._add_to(meeting, by, **values)

    def edit(self, *, by: "User", expected_version: int, **values: Unpack[ActionFields]) -> Self:
        """What closed it depends on its priority, which is settled while it is open."""
        policy.require(by, RUN)
        validate_offered(values.get("owner"), "owner", self.owner)
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


def _body_of(owner: "User | None", owner_body: "Organisation | None") -> "Organisation | None":
    """The body that owns an action point, or that of the person who does."""
    return owner.organisation if owner else owner_body
