"""From a user name or e-mail, and a password, to a person."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from reviews.accounts.sessions import people, person_at_hand
from reviews.models import User


class PeopleBackend(AuthenticationBackend):
    """Looks at one password at most, and works as long for a name that nobody has (allauth sees to that)."""

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        login = credentials.get("email") or credentials.get("username") or ""
        return self._check_password(User.objects.by_login(login), credentials.get("password", ""))

    @classmethod
    def _stash_user(cls, user: Any) -> None:
        """Nobody: whose account is disabled is told no more than whose does not exist."""

    def get_user(self, user_id: Any) -> User | None:
        """Asked on every page; also brings along whether the person has a second factor."""
        user: User | None = person_at_hand(user_id) or people().filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
