"""Session store that loads the person together with the session: one query on every page instead of two."""

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


def people() -> QuerySet[User]:
    """People with `has_second_factor`."""
    return User.objects.annotate(has_second_factor=has_factor("pk"))


class SessionStore(db.SessionStore):
    """Without an entry in the list of a person's sessions, the session is read alone, as Django does."""

    person: User | None = None  # whose session was read from the database

    def _get_session_from_db(self) -> Session | None:
        unexpired = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=Now())
        # Entries of people's lists of sessions, each with its person and, unless expired, the session's data.
        entries = UserSession.objects.select_related("user__organisation").annotate(
            has_second_factor=has_factor("user"), session_data=Subquery(unexpired.values("session_data"))
        )
        entry = entries.filter(session_key=self.session_key).order_by("pk").first()
        if entry is None or entry.session_data is None:
            return super()._get_session_from_db()  # type: ignore[misc]
        self.person = entry.user
        self.person.has_second_factor = entry.has_second_factor  # type: ignore[union-attr] # set here
        return Session(session_key=str(self.session_key), session_data=entry.session_data)


def person_of_session(user_id: int | str) -> User | None:
    """The person loaded with the session of the current request, if it is this one."""
    person = getattr(getattr(context.request, "session", None), "person", None)
    return person if person and person.pk == int(user_id) else None
