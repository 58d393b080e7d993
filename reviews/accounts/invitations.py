"""Invitations: sent by mail, accepted on a page or by single sign-on."""

from functools import partial
from typing import Unpack

from allauth.account.adapter import get_adapter
from allauth.core import context
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from reviews.models import Invitation, User
from reviews.models.invitations import InvitationFields

SESSION_KEY = "invitation"  # while somebody is away at the single sign-on


def invite(request: HttpRequest, **values: Unpack[InvitationFields]) -> Invitation:
    """Create an invitation in the name of whoever is signed in, and send its mail after the commit."""
    assert isinstance(request.user, User)  # the page is for people who are signed in
    with transaction.atomic():
        invitation, key = Invitation.invite(by=request.user, **values)
        transaction.on_commit(partial(send, request, invitation, key))
    return invitation


def send(request: HttpRequest, invitation: Invitation, key: str) -> None:
    url = request.build_absolute_uri(reverse("invitation", args=[key]))
    template_context = {"request": request, "invitation": invitation, "url": url}
    with context.request_context(request):
        get_adapter(request).send_mail("account/email/invitation", invitation.email, template_context)


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
