"""allauth's tables keep no history: what changes in them stands in the history of the person."""

from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from reviews.models import User

ADDED = {
    Authenticator.Type.TOTP: _("second factor added: an authenticator app"),
    Authenticator.Type.WEBAUTHN: _("second factor added: a security key"),
    Authenticator.Type.RECOVERY_CODES: _("recovery codes made"),
}
# Recovery codes go with the last factor, or are made anew: either stands there already.
REMOVED = {
    Authenticator.Type.TOTP: _("second factor removed: an authenticator app"),
    Authenticator.Type.WEBAUTHN: _("second factor removed: a security key"),
}


@receiver(post_save, sender=Authenticator)
def factor_added(instance: Authenticator, created: bool, **kwargs: Any) -> None:
    if created:
        tell(instance.user, ADDED[instance.type])


@receiver(post_delete, sender=Authenticator)
def factor_removed(instance: Authenticator, **kwargs: Any) -> None:
    if instance.type in REMOVED:
        tell(instance.user, REMOVED[instance.type])


@receiver(post_save, sender=SocialAccount)
def connected(instance: SocialAccount, created: bool, **kwargs: Any) -> None:
    if created:
        tell(instance.user, _("single sign-on connected"))


@receiver(post_delete, sender=SocialAccount)
def disconnected(instance: SocialAccount, **kwargs: Any) -> None:
    tell(instance.user, _("single sign-on disconnected"))


def tell(user: User, why: Any) -> None:
    user.note(why, by=actor(user))


def actor(user: User) -> User | None:
    """Who is at it: whoever is signed in, or the person on the way in; nobody on the command line."""
    if context.request is None:
        return None
    return context.request.user if context.request.user.is_authenticated else user
