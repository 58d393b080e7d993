"""Authentication backend: by user name or e-mail, and password."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from reviews.accounts.sessions import people, person_of_session
from reviews.models import User


class PeopleBackend(AuthenticationBackend):
    """Checks one password at most; takes as long for a name that nobody has (allauth sees to that)."""

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        login = credentials.get("email") or credentials.get("username") or ""
        return self._check_password(User.objects.by_login(login), credentials.get("password", ""))

    @classmethod
    def _stash_user(cls, user: User) -> None:
        """Nothing: a disabled account gets the same answer as one that does not exist."""

    def get_user(self, user_id: int | str) -> User | None:
        """The person, with `has_second_factor`. Called on every page."""
        user: User | None = person_of_session(user_id) or people().filter(pk=user_id).first()
        return user if user and user.is_open_today else None
