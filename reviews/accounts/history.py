"""Signal receivers that write changes of allauth's tables, which keep no history, to the history of the person."""

from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reviews.models import User

ADDED = {
    Authenticator.Type.TOTP: _("two-step sign-in, added: an authenticator app"),
    Authenticator.Type.WEBAUTHN: _("two-step sign-in, added: a security key"),
    Authenticator.Type.RECOVERY_CODES: _("recovery codes made"),
}
# Recovery codes go with the last factor, or are replaced: either is in the history already.
REMOVED = {
    Authenticator.Type.TOTP: _("two-step sign-in, removed: an authenticator app"),
    Authenticator.Type.WEBAUTHN: _("two-step sign-in, removed: a security key"),
}


@receiver(post_save, sender=Authenticator)
def note_factor_added(instance: Authenticator, created: bool, **kwargs: Any) -> None:
    if created:
        add_note(instance.user, ADDED[instance.type])


@receiver(post_delete, sender=Authenticator)
def note_factor_removed(instance: Authenticator, **kwargs: Any) -> None:
    if instance.type in REMOVED:
        add_note(instance.user, REMOVED[instance.type])


@receiver(post_save, sender=SocialAccount)
def note_connected(instance: SocialAccount, created: bool, **kwargs: Any) -> None:
    if created:
        add_note(instance.user, _("single sign-on connected"))


@receiver(post_delete, sender=SocialAccount)
def note_disconnected(instance: SocialAccount, **kwargs: Any) -> None:
    add_note(instance.user, _("single sign-on disconnected"))


def add_note(user: User, why: str | Promise) -> None:
    """Write to the person's history in the name of whoever is signed in or signing in; of nobody in a command."""
    request = context.request
    by = None
    if request is not None:
        by = request.user if request.user.is_authenticated else user
    user.note(why, by=by)
