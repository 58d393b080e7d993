"""Prints what /readyz checks, with the reasons, for a technician on this machine."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews.operations import health


class Command(BaseCommand):
    help = "Check the database, its version, the key of the trace, files, the tick and mail. Exit code 1 if one fails."
    requires_system_checks = ()
    requires_migrations_checks = False

    def handle(self, **options: Any) -> None:
        results = health.run_checks()
        for result in results:
            self.stdout.write(f"{result.name}: {result.reason or 'ok'}")
        if not all(result.is_well for result in results):
            raise CommandError("The site is not ready.")
