"""Sessions in the database that bring along who is signed in: one query on every page, where there were two."""

from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from reviews.models import User

# What counts as a second factor. Recovery codes only stand in for one.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def people() -> QuerySet[Any]:
    """As every page needs them: with whether they have a second factor."""
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    return User.objects.annotate(has_second_factor=Exists(factors))


class SessionStore(db.SessionStore):
    """Without an entry in the list of a person's sessions it is read as Django reads it, alone."""

    person: User | None = None  # whose session was read from the database

    def _get_session_from_db(self) -> Session | None:
        running = Session.objects.filter(session_key=self.session_key, expire_date__gt=timezone.now())
        theirs = people().filter(usersession__session_key=self.session_key)
        found = theirs.annotate(session_data=Subquery(running.values("session_data"))).first()
        if found is None or found.session_data is None:
            return super()._get_session_from_db()  # type: ignore[misc]
        self.person = found
        return Session(session_key=str(self.session_key), session_data=found.session_data)


def person_at_hand(user_id: Any) -> User | None:
    """Who was read along with the session of the present request, if it is this person."""
    person = getattr(getattr(context.request, "session", None), "person", None)
    return person if person and person.pk == int(user_id) else None
