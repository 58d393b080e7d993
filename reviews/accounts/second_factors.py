"""Which accounts must still set up a second factor."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

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
