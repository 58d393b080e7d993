"""Invitations: how people get an account, with their own user name and password."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import NotAllowedNow, Tracked
from reviews.models.people import User
from reviews.models.trace import Verb
from reviews.policy import NATIONAL, Role


class InvitationStatus(models.TextChoices):
    OPEN = "open", _("sent")
    ACCEPTED = "accepted", _("accepted")
    WITHDRAWN = "withdrawn", _("withdrawn")


S = InvitationStatus
LASTS = timedelta(hours=72)


class Invitation(Tracked):
    """A mail that makes one account, once: whose holder it is for was decided by who sent it."""

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

    # Who reads the history could otherwise not open the door with it, but has no use for it either.
    untraced = frozenset({"key_digest"})

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(condition=Q(status__in=S.values), name="invitation_status_known"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
            models.CheckConstraint(
                condition=Q(account__isnull=False) | ~Q(status=S.ACCEPTED),
                name="invitation_accepted_by",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @classmethod
    def invite(cls, *, by: Any, why: str = "", **values: Any) -> tuple[Self, str]:
        """A new invitation, and the key for its mail: kept nowhere else."""
        policy.require(by, "account.invite")
        key = secrets.token_urlsafe(32)
        made = cls.create_traced(
            by=by, why=why, invited_by=by, expires_at=clock.now() + LASTS, key_digest=digest(key), **values
        )
        return made, key

    @classmethod
    def of_key(cls, key: str) -> Self | None:
        """The invitation that a mail's key opens, if it still works."""
        found = cls.objects.filter(key_digest=digest(key)).select_related("organisation", "invited_by")
        made = found.first()
        return made if made and made.works() else None

    def works(self) -> bool:
        return self.status == S.OPEN and clock.now() < self.expires_at

    @transaction.atomic
    def accept(self, *, username: str, password: str | None) -> User:
        """The account. Without a password it opens by single sign-on alone. Raises NotAllowedNow or EditConflict."""
        if not self.works():
            raise NotAllowedNow(
                _now("This invitation no longer works. Whoever sent it can send another one.")
            )
        why = _now("accepted the invitation of %s") % self.invited_by
        account = User.objects.create_user(
            username, password, why=why, name=self.name, email=self.email,
            organisation=self.organisation, role=self.role,
        )  # fmt: skip
        self.change_traced(
            by=account, expected_version=self.version, verb=Verb.ACCEPTED, status=S.ACCEPTED, account=account
        )
        return account

    def withdraw(self, *, by: Any, expected_version: int, why: str) -> Self:
        policy.require(by, "account.invite")
        if self.status != S.OPEN:
            raise NotAllowedNow(_now("Only an invitation that nobody has accepted yet can be withdrawn."))
        return self.change_traced(
            by=by, expected_version=expected_version, verb=Verb.WITHDRAWN, why=why, status=S.WITHDRAWN
        )

    def clean(self) -> None:
        super().clean()
        if self.role in NATIONAL and not (self.organisation_id and self.organisation.is_member_state):
            raise ValidationError({"organisation": _("People of a national team belong to a member state.")})
        if self.status == S.OPEN and User.objects.filter(email__iexact=self.email).exists():
            raise ValidationError({"email": _("Somebody has an account with this e-mail address already.")})


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
