"""Rate limit of password attempts at sign-in.

An account has two logins, its user name and its e-mail. Each allows so many attempts an hour from all unknown
browsers together; a name that nobody has allows as many, so that nobody learns which there are. A browser that
somebody signed in with before has an allowance of its own, so that an attack on the account does not keep its
owner out.

An attempt is stored first, then all are counted, each in a transaction of its own. Of simultaneous attempts the
last one stored counts all the others, so never more than allowed are checked.
"""

from dataclasses import dataclass
from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from reviews.accounts import known_devices
from reviews.models import SignInGuess

WINDOW = timedelta(hours=1)
PER_TEXT = 5  # so ten for an account
PER_DEVICE = 10
# A hall of forty people who mistype twice stays below; whoever tries one password on all accounts does not.
PER_ADDRESS = 200


@dataclass
class Attempt:
    """An attempt that may be checked. allauth rolls it back when the password was right."""

    rows: list[SignInGuess]

    def rollback(self) -> None:
        SignInGuess.objects.filter(pk__in=[row.pk for row in self.rows]).delete()


def count_attempt(request: HttpRequest, login: str) -> Attempt | None:
    """Count one attempt for `login`; None if there were too many wrong ones."""
    device = known_devices.device_for(request, login)
    if device:
        limits = {digest("device", device): PER_DEVICE}
    else:
        address = get_adapter(request).get_client_ip(request)
        limits = {digest("text", login.lower()): PER_TEXT, digest("address", address): PER_ADDRESS}

    now = timezone.now()
    SignInGuess.objects.filter(at__lte=now - WINDOW).delete()
    attempt = Attempt([SignInGuess.objects.create(key=key, at=now) for key in limits])
    for key, limit in limits.items():
        if SignInGuess.objects.filter(key=key).count() > limit:
            attempt.rollback()
            return None
    return attempt


def digest(kind: str, value: str) -> str:
    """The key that an attempt counts against; a digest, so that nothing typed is stored."""
    return salted_hmac(f"reviews.guess.{kind}", value, algorithm="sha256").hexdigest()
