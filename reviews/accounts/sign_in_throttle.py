"""How many guesses at passwords are looked at: the one place that counts them.

An account opens by two texts, its user name and its e-mail. Each allows so many guesses an hour from all
browsers that nobody has signed in with, together; a name that nobody has allows as many, so that nobody learns
which there are. A browser that the account was opened with before has an allowance of its own, so that an
attack on the account does not keep its owner out.

A guess is written down first, then all are counted, in two steps that the database sees at once. Of guesses
that arrive together the last one written sees all the others, so never more than allowed are looked at.
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
class Guess:
    """One that may be looked at. allauth takes it back when it was right."""

    rows: list[SignInGuess]

    def rollback(self) -> None:
        SignInGuess.objects.filter(pk__in=[row.pk for row in self.rows]).delete()


def take(request: HttpRequest, login: str) -> Guess | None:
    """Leave to look at one password for `login`; None when there were too many wrong ones."""
    now, allowed = timezone.now(), allowances(request, login)
    SignInGuess.objects.filter(at__lte=now - WINDOW).delete()
    guess = Guess([SignInGuess.objects.create(key=key, at=now) for key in allowed])
    if any(SignInGuess.objects.filter(key=key).count() > most for key, most in allowed.items()):
        guess.rollback()
        return None
    return guess


def allowances(request: HttpRequest, login: str) -> dict[str, int]:
    """What the guess counts against, with the most of each."""
    if device := known_devices.known(request, login):
        return {key("device", device): PER_DEVICE}
    address = get_adapter(request).get_client_ip(request)
    return {key("text", login.lower()): PER_TEXT, key("address", address): PER_ADDRESS}


def key(kind: str, value: str) -> str:
    return salted_hmac(f"reviews.guess.{kind}", value, algorithm="sha256").hexdigest()
