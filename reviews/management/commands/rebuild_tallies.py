"""Counts anew what boards read day by day."""

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
        found = list(daily_counts.differences())
        for line in found:
            self.stdout.write(line)
        if not check and found:
            daily_counts.rebuild()
        self.stdout.write(f"{len(found)} differences" + ("" if check or not found else ", counted anew"))
