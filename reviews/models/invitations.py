"""Invitations: how people get an account, with their own user name and password."""

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from reviews import clock, policy
from reviews.models.base import NotAllowedNow, Tracked, TrackedQuerySet, Transition
from reviews.models.choices import StatusChoices, choices_rule
from reviews.models.people import User
from reviews.models.trace import Verb
from reviews.policy import NATIONAL, Role

if TYPE_CHECKING:
    from reviews.models import Organisation


class InvitationStatus(StatusChoices):
    OPEN = "open", "neutral", _("sent")
    ACCEPTED = "accepted", "neutral", _("accepted")
    WITHDRAWN = "withdrawn", "neutral", _("withdrawn")


S = InvitationStatus
INVITATION_TRANSITIONS = {
    "accept": Transition((S.OPEN,), S.ACCEPTED, verb=Verb.ACCEPTED),  # by whoever has the key
    "withdraw": Transition((S.OPEN,), S.WITHDRAWN, "account.invite", Verb.WITHDRAWN),
}
LIFETIME = timedelta(hours=72)


class InvitationFields(TypedDict):
    """What whoever invites enters."""

    email: str
    name: str
    organisation: "Organisation"
    role: str


class InvitationQuerySet(TrackedQuerySet["Invitation"]):
    def visible_to(self, user: User) -> Self:
        return policy.filter_readable(self, user, "people.read", own=Q(pk=None))


class Invitation(Tracked):
    """A mail whose link makes one account, once; who sent it decided its organisation and role."""

    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=150)
    organisation = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="invitations", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    status = models.CharField(_("status"), max_length=10, choices=S, default=S.OPEN)
    expires_at = models.DateTimeField(_("works until"))
    invited_by = models.ForeignKey(
        "User", models.PROTECT, related_name="invitations_sent", verbose_name=_("invited by")
    )
    account = models.OneToOneField(
        "User", models.PROTECT, null=True, related_name="invitation", verbose_name=_("account")
    )  # NULL until it is accepted
    key_digest = models.CharField(max_length=64, editable=False, unique=True)

    # The link cannot be made from it, but nobody who reads the history has a use for it either.
    untraced = frozenset({"key_digest"})
    statuses, transitions = InvitationStatus, INVITATION_TRANSITIONS

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-id",)
        constraints = (
            choices_rule("invitation_status_known", "status", InvitationStatus),
            choices_rule("invitation_role_known", "role", Role),
            models.CheckConstraint(
                condition=Q(account__isnull=False) | ~Q(status=S.ACCEPTED), name="invitation_accepted_by"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @classmethod
    def invite(cls, *, by: User, why: str = "", **values: Unpack[InvitationFields]) -> tuple[Self, str]:
        """A new invitation, and the key for its mail, which is stored nowhere."""
        policy.require(by, "account.invite")
        if values["role"] not in policy.roles_given_by(by):
            raise ValidationError({"role": _("Only an administrator gives this role.")})
        key = secrets.token_urlsafe(32)
        expires_at = clock.now() + LIFETIME
        invitation = cls.create_traced(
            by=by, why=why, invited_by=by, expires_at=expires_at, key_digest=digest(key), **values
        )
        return invitation, key

    @classmethod
    def of_key(cls, key: str) -> "Invitation | None":
        """The invitation that a mail's key opens, if it still works."""
        invitations = cls.objects.select_related("organisation", "invited_by")
        invitation = invitations.filter(key_digest=digest(key)).first()
        return invitation if invitation and invitation.works() else None

    @property
    def status_text(self) -> str:
        """The status in words; a link that is too old says so."""
        has_expired = self.status == S.OPEN and self.expires_at <= clock.now()
        return _now("expired") if has_expired else str(self.get_status_display())

    @property
    def withdraw_url(self) -> str:
        return reverse("invitation-withdraw", args=[self.pk])

    def works(self) -> bool:
        """Whether its link can still be used."""
        is_open = self.status == S.OPEN and clock.now() < self.expires_at
        return is_open and self.role in policy.roles_given_by(self.invited_by)

    @transaction.atomic
    def accept(self, *, username: str, password: str | None) -> User:
        """Make the account; without a password only single sign-on opens it. Raises NotAllowedNow or EditConflict."""
        if not self.works():
            raise NotAllowedNow(
                _now("This invitation no longer works. Whoever sent it can send another one.")
            )
        why = gettext_noop("accepted the invitation of %s") % self.invited_by
        account = User.objects.create_user(
            username, password, why=why, name=self.name, email=self.email,
            organisation=self.organisation, role=self.role,
        )  # fmt: skip
        row = self.transitions["accept"]
        self.change_traced(
            by=account, expected_version=self.version, verb=row.verb, status=row.target, account=account
        )
        return account

    def withdraw(self, *, by: User, expected_version: int, why: str) -> Self:
        return self.make_transition("withdraw", by=by, expected_version=expected_version, note=why)

    def refusal_reason(self, name: str) -> str:
        return _now("Only an invitation that nobody has accepted yet can be withdrawn.")

    def clean(self) -> None:
        super().clean()
        if self.role in NATIONAL and not (self.organisation_id and self.organisation.is_member_state):
            raise ValidationError({"organisation": _("People of a national team belong to a member state.")})
        if self.status == S.OPEN and User.objects.filter(email__iexact=self.email).exists():
            raise ValidationError({"email": _("Somebody has an account with this e-mail address already.")})


def digest(key: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(key.encode()).hexdigest()
