"""Invitations: sent by mail, accepted on a page or by single sign-on."""

from collections.abc import Iterable
from typing import Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews.accounts import mail_throttle, mails
from reviews.models import Invitation, User
from reviews.models.base import all_or_nothing
from reviews.models.invitations import InvitationFields

SESSION_KEY = "invitation"  # while somebody is away at the single sign-on


def invite(request: HttpRequest, **values: Unpack[InvitationFields]) -> Invitation:
    """Create an invitation in the name of whoever is signed in, and write its mail and that to the side it is for.

    Raises ValidationError where this person may not give the role, or after too many invitations within an hour.
    """
    assert isinstance(request.user, User)  # the page is for people who are signed in
    if not mail_throttle.count_invitation():
        raise ValidationError(_("There were too many invitations within an hour. Go on in an hour."))
    with transaction.atomic():
        invitation, key = Invitation.invite(by=request.user, **values)
        mails.notify_side(invitation, by=request.user)
        send(request, invitation, key)
    return invitation


@all_or_nothing()
def invite_all(request: HttpRequest, rows: Iterable[InvitationFields]) -> list[Invitation]:
    """Create an invitation for each row, or none. Raises ValidationError as `invite()` does."""
    return [invite(request, **row) for row in rows]


def send(request: HttpRequest, invitation: Invitation, key: str) -> None:
    url = request.build_absolute_uri(reverse("invitation", args=[key]))
    mails.send("account/email/invitation", invitation.email, invitation=invitation, url=url)


def remember_for_sign_on(request: HttpRequest, key: str, username: str) -> None:
    """Remember the invitation while the person is away."""
    request.session[SESSION_KEY] = {"key": key, "username": username}


def accept_by_sign_on(request: HttpRequest) -> User | None:
    """Create the account of whoever comes back with a remembered invitation; None without one."""
    remembered = request.session.pop(SESSION_KEY, None)
    invitation = Invitation.of_key(remembered["key"]) if remembered else None
    if invitation is None:
        return None
    return invitation.accept(username=remembered["username"], password=None)
