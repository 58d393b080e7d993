"""Removes a person's second factors: for the only administrator, whose telephone, keys and recovery codes are gone."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviews.accounts import second_factors
from reviews.models import User


class Command(BaseCommand):
    help = "Remove somebody's second factors; whose role needs one sets it up at the next visit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", help="user name or e-mail")

    def handle(self, *, login: str, **options: Any) -> None:
        user = User.objects.by_login(login)
        if user is None:
            raise CommandError(f"Nobody has the user name or e-mail {login!r}.")
        removed = second_factors.remove_all(user)
        self.stdout.write(f"{user.username}: {removed} removed.")
