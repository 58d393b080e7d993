"""Who looks at the pages: sessions made as signing in makes them, and how many queries a page asks."""

from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.world import World
from reviews.models import DataGap, ReviewCycle, User

BACKEND = "django.contrib.auth.backends.ModelBackend"


def sessions(made: World) -> dict[str, str]:
    """Keys of sessions, by who."""
    admin = User.objects.create_superuser("bench.admin", None, name="Bench")
    return {"consultant": _session(made.consultant), "admin": _session(admin)}


def _session(user: User) -> str:
    store = SessionStore()
    store.update(
        {SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: BACKEND, HASH_SESSION_KEY: user.get_session_auth_hash()}
    )
    store.create()
    return str(store.session_key)


def queries(url: str, user: Any) -> int:
    browser = Client(headers={"host": "127.0.0.1"})
    browser.force_login(user, BACKEND)
    browser.get(url)  # what is kept for the whole process is there by now
    with CaptureQueriesContext(connection) as captured:
        browser.get(url)
    return len(captured)


def busiest_kind(cycle: ReviewCycle) -> str:
    kinds = DataGap.objects.filter(cycle=cycle).order_by().values("kind__code").annotate(n=Count("pk"))
    return str(max(kinds, key=lambda row: (row["n"], row["kind__code"]))["kind__code"])
