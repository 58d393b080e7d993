"""Which accounts must still set up a second factor, and what happens when somebody loses theirs."""

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from reviews import policy
from reviews.models import User

# Views that are open until a second factor is set up: setting it up, signing in once more, leaving.
OPEN_VIEWS = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "account_reauthenticate",
        "account_set_password",
        "account_logout",
        "account_signed_out",
    }
)


def must_set_up(user: User | AnonymousUser) -> bool:
    """Whether the person needs a second factor and has none."""
    if not user.is_authenticated or not policy.must_use_second_factor(user):
        return False
    if settings.DEBUG and user.username in settings.SECOND_FACTOR_EXEMPT:  # an account of the demonstration
        return False
    # Read together with the person (reviews.accounts.sessions).
    return not getattr(user, "has_second_factor", False)


@transaction.atomic
def remove_all(user: User) -> int:
    """Remove all second factors of somebody else's account, tell them by mail, and return how many there were."""
    removed, _by_kind = Authenticator.objects.filter(user=user).delete()
    if removed and user.email:
        host = settings.ALLOWED_HOSTS[0] if settings.ALLOWED_HOSTS else "localhost"
        context = {"person": user, "current_site": {"domain": host}}
        get_adapter().render_mail("account/email/factors_removed", user.email, context).send()
    return removed
