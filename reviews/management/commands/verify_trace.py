"""Says whether the trace was tampered with, and where."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviews.operations.trace_verification import Verification, one_moment


class Command(BaseCommand):
    help = "Check the trace, its chain and every record against it. Exit code 1 if anything is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", default="", help="a head written down earlier, NUMBER:DIGEST")

    def handle(self, *, head: str, **options: Any) -> None:
        found, wrong = Verification(), 0
        with one_moment():
            for trouble in found.troubles(head):
                wrong += 1
                self.stdout.write(trouble)
        self.stdout.write(
            f"{found.rows} trace rows and {found.records} records read; {found.linked} rows linked "
            f"({found.adopted} of them adopted without a seal), {found.unlinked} not yet."
        )
        self.stdout.write(f"The head, to be written down elsewhere: {found.head}")
        if wrong:
            raise CommandError(f"{wrong} things are wrong.")
