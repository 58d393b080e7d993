"""The way of an invitation: a mail, a page, an account."""

from functools import partial
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from reviews.models import Invitation, User

UNDER_WAY = "invitation"  # in the session, while somebody is away at the single sign-on


def invite(request: HttpRequest, **values: Any) -> Invitation:
    """Invite somebody in the name of whoever is signed in; the mail goes out once it is written."""
    user: Any = request.user  # signed in
    with transaction.atomic():
        invitation, key = Invitation.invite(by=user, **values)
        transaction.on_commit(partial(send, request, invitation, key))
    return invitation


def send(request: HttpRequest, invitation: Invitation, key: str) -> None:
    url = request.build_absolute_uri(reverse("invitation", args=[key]))
    about = {"request": request, "invitation": invitation, "url": url}
    with context.request_context(request):
        get_adapter(request).send_mail("account/email/invitation", invitation.email, about)


def go_by_sign_on(request: HttpRequest, key: str, username: str) -> None:
    """Remember the invitation while the person is away."""
    request.session[UNDER_WAY] = {"key": key, "username": username}


def accept_by_sign_on(request: HttpRequest) -> User | None:
    """The account of whoever comes back; None if nobody invited them."""
    remembered = request.session.pop(UNDER_WAY, None)
    invitation = Invitation.of_key(remembered["key"]) if remembered else None
    return invitation.accept(username=remembered["username"], password=None) if invitation else None
