"""Which accounts must still set up a second factor, and what happens when somebody loses theirs."""

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from reviews import policy
from reviews.accounts import mails
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
        "language",
    }
)

LAST_CODE = "last_code"  # in the data of an authenticator app: the number of the last code that was used


def must_set_up(user: User | AnonymousUser) -> bool:
    """Whether the person needs a second factor and has none."""
    if not user.is_authenticated or not policy.must_use_second_factor(user):
        return False
    if settings.DEBUG and user.username in settings.SECOND_FACTOR_EXEMPT:  # an account of the demonstration
        return False
    # Read together with the person (reviews.accounts.sessions).
    return not getattr(user, "has_second_factor", False)


@transaction.atomic
def use_code(app: Authenticator, code: str) -> bool:
    """Use a code of an authenticator app; False if it, or one after it, was used before.

    The number of the last one is kept with the app, where every process finds it. allauth remembers a code for half a
    minute in the cache, but accepts it for a minute and a half.
    """
    app = Authenticator.objects.select_for_update().get(pk=app.pk)
    number = number_of_code(decrypt(app.data["secret"]), code)
    if number is None or number <= app.data.get(LAST_CODE, 0):
        return False
    app.data[LAST_CODE] = number
    app.save(update_fields=["data"])
    return True


def number_of_code(secret: str, code: str) -> int | None:
    """The number of the half minute, since 1970, that a code belongs to; None if it is no code of now."""
    for number in yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, number))):
            return number
    return None


@transaction.atomic
def remove_all(user: User) -> int:
    """Remove all second factors of somebody else's account, tell them by mail, and return how many there were."""
    removed, _by_kind = Authenticator.objects.filter(user=user).delete()
    if removed:
        with mails.language_of(user):
            mails.send("account/email/factors_removed", user.email, person=user)
    return removed
