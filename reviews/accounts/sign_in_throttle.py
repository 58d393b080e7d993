"""Rate limit of attempts: at passwords, wherever one is asked for, and at codes of a second factor.

An account has two logins, its user name and its e-mail. Each allows so many attempts an hour from all unknown
browsers together; a name that nobody has allows as many, so that nobody learns which there are. A browser that
somebody signed in with before has an allowance of its own, for passwords and codes together, so that an attack on the
account does not keep its owner out. Codes have an allowance of their own for all unknown browsers together: whoever
gives one knows the password already.

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
from reviews.models import SignInGuess, User
from reviews.text import nfc

WINDOW = timedelta(hours=1)
PER_TEXT = 5  # so ten for an account
PER_SECOND_FACTOR = 5
PER_DEVICE = 10
# A hall of forty people who mistype twice stays below; whoever tries one password on all accounts does not.
PER_ADDRESS = 200


@dataclass
class Attempt:
    """An attempt that may be checked. It is rolled back when the password or the code was right."""

    rows: list[SignInGuess]

    def rollback(self) -> None:
        SignInGuess.objects.filter(pk__in=[row.pk for row in self.rows]).delete()


def count_attempt(request: HttpRequest, login: str) -> Attempt | None:
    """Count one attempt at the password for `login`; None if there were too many wrong ones."""
    device = known_devices.device_for(request, login)
    return _count(request, device, {digest("text", nfc(login).lower()): PER_TEXT})


def count_code(request: HttpRequest, user: User) -> Attempt | None:
    """Count one attempt at a code of the person's second factor; None if there were too many wrong ones."""
    device = known_devices.device_of(request, user)
    return _count(request, device, {digest("code", str(user.pk)): PER_SECOND_FACTOR})


def _count(request: HttpRequest, device: str | None, limits: dict[str, int]) -> Attempt | None:
    """Count one attempt: of a known device against its own allowance, else against `limits` and the address."""
    if device:
        limits = {digest("device", device): PER_DEVICE}
    else:
        address = get_adapter(request).get_client_ip(request)
        limits = limits | {digest("address", address): PER_ADDRESS}
    return store_attempt(limits)


def store_attempt(limits: dict[str, int]) -> Attempt | None:
    """Store one attempt under each key, then count; None, with nothing stored, if there were more than a limit."""
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
