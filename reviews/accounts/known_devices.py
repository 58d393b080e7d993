"""Browsers that a person has signed in with: a signed cookie tells them (OWASP calls it a device cookie).

It opens nothing. It only gives the browser its own allowance of guesses for that one account.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from reviews.models import User

NAME = "device"
SALT = "reviews.device"
AGE = 365 * 24 * 60 * 60
MOST = 5  # accounts that one browser remembers, the latest first

Marks = list[tuple[int, str]]  # an account, and what this browser is called for it


def remember(request: HttpRequest, response: HttpResponse, user: User, *, anew: bool = False) -> None:
    """Mark the browser as one of this person's; `anew` also forgets its wrong guesses."""
    marks = read(request)
    mark = secrets.token_urlsafe(16) if anew else dict(marks).get(user.pk, secrets.token_urlsafe(16))
    marks = [(user.pk, mark), *((pk, other) for pk, other in marks if pk != user.pk)]
    response.set_cookie(
        cookie_name(), signing.dumps(marks[:MOST], salt=SALT), max_age=AGE, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def known(request: HttpRequest, login: str) -> str | None:
    """What this browser is called for the account that `login` means; None if it never opened it."""
    marks = dict(read(request))
    user = User.objects.by_login(login) if marks else None
    return marks.get(user.pk) if user else None


def read(request: HttpRequest) -> Marks:
    try:
        marks = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=AGE)
    except signing.BadSignature:
        return []
    return [(pk, mark) for pk, mark in marks]


def cookie_name() -> str:
    """With the prefix that keeps other hosts of the domain from setting it."""
    return f"{settings.COOKIE_PREFIX}{NAME}"
