"""Session timeouts: idle and absolute. In real time, never that of the pinned day."""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.dispatch import receiver
from django.http import HttpRequest

BEGAN, SEEN = "signed_in_at", "seen_at"
# Seconds. A page is read without writing to the session, unless the stored time is older than this.
PRECISION = 60


@receiver(user_logged_in)
def begin(request: HttpRequest, **kwargs: Any) -> None:
    """Start both counts at sign-in."""
    request.session[BEGAN] = request.session[SEEN] = time.time()


def is_over(session: SessionBase) -> bool:
    """Whether a signed-in session has lasted too long."""
    if SESSION_KEY not in session:
        return False
    idle, age = (time.time() - session.get(name, 0) for name in (SEEN, BEGAN))
    return idle > settings.SESSION_IDLE_SECONDS or age > settings.SESSION_COOKIE_AGE


def touch(session: SessionBase) -> None:
    """Restart the idle count: the person is active."""
    if SESSION_KEY in session and time.time() - session.get(SEEN, 0) > PRECISION:
        session[SEEN] = time.time()


def is_fresh(session: SessionBase, seconds: int) -> bool:
    """Whether the person signed in a moment ago."""
    return time.time() - session.get(BEGAN, 0) < seconds
