"""Verifies the audit trail and submitted files: whether they were tampered with, and where."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviews.operations.trace_verification import Verification, consistent_snapshot


class Command(BaseCommand):
    help = (
        "Check the trace, its chain, every record and every submitted file. Exit code 1 if anything is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", default="", help="a head written down earlier, NUMBER:DIGEST")
        parser.add_argument(
            "--without-files", action="store_true", help="where only the database is, without FILES_DIR"
        )

    def handle(self, *, head: str, without_files: bool, **options: Any) -> None:
        verification, problems = Verification(with_files=not without_files), 0
        with consistent_snapshot():
            for problem in verification.problems(head):
                problems += 1
                self.stdout.write(problem)
        self.stdout.write(
            f"{verification.rows} trace rows and {verification.records} records read;"
            f" {verification.linked} rows linked ({verification.adopted} of them adopted without a seal),"
            f" {verification.unlinked} not yet."
        )
        if not without_files:
            self.stdout.write(f"{verification.files} submitted files compared with their SHA-256.")
        self.stdout.write(f"The head, to be written down elsewhere: {verification.head}")
        if problems:
            raise CommandError(f"{problems} things are wrong.")
