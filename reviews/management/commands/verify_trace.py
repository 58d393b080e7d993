"""Verifies the audit trail: whether it was tampered with, and where."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviews.operations.trace_verification import Verification, consistent_snapshot


class Command(BaseCommand):
    help = "Check the trace, its chain and every record against it. Exit code 1 if anything is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", default="", help="a head written down earlier, NUMBER:DIGEST")

    def handle(self, *, head: str, **options: Any) -> None:
        verification, problems = Verification(), 0
        with consistent_snapshot():
            for problem in verification.problems(head):
                problems += 1
                self.stdout.write(problem)
        self.stdout.write(
            f"{verification.rows} trace rows and {verification.records} records read;"
            f" {verification.linked} rows linked ({verification.adopted} of them adopted without a seal),"
            f" {verification.unlinked} not yet."
        )
        self.stdout.write(f"The head, to be written down elsewhere: {verification.head}")
        if problems:
            raise CommandError(f"{problems} things are wrong.")
