"""Who still owes a second factor."""

from functools import cache
from typing import Any

from django.conf import settings

from reviews import policy
from reviews.operations.loading.demo import usernames

# While somebody owes one, these are open: setting it up, saying who one is once more, leaving.
OPEN = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "account_reauthenticate",
        "account_set_password",
        "account_logout",
        "account_signed_out",
    }  # fmt: skip
)


def owes(user: Any) -> bool:
    return (
        user.is_authenticated
        and policy.must_use_second_factor(user)
        and not (has_one(user) or is_exempt(user))
    )


def has_one(user: Any) -> bool:
    return bool(getattr(user, "has_second_factor", False))


def is_exempt(user: Any) -> bool:
    """The demonstration's accounts while trying out: their password stands on the screen anyway."""
    return settings.DEBUG and user.username in demonstration()


demonstration = cache(usernames)
