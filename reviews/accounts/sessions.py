"""Sessions in the database that bring along who is signed in: one query on every page, where there were two."""

from functools import cache
from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Now

from reviews.models import User

# What counts as a second factor. Recovery codes only stand in for one.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_factor(user: str) -> Exists:
    """Whether the person to whom this column points has a second factor."""
    return Exists(Authenticator.objects.filter(user=OuterRef(user), type__in=FACTORS))


def people() -> QuerySet[Any]:
    """As every page needs them: with whether they have a second factor."""
    return User.objects.annotate(has_second_factor=has_factor("pk"))


@cache
def running() -> QuerySet[Any]:
    """The sessions that run, each with whose it is and what it holds: put together once, and not on every page."""
    kept = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=Now())
    told = {"has_second_factor": has_factor("user"), "session_data": Subquery(kept.values("session_data"))}
    return UserSession.objects.annotate(**told).select_related("user__organisation").order_by("pk")


class SessionStore(db.SessionStore):
    """Without an entry in the list of a person's sessions it is read as Django reads it, alone."""

    person: User | None = None  # whose session was read from the database

    def _get_session_from_db(self) -> Session | None:
        found = running().filter(session_key=self.session_key).first()
        if found is None or found.session_data is None:
            return super()._get_session_from_db()  # type: ignore[misc]
        self.person, found.user.has_second_factor = found.user, found.has_second_factor
        return Session(session_key=str(self.session_key), session_data=found.session_data)


def person_at_hand(user_id: Any) -> User | None:
    """Who was read along with the session of the present request, if it is this person."""
    person = getattr(getattr(context.request, "session", None), "person", None)
    return person if person and person.pk == int(user_id) else None
