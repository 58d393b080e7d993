"""Writes the search entries anew, where they differ from the records; or only names the differences."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reviews.operations import search


class Command(BaseCommand):
    help = "Write anew what records are found by: after an upgrade, and where --check names a difference."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only name what differs")

    def handle(self, *, check: bool, **options: Any) -> None:
        if not check:
            self.stdout.write(f"{search.rebuild()} entries written anew")
            return
        differences = list(search.differences())
        for difference in differences:
            self.stdout.write(difference)
        self.stdout.write(f"{len(differences)} differences")
