"""Device cookie (as OWASP calls it): a signed cookie that names the browsers a person has signed in with.

It signs nobody in. It only gives the browser its own allowance of sign-in attempts for that one account.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from reviews.models import User

NAME = "device"
SALT = "reviews.device"
MAX_AGE = 365 * 24 * 60 * 60  # seconds
MAX_ACCOUNTS = 5  # that one browser remembers, the latest first

Marks = list[tuple[int, str]]  # primary key of an account, and the name of this browser for it


def remember(request: HttpRequest, response: HttpResponse, user: User, *, renew: bool = False) -> None:
    """Set the cookie for this person; `renew` also resets the count of wrong attempts."""
    marks = read(request)
    mark = secrets.token_urlsafe(16) if renew else dict(marks).get(user.pk, secrets.token_urlsafe(16))
    marks = [(user.pk, mark), *((pk, other) for pk, other in marks if pk != user.pk)]
    response.set_cookie(
        cookie_name(),
        signing.dumps(marks[:MAX_ACCOUNTS], salt=SALT),
        max_age=MAX_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def device_for(request: HttpRequest, login: str) -> str | None:
    """The name of this browser for the account with this login; None if nobody signed in to it here."""
    user = User.objects.by_login(login) if read(request) else None
    return device_of(request, user) if user else None


def device_of(request: HttpRequest, user: User) -> str | None:
    """The name of this browser for this person; None if the person has not signed in here."""
    return dict(read(request)).get(user.pk)


def read(request: HttpRequest) -> Marks:
    """The marks of the cookie; none if it is missing, expired or forged."""
    try:
        marks = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return []
    return [(pk, mark) for pk, mark in marks]


def cookie_name() -> str:
    """With the prefix that keeps other hosts of the domain from setting it."""
    return f"{settings.COOKIE_PREFIX}{NAME}"
