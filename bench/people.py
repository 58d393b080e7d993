"""Who looks at the pages: signed in as a sign-in would leave them, and how many queries a page asks."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.world import World
from reviews.models import DataGap, ReviewCycle, User


def sessions(made: World) -> dict[str, str]:
    """Keys of sessions, by who."""
    admin = User.objects.create_superuser("bench.admin", None, name="Bench")
    Authenticator.objects.create(user=admin, type=Authenticator.Type.TOTP, data={})
    return {"consultant": session(made.consultant), "admin": session(admin)}


def session(user: User) -> str:
    return signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value


def signed_in(user: Any, **about: Any) -> Client:
    browser = Client(**about)
    browser.force_login(user)
    # As signing in on the page does: it puts the session on the person's list.
    UserSession.objects.create(user=user, session_key=browser.session.session_key, ip="127.0.0.1")
    return browser


def queries(url: str, user: Any) -> int:
    browser = signed_in(user, headers={"host": "127.0.0.1"})
    browser.get(url)  # what is kept for the whole process is there by now
    with CaptureQueriesContext(connection) as captured:
        browser.get(url)
    return len(captured)


def busiest_kind(cycle: ReviewCycle) -> str:
    kinds = DataGap.objects.filter(cycle=cycle).order_by().values("kind__code").annotate(n=Count("pk"))
    return str(max(kinds, key=lambda row: (row["n"], row["kind__code"]))["kind__code"])
