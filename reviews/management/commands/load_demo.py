"""Loads the demonstration: invented progress on the real calendar, and accounts to try every role."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviews.operations.loading import demo
from reviews.operations.loading.rows import RowError


class Command(BaseCommand):
    help = "Load the demonstration. A second run only makes sure that its accounts exist."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password", default="", help="for all accounts; without it one is made up")

    def handle(self, *, password: str, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("load_demo invents data and opens accounts: it runs only with DEBUG=1.")
        call_command("load_reference", stdout=self.stdout, verbosity=0)
        try:
            loaded = demo.load(password)
        except RowError as error:
            raise CommandError(f"{error} Nothing was loaded.") from error
        self.stdout.write(
            "The demonstration is loaded." if loaded.is_new else "The demonstration was there already."
        )
        rows = [("user name", "role", "country or body")]
        for user in loaded.accounts:
            role = "Administrator" if user.is_superuser else user.get_role_display()
            rows.append((user.username, role, str(user.organisation)))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.stdout.write("  " + "  ".join(cells).rstrip())
        self.stdout.write(about_password(loaded, password))


def about_password(loaded: demo.Loaded, given: str) -> str:
    if given:
        return "Password: the one given."
    if loaded.added == len(loaded.accounts):
        return f"Password of all accounts: {loaded.password}"
    if loaded.added:
        return f"Password of the {loaded.added} accounts added now: {loaded.password}"
    return "Passwords as set at the first run; --password sets a new one."
