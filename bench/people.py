"""The people who request the pages, with sessions as after signing in; and how many queries a page makes."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.world import World
from reviews.models import User

ADMIN = "bench.admin"


def everybody(made: World) -> dict[str, User]:
    return {"consultant": made.consultant, "coordinator": made.coordinator, "admin": administrator()}


def administrator() -> User:
    """With the second factor that opens the administration."""
    if existing := User.objects.filter(username=ADMIN).first():
        return existing
    admin = User.objects.create_superuser(ADMIN, None, name="Bench", email="bench@asean.example")
    Authenticator.objects.create(user=admin, type=Authenticator.Type.TOTP, data={})
    return admin


def browser(user: User) -> Client:
    """One without a server."""
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)
    # As signing in on the page does: it puts the session on the person's list.
    UserSession.objects.create(user=user, session_key=client.session.session_key, ip="127.0.0.1")
    return client


def session(user: User) -> str:
    return browser(user).cookies[settings.SESSION_COOKIE_NAME].value


def queries(url: str, user: User) -> int:
    client = browser(user)
    client.get(url)  # fills the caches of the process
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)
