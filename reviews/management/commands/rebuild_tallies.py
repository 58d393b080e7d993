"""Rebuilds the daily counts that boards read, where they differ from the records; or only names the differences."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reviews.operations import daily_counts


class Command(BaseCommand):
    help = (
        "Count anew what boards read day by day: after an upgrade, and where verify_trace tells a difference."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only tell what differs")

    def handle(self, *, check: bool, **options: Any) -> None:
        differences = list(daily_counts.differences())
        for difference in differences:
            self.stdout.write(difference)
        outcome = f"{len(differences)} differences"
        if differences and not check:
            daily_counts.rebuild()
            outcome += ", counted anew"
        self.stdout.write(outcome)
